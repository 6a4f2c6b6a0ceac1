//! `sum`: the decimal sum, exact to nine places in any order.

use mainstay_model::Day;
use mainstay_model::fraction::{Fraction, NANO, nano_of};
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::{FactColumns, Values};

/// Sum of a day's values in units of 10^-9, and how many there were.
///
/// Wrapping addition is exactly associative and can be undone; it never wraps in fact, as a value has at most 27 digits and a sum of 10^11 of them 38.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Total {
    nano: i128,
    values: u64,
}

impl Total {
    const fn plus(&mut self, other: &Self) {
        self.nano = self.nano.wrapping_add(other.nano);
        self.values = self.values.wrapping_add(other.values);
    }

    const fn minus(&mut self, other: &Self) {
        self.nano = self.nano.wrapping_sub(other.nano);
        self.values = self.values.wrapping_sub(other.values);
    }
}

impl Cell for Total {
    fn merge(&mut self, other: &Self) {
        self.plus(other);
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        let mut add = |row, nano: Option<i128>| {
            if let Some(nano) = nano {
                put(row, Self { nano, values: 1 });
            }
        };
        match facts.value {
            Values::Numbers(values) => values.iter().enumerate().for_each(|(row, value)| add(row, nano_of(*value))),
            Values::Decimals(values) => values.iter().enumerate().for_each(|(row, value)| add(row, *value)),
            other => return Err(wrong_values("sum", "numbers", other)),
        }
        Ok(())
    }
}

/// Sum and number of values of a window, told as their sum or as their mean.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Totalled<const MEAN: bool>(Total);

/// Sum over a window.
pub(crate) type Sum = Totalled<false>;

impl<const MEAN: bool> Accumulator for Totalled<MEAN> {
    type Cell = Total;
    const NAME: &'static str = "sum";
    const EMPTY_IS_ZERO: bool = !MEAN;

    fn table(partials: &SignalPartials) -> Option<&Table<Total>> {
        if let Tables::Sum(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, cell: &Total) {
        self.0.plus(cell);
    }

    fn remove(&mut self, _: Day, cell: &Total) -> bool {
        self.0.minus(cell);
        true
    }

    fn is_empty(&self) -> bool {
        self.0.values == 0
    }

    fn amount(&self) -> Option<Fraction> {
        let parts = if MEAN { i128::from(self.0.values) } else { 1 };
        (parts > 0).then(|| Fraction::new(self.0.nano, parts * NANO))
    }
}
