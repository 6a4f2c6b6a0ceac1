//! The progress of imports.

use mainstay_store::ImportProgress;
use mainstay_testkit::{Database, on_both_databases};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::support::open;

async fn the_last_written_progress_is_the_one_that_is_read(database: Database) {
    let store = open(&database).await;
    let mut runner = TestRunner::deterministic();
    let written = proptest::collection::vec((0_u64..1 << 40, any::<bool>(), ".{0,8}"), 1..5);
    for _ in 0..16 {
        let mut last = ImportProgress::default();
        for (rows_done, finished, path) in written.new_tree(&mut runner).unwrap().current() {
            let path = path.replace('\0', "");
            last = ImportProgress { file_digest: "f".into(), mapping_digest: "m".into(), path, rows_done, finished, ..last };
            store.save_import_progress(&last).await.unwrap();
        }
        assert_eq!(store.import_progress("f", "m").await.unwrap(), Some(last));
        assert_eq!(store.import_progress("f", "other").await.unwrap(), None);
    }
}

on_both_databases!(the_last_written_progress_is_the_one_that_is_read);
