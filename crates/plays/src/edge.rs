//! Condition triggers: the change from not true to true, and how long it must have lasted.

use mainstay_model::Timestamp;
use mainstay_model::play::Length;
use serde::{Deserialize, Serialize};

/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// How long a trigger's condition must have lasted, in seconds: plain time, a day being 24 hours and a month 30 days.
#[must_use]
pub fn hold_seconds(hold: Length) -> i64 {
    match hold {
        Length::Minutes(minutes) | Length::BusinessMinutes(minutes) => i64::from(minutes) * 60,
        Length::Days(days) | Length::BusinessDays(days) => i64::from(days) * DAY_SECONDS,
        Length::Months(months) => i64::from(months) * 30 * DAY_SECONDS,
    }
}

/// What is kept of a condition for an account. The default has seen nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Edge {
    /// Since when it has been true; none while it is not.
    pub since: Option<Timestamp>,
    /// Whether it has fired, or need not fire, since it became true.
    pub fired: bool,
}

impl Edge {
    /// What is kept of a condition when a play comes into force: what is true already fires nothing, unless the play says `backfill`.
    #[must_use]
    pub fn first(holds: Option<bool>, at: Timestamp, backfill: bool) -> Self {
        let holds = holds == Some(true);
        Self { since: holds.then_some(at), fired: holds && !backfill }
    }

    /// Takes the condition's value at an instant and answers the trigger instant, if it fires now. `hold_seconds` is how long it must have lasted.
    pub fn observe(&mut self, holds: Option<bool>, at: Timestamp, hold_seconds: i64) -> Option<Timestamp> {
        if holds != Some(true) {
            *self = Self::default();
            return None;
        }
        let since = *self.since.get_or_insert(at);
        let fires_at = since.plus_seconds(hold_seconds);
        if self.fired || at < fires_at {
            return None;
        }
        self.fired = true;
        Some(fires_at)
    }

    /// When it fires if nothing changes until then; the caller looks again at that instant.
    #[must_use]
    pub fn due(&self, hold_seconds: i64) -> Option<Timestamp> {
        self.since.filter(|_| !self.fired).map(|since| since.plus_seconds(hold_seconds))
    }
}
