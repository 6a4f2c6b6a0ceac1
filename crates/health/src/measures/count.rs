//! `count`: how many facts.

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables};
use crate::value::FactColumns;

/// Facts of a day; stops at 4,294,967,295.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Facts(u32);

impl Cell for Facts {
    fn merge(&mut self, other: &Self) {
        self.0 = self.0.saturating_add(other.0);
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        (0..facts.subject.len()).for_each(|row| put(row, Self(1)));
        Ok(())
    }
}

/// Facts of a window.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Count(u64);

impl Accumulator for Count {
    type Cell = Facts;
    const NAME: &'static str = "count";
    const EMPTY_IS_ZERO: bool = true;

    fn table(partials: &SignalPartials) -> Option<&Table<Facts>> {
        if let Tables::Count(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, cell: &Facts) {
        self.0 += u64::from(cell.0);
    }

    fn remove(&mut self, _: Day, cell: &Facts) -> bool {
        self.0 -= u64::from(cell.0);
        true
    }

    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn amount(&self) -> Option<Fraction> {
        Some(Fraction::new(i128::from(self.0), 1))
    }

    fn number(&self, _: Day) -> Option<f64> {
        Some(self.0 as f64)
    }
}
