//! `signals/*.yaml`: one named value per account (or account and product).

pub(crate) mod build;
mod derived;
mod facts;
pub(crate) mod measure;
pub(crate) mod order;
pub(crate) mod window;
pub(crate) mod write;

use mainstay_model::signal::{Subject, Unit};

use crate::decode::{Expression, Soft, Word, Words, document};
use crate::document::At;

document! {
    /// A signal: one value per account as of an instant.
    SignalDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// What it means.
        description: Option<At<String>>,
        /// Whose value it is: account (default) or product.
        per: Option<Word<Subject>>,
        /// The facts it reads: `events` or an entity such as `invoices`. Absent: the measure reads other signals.
        from: Option<At<String>>,
        /// Which of those facts count: SQL over the fact's columns. Absent: all.
        r#where: Option<Expression>,
        /// How it is made: with `from` one of `count()`, `count_distinct(x)`, `sum(x)`, `average(x)`, `min(x)`, `max(x)`, `last(x)`,
        /// `share(condition)`, `active_days()`, `days_since(instant)`; without it `change(signal)`, `trend(signal)`, `ratio(a, b)` or any SQL
        /// expression over the account's columns.
        measure: Expression,
        /// Over which days: `30 days`, `30 complete days`, `12 months of due_at`, `all`. There is no default.
        window: Option<At<String>>,
        /// The type of its values: integer, number, text or boolean. Default: as the measure has it.
        #[schemars(default)]
        r#type: Soft<Word<SignalType>>,
        /// The smallest and largest value that can occur, e.g. [0, 10].
        #[schemars(default)]
        range: Soft<Vec<At<f64>>>,
        /// How it is written for people: number, share, ratio, days, money or word. Default: as the measure suggests.
        #[schemars(default)]
        unit: Soft<Word<Unit>>,
    }
}

/// The types a signal can have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SignalType {
    Integer,
    Number,
    Text,
    Boolean,
}

impl Words for SignalType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("integer", Self::Integer), ("number", Self::Number), ("text", Self::Text), ("boolean", Self::Boolean)];
}

impl Words for Subject {
    const WORDS: &'static [(&'static str, Self)] = &[("account", Self::Account), ("product", Self::Product)];
}

impl Words for Unit {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("number", Self::Number),
        ("share", Self::Share),
        ("ratio", Self::Ratio),
        ("days", Self::Days),
        ("money", Self::Money),
        ("word", Self::Word),
    ];
}
