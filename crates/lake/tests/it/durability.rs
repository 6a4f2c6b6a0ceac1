//! Facts are in the lake once, whatever was repeated, sealed or interrupted in between.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::AsArray as _;
use arrow::datatypes::TimestampMicrosecondType;
use mainstay_lake::{Appended, FactScan, Lake, LakeError, LakeOptions};
use mainstay_model::Timestamp;
use mainstay_testkit::TestClock;

use crate::support::{NOON, block_on, clock, event, facts, identities, once, open, positions, quiet};

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder.join("inbox")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_repeated_fact_is_answered_as_a_duplicate_within_a_batch_across_batches_seals_and_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    let answers = block_on(lake.append(vec![event(1), event(2), event(1)])).unwrap();
    assert_eq!(answers, [Appended::Accepted { position: 1 }, Appended::Accepted { position: 2 }, Appended::Duplicate]);
    assert_eq!(block_on(lake.append(vec![event(2), event(3)])).unwrap(), [Appended::Duplicate, Appended::Accepted { position: 3 }]);
    assert_eq!(block_on(lake.seal()).unwrap(), 3);
    assert_eq!(block_on(lake.append(vec![event(3), event(4)])).unwrap(), [Appended::Duplicate, Appended::Accepted { position: 4 }]);
    drop(lake);
    let lake = open(folder.path());
    assert_eq!(
        block_on(lake.append(facts([1, 4, 5]))).unwrap(),
        [Appended::Duplicate, Appended::Duplicate, Appended::Accepted { position: 5 }]
    );
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=5));
}

#[test]
fn sealing_moves_facts_from_the_inbox_to_files_and_no_read_sees_the_difference() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append(facts(1..=1000))).unwrap();
    let before = lake.snapshot().unwrap();
    assert!(before.event_files.is_empty());
    block_on(lake.seal()).unwrap();
    let after = lake.snapshot().unwrap();
    assert!(after.tail_events.is_empty() && after.tail_records.is_empty());
    assert_eq!(after.event_files.iter().map(|file| file.rows).sum::<u64>(), 900);
    let mut partitions: Vec<_> = after.event_files.iter().chain(&after.record_files).filter_map(|file| file.partition.clone()).collect();
    partitions.sort();
    assert_eq!(partitions, ["2026-09", "2026-10", "accounts"]);
    for snapshot in [&before, &after] {
        assert_eq!(identities(snapshot), once(1..=1000));
        assert_eq!(snapshot.position, 1000);
    }
    assert!(segments(folder.path()).is_empty(), "sealed segments are deleted");
    drop(lake);
    assert_eq!(identities(&open(folder.path()).snapshot().unwrap()), once(1..=1000));
}

#[test]
fn a_frame_torn_by_a_crash_is_left_out_and_what_came_before_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append(facts(1..=10))).unwrap();
    block_on(lake.append(facts(11..=20))).unwrap();
    drop(lake);
    let segment = segments(folder.path()).pop().unwrap();
    let bytes = fs::read(&segment).unwrap();
    for cut in [1, 30, 200] {
        fs::write(&segment, &bytes[..bytes.len() - cut]).unwrap();
        let lake = open(folder.path());
        assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=10), "cut by {cut}");
        drop(lake);
    }
    let lake = open(folder.path());
    assert_eq!(block_on(lake.append(facts([11]))).unwrap(), [Appended::Accepted { position: 11 }], "it was never acknowledged");
}

#[test]
fn bytes_that_changed_in_the_middle_of_the_inbox_are_reported_not_skipped() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append(facts(1..=10))).unwrap();
    block_on(lake.append(facts(11..=20))).unwrap();
    drop(lake);
    let segment = segments(folder.path()).pop().unwrap();
    let mut bytes = fs::read(&segment).unwrap();
    bytes[60] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let error = Lake::open(folder.path(), quiet(), clock()).err().unwrap();
    assert!(matches!(&error, LakeError::Damaged { detail, .. } if detail.contains("byte 0")), "{error}");
}

