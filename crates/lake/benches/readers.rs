//! How fast facts become durable, and how the two readers fare before and after compaction: one day of all accounts, one account over all days.
//!
//! `cargo bench -p mainstay-lake --bench readers -- [events]`

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a measurement, not product code")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_lake::{FactScan, Lake, LakeOptions, Snapshot, Subjects};
use mainstay_model::{Event, EventKind, Fact, Timestamp};
use mainstay_testkit::TestClock;

const ACCOUNTS: u64 = 20_000;
const DAYS: u64 = 730;
const DAY_SECONDS: i64 = 86_400;
const SENDERS: u64 = 64;
const BATCH: u64 = 100;

fn event(number: u64, total: u64) -> Fact {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20;
    let account = mixed % ACCOUNTS;
    let names = ["Signed In", "Feature Used", "Report Viewed", "File Exported", "User Invited"];
    Fact::Event(Event {
        source: "app".to_owned(),
        message_id: format!("node-{number:016x}-{:08x}", mixed as u32),
        kind: EventKind::Track,
        name: names.get(mixed as usize % names.len()).copied().unwrap_or_default().to_owned(),
        account_id: (!number.is_multiple_of(5)).then(|| format!("acc-{account:06}")),
        user_id: Some(format!("usr-{account:06}-{}", mixed / 7 % 10)),
        anonymous_id: None,
        occurred_at: first_day().plus_seconds((number * DAYS * DAY_SECONDS as u64 / total) as i64),
        received_at: Timestamp(0),
        properties: format!("{{\"feature\":\"f{}\",\"duration_ms\":{},\"plan\":\"pro\"}}", mixed % 40, mixed % 9000),
    })
}

fn first_day() -> Timestamp {
    Timestamp::parse("2024-11-01T00:00:00Z").unwrap()
}

fn day(snapshot: &Snapshot) -> (u64, usize) {
    let from = first_day().plus_seconds(400 * DAY_SECONDS);
    let to = Timestamp(from.plus_seconds(DAY_SECONDS).0 - 1);
    count(FactScan { occurred_at: Some(from..=to), ..FactScan::default() }, snapshot)
}

fn account(snapshot: &Snapshot) -> (u64, usize) {
    let mut subjects = Subjects::default();
    subjects.accounts.insert("acc-001234".to_owned());
    subjects.users.extend((0..10).map(|user| format!("usr-001234-{user}")));
    count(FactScan { subjects: Some(Arc::new(subjects)), ..FactScan::default() }, snapshot)
}

fn count(scan: FactScan, snapshot: &Snapshot) -> (u64, usize) {
    let mut batches = scan.events(snapshot);
    let rows = batches.by_ref().map(|batch| batch.unwrap().num_rows() as u64).sum();
    (rows, batches.row_groups_read())
}

/// The least processor time of five runs: what else the machine does is not counted.
fn timed<T>(mut work: impl FnMut() -> T) -> (T, Duration) {
    let mut best = Duration::MAX;
    let mut result = None;
    for _ in 0..5 {
        let begun = processor_time();
        result = Some(work());
        best = best.min(processor_time().saturating_sub(begun));
    }
    (result.unwrap(), best)
}

/// What this thread has used of the processor.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn show(when: &str, snapshot: &Snapshot) {
    let bytes: u64 = snapshot.event_files.iter().map(|file| file.size).sum();
    let ((day_rows, day_groups), day_time) = timed(|| day(snapshot));
    let ((account_rows, account_groups), account_time) = timed(|| account(snapshot));
    println!("{when}: {} files, {} MB", snapshot.event_files.len(), bytes >> 20);
    println!("  one day, all accounts: {day_rows} rows, {day_groups} row groups, {:.1} ms of processor", day_time.as_secs_f64() * 1e3);
    println!(
        "  one account, all days: {account_rows} rows, {account_groups} row groups, {:.1} ms of processor",
        account_time.as_secs_f64() * 1e3
    );
}

fn main() {
    let total = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(4_000_000_u64);
    let folder = tempfile::tempdir().unwrap();
    let clock = TestClock::at("2026-11-22T12:00:00Z");
    let lake = Arc::new(Lake::open(folder.path(), LakeOptions::default(), clock.clone()).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let begun = Instant::now();
    runtime.block_on(async {
        let senders = (0..SENDERS).map(|sender| {
            let lake = Arc::clone(&lake);
            tokio::spawn(async move {
                for batch in (sender..total / BATCH).step_by(SENDERS as usize) {
                    lake.room().await;
                    lake.append((batch * BATCH..(batch + 1) * BATCH).map(|number| event(number, total)).collect()).await.unwrap();
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
    });
    let took = begun.elapsed().as_secs_f64();
    println!("{total} events durable in batches of {BATCH} from {SENDERS} senders: {took:.1} s, {:.0} a second", total as f64 / took);
    let begun = Instant::now();
    runtime.block_on(lake.seal()).unwrap();
    println!("rest sealed in {:.1} s", begun.elapsed().as_secs_f64());
    show("as sealed", &lake.snapshot().unwrap());
    let begun = Instant::now();
    let done = runtime.block_on(lake.compact()).unwrap();
    println!("compacted {} files to {} in {:.1} s", done.files_before, done.files_after, begun.elapsed().as_secs_f64());
    show("compacted", &lake.snapshot().unwrap());
    let again: Vec<Fact> = (0..BATCH).map(|number| event(number * 7919 % total, total)).collect();
    let begun = Instant::now();
    runtime.block_on(lake.append(again)).unwrap();
    println!("{BATCH} duplicates of old events answered in {:.2} ms", begun.elapsed().as_secs_f64() * 1e3);
    let begun = Instant::now();
    drop(lake);
    let lake = Lake::open(folder.path(), LakeOptions::default(), clock).unwrap();
    println!("closed and opened again in {:.2} s, at position {}", begun.elapsed().as_secs_f64(), lake.position());
}
