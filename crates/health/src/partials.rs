//! Daily partials of one signal: what its facts come to per subject and calendar day, exactly mergeable.
//!
//! Adding facts in any order and any batching gives identical partials, and identical bytes when serialised. Each fact must be added once: who adds them has
//! removed repeats. Distinct values are kept as 64-bit digests (xxh3): the count is exact unless two of one subject's values collide, which for 10,000 values
//! of one subject has odds of one in 370,000,000,000.

pub(crate) mod table;

use std::collections::BTreeSet;

use mainstay_model::Day;
use mainstay_model::signal::Aggregate;
use serde::{Deserialize, Serialize};

use crate::error::HealthError;
use crate::measures::{
    Cell, active_days::Present, count::Facts, days_since::LatestDay, distinct::ValueDigest, last::Latest, max::Largest, min::Smallest,
    share::Hits, sum::Total,
};
use crate::value::{FactColumns, Values};
use table::Table;

/// Partials of one signal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SignalPartials(pub(crate) Tables);

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) enum Tables {
    Count(Table<Facts>),
    Distinct(Table<ValueDigest>),
    Sum(Table<Total>),
    Min(Table<Smallest>),
    Max(Table<Largest>),
    Last(Table<Latest>),
    Share(Table<Hits>),
    ActiveDays(Table<Present>),
    DaysSince(Table<LatestDay>),
}

macro_rules! with_table {
    ($tables:expr, $table:ident => $body:expr) => {
        match $tables {
            Tables::Count($table) => $body,
            Tables::Distinct($table) => $body,
            Tables::Sum($table) => $body,
            Tables::Min($table) => $body,
            Tables::Max($table) => $body,
            Tables::Last($table) => $body,
            Tables::Share($table) => $body,
            Tables::ActiveDays($table) => $body,
            Tables::DaysSince($table) => $body,
        }
    };
}

impl SignalPartials {
    /// Partials without facts.
    #[must_use]
    pub fn new(aggregate: &Aggregate) -> Self {
        Self(match aggregate {
            Aggregate::Count => Tables::Count(Table::default()),
            Aggregate::CountDistinct(_) => Tables::Distinct(Table::default()),
            Aggregate::Sum(_) | Aggregate::Average(_) => Tables::Sum(Table::default()),
            Aggregate::Min(_) => Tables::Min(Table::default()),
            Aggregate::Max(_) => Tables::Max(Table::default()),
            Aggregate::Last(_) => Tables::Last(Table::default()),
            Aggregate::Share(_) => Tables::Share(Table::default()),
            Aggregate::ActiveDays => Tables::ActiveDays(Table::default()),
            Aggregate::DaysSince(_) => Tables::DaysSince(Table::default()),
        })
    }

    /// Partials of the same measure without facts: what a batch is collected in.
    #[must_use]
    pub fn empty_like(&self) -> Self {
        self.days_between(Day(1), Day(0))
    }

