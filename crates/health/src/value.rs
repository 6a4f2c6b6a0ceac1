//! Values of signals, and the columns of facts they are made from.

use std::cmp::Ordering;
use std::sync::Arc;

use mainstay_model::fraction::{Fraction, NANO};
use mainstay_model::{Day, FactDigest, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::HealthError;

/// One value of a signal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Value {
    /// A number; never NaN.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// True or false.
    Boolean(bool),
    /// A calendar day.
    Day(Day),
    /// An instant.
    Instant(Timestamp),
}

impl Value {
    /// A total order, so that "the greater wins" never depends on which came first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            (Self::Instant(a), Self::Instant(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Number(_) => 0,
            Self::Text(_) => 1,
            Self::Boolean(_) => 2,
            Self::Day(_) => 3,
            Self::Instant(_) => 4,
        }
    }

    #[expect(clippy::ref_option, reason = "the shape that serde calls it with")]
    /// Writes the bare value, as a page or an API wants it: `12`, `"neutral"`, `true`, `"2026-03-01"`.
    pub(crate) fn serialize_plain<S: Serializer>(value: &Option<Self>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            None => serializer.serialize_none(),
            Some(Self::Number(number)) => serializer.serialize_f64(*number),
            Some(Self::Text(text)) => serializer.serialize_str(text),
            Some(Self::Boolean(truth)) => serializer.serialize_bool(*truth),
            Some(Self::Day(day)) => serializer.collect_str(day),
            Some(Self::Instant(at)) => serializer.collect_str(at),
        }
    }

    /// Reads a bare value back. Days and instants come back as the texts they were written as.
    pub(crate) fn deserialize_plain<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Self>, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Plain {
            Boolean(bool),
            Number(f64),
            Text(Arc<str>),
        }
        Ok(Option::<Plain>::deserialize(deserializer)?.map(|plain| match plain {
            Plain::Boolean(truth) => Self::Boolean(truth),
            Plain::Number(number) => Self::Number(number),
            Plain::Text(text) => Self::Text(text),
        }))
    }
}

/// The values of a batch's facts, as the signal's expression gives them; one row per fact.
#[derive(Clone, Copy, Debug)]
pub enum Values<'a> {
    /// The measure reads none (`count`, `active_days`).
    None,
    /// Numbers; NaN where null.
    Numbers(&'a [f64]),
    /// Exact decimals in units of 10^-9.
    Decimals(&'a [Option<i128>]),
    /// Texts.
    Texts(&'a [Option<&'a str>]),
    /// True, false or null.
    Booleans(&'a [Option<bool>]),
    /// Calendar days of the workspace's zone.
    Days(&'a [Option<Day>]),
    /// Instants.
    Instants(&'a [Option<Timestamp>]),
}

impl Values<'_> {
    const fn len(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Numbers(values) => Some(values.len()),
            Self::Decimals(values) => Some(values.len()),
            Self::Texts(values) => Some(values.len()),
            Self::Booleans(values) => Some(values.len()),
            Self::Days(values) => Some(values.len()),
            Self::Instants(values) => Some(values.len()),
        }
    }

    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::None => "nothing",
            Self::Numbers(_) => "numbers",
            Self::Decimals(_) => "decimals",
            Self::Texts(_) => "texts",
            Self::Booleans(_) => "true/false",
            Self::Days(_) => "days",
            Self::Instants(_) => "instants",
        }
    }
}

/// Facts of one signal, filtered by its `where` and free of repeats; all columns have one row per fact.
#[derive(Clone, Copy, Debug)]
pub struct FactColumns<'a> {
    /// Whose fact it is: the caller's index of the account (or of the account's product).
    pub subject: &'a [u32],
    /// The calendar day of `at` in the workspace's zone.
    pub day: &'a [Day],
    /// When it was true. Only `last` reads it; may be empty otherwise.
    pub at: &'a [Timestamp],
    /// The fact's identity. Only `last` reads it; may be empty otherwise.
    pub digest: &'a [FactDigest],
    /// What the signal's expression gives.
    pub value: Values<'a>,
}

impl FactColumns<'_> {
    pub(crate) fn check(&self, needs_identity: bool) -> Result<(), HealthError> {
        let expected = self.subject.len();
        let same = |column, found| if found == expected { Ok(()) } else { Err(HealthError::Lengths { column, expected, found }) };
        same("day", self.day.len())?;
        same("value", self.value.len().unwrap_or(expected))?;
        if needs_identity {
            same("at", self.at.len())?;
            same("digest", self.digest.len())?;
        }
        Ok(())
    }
}

impl Values<'_> {
    /// Visits the numbers that are known, minus zero as zero; none where these are no numbers.
    pub(crate) fn for_each_number(&self, mut visit: impl FnMut(usize, f64)) -> Option<()> {
        match self {
            Self::Numbers(values) => {
                values.iter().enumerate().filter(|(_, value)| value.is_finite()).for_each(|(row, value)| visit(row, *value + 0.0));
            }
            Self::Decimals(values) => {
                let known = values.iter().enumerate().filter_map(|(row, value)| Some((row, (*value)?)));
                known.for_each(|(row, nano)| visit(row, Fraction::new(nano, NANO).to_f64()));
            }
            _ => return None,
        }
        Some(())
    }
}
