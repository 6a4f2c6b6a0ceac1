//! Reads files that people import: CSV, NDJSON and Parquet, as batches of rows with their numbers and the faults among them.
//!
//! A row at fault is reported with its line and its text and does not stop the others. Cells are kept in columns, so a million rows do not
//! become a million maps.

mod columns;
mod csv_file;
mod guess;
mod ndjson_file;
mod parquet_file;

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mainstay_model::Timestamp;

pub(crate) use columns::{CellColumn, TextColumn};
pub use guess::{GuessedColumn, guess};

/// Rows a batch holds at most.
const BATCH_ROWS: usize = 8_192;
/// Bytes of one line at most; a longer one is a fault.
const LINE_BYTES: usize = 64 << 20;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system does not let it be read.
    #[error("`{path}` could not be read", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// Nothing says what kind of file it is.
    #[error("`{path}` is of no kind that can be imported; use .csv, .ndjson (or .jsonl) or .parquet", path = .path.display())]
    UnknownKind {
        /// The file.
        path: PathBuf,
    },
    /// The header does not name each column once.
    #[error("`{path}`: {message}", path = .path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
    /// It is damaged beyond reading on, for instance cut in the middle.
    #[error("`{path}` is damaged: {message}; ask its sender for a whole copy", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        message: String,
    },
}

/// A row that cannot be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowFault {
    /// Its line in the file (its row in a Parquet file), from 1.
    pub number: u64,
    /// What is wrong and what to do.
    pub message: String,
    /// Its text, what is not UTF-8 replaced, at most 1 MB.
    pub raw: String,
}

/// One cell that is not null.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cell<'a> {
    /// A text.
    Text(&'a str),
    /// A number, truth, list or object, as JSON.
    Json(&'a str),
    /// An instant.
    Instant(Timestamp),
    /// A civil time without a zone: the instant it would be in UTC.
    Civil(Timestamp),
}

impl<'a> Cell<'a> {
    /// The cell as a text.
    #[must_use]
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Self::Text(text) | Self::Json(text) => Cow::Borrowed(text),
            Self::Instant(at) => Cow::Owned(at.to_rfc3339()),
            Self::Civil(at) => Cow::Owned(at.to_rfc3339().trim_end_matches('Z').to_owned()),
        }
    }

    /// The cell as a JSON value.
    #[must_use]
    pub fn json(self) -> Cow<'a, str> {
        match self {
            Self::Json(raw) => Cow::Borrowed(raw),
            other => Cow::Owned(serde_json::Value::String(other.text().into_owned()).to_string()),
        }
    }
}

/// Rows in columns.
#[derive(Clone, Debug)]
pub struct RowBatch {
    names: Arc<[String]>,
    numbers: Vec<u64>,
    cells: Vec<CellColumn>,
    /// The rows among these that cannot be used.
    pub faults: Vec<RowFault>,
}

impl RowBatch {
    /// How many rows there are, without the faults.
    #[must_use]
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The names of the columns. In an NDJSON file each batch has those its rows name.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.names
    }

    /// The place of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|column| column == name)
    }

    /// The line of a row in the file (its row in a Parquet file), from 1.
    #[must_use]
    pub fn number(&self, row: usize) -> u64 {
        self.numbers.get(row).copied().unwrap_or_default()
    }

    /// A cell; `None` where it is empty or null.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> Option<Cell<'_>> {
        self.cells.get(column)?.cell(row)
    }

    /// A row as a JSON object: for the quarantine, and to make a stable id of its content.
    #[must_use]
    pub fn row_json(&self, row: usize) -> String {
        let members = self.names.iter().enumerate().filter_map(|(column, name)| {
            let cell = self.cell(row, column)?;
            Some(format!("{}:{}", serde_json::Value::String(name.clone()), cell.json()))
        });
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// A file being read.
pub struct RowReader {
    path: PathBuf,
    bytes: u64,
    read: Arc<AtomicU64>,
    columns: Vec<String>,
    batches: Box<dyn Iterator<Item = Result<RowBatch, FileError>> + Send>,
}

impl std::fmt::Debug for RowReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RowReader").field("path", &self.path).field("columns", &self.columns).finish_non_exhaustive()
    }
}

/// Opens a file by the kind its name ends in.
///
/// # Errors
/// [`FileError`] where it cannot be opened, is of no known kind, or its header is not usable.
pub fn read_file(path: &Path) -> Result<RowReader, FileError> {
    let unreadable = |source| FileError::Io { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let read = Arc::new(AtomicU64::new(0));
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_lowercase();
    let counted = Counted { inner: file, read: Arc::clone(&read) };
    let (columns, batches) = match ending.as_str() {
        "csv" | "tsv" | "txt" => csv_file::open(path, counted)?,
        "ndjson" | "jsonl" | "json" => ndjson_file::open(path, counted),
        "parquet" => parquet_file::open(path, counted.inner, Arc::clone(&read), bytes)?,
        _ => return Err(FileError::UnknownKind { path: path.to_owned() }),
    };
    Ok(RowReader { path: path.to_owned(), bytes, read, columns, batches })
}

impl RowReader {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The columns of the header; none for NDJSON, whose rows name their own.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Bytes of the file.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Bytes read so far.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed).min(self.bytes)
    }
}

impl Iterator for RowReader {
    type Item = Result<RowBatch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.batches.next()
    }
}

/// What opening a file answers: the header's columns, and the batches.
type Opened = (Vec<String>, Box<dyn Iterator<Item = Result<RowBatch, FileError>> + Send>);

/// A file that counts what is read from it.
struct Counted {
    inner: std::fs::File,
    read: Arc<AtomicU64>,
}

impl io::Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Raw bytes for the quarantine.
fn shown(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw.get(..raw.len().min(1 << 20)).unwrap_or(raw));
    text.trim_end_matches(['\r', '\n']).to_owned()
}

#[cfg(test)]
mod tests;
