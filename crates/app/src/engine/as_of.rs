//! Accounts as they were at an instant, from the partials of whole days and the facts of the instant's own day.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use mainstay_health::{About, AsOf, Column, Selection, SignalPartials, evaluate};
use mainstay_lake::expressions::values;
use mainstay_lake::scan::{FactScan, Subjects as Whose};
use mainstay_lake::{Snapshot, links::Links};
use mainstay_model::{Day, EventKind, Timestamp};

use super::apply::{attributed, cannot_filter, placed_at, unreadable};
use super::arrays::empty;
use super::frame::Frame;
use super::measure::{broken, instants_of, partials_of, texts_of};
use super::plan::How;
use super::records::RecordReader;
use super::state::State;
use crate::error::Result;

/// Which instant is asked about, and whom.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a> {
    pub(crate) at: Timestamp,
    pub(crate) known: Option<Timestamp>,
    /// The accounts; all that were known by then where absent.
    pub(crate) subjects: Option<&'a [u32]>,
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
        let everyone;
        let subjects = match moment.subjects {
            Some(subjects) => subjects,
            None => {
                everyone = self.known_by(moment.at);
                &everyone
            }
        };
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
            first_seen: &self.first_seen,
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
        let whole;
        let (partials, today_override) = if moment.known.is_some() {
            whole = self.recomputed(moment, snapshot)?;
            (&whole, None)
        } else if moment.at >= self.scored_at || self.is_end_of_day(moment.at) {
            (&self.partials, None)
        } else {
            (&self.partials, Some(self.part_of_day(today, moment, subjects, snapshot)?))
        };
        let born = self.subjects.born(zone);
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
        let only = moment.subjects.is_some().then(|| subjects.iter().copied().collect());
        self.collect(scan, &snapshot()?, &links, None, only.as_ref())
    }

    /// Partials from the facts themselves, as they were known then.
    fn recomputed(&self, moment: Moment<'_>, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<Vec<SignalPartials>> {
        let snapshot = snapshot()?;
        let scan = FactScan { occurred_at: Some(Timestamp(i64::MIN)..=moment.at), known: moment.known, ..FactScan::default() };
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let only = moment.subjects.map(|subjects| subjects.iter().copied().collect());
        self.collect(scan, &snapshot, &links, moment.known, only.as_ref())
    }

    /// The partials of the events of a scan.
    fn collect(
        &self,
        scan: FactScan,
        snapshot: &Snapshot,
        links: &Links,
        known: Option<Timestamp>,
        only: Option<&BTreeSet<u32>>,
    ) -> Result<Vec<SignalPartials>> {
        let plan = &self.plan;
        let mut partials: Vec<SignalPartials> = self.partials.iter().map(SignalPartials::empty_like).collect();
        for batch in scan.events(snapshot) {
            let Some(batch) = attributed(&batch.map_err(unreadable)?, links, known)? else { continue };
            let Some((batch, subject)) = self.ours(&batch, only)? else { continue };
            let at = instants_of(&batch, "occurred_at");
            let placed = placed_at(&batch, subject, at, &plan.workspace.zone, true);
            for (measured, into) in plan.measured.iter().zip(&mut partials) {
                let fresh = partials_of(measured, into, &placed, &plan.workspace.zone)?;
                into.merge(&fresh).map_err(broken)?;
            }
        }
        Ok(partials)
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
