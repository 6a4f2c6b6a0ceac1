//! `average`: the exact sum over the number of values; null without any.

use mainstay_model::Day;
use mainstay_model::fraction::{Fraction, NANO};
use serde::{Deserialize, Serialize};

use super::Accumulator;
use super::sum::Total;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables};

/// Sum and number of values of a window.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Average(Total);

impl Accumulator for Average {
    type Cell = Total;
    const NAME: &'static str = "sum";
    const EMPTY_IS_ZERO: bool = false;

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
        (self.0.values > 0).then(|| Fraction::new(self.0.nano, i128::from(self.0.values) * NANO))
    }
}
