//! How many durable steps a second each database takes: claim what is due, decide one step and one outbox entry for each run.
//!
//! `--postgres URL` names an empty database, which is only as durable as its server is set.

use std::time::Instant;

use mainstay_model::Timestamp;
use mainstay_store::{
    Decided, DecisionBatch, OutboxEntry, OutboxStatus, PlayRun, PlayStep, RunChange, RunStatus, RunWrite, StepOutcome, Store,
};

use crate::Result;
use crate::figures::{grouped, keep};
use crate::options::Options;

/// Runs that go through their steps.
const RUNS: usize = 20_000;
/// Steps of each run.
const STEPS: i64 = 3;
/// Runs per claim and decision.
const BATCH: u32 = 500;
const NOW: Timestamp = Timestamp(1_000_000_000);

pub(crate) async fn run(options: &Options) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let sqlite = Store::open(&folder.path().join("state.sqlite")).await?;
    measure(options, "SQLite", sqlite, "10,000 a second, ahead of its peers").await?;
    match &options.postgres {
        Some(url) => measure(options, "PostgreSQL", Store::open_url(url).await?, "3,000 a second, ahead of its peers").await,
        None => Ok(()),
    }
}

async fn measure(options: &Options, name: &str, store: Store, goal: &str) -> Result<()> {
    let waiting = usize::try_from(options.waiting)?;
    begin(&store, "waiting", waiting, NOW.plus_seconds(86_400)).await?;
    let mut best = (0.0, 0);
    for workers in [1, 2, 4] {
        begin(&store, &format!("busy{workers}"), RUNS, NOW).await?;
        let begun = Instant::now();
        let all: Vec<_> = (0..workers).map(|worker| tokio::spawn(work(store.clone(), format!("worker {worker}")))).collect();
        let mut steps = 0;
        for worker in all {
            steps += worker.await??;
        }
        let rate = steps as f64 / begun.elapsed().as_secs_f64();
        println!("{name}: {rate:.0} steps a second with {workers} claimants ({steps} steps, {waiting} runs waiting)");
        if rate > best.0 {
            best = (rate, workers);
        }
    }
    let figure = format!("{} a second, {} claimants", grouped(best.0 as u64), best.1);
    keep(options, &format!("durable steps of plays on {name}, {} runs waiting", grouped(options.waiting)), &figure, goal)
}

async fn begin(store: &Store, prefix: &str, runs: usize, due_at: Timestamp) -> Result<()> {
    let all: Vec<Decided> =
        (0..runs).map(|number| Decided::of(RunWrite::Begin(Box::new(waiting_run(format!("{prefix}-{number}"), due_at))))).collect();
    for runs in all.chunks(BATCH as usize) {
        store.decide(&DecisionBatch { runs: runs.to_vec(), ..DecisionBatch::default() }).await?;
    }
    Ok(())
}

/// Claims and decides until nothing is due any more; answers how many steps that were.
async fn work(store: Store, claimant: String) -> Result<usize> {
    let mut steps = 0;
    loop {
        let claimed = store.claim_due(NOW, BATCH, NOW.plus_seconds(60), &claimant).await?;
        if claimed.is_empty() {
            return Ok(steps);
        }
        steps += claimed.len();
        let runs = claimed.iter().map(decided).collect();
        store.decide(&DecisionBatch { runs, ..DecisionBatch::default() }).await?;
    }
}

fn decided(run: &PlayRun) -> Decided {
    let over = run.revision + 1 == STEPS;
    let step = format!("step_{}", run.revision);
    Decided {
        steps: vec![PlayStep {
            run_id: run.id.clone(),
            step: step.clone(),
            due_at: run.due_at,
            decided_at: Some(NOW),
            outcome: StepOutcome::Done,
            reason: None,
            effects: r#"[{"email":{"to":"champion","template":"quick_check_in"}}]"#.into(),
        }],
        outbox: vec![OutboxEntry {
            key: format!("{}/{step}/0", run.id),
            run_id: Some(run.id.clone()),
            step: Some(step),
            account_id: run.account_id.clone(),
            channel: "email".into(),
            payload: r#"{"to":"zoe@acme.example","template":"quick_check_in","category":"success"}"#.into(),
            status: OutboxStatus::Waiting,
            attempts: 0,
            next_at: NOW,
            last_error: None,
            created_at: NOW,
            sent_at: None,
            claim_until: None,
        }],
        ..Decided::of(RunWrite::Change(RunChange {
            id: run.id.clone(),
            revision: run.revision,
            version: run.version.clone(),
            status: if over { RunStatus::Finished } else { RunStatus::Running },
            outcome: None,
            state: run.state.clone(),
            due_at: (!over).then_some(NOW),
            priority: run.priority,
            ended_at: over.then_some(NOW),
            updated_at: NOW,
        }))
    }
}

fn waiting_run(id: String, due_at: Timestamp) -> PlayRun {
    PlayRun {
        play: "usage_decline".into(),
        version: "0123456789abcdef".into(),
        account_id: format!("account-{id}"),
        subject: format!("account-{id}"),
        id,
        status: RunStatus::Running,
        outcome: None,
        trigger_at: NOW,
        trigger_values: r#"{"usage_change_30d":-0.61}"#.into(),
        baseline: r#"{"logins_7d":12,"health_score":58.5,"arr":"12000"}"#.into(),
        state: r#"{"steps":{"alert":"done"},"goals":{}}"#.into(),
        due_at: Some(due_at),
        priority: 50,
        held_out: false,
        started_at: NOW,
        ended_at: None,
        updated_at: NOW,
        revision: 0,
        claim: None,
        claim_until: None,
    }
}
