//! Runs under way: what happened to each is handed to the machine, and what it decided is made ready to be written.

use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use mainstay_model::Timestamp;
use mainstay_model::play::Per;
use mainstay_plays::windows::BusinessTime;
use mainstay_plays::{Input, Outcome, step};
use mainstay_store::PlayRun;
use serde_json::{Map, Value};

use super::answers::RunAnswers;
use super::compiled::CompiledPlay;
use super::look::Look;
use super::stored::run_of;
use crate::engine::State;
use crate::error::Result;

/// A stored run and what happened to it, in order.
#[derive(Debug)]
pub(crate) struct Moving {
    pub(crate) stored: PlayRun,
    pub(crate) play: Arc<CompiledPlay>,
    pub(crate) inputs: Vec<(Input, Option<RecordBatch>)>,
    /// The ended tasks among them, as the store marks them.
    pub(crate) heard_tasks: Vec<(String, Timestamp)>,
}

/// What came of it; none where the run is as it was.
pub(crate) fn advance(moving: &Moving, state: &State, look: &Look, business: &BusinessTime, now: Timestamp) -> Result<Option<Outcome>> {
    let before = run_of(&moving.stored)?;
    let subject = subject_fields(state, moving.play.play.per, before.subject.record.as_deref(), now);
    let row = look.row(&before.subject.account);
    let mut whole = Outcome { run: before.clone(), decided: Vec::new(), effects: Vec::new(), next_due: moving.stored.due_at };
    for (input, fact) in &moving.inputs {
        let answers = RunAnswers { play: &moving.play, look, row, subject: subject.as_ref(), fact: fact.as_ref() };
        let outcome = step(&moving.play.play, &whole.run, input, now, &answers, business);
        whole.run = outcome.run;
        whole.next_due = outcome.next_due;
        whole.decided.extend(outcome.decided);
        whole.effects.extend(outcome.effects);
    }
    let moved = whole.run != before || !whole.decided.is_empty() || !whole.effects.is_empty() || whole.next_due != moving.stored.due_at;
    Ok(moved.then_some(whole))
}

/// The fields of the record that a run is about, where it is not the account.
pub(crate) fn subject_fields(state: &State, per: Per, record: Option<&str>, now: Timestamp) -> Option<Map<String, Value>> {
    let record = record.filter(|_| per != Per::Account)?;
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let mut fields = records.fold(per.entity(), record, now, None)?;
    fields.insert("id".to_owned(), Value::from(record));
    Some(fields)
}
