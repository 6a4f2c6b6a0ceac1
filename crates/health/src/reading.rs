//! What is read from partials: a signal's aggregate, its window, and whether the window itself, its change or its trend is asked.

use mainstay_model::Day;
use mainstay_model::expression::ValueType;
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Window};
use serde::{Deserialize, Serialize};

use crate::error::HealthError;

/// How a signal's value comes from the partials of its facts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reading {
    /// The signal whose facts are read: itself, or the one it compares. Partials are kept once per such signal.
    pub facts_of: String,
    /// What is aggregated.
    pub aggregate: Aggregate,
    /// Over which days.
    pub window: Window,
    /// What of it.
    pub shape: Shape,
    /// The type of the values.
    pub kind: ValueType,
}

/// What of a window is asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Shape {
    /// Its value.
    Window,
    /// The relative change between the last two windows of complete days.
    Change,
    /// The slope of the daily values over the complete days, in units per day.
    Trend,
}

impl Reading {
    /// How `signal` is read; `signal_named` finds the one that a change or trend compares.
    ///
    /// # Errors
    /// When the signal is a formula, or compares one that has no window of days or months.
    pub fn new<'a>(signal: &'a Signal, signal_named: impl Fn(&str) -> Option<&'a Signal>) -> Result<Self, HealthError> {
        let (of, shape) = match &signal.measure {
            Measure::Events { .. } | Measure::Records { .. } => (Some(signal), Shape::Window),
            Measure::Change { of } => (signal_named(of), Shape::Change),
            Measure::Trend { of } => (signal_named(of), Shape::Trend),
            Measure::Formula { .. } => return Err(HealthError::NotMeasured { signal: signal.name.clone() }),
        };
        let not_comparable = || {
            let of = if let Measure::Change { of } | Measure::Trend { of } = &signal.measure { of } else { &signal.name };
            HealthError::NotComparable { signal: signal.name.clone(), of: of.clone() }
        };
        let of = of.ok_or_else(not_comparable)?;
        let (Measure::Events { aggregate, window, .. } | Measure::Records { aggregate, window, .. }) = &of.measure else {
            return Err(not_comparable());
        };
        let comparable = window.span != Span::All && !matches!(aggregate, Aggregate::DaysSince(_));
        if shape != Shape::Window && !comparable {
            return Err(not_comparable());
        }
        Ok(Self { facts_of: of.name.clone(), aggregate: aggregate.clone(), window: window.clone(), shape, kind: signal.kind })
    }

    /// First and last day that count as of `today`, both included.
    #[must_use]
    pub fn days(&self, today: Day) -> (Day, Day) {
        match self.shape {
            Shape::Window => self.window.days(today),
            Shape::Change | Shape::Trend => self.complete().days(today),
        }
    }

    /// First and last day of the window before, for a change.
    #[must_use]
    pub fn days_before(&self, today: Day) -> (Day, Day) {
        self.complete().days(self.complete().days(today).0)
    }

    /// The first day whose facts are read as of `today`: what must be in memory.
    #[must_use]
    pub fn first_day(&self, today: Day) -> Day {
        if self.shape == Shape::Change { self.days_before(today).0 } else { self.days(today).0 }
    }

    const fn complete(&self) -> Window {
        Window { span: self.window.span, complete: true, of: None }
    }
}
