//! `days_since`: calendar days from the day of the latest instant to today; 0 on the day itself.

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell, keep};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::{FactColumns, Values};

/// The latest day that a day's facts name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct LatestDay(Day);

impl Cell for LatestDay {
    fn merge(&mut self, other: &Self) {
        self.0 = self.0.max(other.0);
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        let Values::Days(values) = facts.value else { return Err(wrong_values("days_since", "days", facts.value)) };
        for (row, day) in values.iter().enumerate() {
            if let Some(day) = day {
                put(row, Self(*day));
            }
        }
        Ok(())
    }
}

/// The latest day that a window's facts name.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct DaysSince(Option<Day>);

impl Accumulator for DaysSince {
    type Cell = LatestDay;
    const NAME: &'static str = "days_since";
    const EMPTY_IS_ZERO: bool = false;

    fn table(partials: &SignalPartials) -> Option<&Table<LatestDay>> {
        if let Tables::DaysSince(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, cell: &LatestDay) {
        keep(&mut self.0, cell.0, |new, old| new > old);
    }

    fn remove(&mut self, _: Day, cell: &LatestDay) -> bool {
        self.0 != Some(cell.0)
    }

    fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// None: it grows by itself, so comparing windows of it says nothing.
    fn amount(&self) -> Option<Fraction> {
        None
    }

    fn number(&self, today: Day) -> Option<f64> {
        Some(f64::from(today.since(self.0?)))
    }
}
