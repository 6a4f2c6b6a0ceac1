//! The turn of the day: all windows of twelve signals move by a day, and every account is scored again. The same partials are left as Parquet for peers.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int32Array, RecordBatch};
use mainstay_health::{
    About, Column, ColumnRef, CompiledModel, FactColumns, HealthError, Inputs, Live, ProductScores, Reading, Scores, Selection,
    SignalPartials, Values, each_at_once,
};
use mainstay_lake::expressions::ExpressionEngine;
use mainstay_model::signal::Aggregate;
use mainstay_model::{Day, FactDigest, Timestamp, Workspace, Zone};
use parquet::arrow::ArrowWriter;

use crate::Result;
use crate::events::{mixed, use_of};
use crate::figures::{grouped, keep, median, shown};
use crate::options::{Options, workspace};

/// The day that begins; the partials reach 62 days back.
const TODAY: i32 = 20_000;
const DAYS: i32 = 62;
/// An account uses the product on one day of this many.
const EVERY: u64 = 8;
const RUNS: usize = 5;

/// One use of the product, on a day.
#[derive(Default)]
struct Uses {
    account: Vec<u32>,
    day: Vec<Day>,
    feature: Vec<u64>,
    duration_ms: Vec<f64>,
    failed: Vec<Option<bool>>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let accounts = usize::try_from(options.accounts)?;
    let uses = uses(options.accounts);
    write(options, &uses)?;
    let workspace = read_workspace()?;
    let model = workspace.models.first().ok_or("the workspace has no model")?;
    let names: Vec<&str> = model.components.iter().map(|component| component.name.as_str()).collect();
    let mut running = Vec::new();
    for name in &names {
        let signal = workspace.signals.get(*name).ok_or_else(|| format!("there is no signal {name}"))?;
        let reading = Reading::new(signal, |other| workspace.signals.get(other))?;
        running.push((partials(&reading.aggregate, &uses)?, reading, signal.integer));
    }
    let column = |name: &str| {
        let index = names.iter().position(|one| *one == name)?;
        Some(ColumnRef { index, integer: running.get(index)?.2 })
    };
    let compiled = CompiledModel::new(model, &workspace.bands, column)?;
    let (mut columns, mut scores) = (vec![], Scores::default());
    let about = About { connected: true, born: &[] };
    let mut lives = Vec::new();
    for (partials, reading, _) in &running {
        let live = Live::new(reading, partials, Day(TODAY - 1), Selection::All(accounts))?;
        columns.push(live.column(&about));
        lives.push(live);
    }
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut fresh = lives.clone();
        let begun = Instant::now();
        let signals = fresh.iter_mut().zip(&running).zip(&mut columns).collect();
        each_at_once(signals, |((live, (partials, ..)), column)| -> std::result::Result<(), HealthError> {
            live.turn(partials, Day(TODAY))?;
            live.fill(column, &about);
            Ok(())
        })?;
        let inputs = Inputs { columns: &columns, guards: &[], products: ProductScores::default() };
        compiled.score_again(&inputs, accounts, &mut scores);
        times.push(begun.elapsed());
    }
    tell(options, &times, &scores, &columns)
}

fn tell(options: &Options, times: &[Duration], scores: &Scores, columns: &[Column]) -> Result<()> {
    let what = format!("turn of the day, {} accounts x {} signals", grouped(options.accounts), columns.len());
    let goal = if options.accounts == 1_000_000 { "0.5 s" } else { "" };
    keep(options, &what, &shown(median(times)), goal)?;
    let known: Vec<f64> = (0..scores.shown.0.len()).filter_map(|row| scores.shown.get(row)).collect();
    // Peers must come to the same: benches/peers.py compares.
    let sum: f64 = known.iter().sum();
    let check = serde_json::json!({ "what": what, "scored": known.len(), "sum": sum });
    std::fs::write(options.scratch.join(format!("turn-{}.json", options.accounts)), check.to_string())?;
    Ok(())
}

fn uses(accounts: u64) -> Uses {
    let mut uses = Uses::default();
    for day in 0..DAYS {
        for account in 0..accounts {
            let hash = mixed(account * 64 + day as u64);
            if hash.is_multiple_of(EVERY) {
                let (feature, duration_ms, failed) = use_of(mixed(hash));
                uses.account.push(account as u32);
                uses.day.push(Day(TODAY - DAYS + 1 + day));
                uses.feature.push(feature);
                uses.duration_ms.push(duration_ms as f64);
                uses.failed.push(Some(failed));
            }
        }
    }
    uses
}

fn partials(aggregate: &Aggregate, uses: &Uses) -> Result<SignalPartials> {
    let mut partials = SignalPartials::new(aggregate);
    let rows = uses.account.len();
    let at: Vec<Timestamp> = uses.day.iter().map(|day| Timestamp(i64::from(day.0) * 86_400_000_000)).collect();
    let digest: Vec<FactDigest> = (0..rows as u128).map(FactDigest).collect();
    let words: Vec<String> = (0..40).map(|feature| format!("f{feature}")).collect();
    let texts: Vec<Option<&str>>;
    let days: Vec<Option<Day>>;
    let value = match aggregate {
        Aggregate::Count | Aggregate::ActiveDays => Values::None,
        Aggregate::CountDistinct(_) => {
            texts = uses.feature.iter().map(|feature| words.get(*feature as usize).map(String::as_str)).collect();
            Values::Texts(&texts)
        }
        Aggregate::Share(_) => Values::Booleans(&uses.failed),
        Aggregate::DaysSince(_) => {
            days = uses.day.iter().copied().map(Some).collect();
            Values::Days(&days)
        }
        _ => Values::Numbers(&uses.duration_ms),
    };
    partials.add(&FactColumns { subject: &uses.account, day: &uses.day, at: &at, digest: &digest, value })?;
    Ok(partials)
}

/// One use a day at most: the facts are their own partials.
fn write(options: &Options, uses: &Uses) -> Result<()> {
    let columns: [(&str, ArrayRef); 5] = [
        ("account", Arc::new(uses.account.iter().map(|account| *account as i32).collect::<Int32Array>())),
        ("day", Arc::new(uses.day.iter().map(|day| day.0).collect::<Int32Array>())),
        ("feature", Arc::new(uses.feature.iter().map(|feature| *feature as i32).collect::<Int32Array>())),
        ("duration_ms", Arc::new(Float64Array::from(uses.duration_ms.clone()))),
        ("failed", Arc::new(BooleanArray::from(uses.failed.clone()))),
    ];
    let batch = RecordBatch::try_from_iter(columns)?;
    let file = File::create(options.scratch.join(format!("partials-{}.parquet", options.accounts)))?;
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

fn read_workspace() -> Result<Workspace> {
    let documents = mainstay_spec::read_folder(&workspace())?;
    let checked = mainstay_spec::check(&documents, &ExpressionEngine::new(&Zone::utc()));
    checked.workspace.ok_or_else(|| mainstay_spec::render(&checked.problems, &documents, false).into())
}
