//! What the tests of the lake share: facts by number, a lake in a folder, and what it holds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{AsArray as _, RecordBatch};
use arrow::datatypes::Int64Type;
use mainstay_lake::{FactScan, Lake, LakeOptions, Snapshot};
use mainstay_model::{Event, EventKind, Fact, RecordVersion, Timestamp};
use mainstay_testkit::TestClock;

pub(crate) const NOON: &str = "2026-11-22T12:00:00Z";
const DAY_MICROS: i64 = 86_400_000_000;

/// Options under which nothing happens by itself.
pub(crate) fn quiet() -> LakeOptions {
    LakeOptions { seal_facts: usize::MAX, seal_bytes: usize::MAX, seal_after: Duration::from_secs(1 << 40), ..LakeOptions::default() }
}

pub(crate) fn open(folder: &Path) -> Lake {
    Lake::open(folder, quiet(), TestClock::at(NOON)).unwrap()
}

/// The event of a number: spread over 60 days and 50 accounts; every seventh without an account.
pub(crate) fn event(number: u64) -> Fact {
    let account = number % 50;
    Fact::Event(Event {
        source: "app".to_owned(),
        message_id: format!("m{number}"),
        kind: EventKind::Track,
        name: "Signed In".to_owned(),
        account_id: (!number.is_multiple_of(7)).then(|| format!("a{account:02}")),
        user_id: Some(format!("u{account:02}")),
        anonymous_id: None,
        occurred_at: Timestamp(Timestamp::parse("2026-09-01T00:00:00Z").unwrap().0 + (number as i64 % 60) * DAY_MICROS + number as i64),
        received_at: Timestamp(0),
        properties: format!("{{\"number\":{number}}}"),
    })
}

/// A version of an account's record.
pub(crate) fn record(number: u64) -> Fact {
    Fact::Record(RecordVersion {
        source: "crm".to_owned(),
        entity: if number.is_multiple_of(2) { "accounts" } else { "people" }.to_owned(),
        external_id: format!("r{number}"),
        occurred_at: Timestamp(1_780_000_000_000_000 + number as i64),
        received_at: Timestamp(0),
        fields: "{\"name\":\"x\"}".to_owned(),
    })
}

/// Mostly events, some records.
pub(crate) fn fact(number: u64) -> Fact {
    if number.is_multiple_of(10) { record(number) } else { event(number) }
}

pub(crate) fn facts(numbers: impl IntoIterator<Item = u64>) -> Vec<Fact> {
    numbers.into_iter().map(fact).collect()
}

/// How often each identity is in a snapshot: message ids and external ids.
pub(crate) fn identities(snapshot: &Snapshot) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    let columns = |column: &str| Some(vec![column.to_owned()]);
    let events = FactScan { columns: columns("message_id"), ..FactScan::default() }.events(snapshot);
    let records = FactScan { columns: columns("external_id"), ..FactScan::default() }.records(snapshot);
    for batch in events.chain(records) {
        for id in batch.unwrap().column(0).as_string::<i32>() {
            *found.entry(id.unwrap().to_owned()).or_default() += 1;
        }
    }
    found
}

/// The identities of facts by number, each once.
pub(crate) fn once(numbers: impl IntoIterator<Item = u64>) -> BTreeMap<String, u32> {
    numbers.into_iter().map(|number| (identity(number), 1)).collect()
}

pub(crate) fn identity(number: u64) -> String {
    if number.is_multiple_of(10) { format!("r{number}") } else { format!("m{number}") }
}

pub(crate) fn positions(batches: impl Iterator<Item = RecordBatch>) -> Vec<i64> {
    let mut positions: Vec<i64> =
        batches.flat_map(|batch| batch.column_by_name("position").unwrap().as_primitive::<Int64Type>().values().to_vec()).collect();
    positions.sort_unstable();
    positions
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

pub(crate) fn clock() -> Arc<TestClock> {
    TestClock::at(NOON)
}
