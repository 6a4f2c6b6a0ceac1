//! Everything that differs between databases, in one place. Today: SQLite with a write-ahead log.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::error::{Attempt, Result, StoreError};

pub(crate) type Pool = sqlx::SqlitePool;
pub(crate) type Row = sqlx::sqlite::SqliteRow;

/// Connections of one process. SQLite has one writer at a time; the others read meanwhile.
const MAX_CONNECTIONS: u32 = 4;
/// How long a writer waits for another before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) async fn open(path: &Path) -> Result<Pool> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let pool = SqlitePoolOptions::new().max_connections(MAX_CONNECTIONS);
    pool.connect_with(options).await.map_err(|source| StoreError::Open { path: path.to_owned(), source })
}

pub(crate) async fn backup(pool: &Pool, to: &Path) -> Result<()> {
    let to = to.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(to).execute(pool).await.attempt("copy the database").map(drop)
}

pub(crate) async fn check(pool: &Pool) -> Result<Vec<String>> {
    let lines: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(pool).await.attempt("check the database")?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}
