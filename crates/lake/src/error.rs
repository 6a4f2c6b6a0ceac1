//! What can go wrong in the lake, split by what the caller can do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the lake could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// More facts wait to be written than the lake holds; the sender tries again.
    #[error("the lake is busy: {waiting} facts wait to be written; send again in a moment")]
    Busy {
        /// How many facts wait.
        waiting: u64,
    },
    /// The batch is larger than one write may be; none of its facts was accepted.
    #[error("a batch of {bytes} bytes is too large for the inbox; send it in parts of at most {max} bytes")]
    BatchTooLarge {
        /// What it takes, encoded.
        bytes: usize,
        /// The limit.
        max: usize,
    },
    /// The facts could not be made durable; none of them was accepted.
    #[error("could not write facts to `{path}`; nothing of this batch was accepted, send it again when there is space", path = .path.display())]
    NotDurable {
        /// The inbox segment.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// A file could not be read or written.
    #[error("could not {action} `{path}`", path = .path.display())]
    Io {
        /// What was attempted, e.g. `open`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        source: io::Error,
    },
    /// Another process has the folder open for writing.
    #[error("`{path}` is in use by another mainstay process; stop it first, or ask it over its API", path = .path.display())]
    InUse {
        /// The data folder.
        path: PathBuf,
    },
    /// A file does not hold what was once written to it.
    #[error("`{path}` is damaged: {detail}; restore it from a backup", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The log of a Delta table could not be read or written.
    #[error("could not {action} the table `{table}`")]
    Delta {
        /// What was attempted, e.g. `commit to`.
        action: &'static str,
        /// The table.
        table: String,
        /// What the Delta library said.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// A Parquet file could not be read or written.
    #[error("could not {action} `{path}`", path = .path.display())]
    Parquet {
        /// What was attempted, e.g. `read`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the Parquet library said.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Columns could not be built or combined.
    #[error("could not combine columns")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A fact could not be encoded.
    #[error("could not encode a fact for the inbox")]
    Encoding(#[from] postcard::Error),
    /// A query of the lake's own failed.
    #[error("could not {action} the lake")]
    Query {
        /// What was attempted, e.g. `sort files of`.
        action: &'static str,
        /// What `DataFusion` said.
        #[source]
        source: Box<datafusion::error::DataFusionError>,
    },
    /// No table of that name was declared.
    #[error("there is no table `{table}` in the lake; declare it before rows are appended")]
    NoSuchTable {
        /// The name asked for.
        table: String,
    },
    /// No quarantine entry has that id.
    #[error("there is no quarantine entry {id}; `mainstay quarantine list` shows them")]
    NoSuchEntry {
        /// The id asked for.
        id: u64,
    },
    /// The lake has been closed.
    #[error("the lake is closed; no more can be written to it")]
    Closed,
}

impl LakeError {
    /// An [`LakeError::Io`] for an action on a path; made for `map_err`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }

    /// A [`LakeError::Parquet`] for an action on a path; made for `map_err`.
    pub(crate) fn parquet(action: &'static str, path: &Path) -> impl FnOnce(parquet::errors::ParquetError) -> Self {
        let path = path.to_owned();
        move |source| Self::Parquet { action, path, source }
    }

    /// The same error for another caller that waited for the same write.
    pub(crate) fn for_another(&self) -> Self {
        match self {
            Self::NotDurable { path, source } => Self::NotDurable { path: path.clone(), source: same_error(source) },
            Self::Io { action, path, source } => Self::Io { action, path: path.clone(), source: same_error(source) },
            Self::Damaged { path, detail } => Self::Damaged { path: path.clone(), detail: detail.clone() },
            _ => Self::Closed,
        }
    }
}

/// An I/O error cannot be cloned; this says the same.
fn same_error(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| io::Error::new(error.kind(), error.to_string()), io::Error::from_raw_os_error)
}
