//! How late a step of a play is decided and durable, while very many other runs wait: the application as it runs, its looks timed from outside.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_app::ingest::Candidate;
use mainstay_app::{App, AppOptions};
use mainstay_model::{Clock as _, Event, Fact, RecordVersion, Timestamp};
use mainstay_store::{Decided, DecisionBatch, PlayRun, RunFilter, RunWrite};
use serde_json::Value;

use crate::Result;
use crate::events::{SOURCE, SystemClock, account, event, mixed};
use crate::figures::{grouped, keep, quantile, shown};
use crate::options::Options;

/// Runs that come due while it is measured.
const DUE: u64 = 2_000;
/// Seconds from now until the first of them is due: until then they have begun.
const FIRST_SECONDS: i64 = 30;
/// Seconds over which they are spread.
const SPREAD_SECONDS: i64 = 30;
/// How often a running server looks.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Runs that are written at once.
const BATCH: usize = 2_000;
const HOUR_SECONDS: i64 = 3_600;
const MAINSTAY: &str = "name: Timers\ntime_zone: UTC\nroles:\n  csm: { email: csm@vendor.example }\n";
const SOURCES: &str = "sources:\n  product: { kind: tracking }\n";
const SIGNALS: &str = "signals:\n  uses: { from: events, measure: count(), window: 7 days }\n";
const PLAYS: &str = "\
plays:
  patience:
    purpose: internal
    trigger: { event: Began }
    steps:
      - at: hour 1
        name: after
        do:
          - task: { to: csm, title: \"Look at {{ account.id }}\" }
";

pub(crate) async fn run(options: &Options) -> Result<()> {
    measure(options, "SQLite", None).await?;
    match &options.postgres {
        Some(url) => measure(options, "PostgreSQL", Some(url)).await,
        None => Ok(()),
    }
}

async fn measure(options: &Options, name: &str, state: Option<&str>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let workspace = folder.path().join("workspace");
    for (path, text) in
        [("mainstay.yaml", MAINSTAY), ("sources/all.yaml", SOURCES), ("signals/all.yaml", SIGNALS), ("plays/all.yaml", PLAYS)]
    {
        let path = workspace.join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(&workspace))?;
        std::fs::write(path, text)?;
    }
    let app = open(folder.path(), state).await?;
    app.look_at_plays().await?;
    // One run as it is stored; all that wait are like it.
    take(&app, vec![began(0, SystemClock.now())]).await?;
    app.look_at_plays().await?;
    let like = app.store().runs(&RunFilter { limit: 1, ..RunFilter::default() }).await?.pop().ok_or("no run began")?;
    let begun = Instant::now();
    wait_beside(&app, &like, options.waiting).await?;
    println!("{name}: {} runs put beside in {:.0} s", grouped(options.waiting), begun.elapsed().as_secs_f64());
    app.close().await?;
    drop(app);

    let begun = Instant::now();
    let app = open(folder.path(), state).await?;
    app.look_at_plays().await?;
    keep(
        options,
        &format!("first look at plays after a start on {name}, {} runs waiting", grouped(options.waiting)),
        &shown(begun.elapsed()),
        "",
    )?;
    let first = SystemClock.now().plus_seconds(FIRST_SECONDS - HOUR_SECONDS);
    let spread = |number: u64| Timestamp(first.0 + (mixed(number) % (SPREAD_SECONDS as u64 * 1_000_000)) as i64);
    take(&app, (1..=DUE).map(|number| began(number, spread(number))).collect()).await?;
    let late = lateness(&app).await?;
    app.close().await?;
    if (late.len() as u64) < DUE {
        return Err(format!("only {} of {DUE} steps were decided", late.len()).into());
    }
    let figure = format!("{}, {}", shown(quantile(&late, 0.5)), shown(quantile(&late, 0.99)));
    keep(options, &format!("timer lateness on {name}, p50 and p99, {} runs waiting", grouped(options.waiting)), &figure, "")
}

async fn open(folder: &Path, state: Option<&str>) -> Result<App> {
    let (workspace, data, state) = (folder.join("workspace"), folder.join("data"), state.map(str::to_owned));
    Ok(App::open(AppOptions { workspace, data, state, clock: Arc::new(SystemClock) }).await?)
}

/// The account of a number, and the event that begins its run.
fn began(number: u64, at: Timestamp) -> [Fact; 2] {
    let id = account(number);
    let record = RecordVersion {
        source: SOURCE.to_owned(),
        entity: "accounts".to_owned(),
        external_id: id.clone(),
        occurred_at: at,
        received_at: at,
        fields: format!("{{\"name\":\"{id}\"}}"),
    };
    [Fact::Record(record), Fact::Event(Event { name: "Began".to_owned(), ..event(number, number, at, "timer") })]
}

async fn take(app: &App, facts: Vec<[Fact; 2]>) -> Result<()> {
    let candidates = facts.into_iter().flatten().map(|fact| Candidate { raw: String::new(), fact: Ok(fact) }).collect();
    app.ingest(SOURCE, "track", candidates).await?;
    app.settle().await;
    Ok(())
}

/// Writes runs like another one, of accounts that nothing else is known of, due far away.
async fn wait_beside(app: &App, like: &PlayRun, count: u64) -> Result<()> {
    let due_at = SystemClock.now().plus_seconds(30 * 24 * HOUR_SECONDS);
    let state: Value = serde_json::from_str(&like.state)?;
    for first in (0..count).step_by(BATCH) {
        let one = |number: u64| -> Result<Decided> {
            let (id, account_id) = (format!("waiting-{number}"), format!("waits-{number}"));
            let mut state = state.clone();
            state["id"] = Value::from(id.as_str());
            state["subject"]["account"] = Value::from(account_id.as_str());
            let run =
                PlayRun { id, subject: account_id.clone(), account_id, state: state.to_string(), due_at: Some(due_at), ..like.clone() };
            Ok(Decided::of(RunWrite::Begin(Box::new(run))))
        };
        let runs = (first..count.min(first + BATCH as u64)).map(one).collect::<Result<Vec<_>>>()?;
        app.store().decide(&DecisionBatch { runs, ..DecisionBatch::default() }).await?;
    }
    Ok(())
}

/// Looks as a running server does until all is done; answers how long after its due time each step was durable.
async fn lateness(app: &App) -> Result<Vec<Duration>> {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let end = SystemClock.now().plus_seconds(FIRST_SECONDS + SPREAD_SECONDS + 10);
    let mut looks = Vec::new();
    while SystemClock.now() < end {
        tick.tick().await;
        let begun = SystemClock.now();
        app.look_at_plays().await?;
        looks.push((begun, SystemClock.now()));
    }
    let mut late = Vec::new();
    for number in 1..=DUE {
        for run in app.store().runs_of_accounts(&[account(number)]).await? {
            for step in app.store().steps_of_run(&run.id).await? {
                let (Some(decided_at), Some(due_at)) = (step.decided_at, step.due_at) else { continue };
                let durable = looks
                    .iter()
                    .find(|(begun, ended)| *begun <= decided_at && decided_at <= *ended)
                    .map_or(decided_at, |(_, ended)| *ended);
                late.push(Duration::from_micros(u64::try_from(durable.0 - due_at.0).unwrap_or_default()));
            }
        }
    }
    Ok(late)
}
