//! Both databases for one test: a SQLite file in a folder of its own, a PostgreSQL schema of its own.

#![allow(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking")]

mod postgres;

use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

/// An empty database of one test.
#[derive(Debug)]
pub enum Database {
    /// A folder for a SQLite file; it goes with this value.
    Sqlite(TempDir),
    /// The address of a PostgreSQL schema.
    Postgres(String),
}

impl Database {
    /// An empty folder for a SQLite file.
    #[must_use]
    pub fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("a folder can be made"))
    }

    /// An empty schema on a real PostgreSQL server: the one at `MAINSTAY_TEST_POSTGRES`, else one that is started here. None, with a
    /// printed line, where PostgreSQL is not installed.
    ///
    /// # Panics
    /// When PostgreSQL is missing and `CI` is `true`: there it may not be skipped.
    #[must_use]
    pub fn postgres() -> Option<Self> {
        static SCHEMAS: AtomicU32 = AtomicU32::new(0);
        let Some(server) = postgres::server() else {
            assert!(!postgres::must_be_there(), "PostgreSQL is not installed, and CI may not skip it");
            eprintln!("skipped on PostgreSQL: it is not installed, and MAINSTAY_TEST_POSTGRES names no server");
            return None;
        };
        let schema = format!("test_{}_{}", std::process::id(), SCHEMAS.fetch_add(1, Ordering::Relaxed));
        postgres::run_sql(server, &format!("drop schema if exists {schema} cascade; create schema {schema}"));
        let joint = if server.contains('?') { '&' } else { '?' };
        Some(Self::Postgres(format!("{server}{joint}options[search_path]={schema}")))
    }
}

/// Makes of each named `async fn(Database)` two tests: `name::on_sqlite` and `name::on_postgres`. The caller has `tokio`.
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name($crate::Database::sqlite()).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if let Some(database) = $crate::Database::postgres() {
                    super::$name(database).await;
                }
            }
        }
    )+};
}
