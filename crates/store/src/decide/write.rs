//! The statements of a decision, each for all runs of the batch.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row as _;

use crate::decide::{Answer, Decided, DecisionBatch, Ending, RunChange, RunWrite};
use crate::dialect::{Connection, Row};
use crate::in_app::{INSERT_IN_APP, in_app_values};
use crate::interventions::{INSERT_INTERVENTION, intervention_values};
use crate::outbox::{INSERT_OUTBOX, WITHDRAW, entry_values};
use crate::plays::{baseline_values, condition_values, cursor_values};
use crate::refusals::{KEEP_REFUSALS, refusal_values};
use crate::runs::{INSERT_RUN, run_values};
use crate::statement::{Value, for_rows};
use crate::steps::step_values;
use crate::tags::{INSERT_TAG, tag_values};
use crate::tasks::{CANCEL_TASKS, HEARD_TASKS, INSERT_TASK, heard_values, task_values};
use crate::verdicts::{INSERT_VERDICT, verdict_values};

type Outcome<T> = std::result::Result<T, sqlx::Error>;

const NOTHING_TWICE: &str = " on conflict do nothing";

pub(super) async fn batch(connection: &mut Connection, batch: &DecisionBatch) -> Outcome<Vec<Answer>> {
    let answers = runs(connection, &batch.runs).await?;
    let written = || batch.runs.iter().zip(&answers).filter(|(_, answer)| **answer == Answer::Written).map(|(decided, _)| decided);
    steps(connection, written()).await?;
    // Before anything new is written: what the last decision about a run sets off stays.
    let endings = || written().filter_map(|decided| Some(ending_values(decided.run.id(), decided.ending.as_ref()?))).collect();
    for_rows(connection, WITHDRAW.0, endings(), WITHDRAW.1).await?;
    for_rows(connection, CANCEL_TASKS.0, endings(), CANCEL_TASKS.1).await?;
    let outbox = written().flat_map(|decided| &decided.outbox).map(entry_values).collect();
    for_rows(connection, INSERT_OUTBOX, outbox, NOTHING_TWICE).await?;
    let tasks = written().flat_map(|decided| &decided.tasks).map(task_values).collect();
    for_rows(connection, INSERT_TASK, tasks, NOTHING_TWICE).await?;
    let removed = written().flat_map(|decided| &decided.removed_tags).map(pair_values).collect();
    let (head, tail) =
        ("with gone (account_id, tag) as (", ") delete from account_tags where (account_id, tag) in (select account_id, tag from gone)");
    for_rows(connection, head, removed, tail).await?;
    let tags = written().flat_map(|decided| &decided.tags).map(tag_values).collect();
    for_rows(connection, INSERT_TAG, tags, NOTHING_TWICE).await?;
    let interventions = written().flat_map(|decided| &decided.interventions).map(intervention_values).collect();
    for_rows(connection, INSERT_INTERVENTION, interventions, NOTHING_TWICE).await?;
    let in_app = written().flat_map(|decided| &decided.in_app).map(in_app_values).collect();
    for_rows(connection, INSERT_IN_APP, in_app, NOTHING_TWICE).await?;
    let heard = written().flat_map(|decided| &decided.heard_tasks).chain(&batch.heard_tasks);
    for_rows(connection, HEARD_TASKS.0, heard.map(heard_values).collect(), HEARD_TASKS.1).await?;
    triggers(connection, batch).await?;
    let cursor = batch.cursor.map(cursor_values).into_iter().collect();
    let last = " on conflict (id) do update set position = excluded.position, looked_at = excluded.looked_at";
    for_rows(connection, "insert into play_cursor (id, position, looked_at)", cursor, last).await?;
    let verdicts = batch.verdicts.iter().map(verdict_values).collect();
    for_rows(connection, INSERT_VERDICT, verdicts, NOTHING_TWICE).await?;
    for_rows(connection, KEEP_REFUSALS.0, refusal_values(&batch.refusals), KEEP_REFUSALS.1).await?;
    Ok(answers)
}

