//! Columns of signal values, one row per subject.

use std::collections::HashMap;
use std::sync::Arc;

use mainstay_model::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::value::Value;

/// Numbers, NaN where not known. Two columns are equal when their bits are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct NumberColumn(pub Vec<f64>);

impl NumberColumn {
    /// The number of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<f64> {
        self.0.get(row).copied().filter(|value| !value.is_nan())
    }
}

impl PartialEq for NumberColumn {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| a.to_bits() == b.to_bits())
    }
}

impl FromIterator<Option<f64>> for NumberColumn {
    fn from_iter<I: IntoIterator<Item = Option<f64>>>(values: I) -> Self {
        Self(values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect())
    }
}

/// Texts as codes into a list of words.
#[derive(Clone, Debug, Default)]
pub struct TextColumn {
    codes: Vec<u32>,
    words: Vec<Arc<str>>,
    codes_of: HashMap<Arc<str>, u32>,
}

impl TextColumn {
    const ABSENT: u32 = u32::MAX;

    /// The text of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&Arc<str>> {
        self.words.get(*self.codes.get(row)? as usize)
    }

    /// The code of each row, an index into [`Self::words`]; `u32::MAX` where not known.
    #[must_use]
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The words that codes stand for.
    #[must_use]
    pub fn words(&self) -> &[Arc<str>] {
        &self.words
    }

    /// Adds a row.
    pub fn push(&mut self, text: Option<&Arc<str>>) {
        let code = self.code(text);
        self.codes.push(code);
    }

    /// Changes a row; rows up to it are added where absent.
    pub fn set(&mut self, row: usize, text: Option<&Arc<str>>) {
        let code = self.code(text);
        set(&mut self.codes, row, code, Self::ABSENT);
    }

    /// Changes a row to a text that is copied only where it is a new word; rows up to it are added where absent.
    pub fn set_text(&mut self, row: usize, text: Option<&str>) {
        let code = match text {
            None => Self::ABSENT,
            Some(text) => match self.codes_of.get(text) {
                Some(code) => *code,
                None => self.code(Some(&Arc::from(text))),
            },
        };
        set(&mut self.codes, row, code, Self::ABSENT);
    }

    fn code(&mut self, text: Option<&Arc<str>>) -> u32 {
        let Some(text) = text else { return Self::ABSENT };
        if let Some(code) = self.codes_of.get(text) {
            return *code;
        }
        let code = self.words.len() as u32;
        self.words.push(Arc::clone(text));
        self.codes_of.insert(Arc::clone(text), code);
        code
    }
}

impl PartialEq for TextColumn {
    fn eq(&self, other: &Self) -> bool {
        self.codes.len() == other.codes.len() && (0..self.codes.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl<'a> FromIterator<Option<&'a str>> for TextColumn {
    fn from_iter<I: IntoIterator<Item = Option<&'a str>>>(texts: I) -> Self {
        let mut column = Self::default();
        for text in texts {
            column.push(text.map(Arc::from).as_ref());
        }
        column
    }
}

/// The values of one signal.
#[derive(Clone, PartialEq, Debug)]
pub enum Column {
    /// Numbers.
    Numbers(NumberColumn),
    /// Texts.
    Texts(TextColumn),
    /// True, false or not known.
    Booleans(Vec<Option<bool>>),
    /// Calendar days.
    Days(Vec<Option<Day>>),
    /// Instants.
    Instants(Vec<Option<Timestamp>>),
}

impl Column {
    /// How many rows it has.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Numbers(column) => column.0.len(),
            Self::Texts(column) => column.codes.len(),
            Self::Booleans(column) => column.len(),
            Self::Days(column) => column.len(),
            Self::Instants(column) => column.len(),
        }
    }

    /// Whether it has no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of a row.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<Value> {
        match self {
            Self::Numbers(column) => column.get(row).map(Value::Number),
            Self::Texts(column) => column.get(row).cloned().map(Value::Text),
            Self::Booleans(column) => column.get(row).copied().flatten().map(Value::Boolean),
            Self::Days(column) => column.get(row).copied().flatten().map(Value::Day),
            Self::Instants(column) => column.get(row).copied().flatten().map(Value::Instant),
        }
    }

    /// Changes a row; rows up to it are added where absent. A value of another type than the column's counts as not known.
    pub fn set(&mut self, row: usize, value: Option<&Value>) {
        match self {
            Self::Numbers(column) => {
                set(&mut column.0, row, if let Some(Value::Number(number)) = value { *number } else { f64::NAN }, f64::NAN);
            }
            Self::Texts(column) => column.set(row, if let Some(Value::Text(text)) = value { Some(text) } else { None }),
            Self::Booleans(column) => set(column, row, if let Some(Value::Boolean(truth)) = value { Some(*truth) } else { None }, None),
            Self::Days(column) => set(column, row, if let Some(Value::Day(day)) = value { Some(*day) } else { None }, None),
            Self::Instants(column) => set(column, row, if let Some(Value::Instant(at)) = value { Some(*at) } else { None }, None),
        }
    }
}

fn set<T: Clone>(rows: &mut Vec<T>, row: usize, value: T, absent: T) {
    if row >= rows.len() {
        rows.resize(row + 1, absent);
    }
    if let Some(slot) = rows.get_mut(row) {
        *slot = value;
    }
}
