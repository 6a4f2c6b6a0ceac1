//! Accounts as they were at an instant, from the partials of whole days and the facts of the instant's own day.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_health::{About, AsOf, Column, Selection, SignalPartials, evaluate};
use mainstay_lake::expressions::values;
use mainstay_lake::records::RecordsQuery;
use mainstay_lake::scan::{FactScan, Subjects as Whose};
use mainstay_lake::{Snapshot, links::Links};
use mainstay_model::{Day, EventKind, Timestamp};

use super::apply::{attributed, cannot_filter, placed_at, unreadable};
use super::arrays::empty;
use super::frame::Frame;
use super::measure::{broken, instants_of, partials_of, texts_of};
use super::plan::How;
use super::records::RecordReader;
use super::state::{State, account_named};
use crate::error::Result;

/// Which instant is asked about, and whom.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) at: Timestamp,
    pub(crate) known: Option<Timestamp>,
    /// The accounts; all that were known by then where absent.
    pub(crate) subjects: Option<&'a [u32]>,
}

/// What was known at an instant, read from the facts.
struct Then {
    partials: Vec<SignalPartials>,
    /// The earliest instant known of each account, by its number.
    first_at: Vec<Timestamp>,
    first_seen: HashMap<String, Timestamp>,
}

fn first_of(firsts: &[Timestamp], subject: u32) -> Timestamp {
    firsts.get(subject as usize).copied().unwrap_or(Timestamp(i64::MAX))
}

fn see(firsts: &mut Vec<Timestamp>, subject: u32, at: Timestamp) {
    let place = subject as usize;
    if firsts.len() <= place {
        firsts.resize(place + 1, Timestamp(i64::MAX));
    }
    if let Some(first) = firsts.get_mut(place) {
        *first = (*first).min(at);
    }
}

impl State {
    /// The accounts that anything was true of by then.
    pub(crate) fn known_by(&self, at: Timestamp) -> Vec<u32> {
        self.subjects.all().into_iter().filter(|subject| self.subjects.first_at(*subject) <= at).collect()
    }

    /// The day whose end an instant is, if it is the last of its day.
    fn is_end_of_day(&self, at: Timestamp) -> bool {
        let zone = &self.plan.workspace.zone;
        zone.start_of(zone.day_of(at).plus(1)).0 - 1 == at.0
    }

    /// Accounts as of an instant. Reads the disk only where the instant lies inside a past day, or where less was known.
    pub(crate) fn at(&self, moment: Moment<'_>, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<Frame> {
        let then = moment.known.map(|known| self.recomputed(moment.at, known, snapshot)).transpose()?;
        let firsts = then.as_ref().map(|then| &then.first_at);
        let first_at = |subject: &u32| firsts.map_or_else(|| self.subjects.first_at(*subject), |firsts| first_of(firsts, *subject));
        let asked = moment.subjects.map_or_else(|| self.subjects.all(), <[u32]>::to_vec);
        let subjects: Vec<u32> = asked.into_iter().filter(|subject| first_at(subject) <= moment.at).collect();
        let subjects = subjects.as_slice();
        let plan = Arc::clone(&self.plan);
        let zone = &plan.workspace.zone;
        let ids: Vec<Arc<str>> = subjects.iter().map(|subject| Arc::from(self.subjects.id(*subject))).collect();
        let mut columns: Vec<Column> = plan.column_kinds().map(|(_, kind)| empty(kind)).collect();
        let records = Arc::clone(&self.records);
        let records = records.read().unwrap_or_else(PoisonError::into_inner);
        let all = moment.subjects.is_none();
        let reader = RecordReader {
            plan: &plan,
            records: &records,
            as_of: moment.at,
            known: moment.known,
            ids: &ids,
            all,
            first_seen: then.as_ref().map_or(&self.first_seen, |then| &then.first_seen),
        };
        for (slot, column) in columns.iter_mut().zip(reader.fields()?) {
            *slot = column;
        }
        for (place, column) in reader.measures(|_| true)? {
            if let Some(slot) = columns.get_mut(plan.fields.len() + place) {
                *slot = column;
            }
        }
        let overrides = reader.overrides()?;
        let today = zone.day_of(moment.at);
        let (partials, today_override) = if let Some(then) = &then {
            (&then.partials, None)
        } else if moment.at >= self.scored_at || self.is_end_of_day(moment.at) {
            (&self.partials, None)
        } else {
            (&self.partials, Some(self.part_of_day(today, moment, subjects, snapshot)?))
        };
        let born = firsts.map_or_else(
            || self.subjects.born(zone),
            |firsts| firsts.iter().map(|at| (at.0 != i64::MAX).then(|| zone.day_of(*at))).collect::<Vec<_>>().into(),
        );
        for (place, planned) in plan.signals.iter().enumerate() {
            let How::Events { reading, measured } = &planned.how else { continue };
            let (Some(partials), Some(slot)) = (partials.get(*measured), columns.get_mut(plan.fields.len() + place)) else { continue };
            let instead = today_override.as_ref().and_then(|parts| parts.get(*measured));
            let connected = partials
                .days()
                .first()
                .is_some_and(|first| *first < today || (*first == today && instead.is_none_or(|part| !part.is_empty())));
            let as_of = AsOf { today, today_override: instead, about: About { connected, born: &born } };
            *slot = evaluate(reading, partials, &as_of, Selection::Some(subjects)).map_err(broken)?;
        }
        Frame::new(&plan, ids, moment.at, columns, |row| overrides.get(&row).cloned().unwrap_or_default())
    }

