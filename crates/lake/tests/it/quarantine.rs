//! Refused records are kept, found, marked, and survive a restart and a torn line.

use std::io::Write as _;

use mainstay_lake::LakeError;
use mainstay_lake::quarantine::{EntryFilter, EntryStatus, MAX_RAW_BYTES, NewEntry};
use mainstay_model::{ReasonCode, Rejection, Timestamp};

use crate::support::{NOON, open};

fn entry(source: &str, code: ReasonCode, raw: &[u8]) -> NewEntry {
    let rejection = Rejection::new(code, "properties.amount", "x", "write a number");
    NewEntry { source: source.to_owned(), kind: "track".to_owned(), rejection, raw: raw.to_owned() }
}

#[test]
fn entries_are_listed_newest_first_filtered_marked_and_counted_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    let quarantine = lake.quarantine();
    let bad = [
        entry("app", ReasonCode::WrongType, b"{1}"),
        entry("crm", ReasonCode::MissingField, b"{2}"),
        entry("app", ReasonCode::WrongType, b"{3}"),
    ];
    assert_eq!(quarantine.add(bad.to_vec()).unwrap(), [1, 2, 3]);
    quarantine.mark(&[1], EntryStatus::Replayed).unwrap();
    assert!(matches!(quarantine.mark(&[2, 9], EntryStatus::Discarded), Err(LakeError::NoSuchEntry { id: 9 })));
    drop(lake);
    let lake = open(folder.path());
    let quarantine = lake.quarantine();
    let ids = |filter: &EntryFilter, after| quarantine.list(filter, 2, after).unwrap().iter().map(|entry| entry.id).collect::<Vec<_>>();
    assert_eq!(ids(&EntryFilter::default(), None), [3, 2]);
    assert_eq!(ids(&EntryFilter::default(), Some(2)), [1]);
    assert_eq!(ids(&EntryFilter { status: Some(EntryStatus::Open), source: Some("app".to_owned()), ..EntryFilter::default() }, None), [3]);
    let first = quarantine.get(1).unwrap();
    assert_eq!((first.status, first.raw.as_str(), first.whole), (EntryStatus::Replayed, "{1}", true));
    assert_eq!(first.received_at, Timestamp::parse(NOON).unwrap());
    assert_eq!(first.rejection, bad[0].rejection);
    let counts: Vec<_> =
        quarantine.counts().into_iter().map(|count| (count.source, count.code.as_str(), count.status.as_str(), count.count)).collect();
    let expected = [("app", "wrong_type", "open", 1), ("app", "wrong_type", "replayed", 1), ("crm", "missing_field", "open", 1)];
    assert_eq!(counts, expected.map(|(source, code, status, count)| (source.to_owned(), code, status, count)));
    assert_eq!(quarantine.add(vec![entry("app", ReasonCode::TooLarge, b"")]).unwrap(), [4], "numbers go on");
}

#[test]
fn what_was_received_is_kept_to_a_limit_and_says_whether_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    let large = vec![b'x'; MAX_RAW_BYTES + 1];
    let not_utf8 = [b'a', 0xff];
    lake.quarantine().add(vec![entry("app", ReasonCode::TooLarge, &large), entry("app", ReasonCode::MalformedJson, &not_utf8)]).unwrap();
    let entries = lake.quarantine().list(&EntryFilter::default(), 10, None).unwrap();
    assert_eq!(entries.iter().map(|entry| (entry.raw.len(), entry.whole)).collect::<Vec<_>>(), [(4, false), (MAX_RAW_BYTES, false)]);
}

#[test]
fn a_line_torn_by_a_crash_is_left_out_and_the_next_entry_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    lake.quarantine().add(vec![entry("app", ReasonCode::WrongType, b"{1}")]).unwrap();
    drop(lake);
    let file = folder.path().join("quarantine/000001.jsonl");
    std::fs::OpenOptions::new().append(true).open(file).unwrap().write_all(b"{\"add\":{\"id\":2,").unwrap();
    let lake = open(folder.path());
    assert_eq!(lake.quarantine().add(vec![entry("app", ReasonCode::WrongType, b"{2}")]).unwrap(), [2]);
    drop(lake);
    assert_eq!(open(folder.path()).quarantine().get(2).unwrap().raw, "{2}");
}
