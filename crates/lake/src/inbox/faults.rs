//! What the inbox does when the disk fails: tests with files that refuse to be written, synced or cut.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::RecordBatch;
use mainstay_model::{Event, EventKind, Fact, Timestamp};
use mainstay_testkit::TestClock;

use super::Appended;
use super::segment::{LogFile, create_file};
use crate::error::LakeError;
use crate::lake::{Lake, LakeOptions};

/// What fails at the moment.
#[derive(Default)]
struct Faults {
    /// Half of what is written arrives, then the disk is full.
    full: AtomicBool,
    /// Everything is written, but nobody knows whether it reached the disk.
    sync: AtomicBool,
    /// Files cannot be cut.
    truncate: AtomicBool,
    /// No file can be made.
    create: AtomicBool,
}

/// Which faults a case has.
type Broken = fn(&Faults) -> [&AtomicBool; 2];

fn set(faults: [&AtomicBool; 2], fails: bool) {
    for fault in faults {
        fault.store(fails, Ordering::SeqCst);
    }
}

struct FaultyFile {
    file: Box<dyn LogFile>,
    faults: Arc<Faults>,
}

impl LogFile for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.faults.full.load(Ordering::SeqCst) {
            self.file.append(&bytes[..bytes.len() / 2])?;
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.faults.sync.load(Ordering::SeqCst) { Err(io::Error::other("the disk did not answer")) } else { self.file.sync() }
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        if self.faults.truncate.load(Ordering::SeqCst) {
            Err(io::Error::other("the disk did not answer"))
        } else {
            self.file.truncate(length)
        }
    }
}

fn open(folder: &Path, faults: &Arc<Faults>) -> Lake {
    let faults = Arc::clone(faults);
    let files = move |path: &Path| -> io::Result<Box<dyn LogFile>> {
        if faults.create.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(Box::new(FaultyFile { file: create_file(path)?, faults: Arc::clone(&faults) }))
    };
    Lake::open_with(folder, LakeOptions::default(), TestClock::at("2026-11-22T12:00:00Z"), Box::new(files)).unwrap()
}

fn event(number: u64) -> Fact {
    Fact::Event(Event {
        source: "app".to_owned(),
        message_id: format!("m{number}"),
        kind: EventKind::Track,
        name: "Signed In".to_owned(),
        account_id: None,
        user_id: None,
        anonymous_id: None,
        occurred_at: Timestamp(1_790_000_000_000_000),
        received_at: Timestamp(0),
        properties: "{}".to_owned(),
    })
}

fn append(lake: &Lake, numbers: &[u64]) -> Result<Vec<Appended>, LakeError> {
    let facts = numbers.iter().copied().map(event).collect();
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(lake.append(facts))
}

fn accepted(positions: std::ops::RangeInclusive<u64>) -> Vec<Appended> {
    positions.map(|position| Appended::Accepted { position }).collect()
}

fn rows(lake: &Lake) -> usize {
    lake.snapshot().unwrap().tail_events.iter().map(RecordBatch::num_rows).sum()
}

#[test]
fn when_the_disk_fails_nothing_is_accepted_and_when_it_works_again_everything_is() {
    let cases: [(&str, Broken); 5] = [
        ("full", |faults| [&faults.full, &faults.full]),
        ("full and cannot be cut", |faults| [&faults.full, &faults.truncate]),
        ("sync fails", |faults| [&faults.sync, &faults.sync]),
        ("sync fails and cannot be cut", |faults| [&faults.sync, &faults.truncate]),
        ("full and no new file", |faults| [&faults.full, &faults.create]),
    ];
    for (name, broken) in cases {
        let folder = tempfile::tempdir().unwrap();
        let faults = Arc::new(Faults::default());
        let lake = open(folder.path(), &faults);
        assert_eq!(append(&lake, &[1, 2]).unwrap(), accepted(1..=2), "{name}");
        set(broken(&faults), true);
        for _ in 0..3 {
            let error = append(&lake, &[3, 4]).unwrap_err();
            assert!(matches!(error, LakeError::NotDurable { .. }), "{name}: {error}");
            assert_eq!(rows(&lake), 2, "{name}");
        }
        assert_eq!(append(&lake, &[1]).unwrap(), [Appended::Duplicate], "{name}: what is durable needs no disk");
        set(broken(&faults), false);
        assert_eq!(append(&lake, &[4, 5]).unwrap(), accepted(3..=4), "{name}");
        drop(lake);
        let lake = open(folder.path(), &faults);
        assert_eq!(rows(&lake), 4, "{name}");
        assert_eq!(append(&lake, &[3]).unwrap(), accepted(5..=5), "{name}: it was refused, so it is new");
    }
}
