//! Files in: CSV, NDJSON and Parquet become facts by the mappings of `sources/*.yaml`, through the same door as everything else.
//!
//! ```text
//! import::run(&door, &store, &workspace, &request, &progress, &stop) -> ImportReport
//! import::guess(path, source_name)                                   -> a proposed sources/*.yaml
//! import::read_again(&workspace, source, raw, now)                   -> candidates of a quarantined row
//! ```
//! How rows become facts:
//!
//! - A row without a mapped `id` gets one made from its content; two equal rows in one file are two facts, the same file twice is none more.
//! - A record without a mapped `occurred_at` is the state as of the import: a new version only where it differs from what is known.
//!   One file that states the same record twice with different values, and no time, contradicts itself; the second row is refused.
//! - A row states all its mapped fields: an empty cell of a record takes the value away.
//! - A time without an offset is taken in the mapping's `time_zone`; without one it is refused.
//! - Every mapping of the source that fits the file's name reads the file.
//!
//! How far each file got is written down after every chunk, by a digest of its content and of its mapping: an import that was stopped goes on
//! where it was, and a finished file is passed over, unless it holds states as of the import.

mod door;
mod files;
mod glob;
mod guess;
mod identity;
mod mapper;
mod plan;
mod reader;
mod replay;
mod report;
mod run;
mod told;
mod value;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use door::Door;
pub(crate) use door::FILE_DOOR;
pub use guess::guess;
pub use mapper::MAX_CELL_BYTES;
pub use replay::read_again;
pub use report::{FileReport, ImportReport, ReasonReport};
pub use run::run;
pub use told::Told;

/// What to import.
#[derive(Clone, Debug)]
pub struct ImportRequest {
    /// A file, or a folder with files.
    pub path: PathBuf,
    /// The source whose mappings to use; found by the files' names where absent.
    pub source: Option<String>,
    /// Read and judge everything, keep nothing.
    pub dry_run: bool,
    /// Go on until the scores of past days hold the new facts too; otherwise they follow in the background.
    pub history: bool,
}

/// Who is told how far it got. Bytes are those of the file as it lies on the disk.
pub trait Progress: Send + Sync {
    /// A file begins; `bytes` is its size, `file` the number of this reading and `files` how many there are.
    fn begin(&self, name: &str, bytes: u64, file: usize, files: usize);
    /// So many bytes of the file are read, and so many rows in all are answered.
    fn advance(&self, bytes: u64, rows: u64);
    /// The file is done.
    fn end(&self);
    /// The files are done, and so many past days are still to be scored; told again and again until there is none.
    fn history(&self, days_left: u32);
}

/// Nobody is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: u64, _: usize, _: usize) {}
    fn advance(&self, _: u64, _: u64) {}
    fn end(&self) {}
    fn history(&self, _: u32) {}
}
