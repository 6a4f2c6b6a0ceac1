//! A small note beside the lake: up to which position the written scores of past days hold the facts.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use mainstay_lake::Lake;

fn path(root: &Path) -> PathBuf {
    root.join("scored-up-to")
}

/// Reads the note; 0 where there is none.
pub(crate) fn read(root: &Path) -> u64 {
    std::fs::read_to_string(path(root)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

/// Writes the note, whole or not at all.
pub(crate) fn write(lake: &Lake, position: u64) -> io::Result<()> {
    let whole = path(lake.root());
    let part = whole.with_extension("part");
    let mut file = std::fs::File::create(&part)?;
    file.write_all(position.to_string().as_bytes())?;
    file.sync_data()?;
    std::fs::rename(part, whole)
}
