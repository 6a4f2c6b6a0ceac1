//! Health models: which signals count how much, and what limits the score.

use serde::{Deserialize, Serialize};

use crate::signal::Subject;

/// A checked health model.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct HealthModel {
    /// The name in the workspace; that of a variant is `model.variant`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What makes it a variant, where it is one of another model.
    pub variant: Option<Variant>,
    /// Which accounts it is for: SQL over account columns; all where absent. The first model that applies is used.
    pub applies_to: Option<String>,
    /// Models are asked in this order, the highest first; then by name. The variants of a model are asked before it.
    pub priority: i32,
    /// Whether it scores accounts or each account's products.
    pub subject: Subject,
    /// The parts of the score.
    pub components: Vec<Component>,
    /// Caps on the score.
    pub guards: Vec<Guard>,
    /// Share of weight that must have a value, 0 to 1, for a score to be published.
    pub min_coverage: f64,
    /// Days a band must last before plays count it as entered.
    pub hold_days: u32,
    /// A digest of everything that decides a number, 12 hexadecimal digits: the version kept with each score.
    pub version: String,
}

impl HealthModel {
    /// The name under which its document stands: that of the model of which it is a variant, or its own.
    #[must_use]
    pub fn declared_as(&self) -> &str {
        self.variant.as_ref().map_or(&self.name, |variant| &variant.of)
    }
}

/// What makes a model a variant of another: the same model with other levels, curves or weights for some of its accounts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// The model of which it is one.
    pub of: String,
    /// The name beneath that model.
    pub name: String,
    /// For which of that model's accounts: SQL over account columns.
    pub when: String,
}

/// One part of a health score.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Component {
    /// Unique in its model; the signal's name unless stated.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Share of the whole; any positive number, up to 6 decimals.
    pub weight: f64,
    /// What it reads.
    pub reads: Reads,
    /// What a missing value means.
    pub missing: Missing,
}

/// What a component reads.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Reads {
    /// A signal, turned into points by levels.
    Levels {
        /// The signal.
        signal: String,
        /// The levels, best first.
        levels: Vec<Level>,
    },
    /// A numeric signal, turned into points by a piecewise-linear curve.
    Curve {
        /// The signal.
        signal: String,
        /// Value and points, by rising value; flat outside.
        points: Vec<(f64, f64)>,
    },
    /// A nested group: its own weighted average.
    Group {
        /// The parts.
        components: Vec<Component>,
    },
    /// The account's product scores, rolled up.
    Products {
        /// How.
        rollup: Rollup,
    },
}

/// How product scores become one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rollup {
    /// The plain mean.
    Average,
    /// The lowest.
    Worst,
}

/// One level of a component.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Level {
    /// `healthy`, `at_risk` or `critical`, or a name of the model's own.
    pub name: String,
    /// 0 to 100.
    pub points: f64,
    /// The values it covers.
    pub covers: Covers,
}

/// The values a level covers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Covers {
    /// Numbers; a value is covered when it lies in one of the ranges.
    Ranges(Vec<Range>),
    /// Words.
    Words(Vec<String>),
}

/// A range of numbers; an absent bound is open to infinity.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Range {
    /// Lower bound and whether it belongs to the range.
    pub from: Option<(f64, bool)>,
    /// Upper bound and whether it belongs to the range.
    pub to: Option<(f64, bool)>,
}

impl Range {
    /// Whether a value lies in the range.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        let above = self.from.is_none_or(|(bound, inclusive)| value > bound || (inclusive && value >= bound));
        let below = self.to.is_none_or(|(bound, inclusive)| value < bound || (inclusive && value <= bound));
        above && below
    }
}

/// What a missing value means for a component.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, Default)]
pub enum Missing {
    /// It drops out and its weight is shared out.
    #[default]
    Skip,
    /// It counts as the level of that name.
    Level(String),
}

/// A cap on the score while a condition holds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Guard {
    /// SQL over account columns.
    pub when: String,
    /// The highest score shown while it holds.
    pub cap: f64,
    /// Why, in words; named in the explanation.
    pub because: String,
}

/// A person's override of a score, kept beside the computed one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Override {
    /// The score shown while it lasts, 0 to 100.
    pub score: f64,
    /// Who said so.
    pub author: String,
    /// Why.
    pub reason: String,
    /// From when.
    pub from: crate::Timestamp,
    /// Until when (exclusive).
    pub until: crate::Timestamp,
}
