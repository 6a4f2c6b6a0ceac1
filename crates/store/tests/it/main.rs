//! The store over a real file: what is written is there after opening again, and in a copy.

use mainstay_model::Timestamp;
use mainstay_store::{ImportProgress, Store, StoreError, WriteKey};
use proptest::prelude::*;

fn key(id: &str, source: &str) -> WriteKey {
    WriteKey {
        id: id.into(),
        prefix: "ms_write_".into(),
        source: source.into(),
        label: String::new(),
        created_at: Timestamp(1),
        revoked_at: None,
    }
}

#[tokio::test]
async fn what_is_written_is_there_after_opening_again_and_in_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.sqlite");
    let store = Store::open(&path).await.unwrap();
    store.add_write_key("secret", &key("key_1", "product")).await.unwrap();
    let copy = folder.path().join("copy.sqlite");
    store.backup(&copy).await.unwrap();
    assert!(matches!(store.backup(&copy).await, Err(StoreError::Query { .. })), "a copy never overwrites");
    store.close().await;

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
    store.add_write_key("ms_write_0123456789abcdef", &key("key_1", "product")).await.unwrap();
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn the_last_written_progress_is_the_one_that_is_read(rows in proptest::collection::vec((0_u64..1 << 40, any::<bool>()), 1..5)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::open(&folder.path().join("state.sqlite")).await.unwrap();
            let mut last = ImportProgress::default();
            for (rows_done, finished) in rows {
                last = ImportProgress { file_digest: "f".into(), mapping_digest: "m".into(), path: "a.csv".into(), rows_done, finished, ..last };
                store.save_import_progress(&last).await.unwrap();
            }
            assert_eq!(store.import_progress("f", "m").await.unwrap(), Some(last));
            assert_eq!(store.import_progress("f", "other").await.unwrap(), None);
        });
    }
}
