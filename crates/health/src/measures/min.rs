//! `min`: the smallest number.

use mainstay_model::Day;
use serde::{Deserialize, Serialize};

use super::extreme::{Extreme, read_numbers};
use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables};
use crate::value::FactColumns;
use mainstay_model::fraction::Fraction;

/// The smallest number of a day.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Smallest(f64);

impl Cell for Smallest {
    fn merge(&mut self, other: &Self) {
        if other.0 < self.0 {
            *self = *other;
        }
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        read_numbers(facts, "min", |row, number| put(row, Self(number)))
    }
}

/// The smallest number of a window.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Min(Extreme);

impl Accumulator for Min {
    type Cell = Smallest;
    const NAME: &'static str = "min";
    const EMPTY_IS_ZERO: bool = false;

    fn table(partials: &SignalPartials) -> Option<&Table<Smallest>> {
        if let Tables::Min(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, day: Day, cell: &Smallest) {
        self.0.add(day, cell.0, |new, old| new < old);
    }

    fn remove(&mut self, day: Day, _: &Smallest) -> bool {
        self.0.outlives(day)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn amount(&self) -> Option<Fraction> {
        self.0.amount()
    }

    fn number(&self, _: Day) -> Option<f64> {
        self.0.number()
    }
}
