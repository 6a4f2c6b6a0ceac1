//! Events that count for other accounts since somebody said so: the days they fall on are read again, and only those.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use mainstay_lake::Snapshot;
use mainstay_lake::expressions::values;
use mainstay_lake::links::Relinked;
use mainstay_lake::scan::{FactScan, Subjects as Whose};
use mainstay_model::signal::Subject;
use mainstay_model::{Day, Timestamp};

use super::apply::{anonymous_key, attributed, unreadable, user_key};
use super::measure::{broken, cannot_select};
use super::state::State;
use crate::error::Result;

impl State {
    /// Moves the events of relinked users to the accounts they count for now: the days they fall on are read again, and only those.
    pub(super) fn reattribute(
        &mut self,
        relinked: &Relinked,
        snapshot: &dyn Fn() -> Result<Snapshot>,
        touched: &mut BTreeSet<u32>,
    ) -> Result<()> {
        let keys = || relinked.users.iter().map(|user| user_key(user)).chain(relinked.anonymous.iter().map(|id| anonymous_key(id)));
        if !keys().any(|key| self.counted_for.contains_key(&key) || self.uncounted.contains(&key)) {
            return Ok(());
        }
        let snapshot = snapshot()?;
        let whose = Whose {
            accounts: hashbrown::HashSet::new(),
            users: relinked.users.iter().cloned().collect(),
            anonymous: relinked.anonymous.iter().cloned().collect(),
        };
        let theirs = self.counted(FactScan { subjects: Some(Arc::new(whose)), ..FactScan::default() }, &snapshot)?;
        let (mut subjects, mut days) = (BTreeSet::new(), BTreeSet::new());
        for batch in &theirs {
            let placed = self.place(batch)?;
            subjects.extend(&placed.subject);
            days.extend(&placed.day);
        }
        for (subject, first, last) in keys().filter_map(|key| self.counted_for.remove(&key)).flatten() {
            subjects.insert(subject);
            days.extend((first.0..=last.0).map(Day));
        }
        let Some((first, last)) = days.first().copied().zip(days.last().copied()) else { return Ok(()) };
        for key in keys() {
            self.uncounted.remove(&key);
        }
        self.read_again(&subjects, &days, first, last, &snapshot)?;
        self.see_again(&subjects, &days, &snapshot)?;
        touched.extend(&subjects);
        subjects
            .iter()
            .filter(|_| first < self.today)
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|subject| self.reopen(subject, first));
        Ok(())
    }

    /// Clears the cells of these accounts and days and fills them from the facts up to the state's position.
    fn read_again(&mut self, subjects: &BTreeSet<u32>, days: &BTreeSet<Day>, first: Day, last: Day, snapshot: &Snapshot) -> Result<()> {
        let plan = Arc::clone(&self.plan);
        let zone = &plan.workspace.zone;
        let products: BTreeSet<u32> = subjects.iter().flat_map(|subject| self.products.known.of(*subject).to_vec()).collect();
        let whose = |subject: Subject| match subject {
            Subject::Account => subjects,
            Subject::Product => &products,
        };
        for (partials, measured) in self.partials.iter_mut().zip(&plan.measured) {
            partials.clear(whose(measured.subject), days);
        }
        let span = zone.start_of(first)..=Timestamp(zone.start_of(last.plus(1)).0 - 1);
        for batch in self.counted(FactScan { occurred_at: Some(span), ..FactScan::default() }, snapshot)? {
            let placed = self.place(&batch)?;
            let ours: BooleanArray = placed
                .subject
                .iter()
                .zip(&placed.day)
                .map(|(subject, day)| Some(subjects.contains(subject) && days.contains(day)))
                .collect();
            let chosen = values::select(&batch, &ours).map_err(cannot_select)?;
            let placed = self.place(&chosen)?;
            self.remember_attribution(&chosen, &placed);
            self.saw_events(&placed);
            self.add_to_partials(&placed, false)?;
        }
        self.learn_first_days();
        self.grow_live()?;
        // Products that were met just now have nothing to take back, but values to take up.
        let products: BTreeSet<u32> = subjects.iter().flat_map(|subject| self.products.known.of(*subject).to_vec()).collect();
        let mut all = self.live_signals();
        all.try_for_each(|(_, subject, live, partials)| match subject {
            Subject::Account => live.reset(partials, subjects),
            Subject::Product => live.reset(partials, &products),
        })
        .map_err(broken)
    }

    /// The first day of each of the partials, read from them after some were cleared.
    pub(super) fn learn_first_days(&mut self) {
        let now: Vec<Option<Day>> = self.partials.iter().map(|partials| partials.days().first().copied()).collect();
        let moved = now.iter().zip(&self.first_days).filter(|(now, before)| now != before);
        let oldest = moved.filter_map(|(now, before)| now.iter().chain(before).min()).min().copied();
        self.first_days = now;
        if let Some(day) = oldest {
            self.reopen_everyone(day);
        }
    }

    /// Finds the first event of accounts and products anew where it may have been one of those that moved.
    fn see_again(&mut self, subjects: &BTreeSet<u32>, days: &BTreeSet<Day>, snapshot: &Snapshot) -> Result<()> {
        let zone = self.plan.workspace.zone.clone();
        let mut unsure = BTreeSet::new();
        for subject in subjects {
            let moved =
                |number: &&u32| self.products.known.born().get(**number as usize).copied().flatten().is_some_and(|day| days.contains(&day));
            let products: Vec<u32> = self.products.known.of(*subject).iter().filter(moved).copied().collect();
            let account = days.contains(&zone.day_of(self.subjects.first_event(*subject)));
            if account || !products.is_empty() {
                unsure.insert(*subject);
                self.subjects.forget_events(*subject);
            }
            products.into_iter().for_each(|product| self.products.known.forget_events(product));
        }
        if unsure.is_empty() {
            return Ok(());
        }
        let mut whose = Whose::default();
        for subject in &unsure {
            let one = self.whose(*subject);
            whose.accounts.extend(one.accounts);
            whose.users.extend(one.users);
            whose.anonymous.extend(one.anonymous);
        }
        for batch in self.counted(FactScan { subjects: Some(Arc::new(whose)), ..FactScan::default() }, snapshot)? {
            let placed = self.place(&batch)?;
            let ours = placed.subject.iter().map(|subject| Some(unsure.contains(subject))).collect();
            let chosen = values::select(&batch, &ours).map_err(cannot_select)?;
            let placed = self.place(&chosen)?;
            self.saw_events(&placed);
        }
        Ok(())
    }

    /// The events of a scan that the state has counted already, attributed as of now. Those kept for later are not among them.
    fn counted(&self, scan: FactScan, snapshot: &Snapshot) -> Result<Vec<RecordBatch>> {
        let links = self.links.read().unwrap_or_else(PoisonError::into_inner);
        let waiting: hashbrown::HashSet<i64> = self.later.iter().flat_map(positions).collect();
        let mut found = Vec::new();
        for batch in scan.events(snapshot) {
            let batch = batch.map_err(unreadable)?;
            let counted: BooleanArray =
                positions(&batch).map(|position| Some(position <= self.position as i64 && !waiting.contains(&position))).collect();
            let batch = values::select(&batch, &counted).map_err(cannot_select)?;
            found.extend(attributed(&batch, &links, None)?);
        }
        Ok(found)
    }
}

fn positions(batch: &RecordBatch) -> impl Iterator<Item = i64> {
    let column = batch.column_by_name("position").and_then(|column| column.as_primitive_opt::<arrow::datatypes::Int64Type>()).cloned();
    column.into_iter().flat_map(|column| column.values().to_vec())
}
