//! The demonstration's clock: it passes through the last days of the history, and is the system's from then on.

use std::sync::atomic::{AtomicI64, Ordering};

use mainstay_model::{Clock, Timestamp};

use crate::SystemClock;

/// What is shown once the history has passed.
const PRESENT: i64 = i64::MAX;

/// A clock that is moved by hand until it is let go.
#[derive(Debug)]
pub(super) struct DemoClock(AtomicI64);

impl DemoClock {
    /// A clock that stands at an instant, or shows the present.
    pub(super) fn at(start: Option<Timestamp>) -> Self {
        Self(AtomicI64::new(start.map_or(PRESENT, Timestamp::micros)))
    }

    /// Moves it.
    pub(super) fn set(&self, at: Timestamp) {
        self.0.store(at.micros(), Ordering::Release);
    }

    /// Lets it go: it shows the present.
    pub(super) fn let_go(&self) {
        self.0.store(PRESENT, Ordering::Release);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Timestamp {
        match self.0.load(Ordering::Acquire) {
            PRESENT => SystemClock.now(),
            at => Timestamp::from_micros(at),
        }
    }
}
