//! The state from the facts at rest: at a start, and when the workspace changes.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::datatypes::{Date32Type, Float64Type, Int64Type, TimestampMicrosecondType};
use mainstay_lake::Snapshot;
use mainstay_lake::expressions::values;
use mainstay_lake::links::Relinked;
use mainstay_lake::scan::FactScan;
use mainstay_model::{Day, Event, EventKind, RecordVersion, Timestamp};

use super::apply::{attributed, unreadable};
use super::as_of::is_link;
use super::history::Kept;
use super::measure::{cannot_select, instants_of, texts_of};
use super::past::PastChanges;
use super::plan::Plan;
use super::saved::Saved;
use super::state::State;
use crate::error::Result;

impl State {
    /// Everything from the facts of a snapshot, and from what was saved of them. `scored_up_to` is the position whose facts are in the kept
    /// history already.
    pub(crate) fn from_facts(
        plan: Arc<Plan>,
        saved: Option<Saved>,
        snapshot: &Snapshot,
        (history, scored_up_to): (&[RecordBatch], u64),
        now: Timestamp,
    ) -> Result<Self> {
        let mut state = Self::new(plan, now)?;
        let saved_at = saved.as_ref().map(|saved| saved.scored_at);
        if let Some(saved) = saved {
            saved.put(&mut state);
        }
        if let Some(saved_at) = saved_at {
            state.wait_again(snapshot, saved_at)?;
        }
        let relinked = state.learn_records(snapshot, now)?;
        state.replay(snapshot, snapshot.position, relinked, now)?;
        state.restart_live()?;
        state.reopened.clear();
        state.past = PastChanges::default();
        state.load_history(history);
        state.reopen_after(snapshot, scored_up_to)?;
        if let Some(last) = state.history.last_day() {
            // Days that ended while nothing ran.
            state.reopen_everyone(last.plus(1));
        }
        let everyone = state.subjects.all();
        state.rescore(&everyone, now, true)?;
        Ok(state)
    }

    /// Finds the events again that were waiting for their instant when the partials were saved.
    fn wait_again(&mut self, snapshot: &Snapshot, saved_at: Timestamp) -> Result<()> {
        let scan = FactScan { occurred_at: Some(Timestamp(saved_at.0.saturating_add(1))..=Timestamp(i64::MAX)), ..FactScan::default() };
        for batch in scan.events(snapshot) {
            let batch = up_to(&batch.map_err(unreadable)?, self.position)?;
            if batch.num_rows() > 0 {
                self.later.push(batch);
            }
        }
        Ok(())
    }

    /// Takes in the events after the state's position, up to another: links first, then what they move, then what is counted.
    fn replay(&mut self, snapshot: &Snapshot, last: u64, mut relinked: Relinked, now: Timestamp) -> Result<()> {
        let after = FactScan { after: Some(self.position), ..FactScan::default() };
        let after = if self.position == 0 { FactScan::default() } else { after };
        let names = ["position", "source", "message_id", "kind", "account_id", "user_id", "anonymous_id", "occurred_at", "received_at"];
        let of_links = FactScan { columns: Some(names.map(str::to_owned).to_vec()), ..after.clone() };
        for batch in of_links.events(snapshot) {
            let batch = up_to(&batch.map_err(unreadable)?, last)?;
            let mut links = self.links.write().unwrap_or_else(PoisonError::into_inner);
            for event in link_events(&batch) {
                let one = links.apply_event(&event);
                relinked.users.extend(one.users);
                relinked.anonymous.extend(one.anonymous);
                self.link_events.push(event);
            }
        }
        let mut touched = BTreeSet::new();
        self.reattribute(&relinked, &|| Ok(snapshot.clone()), &mut touched)?;
        for batch in std::mem::take(&mut self.later) {
            self.take_events(&batch, now, false, &mut touched)?;
        }
        for batch in after.events(snapshot) {
            let batch = up_to(&batch.map_err(unreadable)?, last)?;
            self.note_events(&batch);
            self.take_events(&batch, now, false, &mut touched)?;
        }
        self.position = self.position.max(last);
        Ok(())
    }

    /// Reads every record version; answers whom those after the state's position tie to another account.
    fn learn_records(&mut self, snapshot: &Snapshot, now: Timestamp) -> Result<Relinked> {
        let (mut touched, mut relinked) = (BTreeSet::new(), Relinked::default());
        for batch in FactScan::default().records(snapshot) {
            let batch = batch.map_err(unreadable)?;
            let has_news = up_to(&batch, self.position)?.num_rows() < batch.num_rows();
            for version in versions_of(&batch) {
                self.arrived.entry(version.source.clone()).or_default().record(version.occurred_at, version.received_at);
                let one = self.links.write().unwrap_or_else(PoisonError::into_inner).apply_record(&version);
                if has_news {
                    relinked.users.extend(one.users);
                    relinked.anonymous.extend(one.anonymous);
                }
                self.learn_record(&version, now, &mut touched);
            }
        }
        Ok(relinked)
    }

