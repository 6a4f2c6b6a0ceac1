//! How long to wait before the next attempt.

use std::time::Duration;

/// Exponential waits with jitter, for one channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The wait after the first failure, before jitter.
    pub first: Duration,
    /// No wait is longer, whatever the other side asks for.
    pub longest: Duration,
    /// So many attempts, then it is given up and waits for a person.
    pub attempts: u32,
}

impl Default for Backoff {
    /// 30 seconds doubling up to 6 hours, 20 attempts: at the least a day and a quarter, so that an endpoint may be down for a day.
    fn default() -> Self {
        Self { first: Duration::from_secs(30), longest: Duration::from_hours(6), attempts: 20 }
    }
}

impl Backoff {
    /// The wait after `failures` attempts have failed, or `None` when that was the last one.
    ///
    /// Between half and all of the exponential wait; `random` (any number, evenly distributed) chooses where. A wait that the other side
    /// `asked` for is respected, up to [`Backoff::longest`].
    #[must_use]
    pub fn wait(&self, failures: u32, asked: Option<Duration>, random: u32) -> Option<Duration> {
        if failures >= self.attempts {
            return None;
        }
        let doublings = failures.saturating_sub(1).min(31);
        let whole = self.first.saturating_mul(1 << doublings).min(self.longest);
        let half = whole / 2;
        let jittered = half + half.mul_f64(f64::from(random) / f64::from(u32::MAX));
        Some(jittered.max(asked.unwrap_or_default()).min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_endpoint_may_be_down_for_a_day() {
        let backoff = Backoff::default();
        let shortest: Duration = (1..backoff.attempts).filter_map(|failures| backoff.wait(failures, None, 0)).sum();
        assert!(shortest > Duration::from_hours(24), "{shortest:?}");
        assert_eq!(backoff.wait(backoff.attempts, None, 0), None);
    }

    #[test]
    fn what_the_other_side_asks_for_is_respected_up_to_the_longest_wait() {
        let backoff = Backoff::default();
        let minutes = |minutes: u64| Some(Duration::from_mins(minutes));
        assert_eq!(backoff.wait(1, minutes(10), 0), minutes(10));
        assert_eq!(backoff.wait(1, minutes(100_000), 0), Some(backoff.longest));
        assert_eq!(backoff.wait(10, minutes(1), 0), Some(backoff.first * 256), "a short wait asked for does not shorten ours");
    }

    proptest! {
        #[test]
        fn a_wait_lies_between_half_and_all_of_the_exponential_one(failures in 1_u32..20, random: u32) {
            let backoff = Backoff::default();
            let whole = backoff.first.saturating_mul(1 << (failures - 1)).min(backoff.longest);
            let wait = backoff.wait(failures, None, random).unwrap();
            prop_assert!(whole / 2 <= wait && wait <= whole, "{wait:?} of {whole:?}");
        }
    }
}
