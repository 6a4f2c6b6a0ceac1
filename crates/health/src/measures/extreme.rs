//! What `min` and `max` share: the most extreme number of a window, and how numbers are read.

use mainstay_model::Day;
use serde::{Deserialize, Serialize};

use super::keep;
use crate::error::HealthError;
use crate::partials::wrong_values;
use crate::value::FactColumns;
use mainstay_model::fraction::{Fraction, NANO, nano_of};

/// The most extreme number of a window, with the latest day that has it: only when that day leaves must the rest be looked at.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Extreme(Option<(f64, Day)>);

impl Extreme {
    /// Adds a day's number; `beats` says which of two numbers is the more extreme.
    pub(super) fn add(&mut self, day: Day, number: f64, beats: impl Fn(f64, f64) -> bool) {
        keep(&mut self.0, (number, day), |new, old| beats(new.0, old.0) || (new.0.to_bits() == old.0.to_bits() && new.1 > old.1));
    }

    /// Whether the number stays when a day leaves.
    pub(super) fn outlives(&self, day: Day) -> bool {
        self.0.is_none_or(|(_, latest)| latest > day)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn amount(&self) -> Option<Fraction> {
        self.number().and_then(nano_of).map(|nano| Fraction::new(nano, NANO))
    }

    pub(super) fn number(&self) -> Option<f64> {
        self.0.map(|(number, _)| number)
    }
}

/// Reads the numbers of facts, for the measure of that name.
pub(super) fn read_numbers(facts: &FactColumns<'_>, measure: &'static str, put: impl FnMut(usize, f64)) -> Result<(), HealthError> {
    facts.value.for_each_number(put).ok_or_else(|| wrong_values(measure, "numbers", facts.value))
}