    /// The measure, for messages.
    #[must_use]
    pub const fn measure(&self) -> &'static str {
        match self.0 {
            Tables::Count(_) => "count",
            Tables::Distinct(_) => "count_distinct",
            Tables::Sum(_) => "sum",
            Tables::Min(_) => "min",
            Tables::Max(_) => "max",
            Tables::Last(_) => "last",
            Tables::Share(_) => "share",
            Tables::ActiveDays(_) => "active_days",
            Tables::DaysSince(_) => "days_since",
        }
    }

    /// Adds facts, each for the first and only time.
    ///
    /// # Errors
    /// When the columns differ in length or the measure cannot read such values; nothing is added then.
    pub fn add(&mut self, facts: &FactColumns<'_>) -> Result<(), HealthError> {
        facts.check(matches!(self.0, Tables::Last(_)))?;
        with_table!(&mut self.0, table => add_facts(table, facts))
    }

    /// Adds all that `other` holds; its facts must not be in here yet.
    ///
    /// # Errors
    /// When the two are of different measures.
    pub fn merge(&mut self, other: &Self) -> Result<(), HealthError> {
        match (&mut self.0, &other.0) {
            (Tables::Count(a), Tables::Count(b)) => a.merge(b),
            (Tables::Distinct(a), Tables::Distinct(b)) => a.merge(b),
            (Tables::Sum(a), Tables::Sum(b)) => a.merge(b),
            (Tables::Min(a), Tables::Min(b)) => a.merge(b),
            (Tables::Max(a), Tables::Max(b)) => a.merge(b),
            (Tables::Last(a), Tables::Last(b)) => a.merge(b),
            (Tables::Share(a), Tables::Share(b)) => a.merge(b),
            (Tables::ActiveDays(a), Tables::ActiveDays(b)) => a.merge(b),
            (Tables::DaysSince(a), Tables::DaysSince(b)) => a.merge(b),
            _ => return Err(HealthError::WrongPartials { expected: self.measure(), found: other.measure() }),
        }
        Ok(())
    }

    /// Forgets what these subjects have on these days, so that it can be computed again.
    pub fn clear(&mut self, subjects: &BTreeSet<u32>, days: &BTreeSet<Day>) {
        with_table!(&mut self.0, table => table.clear(subjects, days));
    }

    /// Forgets all that these subjects have.
    pub fn clear_subjects(&mut self, subjects: &BTreeSet<u32>) {
        let days = self.days().into_iter().collect();
        self.clear(subjects, &days);
    }

    /// The subjects that have anything, ascending.
    #[must_use]
    pub fn subjects(&self) -> Vec<u32> {
        with_table!(&self.0, table => table.subjects())
    }

    /// The days that have anything, ascending.
    #[must_use]
    pub fn days(&self) -> Vec<Day> {
        with_table!(&self.0, table => table.days.keys().copied().collect())
    }

    /// The first day of each calendar month that has anything, ascending.
    #[must_use]
    pub fn months(&self) -> Vec<Day> {
        let mut months: Vec<Day> = self.days().into_iter().map(first_of_month).collect();
        months.dedup();
        months
    }

    /// A copy of the calendar month that begins on `first`: what is written to disk, and comes back through [`Self::merge`].
    #[must_use]
    pub fn month(&self, first: Day) -> Self {
        self.days_between(first, first.plus_months(1).plus(-1))
    }

    /// A copy of some days, both ends included.
    #[must_use]
    pub fn days_between(&self, first: Day, last: Day) -> Self {
        Self(match &self.0 {
            Tables::Count(table) => Tables::Count(table.between(first, last)),
            Tables::Distinct(table) => Tables::Distinct(table.between(first, last)),
            Tables::Sum(table) => Tables::Sum(table.between(first, last)),
            Tables::Min(table) => Tables::Min(table.between(first, last)),
            Tables::Max(table) => Tables::Max(table.between(first, last)),
            Tables::Last(table) => Tables::Last(table.between(first, last)),
            Tables::Share(table) => Tables::Share(table.between(first, last)),
            Tables::ActiveDays(table) => Tables::ActiveDays(table.between(first, last)),
            Tables::DaysSince(table) => Tables::DaysSince(table.between(first, last)),
        })
    }

    /// Drops all days before `day` from memory, e.g. after their months were written.
    pub fn drop_before(&mut self, day: Day) {
        with_table!(&mut self.0, table => table.days = table.days.split_off(&day));
    }

    /// How many (subject, day) cells it holds; for distinct values, how many values.
    #[must_use]
    pub fn len(&self) -> usize {
        with_table!(&self.0, table => table.days.values().map(table::DayColumn::len).sum())
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        with_table!(&self.0, table => table.days.is_empty())
    }
}

/// The first day of a day's month.
#[must_use]
pub fn first_of_month(day: Day) -> Day {
    day.plus(1 - i32::from(day.date().day()))
}

fn add_facts<C: Cell>(table: &mut Table<C>, facts: &FactColumns<'_>) -> Result<(), HealthError> {
    let mut rows = Vec::with_capacity(facts.subject.len());
    C::read(facts, |row, cell| {
        if let (Some(day), Some(subject)) = (facts.day.get(row), facts.subject.get(row)) {
            rows.push((*day, *subject, cell));
        }
    })?;
    table.add(rows);
    Ok(())
}

/// The error of a measure that was given values it cannot read.
pub(crate) const fn wrong_values(measure: &'static str, expected: &'static str, given: Values<'_>) -> HealthError {
    HealthError::WrongValues { measure, expected, given: given.kind() }
}
