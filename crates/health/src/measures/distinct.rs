//! `count_distinct`: how many different values.

use mainstay_model::Day;
use mainstay_model::fraction::{Fraction, nano_of};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::{FactColumns, Values};

/// One value seen on a day, by its digest.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ValueDigest(u64);

impl Cell for ValueDigest {
    const KEYED: bool = true;

    fn key(&self) -> u64 {
        self.0
    }

    fn merge(&mut self, _: &Self) {}

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        let mut add = |row, digest: Option<u64>| {
            if let Some(digest) = digest {
                put(row, Self(digest));
            }
        };
        match facts.value {
            Values::None => return Err(wrong_values("count_distinct", "a value", facts.value)),
            // Numbers that nano units hold are digested as those, so that 5 is one value whether it came as a float or as a decimal.
            Values::Numbers(values) => values.iter().enumerate().for_each(|(row, value)| {
                let known = !value.is_nan();
                add(row, known.then(|| nano_of(*value).map_or_else(|| xxh3_64(&value.to_le_bytes()), |nano| xxh3_64(&nano.to_le_bytes()))));
            }),
            Values::Decimals(values) => each(values, |nano| xxh3_64(&nano.to_le_bytes()), add),
            Values::Texts(values) => each(values, |text| xxh3_64(text.as_bytes()), add),
            Values::Booleans(values) => each(values, |truth| xxh3_64(&[u8::from(*truth)]), add),
            Values::Days(values) => each(values, |day| xxh3_64(&day.0.to_le_bytes()), add),
            Values::Instants(values) => each(values, |at| xxh3_64(&at.0.to_le_bytes()), add),
        }
        Ok(())
    }
}

fn each<T>(values: &[Option<T>], digest: impl Fn(&T) -> u64, mut add: impl FnMut(usize, Option<u64>)) {
    for (row, value) in values.iter().enumerate() {
        add(row, value.as_ref().map(&digest));
    }
}

/// The values of a window, each with the latest day that has it; a value leaves with that day. Sorted by digest.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Distinct(Vec<(u64, Day)>);

impl Accumulator for Distinct {
    type Cell = ValueDigest;
    const NAME: &'static str = "count_distinct";
    const EMPTY_IS_ZERO: bool = true;

    fn table(partials: &SignalPartials) -> Option<&Table<ValueDigest>> {
        if let Tables::Distinct(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, day: Day, cell: &ValueDigest) {
        match self.0.binary_search_by_key(&cell.0, |(digest, _)| *digest) {
            Ok(at) => {
                if let Some((_, latest)) = self.0.get_mut(at) {
                    *latest = day.max(*latest);
                }
            }
            Err(at) => self.0.insert(at, (cell.0, day)),
        }
    }

    fn remove(&mut self, day: Day, cell: &ValueDigest) -> bool {
        if let Ok(at) = self.0.binary_search_by_key(&cell.0, |(digest, _)| *digest)
            && self.0.get(at).is_some_and(|(_, latest)| *latest <= day)
        {
            self.0.remove(at);
        }
        true
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn amount(&self) -> Option<Fraction> {
        Some(Fraction::new(self.0.len() as i128, 1))
    }

    fn number(&self, _: Day) -> Option<f64> {
        Some(self.0.len() as f64)
    }
}
