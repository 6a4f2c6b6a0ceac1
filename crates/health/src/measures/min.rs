//! `min`: the smallest number.

use mainstay_model::Day;
use mainstay_model::fraction::{Fraction, NANO, nano_of};
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell, keep};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::FactColumns;

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
        facts.value.for_each_number(|row, number| put(row, Self(number))).ok_or_else(|| wrong_values("min", "numbers", facts.value))
    }
}

/// The smallest number of a window, with the latest day that has it: only when that day leaves must the rest be looked at.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Min(Option<(f64, Day)>);

impl Accumulator for Min {
    type Cell = Smallest;
    const NAME: &'static str = "min";
    const EMPTY_IS_ZERO: bool = false;

    fn table(partials: &SignalPartials) -> Option<&Table<Smallest>> {
        if let Tables::Min(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, day: Day, cell: &Smallest) {
        keep(&mut self.0, (cell.0, day), |new, old| new.0 < old.0 || (new.0.to_bits() == old.0.to_bits() && new.1 > old.1));
    }

    fn remove(&mut self, day: Day, _: &Smallest) -> bool {
        self.0.is_none_or(|(_, latest)| latest > day)
    }

    fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn amount(&self) -> Option<Fraction> {
        self.0.and_then(|(number, _)| nano_of(number)).map(|nano| Fraction::new(nano, NANO))
    }

    fn number(&self, _: Day) -> Option<f64> {
        self.0.map(|(number, _)| number)
    }
}
