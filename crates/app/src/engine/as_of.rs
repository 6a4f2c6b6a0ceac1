//! Accounts as they were at an instant, from the partials of whole days and the facts of the instant's own day.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_health::{About, AsOf, Column, Selection, SignalPartials, evaluate};
use mainstay_lake::expressions::values;
use mainstay_lake::records::RecordsQuery;
use mainstay_lake::scan::{FactScan, Subjects as Whose};
use mainstay_lake::{Snapshot, links::Links};
use mainstay_model::{Day, EventKind, Timestamp, Zone};

use super::apply::{attributed, placed_at, unreadable};
use super::arrays::empty;
use super::frame::Frame;
use super::measure::{broken, cannot_select, instants_of, partials_of, texts_of};
use super::plan::{How, PlannedSignal};
use super::products::{NO_PRODUCT, ProductRows, Products, numbers_in};
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

/// What some facts come to.
struct Collected<'a> {
    /// In the order of the plan's measures.
    partials: Vec<SignalPartials>,
    /// The earliest instant known of each account, by its number.
    first_at: Vec<Timestamp>,
    /// The state's products, and those that were met on the way.
    products: Cow<'a, Products>,
    /// The earliest event of each product, by its number.
    first_of_products: Vec<Timestamp>,
}

/// What was known at an instant, read from the facts.
struct Then<'a> {
    collected: Collected<'a>,
    first_seen: HashMap<String, Timestamp>,
}

/// The partials behind the values of an instant.
struct Behind<'a> {
    today: Day,
    partials: &'a [SignalPartials],
    /// The facts of the instant's day up to the instant.
    instead: Option<&'a [SignalPartials]>,
}

impl Behind<'_> {
    /// The values of a signal over events; none for other signals.
    fn values(&self, planned: &PlannedSignal, born: &[Option<Day>], subjects: &[u32]) -> Result<Option<Column>> {
        let How::Events { reading, measured } = &planned.how else { return Ok(None) };
        let Some(partials) = self.partials.get(*measured) else { return Ok(None) };
        let (today, instead) = (self.today, self.instead.and_then(|parts| parts.get(*measured)));
        let connected =
            partials.days().first().is_some_and(|first| *first < today || (*first == today && instead.is_none_or(|part| !part.is_empty())));
        let as_of = AsOf { today, today_override: instead, about: About { connected, born } };
        evaluate(reading, partials, &as_of, Selection::Some(subjects)).map(Some).map_err(broken)
    }
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

