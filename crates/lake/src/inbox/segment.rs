//! One file of the inbox: its name says the first position it may hold.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// What the writer needs of a file; tests bring files that fail.
pub(crate) trait LogFile: Send {
    /// Writes all bytes at the end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Makes what was written survive a power cut.
    fn sync(&mut self) -> io::Result<()>;
    /// Cuts the file to a length.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

impl LogFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }
}

/// Makes the file of a new segment.
pub(crate) type OpenLogFile = Box<dyn Fn(&Path) -> io::Result<Box<dyn LogFile>> + Send>;

/// Makes real files; the folder is synced too, so that the name survives a power cut.
pub(crate) fn create_file(path: &Path) -> io::Result<Box<dyn LogFile>> {
    let file = OpenOptions::new().create_new(true).append(true).open(path)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(Box::new(file))
}

/// Makes the names in a folder survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// The path of the segment that begins at a position. A segment that was given up before it held anything may have taken the name;
/// `attempt` keeps them apart.
pub(crate) fn path_of(folder: &Path, first_position: u64, attempt: u32) -> PathBuf {
    folder.join(format!("{first_position:020}-{attempt:03}.inbox"))
}

/// The segments of a folder in the order they were written, each with its first position and attempt.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<(u64, u32, PathBuf)>> {
    let mut segments = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let parsed = path.file_name().and_then(|name| name.to_str()).and_then(|name| {
            let (position, attempt) = name.strip_suffix(".inbox")?.split_once('-')?;
            Some((position.parse().ok()?, attempt.parse().ok()?))
        });
        if let Some((position, attempt)) = parsed {
            segments.push((position, attempt, path));
        }
    }
    segments.sort();
    Ok(segments)
}

/// The first number that no segment of a folder has.
pub(crate) fn next_attempt(folder: &Path) -> io::Result<u32> {
    Ok(list(folder)?.into_iter().map(|(_, attempt, _)| attempt + 1).max().unwrap_or(0))
}
