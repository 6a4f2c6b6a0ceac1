//! Which files a path means, and what tells one file from another.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use crate::error::{AppError, ErrorCode, Result};

/// Endings of files that can be imported.
const ENDINGS: [&str; 6] = ["csv", "tsv", "ndjson", "jsonl", "json", "parquet"];
/// The most files a folder may hold; more is taken for a wrong folder.
const MAX_FILES: usize = 10_000;

/// The file of a path, or the files under a folder in the order of their paths. Hidden ones and other endings are passed over.
pub(super) fn list(path: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |path: &Path, error| AppError::new(ErrorCode::NotFound, format!("could not read {}", path.display())).caused_by(error);
    if !path.metadata().map_err(|error| unreadable(path, error))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
            let path = entry.map_err(|error| unreadable(&folder, error))?.path();
            let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
            if hidden {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path
                .extension()
                .and_then(|ending| ending.to_str())
                .is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
            {
                files.push(path);
            }
            if files.len() > MAX_FILES {
                return Err(AppError::invalid(format!("{} holds more than {MAX_FILES} files; is it the right folder?", folder.display())));
            }
        }
    }
    files.sort();
    match files.is_empty() {
        true => Err(AppError::not_found(format!("there is no file to import in {}", path.display()))
            .hint(format!("files end in .{}", ENDINGS.join(", .")))),
        false => Ok(files),
    }
}

/// The file's name without its folders.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// A digest of the file's content.
pub(super) fn digest(path: &Path) -> Result<String> {
    let read = || -> std::io::Result<u128> {
        let mut file = File::open(path)?;
        let mut hash = Xxh3::new();
        let mut buffer = vec![0; 1 << 20];
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                return Ok(hash.digest128());
            }
            hash.update(buffer.get(..count).unwrap_or_default());
        }
    };
    let unreadable = |error| AppError::new(ErrorCode::Unavailable, format!("could not read {}", path.display())).caused_by(error);
    read().map(|digest| format!("{digest:032x}")).map_err(unreadable)
}
