//! What can go wrong with the relational state.

/// The result of a store operation.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A failed store operation, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened: the file's folder, its rights or the disk; the server's address, its password or the network.
    #[error("could not open the database {database}")]
    Open {
        /// The file, or the address without its password.
        database: String,
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
    /// This database has a tool of its own for it.
    #[error("could not {attempted}: {hint}")]
    Unsupported {
        /// What was attempted.
        attempted: &'static str,
        /// What to do instead.
        hint: &'static str,
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
