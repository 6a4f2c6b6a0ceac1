//! What is only true of SQLite's file, and what PostgreSQL answers instead.

use std::path::Path;

use mainstay_store::{Store, StoreError};
use mainstay_testkit::Database;

use crate::support::{open, write_key};

#[tokio::test]
async fn what_is_written_is_there_after_opening_again_and_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    // Each of these letters means something in the address of a database.
    let path = folder.path().join("100 % state?#.sqlite");
    let store = Store::open(&path).await.unwrap();
    store.add_write_key("secret", &write_key("key_1", "product")).await.unwrap();
    let copy = folder.path().join("copy.sqlite");
    store.backup(&copy).await.unwrap();
    assert!(matches!(store.backup(&copy).await, Err(StoreError::Query { .. })), "a copy never overwrites");
    store.close().await;

    assert!(path.exists());
    for path in [path, copy] {
        let store = Store::open(&path).await.unwrap();
        assert_eq!(store.source_of_write_key("secret").await.unwrap().as_deref(), Some("product"));
        assert_eq!(store.source_of_write_key("Secret").await.unwrap(), None);
        assert!(store.check().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_secret_is_nowhere_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let store = Store::open(&path).await.unwrap();
    store.add_write_key("ms_write_0123456789abcdef", &write_key("key_1", "product")).await.unwrap();
    store.close().await;
    let bytes = std::fs::read(&path).unwrap();
    assert!(!bytes.windows(16).any(|window| window == b"0123456789abcdef"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    std::fs::write(&path, "this is a letter, not a database; it is long enough to be looked at closely").unwrap();
    let error = Store::open(&path).await.unwrap_err();
    assert!(error.to_string().contains("state.sqlite"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_its_password() {
    let error = Store::open_url("postgres://mainstay:s3cret@127.0.0.1:1/state?sslmode=disable").await.unwrap_err();
    assert_eq!(error.to_string(), "could not open the database postgres://mainstay@127.0.0.1:1/state");
}

#[tokio::test]
async fn postgresql_names_its_own_tools_for_copies_and_checks() {
    let Some(database) = Database::postgres() else { return };
    let store = open(&database).await;
    let error = store.backup(Path::new("copy")).await.unwrap_err();
    assert!(error.to_string().contains("pg_dump"), "{error}");
    let error = store.check().await.unwrap_err();
    assert!(error.to_string().contains("pg_amcheck"), "{error}");
}