#[test]
fn facts_are_received_in_order_even_when_the_clock_goes_backwards_and_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at(NOON);
    let noon = Timestamp::parse(NOON).unwrap();
    for (step, seal) in [(0, false), (-3600, true), (-7200, false), (10, true)] {
        clock.set(noon.plus_seconds(step));
        let lake = Lake::open(folder.path(), quiet(), clock.clone()).unwrap();
        block_on(lake.append(facts([lake.position() + 1]))).unwrap();
        clock.forward(-60);
        block_on(lake.append(facts([lake.position() + 1]))).unwrap();
        if seal {
            block_on(lake.seal()).unwrap();
        }
    }
    let snapshot = open(folder.path()).snapshot().unwrap();
    let mut received: Vec<(i64, i64)> = Vec::new();
    for batch in (FactScan::default()).events(&snapshot) {
        let batch = batch.unwrap();
        let at = batch.column_by_name("received_at").unwrap().as_primitive::<TimestampMicrosecondType>().clone();
        received.extend(positions(std::iter::once(batch)).into_iter().zip(at.values().iter().copied()));
    }
    received.sort_unstable();
    assert_eq!(received.len(), 8);
    assert!(received.is_sorted_by_key(|(_, at)| *at), "{received:?}");
    assert!(received.iter().all(|(_, at)| *at >= noon.0));
}

#[test]
fn whoever_listens_gets_every_fact_once_in_order_with_its_position() {
    let folder = tempfile::tempdir().unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel(64);
    let lake = Lake::open(folder.path(), LakeOptions { on_durable: Some(sender), ..quiet() }, clock()).unwrap();
    block_on(async {
        for start in (1..=200).step_by(20) {
            lake.append(facts((start..start + 20).chain([1, 2, 3]))).await.unwrap();
        }
    });
    let mut next = 1;
    while let Ok(group) = receiver.try_recv() {
        for (position, fact) in group.iter() {
            assert_eq!(position, next);
            assert_eq!(fact.digest(), crate::support::fact(position).digest());
            next += 1;
        }
    }
    assert_eq!(next, 201);
}

#[test]
fn many_senders_at_once_are_each_answered_for_their_own_facts() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Arc::new(open(folder.path()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let senders: Vec<_> = (0..50_u64)
            .map(|sender| {
                let lake = Arc::clone(&lake);
                // Each sends its own hundred facts and the first ten that everybody sends.
                tokio::spawn(async move { lake.append(facts((sender * 100 + 1000..sender * 100 + 1100).chain(1..=10))).await.unwrap() })
            })
            .collect();
        let mut shared_accepted = 0;
        for sender in senders {
            let answers = sender.await.unwrap();
            assert!(answers[..100].iter().all(|answer| matches!(answer, Appended::Accepted { .. })));
            shared_accepted += answers[100..].iter().filter(|answer| **answer != Appended::Duplicate).count();
        }
        assert_eq!(shared_accepted, 10);
    });
    assert_eq!(identities(&lake.snapshot().unwrap()), once((1..=10).chain(1000..6000)));
}

#[test]
fn a_folder_in_use_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let _lake = open(folder.path());
    assert!(matches!(Lake::open(folder.path(), quiet(), clock()), Err(LakeError::InUse { .. })));
}

#[test]
fn more_than_the_lake_holds_is_refused_as_busy_and_taken_after_sealing() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path(), LakeOptions { max_tail_bytes: 1000, ..quiet() }, clock()).unwrap();
    block_on(lake.append(facts(1..=10))).unwrap();
    assert!(matches!(block_on(lake.append(facts([11]))), Err(LakeError::Busy { .. })));
    block_on(lake.seal()).unwrap();
    block_on(lake.room());
    block_on(lake.append(facts([11]))).unwrap();
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=11));
}

#[test]
fn enough_facts_are_sealed_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(folder.path(), LakeOptions { seal_facts: 100, ..quiet() }, clock()).unwrap();
    block_on(lake.append(facts(1..=100))).unwrap();
    // Asking to seal waits for the seal that has begun; nothing is left for it to do.
    block_on(lake.seal()).unwrap();
    assert_eq!(identities(&lake.snapshot().unwrap()), once(1..=100));
    assert_eq!(lake.files("events").len(), 2, "sealed once, into two months");
}
