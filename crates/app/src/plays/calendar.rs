//! What time alone begins: dates that come near, and days of schedules.

use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_lake::expressions::values;
use mainstay_lake::records::RecordsQuery;
use mainstay_model::play::{Per, Trigger};
use mainstay_model::{Day, Timestamp, Zone};
use mainstay_plays::{Subject, due};
use serde_json::Value;

use super::begin::Candidate;
use super::compiled::CompiledPlay;
use super::look::Look;
use crate::engine::{State, faulty, texts_of, unsorted};
use crate::error::Result;

/// The stretch of time that is looked at: behind the first instant, up to the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) after: Timestamp,
    pub(crate) until: Timestamp,
}

impl Stretch {
    fn has(self, at: Timestamp) -> bool {
        at > self.after && at <= self.until
    }
}

/// A subject whose date is known, and when its run begins.
#[derive(Clone, Debug)]
pub(crate) struct Dated {
    pub(crate) candidate: Candidate,
    pub(crate) date: Day,
}

/// The subjects of a date trigger whose date is known.
pub(crate) fn dated(play: &Arc<CompiledPlay>, state: &State, look: &Look, now: Timestamp) -> Result<Vec<Dated>> {
    let Trigger::Date { entity, field, from, filter } = &play.play.trigger else { return Ok(Vec::new()) };
    let Some(declared) = state.plan.workspace.entities.get(entity) else { return Ok(Vec::new()) };
    let table = {
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let query = RecordsQuery { as_of: now, known: None, accounts: None, zone: &state.plan.workspace.zone };
        records.table(declared, query).map_err(unsorted)?
    };
    let table = match filter {
        None => table,
        Some(filter) => match play.condition(*filter) {
            Some(condition) => values::select(&table, &condition.evaluate_mask(&table).map_err(faulty)?).map_err(unsorted)?,
            None => return Ok(Vec::new()),
        },
    };
    let play_hour = state.plan.workspace.outreach.play_hour_minute;
    let days = table.column_by_name(field).map(|column| values::days(column, &state.plan.workspace.zone)).unwrap_or_default();
    let account_column = if entity == "accounts" { "id" } else { "account_id" };
    let (ids, accounts) = (texts_of(&table, "id"), texts_of(&table, account_column));
    let mut found = Vec::new();
    for row in 0..table.num_rows() {
        let (Some(date), Some(account)) = (days.get(row).copied().flatten(), accounts.get(row).copied().flatten()) else { continue };
        let Some(place) = look.row(account) else { continue };
        let at = due::date_trigger(date, *from, play_hour, &look.zone(place));
        let record = ids.get(row).copied().flatten().filter(|_| play.play.per != Per::Account).map(str::to_owned);
        let mut candidate = Candidate::of_account(play, account, at, None);
        candidate.subject = Subject { account: account.to_owned(), record };
        candidate.date = Some(date);
        candidate.trigger = values_of(&table, row);
        found.push(Dated { candidate, date });
    }
    Ok(found)
}

/// Those of them who enter in a stretch of time. Whoever's instant lay before the trigger was first looked at enters only where the play says
/// `backfill`, and only while the date is still ahead.
pub(crate) fn entering(dated: Vec<Dated>, stretch: Stretch, first_look: bool, zone: &Zone) -> Vec<Candidate> {
    let today = zone.day_of(stretch.until);
    let enters = |dated: &Dated| {
        let late = first_look && dated.candidate.play.play.backfill && dated.candidate.at <= stretch.until && dated.date >= today;
        late || (!first_look && stretch.has(dated.candidate.at))
    };
    dated.into_iter().filter(enters).map(|dated| dated.candidate).collect()
}

/// The accounts of a schedule whose day has come.
pub(crate) fn scheduled(play: &Arc<CompiledPlay>, look: &Look, stretch: Stretch) -> Result<Vec<Candidate>> {
    let Trigger::Schedule { every, filter } = &play.play.trigger else { return Ok(Vec::new()) };
    let mask = match filter {
        None => None,
        Some(filter) => match play.condition(*filter) {
            Some(condition) => Some(look.mask(condition)?),
            None => return Ok(Vec::new()),
        },
    };
    let play_hour = look.plan.workspace.outreach.play_hour_minute;
    let mut next: HashMap<String, Timestamp> = HashMap::new();
    let mut found = Vec::new();
    for (row, account) in look.ids().iter().enumerate() {
        if mask.as_ref().is_some_and(|mask| !mask.value(row)) {
            continue;
        }
        let zone = look.zone(row);
        let at = *next.entry(zone.name().to_owned()).or_insert_with(|| due::next_of(*every, stretch.after, play_hour, &zone));
        if stretch.has(at) {
            found.push(Candidate::of_account(play, account, at, None));
        }
    }
    Ok(found)
}

/// The fields of a row that are known, as the trigger's values.
fn values_of(table: &RecordBatch, row: usize) -> std::collections::BTreeMap<String, Value> {
    let schema = table.schema();
    let known =
        schema.fields().iter().zip(table.columns()).map(|(field, column)| (field.name().clone(), super::look::json_at(column, row)));
    known.filter(|(_, value)| !value.is_null()).collect()
}
