//! Everything that differs between databases, in one place: SQLite with a write-ahead log, and PostgreSQL.

use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor, Transaction};

use crate::error::{Attempt, Result, StoreError};

pub(crate) type Row = sqlx::any::AnyRow;
pub(crate) type Connection = sqlx::AnyConnection;

/// Connections of one process to SQLite. It has one writer at a time; the others read meanwhile.
const MAX_SQLITE_CONNECTIONS: u32 = 4;
/// Connections of one process to PostgreSQL.
const MAX_POSTGRES_CONNECTIONS: u32 = 16;
/// How long an operation waits for a connection, and for the server to answer at all.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);

/// What each connection to SQLite is told first. A writer waits ten seconds for another before it gives up.
const SQLITE_SETTINGS: &str = "pragma busy_timeout = 10000; pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on";

/// Which database it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// How a transaction begins that will write. SQLite takes the one writer's place at once: a reader that becomes a writer would fail
    /// instead of waiting when somebody else wrote meanwhile.
    const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    /// The end of a selection of rows that are about to be claimed: leave those alone that somebody else is claiming.
    pub(crate) const fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update skip locked",
        }
    }
}

/// Opens the file of a SQLite database, made where there is none.
pub(crate) async fn open_file(path: &Path) -> Result<AnyPool> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new()
        .max_connections(MAX_SQLITE_CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(SQLITE_SETTINGS).await.map(drop) }));
    let opened = match sqlite_url(path) {
        Some(url) => pool.connect(&url).await,
        None => Err(sqlx::Error::Configuration("the path is not valid Unicode".into())),
    };
    opened.map_err(|source| StoreError::Open { database: path.display().to_string(), source })
}

/// The address of a SQLite file, with everything escaped that means something in an address.
fn sqlite_url(path: &Path) -> Option<String> {
    let mut url = String::from("sqlite:");
    for letter in path.to_str()?.chars() {
        match letter {
            '%' | '?' | '#' | '\\' | ' ' | '\t' | '\n' | '\r' => url.push_str(&format!("%{:02X}", u32::from(letter))),
            other => url.push(other),
        }
    }
    url.push_str("?mode=rwc");
    Some(url)
}

/// Opens a PostgreSQL database by its address.
pub(crate) async fn open_postgres(url: &str) -> Result<AnyPool> {
    sqlx::any::install_default_drivers();
    let pool = AnyPoolOptions::new().max_connections(MAX_POSTGRES_CONNECTIONS).acquire_timeout(ACQUIRE_TIMEOUT);
    pool.connect(url).await.map_err(|source| StoreError::Open { database: without_password(url), source })
}

/// An address as it may be shown: without what stands between the name and the host.
fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "at an address without a scheme".to_owned() };
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    let Some((who, place)) = rest.rsplit_once('@') else { return format!("{scheme}://{rest}") };
    let name = who.split_once(':').map_or(who, |(name, _)| name);
    format!("{scheme}://{name}@{place}")
}

/// Begins a transaction that will write.
pub(crate) async fn begin_write(pool: &AnyPool, dialect: Dialect, attempted: &'static str) -> Result<Transaction<'static, Any>> {
    pool.begin_with(dialect.begin_write()).await.attempt(attempted)
}

/// Whether a transaction failed only because another one got in its way, so that doing it again is right.
pub(crate) fn lost_to_another(error: &sqlx::Error) -> bool {
    const DEADLOCK: &str = "40P01";
    const SERIALIZATION: &str = "40001";
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).is_some_and(|code| code == DEADLOCK || code == SERIALIZATION)
}

pub(crate) async fn backup(pool: &AnyPool, dialect: Dialect, to: &Path) -> Result<()> {
    if dialect == Dialect::Postgres {
        return Err(StoreError::Unsupported {
            attempted: "copy the database",
            hint: "PostgreSQL has its own tool for it: pg_dump --format=custom --file=<file> <address>",
        });
    }
    let to = to.to_string_lossy().into_owned();
    sqlx::query("vacuum into $1").bind(to).execute(pool).await.attempt("copy the database").map(drop)
}

pub(crate) async fn check(pool: &AnyPool, dialect: Dialect) -> Result<Vec<String>> {
    if dialect == Dialect::Postgres {
        return Err(StoreError::Unsupported {
            attempted: "check the database",
            hint: "PostgreSQL has its own tool for it: pg_amcheck --all",
        });
    }
    let lines: Vec<String> = sqlx::query_scalar("pragma integrity_check").fetch_all(pool).await.attempt("check the database")?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_may_hold_what_means_something_in_an_address() {
        assert_eq!(sqlite_url(Path::new("/a b/50%?#.db")).as_deref(), Some("sqlite:/a%20b/50%25%3F%23.db?mode=rwc"));
    }

    #[test]
    fn an_address_is_shown_without_its_password() {
        assert_eq!(without_password("postgres://mainstay:s3cret@db.example/state?sslmode=require"), "postgres://mainstay@db.example/state");
        assert_eq!(without_password("postgres://db.example/state"), "postgres://db.example/state");
        assert_eq!(without_password("postgres://a:p@ss@db/state"), "postgres://a@db/state");
    }
}