    /// The facts of the instant's day up to the instant, of the accounts asked about.
    fn part_of_day(
        &self,
        day: Day,
        moment: Moment<'_>,
        subjects: &[u32],
        snapshot: &dyn Fn() -> Result<Snapshot>,
    ) -> Result<Vec<SignalPartials>> {
        let zone = &self.plan.workspace.zone;
        let scan = FactScan { occurred_at: Some(zone.start_of(day)..=moment.at), ..FactScan::default() };
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        // On the first day of a signal it depends on everybody's facts whether it was known.
        let first = self.first_days.contains(&Some(day));
        let only = (moment.subjects.is_some() && !first).then(|| subjects.iter().copied().collect());
        Ok(self.collect(scan, &snapshot()?, &links, None, only.as_ref())?.0)
    }

    /// Everything that comes from the facts as they were known then, of all accounts.
    fn recomputed(&self, at: Timestamp, known: Timestamp, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<Then> {
        let snapshot = snapshot()?;
        let scan = FactScan { occurred_at: Some(Timestamp(i64::MIN)..=at), known: Some(known), ..FactScan::default() };
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let (partials, first_at) = self.collect(scan, &snapshot, &links, Some(known), None)?;
        let mut then = Then { partials, first_at, first_seen: HashMap::new() };
        self.records_known(known, &mut then)?;
        Ok(then)
    }

    /// When the first record of each entity and account was true, of those that were known then.
    fn records_known(&self, known: Timestamp, then: &mut Then) -> Result<()> {
        let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
        let query = RecordsQuery { as_of: Timestamp(i64::MAX), known: Some(known), accounts: None, zone: &self.plan.workspace.zone };
        for entity in self.plan.workspace.entities.values().filter(|entity| records.count(&entity.name) > 0) {
            let table = records.table(entity, query).map_err(cannot_filter)?;
            for id in texts_of(&table, "id").into_iter().flatten() {
                for (at, _, _, fields) in records.versions(&entity.name, id).filter(|(_, received, _, _)| *received <= known) {
                    let first = then.first_seen.entry(entity.name.clone()).or_insert(at);
                    *first = (*first).min(at);
                    let named = if entity.name == "accounts" { Some(id.to_owned()) } else { account_named(fields) };
                    if let Some(subject) = named.and_then(|account| self.subjects.find(&account)) {
                        see(&mut then.first_at, subject, at);
                    }
                }
            }
        }
        Ok(())
    }

    /// The partials of the events of a scan, and the first event of each account.
    fn collect(
        &self,
        scan: FactScan,
        snapshot: &Snapshot,
        links: &Links,
        known: Option<Timestamp>,
        only: Option<&BTreeSet<u32>>,
    ) -> Result<(Vec<SignalPartials>, Vec<Timestamp>)> {
        let plan = &self.plan;
        let mut partials: Vec<SignalPartials> = self.partials.iter().map(SignalPartials::empty_like).collect();
        let mut first_at = Vec::new();
        for batch in scan.events(snapshot) {
            let Some(batch) = attributed(&batch.map_err(unreadable)?, links, known)? else { continue };
            let Some((batch, subject)) = self.ours(&batch, only)? else { continue };
            let at = instants_of(&batch, "occurred_at");
            let placed = placed_at(&batch, subject, at, &plan.workspace.zone, true);
            placed.subject.iter().zip(&placed.at).for_each(|(subject, at)| see(&mut first_at, *subject, *at));
            for (measured, into) in plan.measured.iter().zip(&mut partials) {
                let fresh = partials_of(measured, into, &placed, &plan.workspace.zone)?;
                into.merge(&fresh).map_err(broken)?;
            }
        }
        Ok((partials, first_at))
    }

    /// The rows of accounts that the state knows and `only` names.
    pub(crate) fn ours(&self, batch: &RecordBatch, only: Option<&BTreeSet<u32>>) -> Result<Option<(RecordBatch, Vec<u32>)>> {
        let subjects: Vec<Option<u32>> = texts_of(batch, "account_id")
            .into_iter()
            .map(|account| self.subjects.find(account?).filter(|subject| only.is_none_or(|only| only.contains(subject))))
            .collect();
        let mask = subjects.iter().map(|subject| Some(subject.is_some())).collect();
        let batch = values::select(batch, &mask).map_err(cannot_filter)?;
        Ok((batch.num_rows() > 0).then(|| (batch, subjects.into_iter().flatten().collect())))
    }

    /// The source ids under which events may count for an account: its own id and the users and devices tied to it.
    pub(crate) fn whose(&self, subject: u32) -> Whose {
        let mut whose = Whose::default();
        whose.accounts.insert(self.subjects.id(subject).to_owned());
        for (key, spans) in &self.counted_for {
            if spans.iter().any(|(counted, _, _)| *counted == subject) {
                match key.split_at_checked(1) {
                    Some(("u", user)) => whose.users.insert(user.to_owned()),
                    Some(("a", id)) => whose.anonymous.insert(id.to_owned()),
                    _ => false,
                };
            }
        }
        whose
    }
}

/// Whether an event of that kind says who belongs to whom.
pub(crate) fn is_link(kind: &str) -> bool {
    EventKind::parse(kind).is_some_and(|kind| matches!(kind, EventKind::Group | EventKind::Identify | EventKind::Alias))
}
