//! A run's own columns, as conditions and templates read them.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use serde_json::{Value, json};

use crate::Run;

/// The run's own columns at an instant, by name: `baseline.x`, `trigger.x`, `previous_band`, `previous_score`, `goal.x`, `responded`,
/// `task.<step>.outcome`, `step.<step>.outcome`, `day_of_run`, `hours_of_run`. The account's and the subject's are not among them.
#[must_use]
pub fn run_columns(run: &Run, now: Timestamp) -> BTreeMap<String, Value> {
    let mut columns = BTreeMap::new();
    columns.extend(run.baseline.iter().map(|(name, value)| (format!("baseline.{name}"), value.clone())));
    columns.extend(run.trigger.iter().map(|(name, value)| (format!("trigger.{name}"), value.clone())));
    columns.insert("trigger.at".to_owned(), json!(run.started_at.to_rfc3339()));
    if let Some(date) = run.clock.date {
        columns.insert("trigger.date".to_owned(), json!(date.to_string()));
    }
    columns.insert("previous_band".to_owned(), json!(run.previous_band));
    columns.insert("previous_score".to_owned(), json!(run.previous_score));
    columns.extend(run.goals.iter().map(|goal| (format!("goal.{}", goal.name), json!(goal.reached_at.is_some()))));
    columns.insert("responded".to_owned(), json!(run.responded_at.is_some()));
    for step in &run.steps {
        columns.insert(format!("task.{}.outcome", step.name), json!(step.task_outcome));
        columns.insert(format!("step.{}.outcome", step.name), json!(step.outcome.as_ref().map(crate::StepOutcome::word)));
    }
    columns.insert("day_of_run".to_owned(), json!(day_of_run(run, now)));
    columns.insert("hours_of_run".to_owned(), json!((now.micros() - run.started_at.micros()) as f64 / 3_600_000_000.0));
    columns
}

/// Which day of the run an instant is; Day 1 is the trigger's calendar day in the account's zone.
#[must_use]
pub fn day_of_run(run: &Run, at: Timestamp) -> i32 {
    run.clock.zone.day_of(at).since(run.clock.zone.day_of(run.started_at)) + 1
}