fn days_of(firsts: &[Timestamp], zone: &Zone) -> Vec<Option<Day>> {
    firsts.iter().map(|at| (at.0 != i64::MAX).then(|| zone.day_of(*at))).collect()
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
        let firsts = then.as_ref().map(|then| &then.collected.first_at);
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
        let whole_days = then.is_some() || moment.at >= self.scored_at || self.is_end_of_day(moment.at);
        let part_of_day = if whole_days { None } else { Some(self.part_of_day(today, moment, subjects, snapshot)?) };
        let behind = Behind {
            today,
            partials: then.as_ref().map_or(&self.partials, |then| &then.collected.partials),
            instead: part_of_day.as_ref().map(|part| part.partials.as_slice()),
        };
        let born = firsts.map_or_else(|| self.subjects.born(zone), |firsts| days_of(firsts, zone).into());
        for (place, planned) in plan.signals.iter().enumerate() {
            if let (Some(column), Some(slot)) = (behind.values(planned, &born, subjects)?, columns.get_mut(plan.fields.len() + place)) {
                *slot = column;
            }
        }
        let products = self.products_at(&reader, &behind, then.as_ref().map(|then| &then.collected), subjects)?;
        Frame::new(&plan, ids, moment.at, columns, products, |row| overrides.get(&row).cloned().unwrap_or_default())
    }

    /// The products of some accounts as of the reader's instant, with their signals.
    fn products_at(
        &self,
        reader: &RecordReader<'_>,
        behind: &Behind<'_>,
        then: Option<&Collected<'_>>,
        subjects: &[u32],
    ) -> Result<ProductRows> {
        if self.plan.products.signals.is_empty() {
            return Ok(ProductRows::default());
        }
        let mut products = Cow::Borrowed(then.map_or(&self.products.known, |then| then.products.as_ref()));
        let records = reader.product_records(&mut products, subjects)?;
        let named = records.named();
        let first = |number: u32| then.map_or_else(|| products.first_event(number), |then| first_of(&then.first_of_products, number));
        let mut rows = ProductRows::new(&products, subjects, |number| first(number) <= reader.as_of || named.contains(&number));
        let born: Cow<'_, [Option<Day>]> = match then {
            Some(then) => Cow::Owned(days_of(&then.first_of_products, &self.plan.workspace.zone)),
            None => Cow::Borrowed(products.born()),
        };
        for planned in &self.plan.products.signals {
            let column = behind.values(planned, &born, &rows.numbers)?;
            rows.columns.push(column.unwrap_or_else(|| empty(planned.signal.kind)));
        }
        for (place, column) in reader.product_measures(&records, &rows)? {
            if let Some(slot) = rows.columns.get_mut(place) {
                *slot = column;
            }
        }
        Ok(rows)
    }

    /// The facts of the instant's day up to the instant, of the accounts asked about.
    fn part_of_day(
        &self,
        day: Day,
        moment: Moment<'_>,
        subjects: &[u32],
        snapshot: &dyn Fn() -> Result<Snapshot>,
    ) -> Result<Collected<'_>> {
        let zone = &self.plan.workspace.zone;
        let scan = FactScan { occurred_at: Some(zone.start_of(day)..=moment.at), ..FactScan::default() };
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        // On the first day of a signal it depends on everybody's facts whether it was known.
        let first = self.first_days.contains(&Some(day));
        let only = (moment.subjects.is_some() && !first).then(|| subjects.iter().copied().collect());
        self.collect(scan, &snapshot()?, &links, None, only.as_ref())
    }

    /// Everything that comes from the facts as they were known then, of all accounts.
    fn recomputed(&self, at: Timestamp, known: Timestamp, snapshot: &dyn Fn() -> Result<Snapshot>) -> Result<Then<'_>> {
        let snapshot = snapshot()?;
        let scan = FactScan { occurred_at: Some(Timestamp(i64::MIN)..=at), known: Some(known), ..FactScan::default() };
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let collected = self.collect(scan, &snapshot, &links, Some(known), None)?;
        let mut then = Then { collected, first_seen: HashMap::new() };
        self.records_known(known, &mut then)?;
        Ok(then)
    }

    /// When the first record of each entity and account was true, of those that were known then.
    fn records_known(&self, known: Timestamp, then: &mut Then<'_>) -> Result<()> {
        let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
        let query = RecordsQuery { as_of: Timestamp(i64::MAX), known: Some(known), accounts: None, zone: &self.plan.workspace.zone };
        for entity in self.plan.workspace.entities.values().filter(|entity| records.count(&entity.name) > 0) {
            let table = records.table(entity, query).map_err(cannot_select)?;
            for id in texts_of(&table, "id").into_iter().flatten() {
                for (at, _, _, fields) in records.versions(&entity.name, id).filter(|(_, received, _, _)| *received <= known) {
                    let first = then.first_seen.entry(entity.name.clone()).or_insert(at);
                    *first = (*first).min(at);
                    let named = if entity.name == "accounts" { Some(id.to_owned()) } else { account_named(fields) };
                    if let Some(subject) = named.and_then(|account| self.subjects.find(&account)) {
                        see(&mut then.collected.first_at, subject, at);
                    }
                }
            }
        }
        Ok(())
    }

    /// What the events of a scan come to.
    fn collect(
        &self,
        scan: FactScan,
        snapshot: &Snapshot,
        links: &Links,
        known: Option<Timestamp>,
        only: Option<&BTreeSet<u32>>,
    ) -> Result<Collected<'_>> {
        let plan = &self.plan;
        let mut collected = Collected {
            partials: self.partials.iter().map(SignalPartials::empty_like).collect(),
            first_at: Vec::new(),
            products: Cow::Borrowed(&self.products.known),
            first_of_products: Vec::new(),
        };
        for batch in scan.events(snapshot) {
            let Some(batch) = attributed(&batch.map_err(unreadable)?, links, known)? else { continue };
            let Some((batch, subject)) = self.ours(&batch, only)? else { continue };
            let at = instants_of(&batch, "occurred_at");
            let products = &mut collected.products;
            // As things were known then, events may have counted for others; otherwise the state has met all that it counts.
            let number = |owner: u32, name: &str| match products.find(owner, name) {
                Some(number) => number,
                None if known.is_some() => products.to_mut().intern(owner, name),
                None => NO_PRODUCT,
            };
            let product = numbers_in(plan, &batch, &subject, number)?;
            let placed = placed_at(&batch, (subject, product), at, &plan.workspace.zone, true);
            placed.subject.iter().zip(&placed.at).for_each(|(subject, at)| see(&mut collected.first_at, *subject, *at));
            let named = placed.product.iter().zip(&placed.at).filter(|(product, _)| **product != NO_PRODUCT);
            named.for_each(|(product, at)| see(&mut collected.first_of_products, *product, *at));
            for (measured, into) in plan.measured.iter().zip(&mut collected.partials) {
                let fresh = partials_of(measured, into, &placed, &plan.workspace.zone)?;
                into.merge(&fresh).map_err(broken)?;
            }
        }
        Ok(collected)
    }

    /// The rows of accounts that the state knows and `only` names.
    pub(crate) fn ours(&self, batch: &RecordBatch, only: Option<&BTreeSet<u32>>) -> Result<Option<(RecordBatch, Vec<u32>)>> {
        let subjects: Vec<Option<u32>> = texts_of(batch, "account_id")
            .into_iter()
            .map(|account| self.subjects.find(account?).filter(|subject| only.is_none_or(|only| only.contains(subject))))
            .collect();
        let mask = subjects.iter().map(|subject| Some(subject.is_some())).collect();
        let batch = values::select(batch, &mask).map_err(cannot_select)?;
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
