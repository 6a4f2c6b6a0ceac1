//! Chance, from a seed: every draw belongs to a named stream, so that adding one never shifts another.

use mainstay_model::Day;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use xxhash_rust::xxh3::xxh3_64;

/// A stream of draws.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream `name` of one subject under `seed`. The same three give the same draws.
    pub(crate) fn new(seed: u64, name: &str, subject: u64) -> Self {
        let mut key = Vec::with_capacity(name.len() + 16);
        key.extend_from_slice(&seed.to_le_bytes());
        key.extend_from_slice(&subject.to_le_bytes());
        key.extend_from_slice(name.as_bytes());
        Self(ChaCha8Rng::seed_from_u64(xxh3_64(&key)))
    }

    /// The stream `name` of one subject on one day.
    pub(crate) fn on(seed: u64, name: &str, subject: u64, day: Day) -> Self {
        Self::new(seed ^ (i64::from(day.0) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15), name, subject)
    }

    /// A number in [0, 1).
    pub(crate) fn share(&mut self) -> f64 {
        self.0.random::<f64>()
    }

    /// True with that probability; probabilities outside [0, 1] mean never and always.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    /// A whole number between the two, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high.max(low))
    }

    /// A number between the two.
    pub(crate) fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One of the items, each as likely.
    pub(crate) fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.choose(&mut self.0).copied().unwrap_or_default()
    }

    /// One of the items, by weight.
    pub(crate) fn weighted<T: Copy + Default>(&mut self, items: &[(T, f64)]) -> T {
        let total: f64 = items.iter().map(|(_, weight)| weight).sum();
        let mut left = self.share() * total;
        for (item, weight) in items {
            left -= weight;
            if left < 0.0 {
                return *item;
            }
        }
        items.last().map(|(item, _)| *item).unwrap_or_default()
    }

    /// How many of rare things happen when `mean` are expected.
    pub(crate) fn count(&mut self, mean: f64) -> u32 {
        let floor = (-mean.clamp(0.0, 30.0)).exp();
        let mut product = self.share();
        let mut count = 0;
        while product > floor {
            product *= self.share();
            count += 1;
        }
        count
    }

    /// A number scattered around zero, about as wide as a standard normal one (never beyond 3).
    pub(crate) fn scatter(&mut self) -> f64 {
        (self.share() + self.share() + self.share() + self.share() + self.share() + self.share() - 3.0) * 1.414
    }
}
