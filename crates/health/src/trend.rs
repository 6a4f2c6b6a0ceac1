//! The least-squares slope of daily values: integer moments per subject, and one division at the end.
//!
//! Counts, sums, distinct values and active days are 0 on a day without facts; other measures have no value there, and the line goes through the days that have one.

use std::marker::PhantomData;

use mainstay_model::Day;
use mainstay_model::fraction::{Fraction, NANO};
use serde::{Deserialize, Serialize};

use crate::measures::{Accumulator, Cell};
use crate::partials::SignalPartials;
use crate::partials::table::Table;

/// Sums over the days (x) and daily values (y, in units of 10^-9) of a window.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Moments<A> {
    days: i64,
    x: i64,
    xx: i128,
    y: i128,
    xy: i128,
    measure: PhantomData<A>,
}

impl<A> Default for Moments<A> {
    fn default() -> Self {
        Self { days: 0, x: 0, xx: 0, y: 0, xy: 0, measure: PhantomData }
    }
}

impl<A: Accumulator> Moments<A> {
    /// The slope over the days `first` to `last`; null for fewer than two days.
    pub(crate) fn slope(&self, first: Day, last: Day) -> Option<f64> {
        let (days, x, xx) = if A::EMPTY_IS_ZERO { sums(first, last) } else { (i128::from(self.days), i128::from(self.x), self.xx) };
        let den = days * xx - x * x;
        if den <= 0 {
            return None;
        }
        Some(Fraction::new(days * self.xy - x * self.y, den * NANO).to_f64())
    }

    fn count(&mut self, day: Day, cell: &A::Cell, sign: i64) {
        let Some(value) = daily_value::<A>(day, cell) else { return };
        let x = i64::from(day.0);
        self.days += sign;
        self.x += sign * x;
        self.xx += i128::from(sign * x * x);
        self.y += i128::from(sign) * value;
        self.xy += i128::from(sign * x) * value;
    }
}

/// Number, sum and sum of squares of the days `first` to `last`.
fn sums(first: Day, last: Day) -> (i128, i128, i128) {
    let squares = |n: i128| n * (n + 1) * (2 * n + 1) / 6;
    let triangle = |n: i128| n * (n + 1) / 2;
    let (first, last) = (i128::from(first.0), i128::from(last.0));
    ((last - first + 1).max(0), triangle(last) - triangle(first - 1), squares(last) - squares(first - 1))
}

fn daily_value<A: Accumulator>(day: Day, cell: &A::Cell) -> Option<i128> {
    let mut alone = A::default();
    alone.add(day, cell);
    let amount = alone.amount()?;
    if amount.den() == NANO { Some(amount.num()) } else { Some((amount * Fraction::new(NANO, 1)).round()) }
}

/// Moments are kept current like any measure; what they come to needs the window as well, so it is asked by [`Moments::slope`].
impl<A: Accumulator> Accumulator for Moments<A> {
    type Cell = A::Cell;
    const NAME: &'static str = A::NAME;
    const EMPTY_IS_ZERO: bool = A::EMPTY_IS_ZERO;
    const READS_PRIOR: bool = true;

    fn table(partials: &SignalPartials) -> Option<&Table<A::Cell>> {
        A::table(partials)
    }

    fn add(&mut self, day: Day, cell: &A::Cell) {
        self.count(day, cell, 1);
    }

    fn remove(&mut self, day: Day, cell: &A::Cell) -> bool {
        self.count(day, cell, -1);
        true
    }

    fn apply(&mut self, day: Day, prior: Option<&A::Cell>, cell: &A::Cell) {
        let Some(prior) = prior else { return self.count(day, cell, 1) };
        let mut merged = prior.clone();
        merged.merge(cell);
        self.count(day, prior, -1);
        self.count(day, &merged, 1);
    }

    fn is_empty(&self) -> bool {
        self.days == 0
    }

    fn amount(&self) -> Option<Fraction> {
        None
    }
}