    fn note_events(&mut self, batch: &RecordBatch) {
        let (occurred, received) = (instants_of(batch, "occurred_at"), instants_of(batch, "received_at"));
        for (source, (occurred_at, received_at)) in texts_of(batch, "source").into_iter().zip(occurred.into_iter().zip(received)) {
            let source = source.unwrap_or_default();
            match self.arrived.get_mut(source) {
                Some(arrived) => arrived.event(occurred_at, received_at),
                None => self.arrived.entry(source.to_owned()).or_default().event(occurred_at, received_at),
            }
        }
    }

    /// Reads the kept scores of past days; of several for one day the last written counts.
    fn load_history(&mut self, batches: &[RecordBatch]) {
        for batch in batches {
            let (accounts, models, versions) = (texts_of(batch, "account_id"), texts_of(batch, "model"), texts_of(batch, "model_version"));
            let days = batch.column_by_name("day").and_then(|column| column.as_primitive_opt::<Date32Type>()).cloned();
            let scores = batch.column_by_name("score").and_then(|column| column.as_primitive_opt::<Float64Type>()).cloned();
            let at = batch.column_by_name("scored_at").and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>()).cloned();
            let (Some(days), Some(scores), Some(at)) = (days, scores, at) else { continue };
            for row in 0..batch.num_rows() {
                let day = Day(days.value(row));
                let end = self.plan.workspace.zone.start_of(day.plus(1)).0 - 1;
                let Some(account) = accounts.get(row).copied().flatten().filter(|_| at.value(row) == end) else { continue };
                let text = |column: &[Option<&str>]| column.get(row).copied().flatten().unwrap_or_default().to_owned();
                let model = self.history.model_number(&text(&models), &text(&versions));
                let Some(subject) = self.subjects.find(account).filter(|subject| self.subjects.first_at(*subject).0 <= end) else {
                    continue;
                };
                let score = if scores.is_valid(row) { scores.value(row) } else { f64::NAN };
                self.history.keep(day, subject, Kept { score, model });
            }
        }
    }

    /// Past days that facts after a position touch have to be scored again.
    fn reopen_after(&mut self, snapshot: &Snapshot, position: u64) -> Result<()> {
        let zone = self.plan.workspace.zone.clone();
        let scan = FactScan { after: Some(position), ..FactScan::default() };
        let mut everyone_from = self.first_relinked(scan.clone(), snapshot)?;
        let first_days: BTreeSet<Day> = self.first_days.iter().flatten().copied().collect();
        let mut everyone = |day: Day| everyone_from = Some(everyone_from.map_or(day, |from: Day| from.min(day)));
        for batch in scan.clone().events(snapshot) {
            let links = Arc::clone(&self.links);
            let links = links.read().unwrap_or_else(PoisonError::into_inner);
            let Some(batch) = attributed(&batch.map_err(unreadable)?, &links, None)? else { continue };
            let Some((batch, subjects)) = self.ours(&batch, None)? else { continue };
            for (subject, at) in subjects.into_iter().zip(instants_of(&batch, "occurred_at")) {
                let day = zone.day_of(at);
                if first_days.contains(&day) {
                    everyone(day);
                }
                self.reopen_if_past(subject, day);
            }
        }
        let mut touched = BTreeSet::new();
        for batch in scan.records(snapshot) {
            for version in versions_of(&batch.map_err(unreadable)?) {
                // Learning a version twice changes nothing; it finds the accounts and re-opens their days.
                self.learn_record(&version, Timestamp(i64::MAX), &mut touched);
                if self.first_seen.get(&version.entity) == Some(&version.occurred_at) {
                    everyone(zone.day_of(version.occurred_at));
                }
            }
        }
        if let Some(day) = everyone_from {
            self.reopen_everyone(day);
        }
        Ok(())
    }

    /// The first day of the events that the links of a scan may have moved from one account to another.
    fn first_relinked(&self, scan: FactScan, snapshot: &Snapshot) -> Result<Option<Day>> {
        let (mut users, mut anonymous) = (BTreeSet::new(), BTreeSet::new());
        for batch in scan.clone().events(snapshot) {
            for event in link_events(&batch.map_err(unreadable)?) {
                users.extend(event.user_id);
                anonymous.extend(event.anonymous_id);
            }
        }
        for batch in scan.records(snapshot) {
            let versions = versions_of(&batch.map_err(unreadable)?).into_iter();
            users.extend(versions.filter(|version| version.entity == "users").map(|version| version.external_id));
        }
        if users.is_empty() {
            return Ok(None);
        }
        let theirs = |key: &str| match key.split_at_checked(1) {
            Some(("u", user)) => users.contains(user),
            // A device may be tied to any of the users.
            _ => true,
        };
        let spans = self.counted_for.iter().filter(|(key, _)| theirs(key)).flat_map(|(_, spans)| spans);
        Ok(spans.map(|(_, first, _)| *first).min())
    }

    fn reopen_if_past(&mut self, subject: u32, day: Day) {
        if day < self.today {
            self.reopen(subject, day);
        }
    }
}

