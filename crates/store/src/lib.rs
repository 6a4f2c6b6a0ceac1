//! Relational state, in SQLite or PostgreSQL: people, sessions, API tokens, write keys, saved views, how far an import got; runs of plays,
//! their steps, the outbox, tasks, messages and what else plays leave behind.
//!
//! The only crate with a database driver. Statements are portable SQL with `$1` parameters, written once; what differs between databases is
//! in [`dialect`]. Times are microseconds, documents are JSON in text. Secrets arrive in clear, are kept as digests and never come back.

pub mod absences;
pub mod consents;
pub mod decide;
pub mod digest;
pub mod error;
pub mod imports;
pub mod in_app;
pub mod interventions;
pub mod keys;
pub mod messages;
pub mod outbox;
pub mod people;
pub mod play_book;
pub mod plays;
pub mod refusals;
pub mod runs;
pub mod sessions;
pub mod steps;
pub mod tags;
pub mod tasks;
pub mod tokens;
pub mod touches;
pub mod verdicts;
pub mod views;

mod dialect;
mod fields;
mod migrations;
mod statement;

use std::path::Path;

pub use absences::Absence;
pub use consents::{Consent, ConsentState};
pub use decide::{Answer, Decided, DecisionBatch, Ending, RunChange, RunWrite};
pub use digest::secret_digest;
pub use error::{Result, StoreError};
pub use imports::ImportProgress;
pub use in_app::{InAppMessage, InAppReceipt};
pub use interventions::{Intervention, InterventionFilter};
pub use keys::WriteKey;
pub use messages::{CategoryCount, Message, MessageFilter, Response, UnrecordedMessage};
pub use outbox::{OutboxEntry, OutboxFilter, OutboxStatus, Settlement};
pub use people::PersonRow;
pub use play_book::{MessageCount, PlayBegun, StepCount};
pub use plays::{PlayBaseline, PlayCondition, PlayCursor, PlayVersion};
pub use refusals::{PlayRefusal, RefusalFilter};
pub use runs::{PlayRun, RunCount, RunFilter, RunOrigin, RunStatus};
pub use sessions::SessionRow;
pub use steps::{PlayStep, StepOutcome};
pub use tags::AccountTag;
pub use tasks::{MISSED, Task, TaskCount, TaskEnd, TaskFilter, TaskStatus};
pub use tokens::ApiToken;
pub use touches::Touch;
pub use verdicts::{MessageVerdict, Verdict, VerdictFilter};
pub use views::SavedView;

use dialect::Dialect;

/// The relational state of one installation. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Store {
    pool: sqlx::AnyPool,
    dialect: Dialect,
}

impl Store {
    /// Opens the database file, makes it where there is none and brings it to this version's schema.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the file cannot be read or written, [`StoreError::Migrate`] when it is of a newer version.
    pub async fn open(path: &Path) -> Result<Self> {
        let pool = dialect::open_file(path).await?;
        migrations::run(&pool).await?;
        Ok(Self { pool, dialect: Dialect::Sqlite })
    }

    /// Opens a PostgreSQL database by its address, such as `postgres://mainstay@db.example/state`, and brings it to this version's schema.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the server cannot be reached or refuses, [`StoreError::Migrate`] when the database is of a newer version.
    pub async fn open_url(url: &str) -> Result<Self> {
        let pool = dialect::open_postgres(url).await?;
        migrations::run(&pool).await?;
        Ok(Self { pool, dialect: Dialect::Postgres })
    }

    /// Writes a consistent copy of the whole database to `to`, which must not be there yet. Readers and writers go on meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the copy cannot be written, [`StoreError::Unsupported`] with what to use instead for PostgreSQL.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        dialect::backup(&self.pool, self.dialect, to).await
    }

    /// Checks that the database is whole; answers what is wrong, nothing when all is well.
    ///
    /// # Errors
    /// [`StoreError::Query`] when the check cannot run, [`StoreError::Unsupported`] with what to use instead for PostgreSQL.
    pub async fn check(&self) -> Result<Vec<String>> {
        dialect::check(&self.pool, self.dialect).await
    }

    /// Finishes what is under way and closes the database.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}
