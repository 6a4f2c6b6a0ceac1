//! Relational state: people, sessions, API tokens, write keys, saved views, how far an import got.
//!
//! The only crate with a database driver. Statements are portable SQL with `$1` parameters; what differs between databases is in
//! [`dialect`]. Secrets arrive in clear, are kept as digests and never come back.

pub mod digest;
pub mod error;
pub mod imports;
pub mod keys;
pub mod people;
pub mod sessions;
pub mod tokens;
pub mod views;

mod dialect;
mod migrations;

use std::path::Path;

pub use digest::secret_digest;
pub use error::{Result, StoreError};
pub use imports::ImportProgress;
pub use keys::WriteKey;
pub use people::PersonRow;
pub use sessions::SessionRow;
pub use tokens::ApiToken;
pub use views::SavedView;

/// The relational state of one installation. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pool: dialect::Pool,
}

impl Store {
    /// Opens the database file, makes it where there is none and brings it to this version's schema.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the file cannot be read or written, [`StoreError::Migrate`] when it is of a newer version.
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = dialect::open(path).await?;
        migrations::run(&pool).await?;
        Ok(Self { pool })
    }

    /// Writes a consistent copy of the whole database to `to`, which must not be there yet. Readers and writers go on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the copy cannot be written.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        dialect::backup(&self.pool, to).await
    }

    /// Checks that the database is whole; answers what is wrong, nothing when all is well.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the check cannot run.
    pub async fn check(&self) -> Result<Vec<String>> {
        dialect::check(&self.pool).await
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