/// The record versions of a batch.
pub(crate) fn versions_of(batch: &RecordBatch) -> Vec<RecordVersion> {
    let (sources, entities, ids, fields) =
        (texts_of(batch, "source"), texts_of(batch, "entity"), texts_of(batch, "external_id"), texts_of(batch, "fields"));
    let (occurred, received) = (instants_of(batch, "occurred_at"), instants_of(batch, "received_at"));
    let text = |column: &[Option<&str>], row: usize| column.get(row).copied().flatten().unwrap_or_default().to_owned();
    (0..batch.num_rows())
        .map(|row| RecordVersion {
            source: text(&sources, row),
            entity: text(&entities, row),
            external_id: text(&ids, row),
            occurred_at: occurred.get(row).copied().unwrap_or_default(),
            received_at: received.get(row).copied().unwrap_or_default(),
            fields: text(&fields, row),
        })
        .collect()
}

/// The events of a batch that say who belongs to whom, without their properties.
fn link_events(batch: &RecordBatch) -> impl Iterator<Item = Event> + '_ {
    let column = |name: &str| texts_of(batch, name);
    let (sources, ids, kinds) = (column("source"), column("message_id"), column("kind"));
    let (accounts, users, anonymous) = (column("account_id"), column("user_id"), column("anonymous_id"));
    let (occurred, received) = (instants_of(batch, "occurred_at"), instants_of(batch, "received_at"));
    (0..batch.num_rows()).filter_map(move |row| {
        let text = |column: &[Option<&str>]| column.get(row).copied().flatten().map(str::to_owned);
        let kind = kinds.get(row).copied().flatten().filter(|kind| is_link(kind)).and_then(EventKind::parse)?;
        Some(Event {
            source: text(&sources).unwrap_or_default(),
            message_id: text(&ids).unwrap_or_default(),
            kind,
            name: String::new(),
            account_id: text(&accounts),
            user_id: text(&users),
            anonymous_id: text(&anonymous),
            occurred_at: occurred.get(row).copied().unwrap_or_default(),
            received_at: received.get(row).copied().unwrap_or_default(),
            properties: String::new(),
        })
    })
}

impl State {
    /// Takes in the facts that `running` has taken in since this state was made from the facts at rest.
    pub(crate) fn catch_up(&mut self, running: &Self, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<()> {
        if running.position > self.position {
            self.take_what_came(running, snapshot)?;
        }
        // Kept scores stay as they are, with the version of the model that made them. What is being scored or has to be goes on here.
        let number_of = |subject| self.subjects.find(running.subjects.id(subject));
        let due = running.reopened.iter().chain(&running.being_scored);
        let due: Vec<(u32, Day)> = due.filter_map(|(subject, day)| Some((number_of(*subject)?, *day))).collect();
        self.history = running.history.renumbered(self.plan.workspace.bands.clone(), number_of);
        due.into_iter().for_each(|(subject, day)| self.reopen(subject, day));
        self.generation = running.generation + 1;
        Ok(())
    }

    fn take_what_came(&mut self, running: &Self, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<()> {
        let now = running.scored_at;
        let snapshot = snapshot()?;
        let (mut touched, mut relinked) = (BTreeSet::new(), Relinked::default());
        let scan = FactScan { after: Some(self.position), ..FactScan::default() };
        for batch in scan.records(&snapshot) {
            for version in versions_of(&up_to(&batch.map_err(unreadable)?, running.position)?) {
                self.arrived.entry(version.source.clone()).or_default().record(version.occurred_at, version.received_at);
                let one = self.links.write().unwrap_or_else(PoisonError::into_inner).apply_record(&version);
                relinked.users.extend(one.users);
                relinked.anonymous.extend(one.anonymous);
                self.learn_record(&version, now, &mut touched);
            }
        }
        self.replay(&snapshot, running.position, relinked, now)?;
        self.restart_live()?;
        let everyone = self.subjects.all();
        self.rescore(&everyone, now, true).map(drop)
    }
}

/// The rows of a batch up to a position.
pub(crate) fn up_to(batch: &RecordBatch, last: u64) -> Result<RecordBatch> {
    let positions = batch.column_by_name("position").and_then(|column| column.as_primitive_opt::<Int64Type>());
    let mask: BooleanArray =
        positions.iter().flat_map(|column| column.values().iter().map(|position| Some(*position <= last as i64))).collect();
    values::select(batch, &mask).map_err(cannot_select)
}
