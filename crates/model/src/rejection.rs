//! Why a fact was refused: a stable code, the field, the value and the mend.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Stable codes of refusal; each has a heading in `docs/reference/errors.md`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// The text is not JSON (or not UTF-8).
    MalformedJson,
    /// A row of a file cannot be read: too few or too many cells, not UTF-8, no JSON.
    MalformedRow,
    /// A field that every record of the kind needs is absent.
    MissingField,
    /// A field has a value of another type than declared.
    WrongType,
    /// A time without a zone, or no time at all.
    InvalidTime,
    /// The record says it happened after the tolerated clock drift.
    InTheFuture,
    /// The record says it happened before the workspace's first believable day.
    TooOld,
    /// One record is larger than the limit.
    TooLarge,
    /// A text is longer than the limit of a field.
    TextTooLong,
    /// The kind of call or entity is not known.
    UnknownKind,
    /// A validation rule of the source refused it.
    RuleViolated,
}

impl ReasonCode {
    /// Every code, in the order of the reference page.
    pub const ALL: [Self; 11] = [
        Self::MalformedJson,
        Self::MalformedRow,
        Self::MissingField,
        Self::WrongType,
        Self::InvalidTime,
        Self::InTheFuture,
        Self::TooOld,
        Self::TooLarge,
        Self::TextTooLong,
        Self::UnknownKind,
        Self::RuleViolated,
    ];

    /// The code as it is written in answers, tables and documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::MalformedRow => "malformed_row",
            Self::MissingField => "missing_field",
            Self::WrongType => "wrong_type",
            Self::InvalidTime => "invalid_time",
            Self::InTheFuture => "in_the_future",
            Self::TooOld => "too_old",
            Self::TooLarge => "too_large",
            Self::TextTooLong => "text_too_long",
            Self::UnknownKind => "unknown_kind",
            Self::RuleViolated => "rule_violated",
        }
    }
}

impl fmt::Display for ReasonCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One refusal, as the sender and the quarantine see it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rejection {
    /// The stable code.
    pub code: ReasonCode,
    /// The field at fault, a dotted path such as `properties.amount`; empty when it is the record as a whole.
    pub field: String,
    /// The value at fault, shortened to 200 characters.
    pub value: String,
    /// What is wrong and what to do about it.
    pub message: String,
}

impl Rejection {
    /// A refusal; `value` is shortened to what a person can read.
    #[must_use]
    pub fn new(code: ReasonCode, field: impl Into<String>, value: &str, message: impl Into<String>) -> Self {
        let mut shown: String = value.chars().take(200).collect();
        if shown.len() < value.len() {
            shown.push('…');
        }
        Self { code, field: field.into(), value: shown, message: message.into() }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.field.is_empty() {
            write!(f, "{}: {}", self.code, self.message)
        } else {
            write!(f, "{} in `{}`: {}", self.code, self.field, self.message)
        }
    }
}
