//! Signals: one declared value per subject as of an instant.

use serde::{Deserialize, Serialize};

use crate::expression::ValueType;

/// A checked signal. `measure` says how; the expressions are SQL over the documented columns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Signal {
    /// The column name, e.g. `logins_30d`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it means.
    pub description: String,
    /// Whose value it is.
    pub subject: Subject,
    /// How it is made.
    pub measure: Measure,
    /// How it is written for people.
    pub unit: Unit,
    /// The type of its values.
    pub kind: ValueType,
    /// Whether only whole numbers occur (counts, survey answers).
    pub integer: bool,
    /// The values that can occur, where declared; the linter uses it.
    pub range: Option<(f64, f64)>,
}

/// Whose value a signal is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One value per account.
    #[default]
    Account,
    /// One value per account and product (the fact's `product` column or `properties.product`).
    Product,
}

/// How a signal's number is written for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, Default, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A plain number.
    #[default]
    Number,
    /// A share of one, shown in percent.
    Share,
    /// A relative change, shown in percent with its sign.
    Ratio,
    /// Days.
    Days,
    /// Money in the workspace's currency.
    Money,
    /// A word.
    Word,
}

/// How a signal is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Measure {
    /// An aggregate over events, kept as daily partials.
    Events {
        /// Which events count; all where absent.
        filter: Option<String>,
        /// What is aggregated.
        aggregate: Aggregate,
        /// Over which days.
        window: Window,
    },
    /// An aggregate over the records of an entity, each as its latest version.
    Records {
        /// The entity, e.g. `invoices`.
        entity: String,
        /// Which records count; all where absent. May use `as_of` and `today`.
        filter: Option<String>,
        /// What is aggregated.
        aggregate: Aggregate,
        /// Over which days of which column.
        window: Window,
    },
    /// The relative change of an events signal between its last two windows of complete days.
    Change {
        /// The signal compared.
        of: String,
    },
    /// The least-squares slope of an events signal's daily values over its window of complete days, in units per day.
    Trend {
        /// The signal followed.
        of: String,
    },
    /// A SQL expression over the account's columns, other signals among them.
    Formula {
        /// The expression.
        sql: String,
    },
}

/// What is aggregated. The expressions are SQL over the fact's columns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Aggregate {
    /// How many facts.
    Count,
    /// How many different values.
    CountDistinct(String),
    /// The decimal sum; exact to nine places, in any order.
    Sum(String),
    /// The decimal mean: the exact sum over the count.
    Average(String),
    /// The smallest number.
    Min(String),
    /// The largest number.
    Max(String),
    /// The value of the latest fact (by `occurred_at`, then by identity) that has one. No window needed.
    Last(String),
    /// The share of facts for which a condition holds.
    Share(String),
    /// How many calendar days had a fact.
    ActiveDays,
    /// Calendar days from the day of the latest instant to today; 0 on the day itself. No window needed.
    DaysSince(String),
}

impl Aggregate {
    /// Whether it means something without a window.
    #[must_use]
    pub const fn may_be_windowless(&self) -> bool {
        matches!(self, Self::Last(_) | Self::DaysSince(_))
    }

    /// The expression it reads, if any.
    #[must_use]
    pub fn expression(&self) -> Option<&str> {
        match self {
            Self::Count | Self::ActiveDays => None,
            Self::CountDistinct(sql)
            | Self::Sum(sql)
            | Self::Average(sql)
            | Self::Min(sql)
            | Self::Max(sql)
            | Self::Last(sql)
            | Self::Share(sql)
            | Self::DaysSince(sql) => Some(sql),
        }
    }
}

/// Over which calendar days of the workspace's zone a measure looks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Window {
    /// How long.
    pub span: Span,
    /// Whether it ends with yesterday (`complete`) rather than with today so far.
    pub complete: bool,
    /// For records: the date or timestamp column that places a record. Events are placed by `occurred_at`.
    pub of: Option<String>,
}

/// How long a window is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Span {
    /// So many calendar days, today included unless `complete`. At least 1.
    Days(u32),
    /// So many calendar months back from today, clamped at month ends: days after the same day n months ago. At least 1.
    Months(u32),
    /// Everything up to the instant.
    All,
}

impl Window {
    /// Everything up to the instant.
    #[must_use]
    pub const fn all() -> Self {
        Self { span: Span::All, complete: false, of: None }
    }

    /// First and last day of the window as of a day, both inclusive.
    #[must_use]
    pub fn days(&self, today: crate::Day) -> (crate::Day, crate::Day) {
        let last = if self.complete { today.plus(-1) } else { today };
        let first = match self.span {
            Span::Days(n) => last.plus(1 - i32::try_from(n).unwrap_or(i32::MAX)),
            Span::Months(n) => last.plus_months(-i32::try_from(n).unwrap_or(0)).plus(1),
            Span::All => crate::Day(i32::MIN),
        };
        (first, last)
    }
}
