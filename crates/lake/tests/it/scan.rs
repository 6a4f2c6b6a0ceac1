//! A scan answers exactly the rows asked for, whatever is sealed, compacted or still in the tail, and opens only what it must.

use std::sync::Arc;

use arrow::array::AsArray as _;
use mainstay_lake::{FactScan, Snapshot, Subjects};
use mainstay_model::{Fact, Timestamp};

use crate::support::{block_on, event, open, positions, record};

fn asked(scan: &FactScan, snapshot: &Snapshot) -> Vec<i64> {
    positions(scan.clone().events(snapshot).map(Result::unwrap))
}

fn instant(day: i64) -> Timestamp {
    Timestamp::parse("2026-09-01T00:00:00Z").unwrap().plus_seconds(day * 86_400)
}

#[test]
fn rows_are_the_same_from_the_tail_from_sealed_and_from_compacted_files() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    let subjects = Subjects { accounts: ["a03".to_owned()].into(), users: ["u07".to_owned()].into(), ..Subjects::default() };
    let scans = [
        FactScan::default(),
        FactScan { after: Some(900), ..FactScan::default() },
        FactScan { occurred_at: Some(instant(3)..=instant(5)), ..FactScan::default() },
        FactScan { known: Some(Timestamp(0)), ..FactScan::default() },
        FactScan { subjects: Some(Arc::new(subjects)), occurred_at: Some(instant(0)..=instant(40)), ..FactScan::default() },
    ];
    block_on(lake.append((1..=1000).map(event).collect())).unwrap();
    let expected: Vec<Vec<i64>> = scans.iter().map(|scan| asked(scan, &lake.snapshot().unwrap())).collect();
    assert_eq!(expected.iter().map(Vec::len).collect::<Vec<_>>()[..4], [1000, 100, 34, 0]);
    let own = |position: &i64| {
        let Fact::Event(event) = event(*position as u64) else { unreachable!() };
        let mine = event.account_id.map_or(event.user_id.as_deref() == Some("u07"), |account| account == "a03");
        mine && event.occurred_at <= instant(40)
    };
    assert_eq!(expected[4], (1..=1000).filter(own).collect::<Vec<i64>>());
    for _ in 0..2 {
        block_on(lake.seal()).unwrap();
        let found: Vec<Vec<i64>> = scans.iter().map(|scan| asked(scan, &lake.snapshot().unwrap())).collect();
        assert_eq!(found, expected);
        block_on(lake.compact()).unwrap();
    }
}

#[test]
fn files_outside_the_range_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append((1..=1000).map(event).collect())).unwrap();
    block_on(lake.seal()).unwrap();
    block_on(lake.append((1001..=1010).map(event).collect())).unwrap();
    let snapshot = lake.snapshot().unwrap();
    let left = |scan: FactScan| scan.events(&snapshot).files_left();
    assert_eq!(left(FactScan::default()), 2);
    assert_eq!(left(FactScan { after: Some(1000), ..FactScan::default() }), 0);
    assert_eq!(left(FactScan { occurred_at: Some(instant(1)..=instant(2)), ..FactScan::default() }), 1);
    assert_eq!(asked(&FactScan { after: Some(1000), ..FactScan::default() }, &snapshot), (1001..=1010).collect::<Vec<i64>>());
}

#[test]
fn record_versions_come_back_with_their_entity_and_only_the_columns_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    block_on(lake.append((1..=100).map(record).collect())).unwrap();
    block_on(lake.seal()).unwrap();
    block_on(lake.append((101..=120).map(record).collect())).unwrap();
    let snapshot = lake.snapshot().unwrap();
    let columns = Some(vec!["external_id".to_owned(), "entity".to_owned()]);
    let scan = FactScan { entity: Some("people".to_owned()), columns, ..FactScan::default() };
    let mut rows = 0;
    for batch in scan.records(&snapshot) {
        let batch = batch.unwrap();
        assert_eq!(batch.schema().fields().iter().map(|field| field.name().as_str()).collect::<Vec<_>>(), ["entity", "external_id"]);
        assert!(batch.column(0).as_string::<i32>().iter().all(|entity| entity == Some("people")));
        rows += batch.num_rows();
    }
    assert_eq!(rows, 60);
}
