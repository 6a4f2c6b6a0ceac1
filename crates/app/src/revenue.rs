//! Recurring revenue: how it moved in a period and how much of it stayed, read from the subscription lines.

pub(crate) mod lines;
mod report;

use mainstay_model::{Day, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use mainstay_metrics::{Movement, Step};

/// Who counts as one: at account grain a downgrade in one product and an upgrade in another cancel, at product grain they do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    /// An account with all its lines.
    #[default]
    Account,
    /// An account's lines of one product.
    Product,
}

impl Grain {
    /// The words of the command line and the API.
    pub const ALL: [(&'static str, Self); 2] = [("account", Self::Account), ("product", Self::Product)];

    /// The grain of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, grain)| grain)
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Product => "product",
        }
    }
}

/// What is asked of recurring revenue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RevenueQuery {
    /// The day on which the period opens.
    pub from: Day,
    /// The day on which it closes; not in it.
    pub to: Day,
    /// How it is cut into parts; one part where absent.
    pub by: Option<Step>,
    /// Who counts as one.
    pub grain: Grain,
    /// Only lines in this currency. Where absent all lines must be in the workspace's.
    pub currency: Option<String>,
    /// Whether to tell who moved.
    pub movements: bool,
}

/// How recurring revenue moved. Money is MRR in `currency`, unrounded; shares are 0 to 1, absent where nobody paid at the opening.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RevenueReport {
    /// Who counts as one.
    pub grain: Grain,
    /// Three-letter code.
    pub currency: String,
    /// The instant of the facts: lines as they were known to be by then.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub as_of: Timestamp,
    /// The parts in order.
    pub periods: Vec<RevenuePeriod>,
    /// The whole period, over those who paid on its first day.
    pub whole: RevenuePeriod,
    /// The parts' GRR multiplied: not the whole period's, whose cohort is that of its first day.
    pub compounded_grr: Option<f64>,
    /// The parts' NRR multiplied.
    pub compounded_nrr: Option<f64>,
    /// Lines that are no recurring revenue because they lack a price, a first day or a billing interval of at least a month.
    pub lines_without_price: usize,
    /// Lines left out because they are in another currency than the one asked for.
    pub lines_in_other_currencies: usize,
}

/// What happened in one period, `from <= day < to`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RevenuePeriod {
    /// The first day.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub from: Day,
    /// The day after the last.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub to: Day,
    /// MRR on the first day.
    pub opening_mrr: f64,
    /// From those who never paid before.
    pub new: f64,
    /// From those who had paid before, but not on the first day.
    pub reactivation: f64,
    /// More from those who pay more.
    pub expansion: f64,
    /// Less from those who pay less.
    pub contraction: f64,
    /// What those paid who pay nothing any more.
    pub churn: f64,
    /// MRR on the day on which it closes.
    pub closing_mrr: f64,
    /// How many paid on the first day.
    pub paying_at_opening: usize,
    /// How many of them pay nothing at the closing.
    pub churned: usize,
    /// Gross revenue retention.
    pub grr: Option<f64>,
    /// Net revenue retention.
    pub nrr: Option<f64>,
    /// Share of those who paid that pay nothing any more.
    pub logo_churn: Option<f64>,
    /// Share of the opening MRR that was theirs.
    pub revenue_churn: Option<f64>,
    /// Who moved, by account and product, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub movements: Option<Vec<RevenueMove>>,
}

/// Who moved, and how.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RevenueMove {
    /// The account.
    pub account_id: String,
    /// The product; absent at account grain, and for lines that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// What became of it.
    pub movement: Movement,
    /// MRR on the first day.
    pub opening_mrr: f64,
    /// MRR on the day on which the period closes.
    pub closing_mrr: f64,
}

/// Days and instants as ISO texts.
pub(crate) fn written<S: Serializer>(value: &impl std::fmt::Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

pub(crate) fn read_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
    Day::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(crate) fn read_instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    Timestamp::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
}
