//! What the tests share: opening either database, and samples.

use mainstay_model::Timestamp;
use mainstay_store::{
    Answer, Decided, DecisionBatch, OutboxEntry, OutboxStatus, PlayRun, PlayStep, RunChange, RunStatus, RunWrite, StepOutcome, Store, Task,
    TaskStatus, WriteKey,
};
use mainstay_testkit::Database;

pub(crate) async fn open(database: &Database) -> Store {
    match database {
        Database::Sqlite(folder) => Store::open(&folder.path().join("state.sqlite")).await.unwrap(),
        Database::Postgres(url) => Store::open_url(url).await.unwrap(),
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp(seconds * 1_000_000)
}

pub(crate) fn write_key(id: &str, source: &str) -> WriteKey {
    WriteKey {
        id: id.into(),
        prefix: "ms_write_".into(),
        source: source.into(),
        label: String::new(),
        created_at: Timestamp(1),
        revoked_at: None,
    }
}

/// A running run of the play `rescue` for the account `acme`, due at `due`.
pub(crate) fn run(id: &str, due: Timestamp) -> PlayRun {
    PlayRun {
        id: id.into(),
        play: "rescue".into(),
        version: "v1".into(),
        account_id: "acme".into(),
        subject: id.into(),
        status: RunStatus::Running,
        outcome: None,
        trigger_at: at(1),
        trigger_values: "{}".into(),
        baseline: r#"{"logins":3}"#.into(),
        state: "{}".into(),
        due_at: Some(due),
        priority: 50,
        held_out: false,
        started_at: at(2),
        ended_at: None,
        updated_at: at(2),
        revision: 0,
        claim: None,
        claim_until: None,
    }
}

/// A step of a run, decided at second 10.
pub(crate) fn step(run: &PlayRun, name: &str, outcome: StepOutcome) -> PlayStep {
    let decided_at = (outcome != StepOutcome::Waiting).then_some(at(10));
    PlayStep { run_id: run.id.clone(), step: name.into(), due_at: run.due_at, decided_at, outcome, reason: None, effects: "[]".into() }
}

pub(crate) fn entry(key: &str, run: &PlayRun, next: Timestamp) -> OutboxEntry {
    OutboxEntry {
        key: key.into(),
        run_id: Some(run.id.clone()),
        step: Some("mail".into()),
        account_id: run.account_id.clone(),
        channel: "email".into(),
        payload: r#"{"to":"zoë@acme.example"}"#.into(),
        status: OutboxStatus::Waiting,
        attempts: 0,
        next_at: next,
        last_error: None,
        created_at: at(10),
        sent_at: None,
        claim_until: None,
    }
}

pub(crate) fn task(id: &str, owner: Option<&str>, due: Option<Timestamp>) -> Task {
    Task {
        id: id.into(),
        run_id: Some("r1".into()),
        step: Some("call".into()),
        account_id: "acme".into(),
        title: "Call Zoë".into(),
        body: String::new(),
        kind: "call".into(),
        owner: owner.map(Into::into),
        role: Some("csm".into()),
        priority: "normal".into(),
        created_at: at(10),
        due_at: due,
        sla_started_at: None,
        status: TaskStatus::Open,
        outcome: None,
        note: None,
        done_by: None,
        done_at: None,
        money_at_stake: Some("12000.50".into()),
    }
}

/// The decision that a run begins.
pub(crate) fn begin(run: &PlayRun) -> Decided {
    Decided::of(RunWrite::Begin(Box::new(run.clone())))
}

/// The decision that a run, as it was read, goes on with another due time.
pub(crate) fn go_on(run: &PlayRun, due: Option<Timestamp>) -> Decided {
    Decided::of(RunWrite::Change(RunChange {
        id: run.id.clone(),
        revision: run.revision,
        version: run.version.clone(),
        status: if due.is_some() { RunStatus::Running } else { RunStatus::Finished },
        outcome: due.is_none().then(|| "engaged".to_owned()),
        state: r#"{"step":1}"#.into(),
        due_at: due,
        priority: run.priority,
        ended_at: due.is_none().then(|| at(10)),
        updated_at: at(10),
    }))
}

pub(crate) async fn decide(store: &Store, runs: Vec<Decided>) -> Vec<Answer> {
    store.decide(&DecisionBatch { runs, ..DecisionBatch::default() }).await.unwrap()
}
