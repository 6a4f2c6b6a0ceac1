//! `last`: the value of the latest fact that has one, by `occurred_at`, then by the fact's identity.

use std::cmp::Ordering;
use std::sync::Arc;

use mainstay_model::fraction::{Fraction, NANO, nano_of};
use mainstay_model::{Day, FactDigest, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::{FactColumns, Value, Values};

/// The latest value of a day.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Latest {
    at: Timestamp,
    digest: FactDigest,
    value: Value,
}

impl Latest {
    /// Facts with one identity have one value; comparing it as well keeps the order total whatever is put in.
    fn order(&self, other: &Self) -> Ordering {
        (self.at, self.digest).cmp(&(other.at, other.digest)).then_with(|| self.value.order(&other.value))
    }
}

impl Cell for Latest {
    fn merge(&mut self, other: &Self) {
        if other.order(self).is_gt() {
            self.clone_from(other);
        }
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        let mut add = |row: usize, value| {
            if let (Some(at), Some(digest)) = (facts.at.get(row), facts.digest.get(row)) {
                put(row, Self { at: *at, digest: *digest, value });
            }
        };
        match facts.value {
            Values::None => return Err(wrong_values("last", "a value", facts.value)),
            Values::Numbers(_) | Values::Decimals(_) => {
                facts.value.for_each_number(|row, number| add(row, Value::Number(number)));
            }
            Values::Texts(values) => each(values, |text| Value::Text(Arc::from(*text)), add),
            Values::Booleans(values) => each(values, |truth| Value::Boolean(*truth), add),
            Values::Days(values) => each(values, |day| Value::Day(*day), add),
            Values::Instants(values) => each(values, |at| Value::Instant(*at), add),
        }
        Ok(())
    }
}

fn each<T>(values: &[Option<T>], wrap: impl Fn(&T) -> Value, mut add: impl FnMut(usize, Value)) {
    for (row, value) in values.iter().enumerate() {
        if let Some(value) = value {
            add(row, wrap(value));
        }
    }
}

/// The latest value of a window.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Last(Option<Latest>);

impl Accumulator for Last {
    type Cell = Latest;
    const NAME: &'static str = "last";
    const EMPTY_IS_ZERO: bool = false;

    fn table(partials: &SignalPartials) -> Option<&Table<Latest>> {
        if let Tables::Last(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, cell: &Latest) {
        match &mut self.0 {
            Some(held) => held.merge(cell),
            None => self.0 = Some(cell.clone()),
        }
    }

    fn remove(&mut self, _: Day, cell: &Latest) -> bool {
        self.0.as_ref().is_none_or(|held| held != cell)
    }

    fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn amount(&self) -> Option<Fraction> {
        match self.0.as_ref()?.value {
            Value::Number(number) => nano_of(number).map(|nano| Fraction::new(nano, NANO)),
            _ => None,
        }
    }

    fn number(&self, _: Day) -> Option<f64> {
        if let Value::Number(number) = self.0.as_ref()?.value { Some(number) } else { None }
    }

    fn value(&self, _: Day) -> Option<Value> {
        Some(self.0.as_ref()?.value.clone())
    }
}
