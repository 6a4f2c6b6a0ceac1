//! Compaction changes where rows are, never which rows there are.

use std::collections::BTreeSet;
use std::path::PathBuf;

use mainstay_lake::{Compacted, Lake, LakeOptions, Snapshot};
use mainstay_model::{Event, Fact};

use crate::support::{block_on, clock, event, facts, identities, once, open, quiet};

fn paths(snapshot: &Snapshot) -> BTreeSet<PathBuf> {
    snapshot.event_files.iter().map(|file| file.path.clone()).collect()
}

#[test]
fn closed_months_become_one_file_each_sorted_by_account_with_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    for round in 0..4 {
        block_on(lake.append(facts(round * 500 + 1..=round * 500 + 500))).unwrap();
        block_on(lake.seal()).unwrap();
    }
    let before = lake.snapshot().unwrap();
    assert_eq!(before.event_files.len(), 8);
    let done = block_on(lake.compact()).unwrap();
    assert_eq!((done.files_before, done.files_after, done.rows), (8, 2, 1800));
    let after = lake.snapshot().unwrap();
    assert_eq!(identities(&after), once(1..=2000));
    for file in &after.event_files {
        assert_eq!(file.nulls("account_id").map(|nulls| nulls > 0), Some(true));
        assert!(file.may_hold("account_id", "a07") && !file.may_hold("account_id", "b"));
    }
    // A reader that began before is not disturbed; its files go when it does.
    assert_eq!(identities(&before), once(1..=2000));
    let replaced = paths(&before);
    drop(before);
    block_on(lake.seal()).unwrap();
    assert!(replaced.iter().all(|path| !path.exists()));
    assert_eq!(block_on(lake.compact()).unwrap(), Compacted::default(), "nothing is left to do");
    drop(lake);
    assert_eq!(identities(&open(folder.path()).snapshot().unwrap()), once(1..=2000));
}

#[test]
fn what_does_not_fit_into_memory_is_sorted_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    let options = LakeOptions { compact_memory_bytes: 24 << 20, ..quiet() };
    let lake = Lake::open(folder.path(), options, clock()).unwrap();
    let large = |number| match event(number) {
        Fact::Event(event) => Fact::Event(Event { properties: format!("{{\"text\":\"{}\"}}", number.to_string().repeat(200)), ..event }),
        record @ Fact::Record(_) => record,
    };
    for round in 0..8_u64 {
        block_on(lake.append((round * 5000 + 1..=round * 5000 + 5000).map(large).collect())).unwrap();
        block_on(lake.seal()).unwrap();
    }
    assert_eq!(block_on(lake.compact()).unwrap().rows, 40_000);
    let snapshot = lake.snapshot().unwrap();
    assert_eq!(snapshot.event_files.len(), 2);
    assert!(identities(&snapshot).into_values().all(|count| count == 1) && identities(&snapshot).len() == 40_000);
}

#[test]
fn files_that_a_crash_left_behind_are_deleted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append(facts(1..=50))).unwrap();
    block_on(lake.seal()).unwrap();
    let file = lake.files("events")[0].path.clone();
    drop(lake);
    let orphan = file.with_file_name("sealed-0000000000000099-000.zstd.parquet");
    std::fs::copy(&file, &orphan).unwrap();
    let lake = open(folder.path());
    assert!(!orphan.exists() && file.exists());
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=50));
}
