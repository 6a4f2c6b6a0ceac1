//! Steps of runs: what was decided about each, once.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::statement::Value;

words! {
    /// What became of a step.
    StepOutcome, "outcome of a step", {
        /// Its actions were taken.
        Done = "done",
        /// It was left out, for the reason given.
        Skipped = "skipped",
        /// It could not be done, for the reason given.
        Failed = "failed",
        /// Something later made it pointless.
        Superseded = "superseded",
        /// It waits for an event, a task or an approval; the only outcome that another one may follow.
        Waiting = "waiting",
    }
}

/// A step of a run that was decided about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayStep {
    /// The run.
    pub run_id: String,
    /// The step's name; repetitions have names of their own.
    pub step: String,
    /// When it was due.
    pub due_at: Option<Timestamp>,
    /// When it was decided; none while it waits.
    pub decided_at: Option<Timestamp>,
    /// What became of it.
    pub outcome: StepOutcome,
    /// Why.
    pub reason: Option<String>,
    /// What it set off, as JSON.
    pub effects: String,
}

impl Store {
    /// The steps of a run that were decided about, in the order of their due times.
    pub async fn steps_of_run(&self, run_id: &str) -> Result<Vec<PlayStep>> {
        const READ: &str = "list the steps of a run";
        let rows = sqlx::query("select * from play_steps where run_id = $1 order by coalesce(due_at, decided_at), decided_at, step")
            .bind(run_id)
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        read_all(&rows, READ, read_step)
    }
}

pub(crate) fn step_values(step: &PlayStep) -> [Value; 7] {
    [
        Value::from(&step.run_id),
        Value::from(&step.step),
        Value::from(step.due_at),
        Value::from(step.decided_at),
        Value::from(step.outcome.as_str()),
        Value::from(&step.reason),
        Value::from(&step.effects),
    ]
}

pub(crate) fn read_step(row: Fields<'_>) -> Result<PlayStep> {
    Ok(PlayStep {
        run_id: row.text("run_id")?,
        step: row.text("step")?,
        due_at: row.at_if_any("due_at")?,
        decided_at: row.at_if_any("decided_at")?,
        outcome: row.word("outcome")?,
        reason: row.text_if_any("reason")?,
        effects: row.text("effects")?,
    })
}
