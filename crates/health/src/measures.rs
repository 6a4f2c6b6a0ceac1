//! The measures of signals. Each has a cell (what one subject's facts of one day come to) and an accumulator (what the cells of a window come to).

pub(crate) mod active_days;
pub(crate) mod average;
pub(crate) mod count;
pub(crate) mod days_since;
pub(crate) mod distinct;
mod extreme;
pub(crate) mod last;
pub(crate) mod max;
pub(crate) mod min;
pub(crate) mod share;
pub(crate) mod sum;

use std::fmt::Debug;

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::HealthError;
use crate::partials::SignalPartials;
use crate::partials::table::Table;
use crate::value::{FactColumns, Value};

/// What facts of one subject and day come to. Merging is commutative and associative.
pub(crate) trait Cell: Clone + PartialEq + Debug {
    /// Whether a subject may have several cells a day, told apart by [`Self::key`].
    const KEYED: bool = false;

    /// What tells a subject's cells of one day apart.
    fn key(&self) -> u64 {
        0
    }

    /// Adds another cell of the same subject, day and key.
    fn merge(&mut self, other: &Self);

    /// Makes a cell of each fact that counts, with its row.
    fn read(facts: &FactColumns<'_>, put: impl FnMut(usize, Self)) -> Result<(), HealthError>;
}

/// What one subject's cells of a window come to. Equal contents give equal values, whatever was added and removed on the way.
pub(crate) trait Accumulator: Clone + Default + Debug + Serialize + DeserializeOwned {
    /// What it adds up.
    type Cell: Cell;

    /// The measure's name.
    const NAME: &'static str;

    /// Whether no facts mean zero (and not null) where the source is connected.
    const EMPTY_IS_ZERO: bool;

    /// Whether [`Self::apply`] asks what was there before.
    const READS_PRIOR: bool = false;

    /// The table it reads.
    fn table(partials: &SignalPartials) -> Option<&Table<Self::Cell>>;

    /// Adds a cell of a day of the window.
    fn add(&mut self, day: Day, cell: &Self::Cell);

    /// Takes out a cell of a day that leaves the window at its early end; false where it cannot, and the rest must be gathered anew.
    #[must_use]
    fn remove(&mut self, day: Day, cell: &Self::Cell) -> bool;

    /// Adds a cell that came later to a day of the window which had `prior` (of the same key); `prior` is only looked up where [`Self::READS_PRIOR`].
    fn apply(&mut self, day: Day, _prior: Option<&Self::Cell>, cell: &Self::Cell) {
        self.add(day, cell);
    }

    /// Whether it holds nothing.
    fn is_empty(&self) -> bool;

    /// Its exact number, where it has one that can be compared over time.
    fn amount(&self) -> Option<Fraction>;

    /// Its number as of a day.
    fn number(&self, _today: Day) -> Option<f64> {
        self.amount().map(Fraction::to_f64)
    }

    /// Its value as of a day.
    fn value(&self, today: Day) -> Option<Value> {
        self.number(today).map(Value::Number)
    }
}

/// Keeps `value` in `slot` where it is better than what is there.
fn keep<T: Copy>(slot: &mut Option<T>, value: T, better: impl Fn(&T, &T) -> bool) {
    if slot.as_ref().is_none_or(|old| better(&value, old)) {
        *slot = Some(value);
    }
}
