//! Facts as plays hear them: what an event or a record begins, and what it means for runs under way.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{AsArray as _, RecordBatch};
use mainstay_lake::expressions::values;
use mainstay_lake::records::RecordsQuery;
use mainstay_model::play::{Awaited, Body, ConditionId, ExitOn, Per, Trigger};
use mainstay_model::{RecordVersion, Timestamp};
use mainstay_plays::{Input, Response, Subject};
use serde_json::{Map, Value};

use super::begin::Candidate;
use super::compiled::CompiledPlay;
use crate::engine::{State, faulty, instants_of, texts_of, unsorted};
use crate::error::Result;
use crate::ingest::OWN_SOURCE;
use crate::returns::Responded;

/// Facts that were this old when they arrived begin nothing: an import of past years starts no run. How long they then waited to be heard does
/// not count, so that nothing is lost while the server is down. 24 hours.
pub(crate) const MAX_TRIGGER_AGE_SECONDS: i64 = 86_400;

/// What facts mean for plays.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    /// Who may enter a play.
    pub(crate) candidates: Vec<Candidate>,
    /// What happened to accounts, in order: the account, the input and the row it is about.
    pub(crate) inputs: Vec<(String, Input, Option<RecordBatch>)>,
}

/// The names of events that some play waits for, ends at or begins with, and of those by which people respond.
pub(crate) fn awaited_names<'a>(plays: impl Iterator<Item = &'a Arc<CompiledPlay>>) -> Vec<&'a str> {
    let mut names = Responded::ALL.map(Responded::event).to_vec();
    for play in plays {
        if let Trigger::Event { name, .. } = &play.play.trigger {
            names.push(name.as_str());
        }
        let ends = play.play.exits.iter().filter_map(|exit| match &exit.on {
            ExitOn::Event { name, .. } => Some(name.as_str()),
            ExitOn::When(_) => None,
        });
        names.extend(ends);
        names.extend(play.play.steps.iter().filter_map(|step| match &step.body {
            Body::Wait { on: Awaited::Event { name, .. }, .. } => Some(name.as_str()),
            _ => None,
        }));
    }
    names.sort_unstable();
    names.dedup();
    names
}

/// Takes events that count for accounts: `batch` has the account they count for.
pub(crate) fn hear_events(batch: &RecordBatch, plays: &[Arc<CompiledPlay>], names: &[&str], heard: &mut Heard) -> Result<()> {
    let (accounts, users, event_names) = (texts_of(batch, "account_id"), texts_of(batch, "user_id"), texts_of(batch, "name"));
    let (at, received) = (instants_of(batch, "occurred_at"), instants_of(batch, "received_at"));
    let (properties, sources) = (texts_of(batch, "properties"), texts_of(batch, "source"));
    for (row, name) in event_names.iter().enumerate() {
        let (Some(name), Some(account)) = (*name, accounts.get(row).copied().flatten()) else { continue };
        if names.binary_search(&name).is_err() {
            continue;
        }
        let (one, at) = (batch.slice(row, 1), at.get(row).copied().unwrap_or_default());
        let too_old = came_too_old(at, received.get(row).copied().unwrap_or_default());
        if let Some(kind) = Responded::of_event(name).filter(|_| sources.get(row).copied().flatten() == Some(OWN_SOURCE)) {
            heard.inputs.push((account.to_owned(), Input::Replied { kind, at }, None));
        }
        heard.inputs.push((account.to_owned(), Input::Event { name: name.to_owned(), at }, Some(one.clone())));
        for play in plays {
            let Trigger::Event { name: wanted, filter } = &play.play.trigger else { continue };
            if wanted != name || too_old || !passes(play, *filter, &one)? {
                continue;
            }
            let user = users.get(row).copied().flatten();
            let mut trigger: BTreeMap<String, Value> =
                properties.get(row).copied().flatten().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            trigger.insert("name".to_owned(), Value::from(name));
            trigger.extend(user.map(|user| ("user_id".to_owned(), Value::from(user))));
            let record = user.filter(|_| play.play.per == Per::User).map(str::to_owned);
            let candidate = Candidate::of_account(play, account, at, None);
            heard.candidates.push(Candidate { subject: Subject { account: account.to_owned(), record }, trigger, ..candidate });
        }
    }
    Ok(())
}

