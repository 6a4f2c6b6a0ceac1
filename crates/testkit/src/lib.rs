//! For tests only: a clock that stands still until told to move.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use mainstay_model::{Clock, Timestamp};

/// A clock that a test moves, backwards too.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `at`, an RFC 3339 instant; the epoch where it is none.
    #[must_use]
    pub fn at(at: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(Timestamp::parse(at).unwrap_or_default().0)))
    }

    /// Shows another instant from now on.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves by so many seconds.
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}