/// Writes the runs themselves; what they set off hangs on the answers.
async fn runs(connection: &mut Connection, runs: &[Decided]) -> Outcome<Vec<Answer>> {
    // By id, so that two processes lock rows in the same order.
    let mut first: BTreeMap<&str, (usize, &Decided)> = BTreeMap::new();
    for (at, decided) in runs.iter().enumerate() {
        first.entry(decided.run.id()).or_insert((at, decided));
    }
    let begun = first.values().filter_map(|(_, decided)| match &decided.run {
        RunWrite::Begin(run) => Some(run_values(run)),
        RunWrite::Change(_) => None,
    });
    let mut written = ids(&for_rows(connection, INSERT_RUN, begun.collect(), " on conflict do nothing returning id").await?)?;

    let repeated = repeated(connection, first.values().map(|(_, decided)| *decided)).await?;
    let changed = first.values().filter_map(|(_, decided)| match &decided.run {
        RunWrite::Change(change) if !repeated.contains(&change.id) => Some(change_values(change)),
        _ => None,
    });
    let (head, tail) = (
        "with change (id, revision, version, status, outcome, state, due_at, priority, ended_at, updated_at) as (",
        ") update play_runs set revision = change.revision + 1, version = change.version, status = change.status, outcome = change.outcome, \
         state = change.state, due_at = change.due_at, priority = change.priority, ended_at = change.ended_at, \
         updated_at = change.updated_at, claim = null, claim_until = null \
         from change where play_runs.id = change.id and play_runs.revision = change.revision returning play_runs.id",
    );
    written.extend(ids(&for_rows(connection, head, changed.collect(), tail).await?)?);

    let answer = |(at, decided): (usize, &Decided)| {
        let id = decided.run.id();
        match first.get(id) {
            Some((chosen, _)) if *chosen != at => Answer::Stale,
            _ if written.contains(id) => Answer::Written,
            _ if repeated.contains(id) || matches!(decided.run, RunWrite::Begin(_)) => Answer::Repeated,
            _ => Answer::Stale,
        }
    };
    Ok(runs.iter().enumerate().map(answer).collect())
}

/// Which runs of the batch have a step that is decided already.
async fn repeated(connection: &mut Connection, runs: impl Iterator<Item = &Decided>) -> Outcome<BTreeSet<String>> {
    let wanted = runs.filter(|decided| matches!(decided.run, RunWrite::Change(_))).flat_map(|decided| &decided.steps);
    let wanted = wanted.map(|step| [Value::from(&step.run_id), Value::from(&step.step)]).collect();
    let (head, tail) = (
        "with wanted (run_id, step) as (",
        ") select play_steps.run_id as id from play_steps join wanted on play_steps.run_id = wanted.run_id and play_steps.step = wanted.step \
         where play_steps.outcome <> 'waiting'",
    );
    ids(&for_rows(connection, head, wanted, tail).await?)
}

/// Writes steps; one that waited gets its outcome.
async fn steps<'a>(connection: &mut Connection, runs: impl Iterator<Item = &'a Decided>) -> Outcome<()> {
    let head = "insert into play_steps (run_id, step, due_at, decided_at, outcome, reason, effects)";
    let tail = " on conflict (run_id, step) do update set due_at = excluded.due_at, decided_at = excluded.decided_at, \
         outcome = excluded.outcome, reason = excluded.reason, effects = excluded.effects where play_steps.outcome = 'waiting'";
    // A step that waits and is decided in the same breath is written as decided.
    let last: BTreeMap<_, _> = runs.flat_map(|decided| &decided.steps).map(|step| ((&step.run_id, &step.step), step)).collect();
    for_rows(connection, head, last.into_values().map(step_values).collect(), tail).await.map(drop)
}

/// Writes where triggers stand.
async fn triggers(connection: &mut Connection, batch: &DecisionBatch) -> Outcome<()> {
    let ended = batch.conditions_ended.iter().map(pair_values).collect();
    let (head, tail) =
        ("with gone (play, subject) as (", ") delete from play_conditions where (play, subject) in (select play, subject from gone)");
    for_rows(connection, head, ended, tail).await?;
    let met = batch.conditions_met.iter().map(condition_values).collect();
    for_rows(connection, "insert into play_conditions (play, subject, account_id, since)", met, NOTHING_TWICE).await?;
    let baselines = batch.baselines.iter().map(baseline_values).collect();
    for_rows(connection, "insert into play_baselines (play, trigger_digest, since)", baselines, NOTHING_TWICE).await.map(drop)
}

fn ids(rows: &[Row]) -> Outcome<BTreeSet<String>> {
    rows.iter().map(|row| row.try_get("id")).collect()
}

fn pair_values((left, right): &(String, String)) -> [Value; 2] {
    [Value::from(left), Value::from(right)]
}

fn ending_values(run_id: &str, ending: &Ending) -> [Value; 4] {
    [Value::from(run_id), Value::from(&ending.by), Value::from(&ending.note), Value::from(ending.at)]
}

fn change_values(change: &RunChange) -> [Value; 10] {
    [
        Value::from(&change.id),
        Value::from(change.revision),
        Value::from(&change.version),
        Value::from(change.status.as_str()),
        Value::from(&change.outcome),
        Value::from(&change.state),
        Value::from(change.due_at),
        Value::from(change.priority),
        Value::from(change.ended_at),
        Value::from(change.updated_at),
    ]
}
