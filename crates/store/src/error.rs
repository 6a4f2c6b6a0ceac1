//! What can go wrong with the relational state.

use std::path::PathBuf;

/// The result of a store operation.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failed store operation, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database file cannot be opened: its folder, its rights or the disk.
    #[error("could not open the database {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// The schema could not be brought to this version.
    #[error("could not bring the database to this version; if a newer mainstay has used it, run that one")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// There is already one of that name, address or id.
    #[error("could not {attempted}: there is one already")]
    Exists {
        /// What was attempted.
        attempted: &'static str,
    },
    /// A statement failed: the disk is full, the file is locked or damaged.
    #[error("could not {attempted}")]
    Query {
        /// What was attempted.
        attempted: &'static str,
        /// Why.
        #[source]
        source: sqlx::Error,
    },
    /// What is stored is not what this version writes.
    #[error("the database holds a {what} that this version does not know: `{value}`")]
    Foreign {
        /// What kind of thing.
        what: &'static str,
        /// What is there.
        value: String,
    },
}

/// Turns a driver's error into ours, with what was attempted.
pub(crate) trait Attempt<T> {
    fn attempt(self, attempted: &'static str) -> Result<T>;
}

impl<T> Attempt<T> for std::result::Result<T, sqlx::Error> {
    fn attempt(self, attempted: &'static str) -> Result<T> {
        self.map_err(|source| match source.as_database_error() {
            Some(error) if error.is_unique_violation() => StoreError::Exists { attempted },
            _ => StoreError::Query { attempted, source },
        })
    }
}
