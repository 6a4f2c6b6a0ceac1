//! The files of the quarantine: JSON lines, appended and synced.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use mainstay_model::{Rejection, Timestamp};
use serde::{Deserialize, Serialize};

use super::{EntryStatus, MAX_RAW_BYTES, NewEntry};
use crate::error::LakeError;
use crate::inbox::segment::sync_folder;

/// A file is closed when it has this size.
const FILE_BYTES: u64 = 64 << 20;

/// One line of the log.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// A record was refused.
    Add { id: u64, received_at: Timestamp, source: String, kind: String, rejection: Rejection, raw: String, whole: bool },
    /// Its status changed.
    Mark { id: u64, status: EntryStatus, at: Timestamp },
}

impl Line {
    pub(super) fn add(id: u64, received_at: Timestamp, entry: NewEntry) -> Self {
        let cut = entry.raw.get(..MAX_RAW_BYTES).unwrap_or(&entry.raw);
        let text = String::from_utf8_lossy(cut);
        let whole = text.as_bytes() == entry.raw;
        let raw = text.into_owned();
        Self::Add { id, received_at, source: entry.source, kind: entry.kind, rejection: entry.rejection, raw, whole }
    }
}

/// Where a line is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    file: usize,
    offset: u64,
    length: usize,
}

/// The files, the last of them open for appending.
pub(super) struct Log {
    folder: PathBuf,
    files: Vec<(PathBuf, File)>,
    /// Everything before this byte of the last file is durable.
    length: u64,
}

impl Log {
    /// Opens the files of a folder and reads all lines.
    pub(super) fn open(folder: &Path) -> Result<(Self, Vec<(Line, Place)>), LakeError> {
        std::fs::create_dir_all(folder).map_err(LakeError::io("create", folder))?;
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(LakeError::io("list", folder))? {
            let path = entry.map_err(LakeError::io("list", folder))?.path();
            if path.extension().is_some_and(|extension| extension == "jsonl") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut log = Self { folder: folder.to_owned(), files: Vec::new(), length: 0 };
        let mut lines = Vec::new();
        for path in paths {
            log.length = read_lines(&path, log.files.len(), &mut lines)?;
            let file = open_file(&path)?;
            log.files.push((path, file));
        }
        Ok((log, lines))
    }

    /// Writes lines and makes them durable; answers where they are.
    pub(super) fn append(&mut self, lines: &[Line]) -> Result<Vec<Place>, LakeError> {
        if self.files.is_empty() || self.length >= FILE_BYTES {
            self.begin_file()?;
        }
        let index = self.files.len() - 1;
        let Some((path, file)) = self.files.last_mut() else { return Ok(Vec::new()) };
        let mut bytes = Vec::new();
        let mut places = Vec::with_capacity(lines.len());
        for line in lines {
            let start = bytes.len();
            serde_json::to_writer(&mut bytes, line).map_err(|error| LakeError::io("write", path)(error.into()))?;
            places.push(Place { file: index, offset: self.length + start as u64, length: bytes.len() - start });
            bytes.push(b'\n');
        }
        if let Err(source) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
            if let Err(error) = file.set_len(self.length) {
                tracing::warn!(path = %path.display(), %error, "the broken end of the quarantine could not be cut off");
            }
            return Err(LakeError::NotDurable { path: path.clone(), source });
        }
        self.length += bytes.len() as u64;
        Ok(places)
    }

    /// Reads one line back.
    pub(super) fn read(&self, place: Place) -> Result<Line, LakeError> {
        let Some((path, file)) = self.files.get(place.file) else { return Err(LakeError::Closed) };
        let mut bytes = vec![0; place.length];
        file.read_exact_at(&mut bytes, place.offset).map_err(LakeError::io("read", path))?;
        serde_json::from_slice(&bytes).map_err(|error| LakeError::Damaged { path: path.clone(), detail: error.to_string() })
    }

    fn begin_file(&mut self) -> Result<(), LakeError> {
        let path = self.folder.join(format!("{:06}.jsonl", self.files.len() + 1));
        let file = open_file(&path)?;
        sync_folder(&self.folder).map_err(LakeError::io("sync", &self.folder))?;
        self.files.push((path, file));
        self.length = 0;
        Ok(())
    }
}

fn open_file(path: &Path) -> Result<File, LakeError> {
    OpenOptions::new().create(true).read(true).append(true).open(path).map_err(LakeError::io("open", path))
}

/// Reads the lines of a file; answers where the last whole line ends. What a crash left behind it is cut off.
fn read_lines(path: &Path, file: usize, lines: &mut Vec<(Line, Place)>) -> Result<u64, LakeError> {
    let reading = File::open(path).map_err(LakeError::io("open", path))?;
    let length = reading.metadata().map_err(LakeError::io("read", path))?.len();
    let mut reader = BufReader::with_capacity(1 << 16, reading);
    let (mut offset, mut bytes) = (0_u64, Vec::new());
    loop {
        bytes.clear();
        let read = reader.read_until(b'\n', &mut bytes).map_err(LakeError::io("read", path))?;
        if read == 0 || bytes.last() != Some(&b'\n') {
            break;
        }
        match serde_json::from_slice(&bytes) {
            Ok(line) => lines.push((line, Place { file, offset, length: read - 1 })),
            Err(error) => return Err(LakeError::Damaged { path: path.to_owned(), detail: format!("byte {offset}: {error}") }),
        }
        offset += read as u64;
    }
    if offset < length {
        tracing::warn!(path = %path.display(), offset, "the quarantine ends in a line that was never acknowledged");
        let cutting = OpenOptions::new().write(true).open(path).map_err(LakeError::io("open", path))?;
        cutting.set_len(offset).map_err(LakeError::io("cut", path))?;
    }
    Ok(offset)
}
