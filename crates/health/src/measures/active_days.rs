//! `active_days`: how many calendar days had a fact.

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables};
use crate::value::FactColumns;

/// A day had a fact.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Present;

impl Cell for Present {
    fn merge(&mut self, _: &Self) {}

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        (0..facts.subject.len()).for_each(|row| put(row, Self));
        Ok(())
    }
}

/// Days of a window that had a fact.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct ActiveDays(u32);

impl Accumulator for ActiveDays {
    type Cell = Present;
    const NAME: &'static str = "active_days";
    const EMPTY_IS_ZERO: bool = true;
    const READS_PRIOR: bool = true;

    fn table(partials: &SignalPartials) -> Option<&Table<Present>> {
        if let Tables::ActiveDays(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, _: &Present) {
        self.0 += 1;
    }

    fn remove(&mut self, _: Day, _: &Present) -> bool {
        self.0 -= 1;
        true
    }

    fn apply(&mut self, _: Day, prior: Option<&Present>, _: &Present) {
        self.0 += u32::from(prior.is_none());
    }

    fn is_empty(&self) -> bool {
        self.0 == 0
    }

    fn amount(&self) -> Option<Fraction> {
        Some(Fraction::new(i128::from(self.0), 1))
    }

    fn number(&self, _: Day) -> Option<f64> {
        Some(f64::from(self.0))
    }
}
