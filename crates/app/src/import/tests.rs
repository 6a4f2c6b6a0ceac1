//! Imports over a door that only remembers: what is answered, resumed, refused and never done twice.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use mainstay_model::source::{FileMapping, RowKind, Source, SourceKind, Value};
use mainstay_model::{BandScale, Fact, FactDigest, FieldType, Timestamp, Workspace, Zone, entity};
use mainstay_store::Store;

use super::{Door, ImportReport, ImportRequest, Progress, read_again, run};
use crate::error::{AppError, ErrorCode, Result};
use crate::ingest::{Answer, Candidate};

/// Remembers facts; every third call is busy, as doors sometimes are.
#[derive(Clone, Default)]
struct Memory(Arc<Remembered>);

#[derive(Default)]
struct Remembered {
    facts: Mutex<BTreeMap<FactDigest, Fact>>,
    raw: Mutex<Vec<String>>,
    calls: AtomicUsize,
}

impl Door for Memory {
    async fn ingest(&self, _: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        if self.0.calls.fetch_add(1, Ordering::Relaxed) % 3 == 2 {
            return Err(AppError::new(ErrorCode::Busy, "not now"));
        }
        let answer = |candidate: Candidate| match candidate.fact {
            Err(reason) => {
                let mut raw = self.0.raw.lock().unwrap();
                raw.push(candidate.raw);
                Answer::Rejected { quarantine_id: raw.len() as u64, reason }
            }
            Ok(fact) => match self.0.facts.lock().unwrap().insert(fact.digest(), fact) {
                None => Answer::Accepted,
                Some(_) => Answer::Duplicate,
            },
        };
        Ok(candidates.into_iter().map(answer).collect())
    }

    async fn settle(&self) {}

    fn would_change(&self, entity: &str, id: &str, _: Timestamp, fields: &str) -> bool {
        let known = self.0.facts.lock().unwrap();
        let latest = known.values().filter_map(|fact| match fact {
            Fact::Record(record) if record.entity == entity && record.external_id == id => Some(record),
            _ => None,
        });
        latest.max_by_key(|record| record.occurred_at).is_none_or(|record| record.fields != fields)
    }

    fn now(&self) -> Timestamp {
        Timestamp::parse("2026-03-10T00:00:00Z").unwrap().plus_seconds(self.0.calls.load(Ordering::Relaxed) as i64)
    }
}

/// Presses Ctrl-C when so many rows are answered.
struct StopAfter<'a>(u64, &'a AtomicBool);

impl Progress for StopAfter<'_> {
    fn begin(&self, _: &str, _: u64, _: usize, _: usize) {}

    fn advance(&self, _: u64, rows: u64) {
        if rows >= self.0 {
            self.1.store(true, Ordering::Relaxed);
        }
    }

    fn end(&self) {}

    fn history(&self, _: u32) {}
}

#[allow(clippy::unnecessary_wraps, reason = "mappings take options")]
fn column(name: &str) -> Option<Value> {
    Some(Value::Column(name.into()))
}

fn workspace() -> Workspace {
    let mapping = |matches: &str, rows| FileMapping {
        matches: matches.into(),
        rows,
        id: None,
        occurred_at: None,
        time_zone: Some("UTC".into()),
        account: None,
        user: None,
        name: None,
        fields: BTreeMap::new(),
        types: BTreeMap::new(),
    };
    let events = FileMapping {
        occurred_at: column("at"),
        account: column("account"),
        name: column("what"),
        fields: BTreeMap::from([("amount".into(), Value::Column("amount".into()))]),
        types: BTreeMap::from([("amount".into(), FieldType::Decimal)]),
        ..mapping("events*", RowKind::Events)
    };
    let accounts = FileMapping {
        id: column("id"),
        fields: BTreeMap::from([("name".into(), Value::Column("name".into()))]),
        ..mapping("accounts*", RowKind::Records("accounts".into()))
    };
    let source = Source {
        name: "crm".into(),
        label: "CRM".into(),
        kind: SourceKind::Files,
        fresh_within_hours: None,
        product: None,
        rename_events: BTreeMap::new(),
        files: vec![events, accounts],
        rules: Vec::new(),
    };
    Workspace {
        name: "Test".into(),
        zone: Zone::utc(),
        currency: "USD".into(),
        fiscal_year_starts: 1,
        bands: BandScale::default(),
        calendars: BTreeMap::new(),
        entities: entity::built_in().into_iter().map(|entity| (entity.name.clone(), entity)).collect(),
        sources: BTreeMap::from([("crm".into(), source)]),
        signals: BTreeMap::new(),
        thresholds: BTreeMap::new(),
        segments: BTreeMap::new(),
        models: Vec::new(),
        plays: BTreeMap::new(),
        outreach: mainstay_model::outreach::Outreach::default(),
        lifecycle: mainstay_model::lifecycle::Lifecycle::default(),
        templates: BTreeMap::new(),
        scenarios: Vec::new(),
        version: String::new(),
    }
}

struct Office {
    folder: tempfile::TempDir,
    door: Memory,
    store: Store,
    workspace: Workspace,
}