/// Takes a record version.
pub(crate) fn hear_record(version: &RecordVersion, state: &State, plays: &[Arc<CompiledPlay>], heard: &mut Heard) -> Result<()> {
    let Some(account) = account_of(version, state, version.occurred_at) else { return Ok(()) };
    if let Some(kind) = response_of(version) {
        heard.inputs.push((account.clone(), Input::Replied { kind, at: version.occurred_at }, None));
    }
    for play in plays {
        let Trigger::Record { entity, filter } = &play.play.trigger else { continue };
        if *entity != version.entity || came_too_old(version.occurred_at, version.received_at) {
            continue;
        }
        let holds = |at: Timestamp| -> Result<bool> {
            match record_row(state, version, at)? {
                Some(row) => passes(play, *filter, &row),
                None => Ok(false),
            }
        };
        // Only the first version for which it is true begins a run.
        if !holds(version.occurred_at)? || holds(Timestamp(version.occurred_at.0 - 1))? {
            continue;
        }
        let fields = fold(state, version, version.occurred_at).unwrap_or_default();
        let mut trigger: BTreeMap<String, Value> = fields.into_iter().collect();
        trigger.insert("id".to_owned(), Value::from(version.external_id.as_str()));
        let record = subject_of(play.play.per, version, &trigger);
        let candidate = Candidate::of_account(play, &account, version.occurred_at, None);
        heard.candidates.push(Candidate { subject: Subject { account: account.clone(), record }, trigger, ..candidate });
    }
    Ok(())
}

/// Whose run a record begins: the record's own, or that of the person, user or subscription it names; none for plays per account.
fn subject_of(per: Per, version: &RecordVersion, trigger: &BTreeMap<String, Value>) -> Option<String> {
    if per != Per::Account && per.entity() == version.entity {
        return Some(version.external_id.clone());
    }
    trigger.get(per.reference()?)?.as_str().map(str::to_owned)
}

fn came_too_old(at: Timestamp, received_at: Timestamp) -> bool {
    at.plus_seconds(MAX_TRIGGER_AGE_SECONDS) < received_at
}

/// Whether a condition over one fact holds; without one it does.
fn passes(play: &CompiledPlay, filter: Option<ConditionId>, one: &RecordBatch) -> Result<bool> {
    let Some(filter) = filter else { return Ok(true) };
    let Some(condition) = play.condition(filter) else { return Ok(false) };
    Ok(condition.evaluate_mask(one).map_err(faulty)?.iter().next().flatten() == Some(true))
}

/// What a record says about somebody of the account having responded.
fn response_of(version: &RecordVersion) -> Option<Response> {
    let fields: Map<String, Value> = serde_json::from_str(&version.fields).ok()?;
    match version.entity.as_str() {
        "surveys" => fields.contains_key("answered_at").then_some(Response::Answered),
        "meetings" => (fields.get("status").and_then(Value::as_str) == Some("held")).then_some(Response::Attended),
        // Of replies to our own mails an event has told already.
        "emails" if version.source != OWN_SOURCE => fields.get("replied_at").filter(|at| !at.is_null()).map(|_| Response::Replied),
        _ => None,
    }
}

fn fold(state: &State, version: &RecordVersion, at: Timestamp) -> Option<Map<String, Value>> {
    let records = state.records.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    records.fold(&version.entity, &version.external_id, at, None)
}

fn account_of(version: &RecordVersion, state: &State, at: Timestamp) -> Option<String> {
    if version.entity == "accounts" {
        return Some(version.external_id.clone());
    }
    fold(state, version, at)?.get("account_id")?.as_str().map(str::to_owned)
}

/// A record as it was, as a table of one row; none where it was not there.
fn record_row(state: &State, version: &RecordVersion, at: Timestamp) -> Result<Option<RecordBatch>> {
    let Some(entity) = state.plan.workspace.entities.get(&version.entity) else { return Ok(None) };
    let Some(account) = account_of(version, state, at) else { return Ok(None) };
    let records = state.records.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let query = RecordsQuery { as_of: at, known: None, accounts: Some(&[account.as_str()]), zone: &state.plan.workspace.zone };
    let table = records.table(entity, query).map_err(unsorted)?;
    let ids = table.column_by_name("id").and_then(|ids| ids.as_string_opt::<i32>()).cloned();
    let mask = ids.map(|ids| ids.iter().map(|id| Some(id == Some(version.external_id.as_str()))).collect());
    let Some(mask) = mask else { return Ok(None) };
    let row = values::select(&table, &mask).map_err(unsorted)?;
    Ok((row.num_rows() > 0).then(|| row.slice(0, 1)))
}