impl Office {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("state.db")).await.unwrap();
        Self { folder, door: Memory::default(), store, workspace: workspace() }
    }

    fn file(&self, name: &str, text: &str) -> std::path::PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    async fn import(&self, path: &Path) -> ImportReport {
        self.import_until(path, u64::MAX).await
    }

    async fn import_until(&self, path: &Path, rows: u64) -> ImportReport {
        let stop = AtomicBool::new(false);
        let request = ImportRequest { path: path.to_owned(), source: None, dry_run: false, history: false };
        run(&self.door, &self.store, &self.workspace, &request, &StopAfter(rows, &stop), &stop).await.unwrap()
    }

    fn known(&self) -> usize {
        self.door.0.facts.lock().unwrap().len()
    }
}

fn counts(report: &ImportReport) -> (u64, u64, u64) {
    let total = |count: fn(&super::FileReport) -> u64| report.total(count);
    (total(|file| file.accepted), total(|file| file.duplicate), total(|file| file.rejected))
}

#[tokio::test]
async fn an_import_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been() {
    let office = Office::new().await;
    let mut text = String::from("account,what,at,amount\n");
    for row in 0..60_000 {
        // Three equal rows each; every thousandth is refused.
        let amount = if row % 1000 == 7 { "much".to_owned() } else { (row / 3).to_string() };
        let _ = writeln!(text, "a,Paid,2026-03-01T00:00:00,{amount}");
    }
    let path = office.file("events.csv", &text);
    let first = office.import_until(&path, 1).await;
    assert!(first.stopped && first.files[0].rows < 60_000, "{first:?}");
    let second = office.import(&path).await;
    assert!(second.complete() && second.files[0].resumed_after > 0);
    assert_eq!(first.files[0].rows + second.files[0].rows, 60_000);
    assert_eq!(office.known(), 60_000 - 60);
    assert_eq!(office.door.0.raw.lock().unwrap().len(), 60);

    let third = office.import(&path).await;
    assert!(third.files[0].unchanged);
    assert_eq!((counts(&third), third.files[0].rejected_before), ((0, 60_000 - 60, 0), 60));
    assert_eq!(office.door.0.raw.lock().unwrap().len(), 60, "what was refused before is not put into the quarantine again");

    let longer = office.file("events-2.csv", &(text + "a,Paid,2026-03-02T00:00:00,1\n"));
    assert_eq!(counts(&office.import(&longer).await), (1, 60_000 - 60, 60), "the next delivery holds the rows of the last one too");
}

#[tokio::test]
async fn states_are_versions_only_where_they_differ_and_a_file_may_not_contradict_itself() {
    let office = Office::new().await;
    let path = office.file("accounts.csv", "id,name\n1,One\n2,Two\n2,Two\n1,Uno\n");
    let first = office.import(&path).await;
    assert_eq!(counts(&first), (2, 1, 1));
    assert_eq!(first.files[0].reasons[0].code.as_str(), "rule_violated");
    assert_eq!(counts(&office.import(&path).await), (0, 3, 0), "the same file again");
    let path = office.file("accounts.csv", "id,name\n1,Uno\n2,Two\n");
    assert_eq!(counts(&office.import(&path).await), (1, 1, 0));
    let path = office.file("accounts.csv", "id,name\n1,One\n2,\n");
    assert_eq!(counts(&office.import(&path).await), (2, 0, 0), "an empty cell takes the value away");
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_reason_and_can_be_mended() {
    let office = Office::new().await;
    let megabyte = format!("a,{},2026-03-01T00:00:00,1", "x".repeat(1 << 20));
    let rows = [
        megabyte.as_str(),
        "a,Paid,2026-03-01T00:00:00,1",
        "a,Paid,2026-03-01T00:00:00,1,2",
        "a,Paid,1970-01-01T00:00:00,1",
        "a,Paid,2030-01-01T00:00:00,1",
        ",Paid,2026-03-01T00:00:00,1",
        "a,,2026-03-01T00:00:00,1",
        "a,Paid,yesterday,1",
        "a,Paid,,1",
    ];
    let path = office.file("events.csv", &format!("account,what,at,amount\n{}\n", rows.join("\n")));
    let report = office.import(&path).await;
    let codes: BTreeMap<&str, u64> = report.files[0].reasons.iter().map(|reason| (reason.code.as_str(), reason.count)).fold(
        BTreeMap::new(),
        |mut sum, (code, count)| {
            *sum.entry(code).or_default() += count;
            sum
        },
    );
    let expected =
        [("in_the_future", 1), ("invalid_time", 1), ("malformed_row", 1), ("missing_field", 3), ("text_too_long", 1), ("too_old", 1)];
    assert_eq!(codes, BTreeMap::from(expected));

    let raw = office.door.0.raw.lock().unwrap().iter().find(|raw| raw.contains("yesterday")).unwrap().clone();
    let now = office.door.now();
    let again = read_again(&office.workspace, "crm", &raw, now).unwrap();
    assert!(again[0].fact.is_err());
    let mended = read_again(&office.workspace, "crm", &raw.replace("yesterday", "2026-03-01T00:00:00"), now).unwrap();
    let known = office.door.0.facts.lock().unwrap();
    let digest = mended[0].fact.as_ref().unwrap().digest();
    assert!(known.contains_key(&digest), "mended, it says what the first row says, and is the same fact");
    assert!(read_again(&office.workspace, "crm", "{\"file\":\"events.csv\",\"row\":2,\"text\":\"a,Paid\"}", now).is_err());
}
