//! The life cycle of accounts: stages, onboarding, renewals, and how it ended.

mod accounts;
mod autopsy;
mod contracts;
mod moves;
mod onboarding;
mod outlook;
mod reached;
mod readiness;
mod renewals;
mod runs;
mod stage;

use mainstay_model::{Day, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use mainstay_metrics::{EndMove, Gap, RenewalStage};

pub(crate) use accounts::{gone, table_of};
pub use autopsy::{Autopsy, Weakness};
pub use onboarding::{MilestoneColumn, OnboardingAccount, OnboardingBoard, ReachedOn};
pub use outlook::{ContractLine, ContractOutlook, ExitRight, FollowedLine, LastInvoice, UsageAhead};
pub(crate) use reached::ReachedDays;
pub use readiness::{Finding, Readiness, UsageTrend};
pub use stage::{StageSpan, StageView};

use crate::accounts::BandCount;
use crate::revenue::{read_day, read_instant, written};

/// Which renewals are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RenewalQuery {
    /// Calendar months ahead, this one among them: 1 to 36.
    pub months: u32,
    /// Only those that renew in the month of this day.
    pub month: Option<Day>,
    /// Only those that stand there on the time line.
    pub stage: Option<RenewalStage>,
    /// Only those of accounts of this owner.
    pub owner: Option<String>,
    /// Rows to pass over.
    pub offset: usize,
    /// Rows to show, 1 to 1,000.
    pub limit: usize,
}

impl Default for RenewalQuery {
    fn default() -> Self {
        Self { months: 12, month: None, stage: None, owner: None, offset: 0, limit: 100 }
    }
}

/// What renews when, and where that stands. Sums are of annual recurring revenue in the workspace's currency, of the lines whose price is known.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RenewalBook {
    /// The instant of the facts.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub as_of: Timestamp,
    /// Its day; days left are counted from it.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub today: Day,
    /// Three-letter code of the sums.
    pub currency: String,
    /// What is to come, month by month, this month first. What is renewed or lost already is not in it.
    pub months: Vec<RenewalMonth>,
    /// The time line: what stands where.
    pub stages: Vec<RenewalColumn>,
    /// The rows asked for: by day, then the larger first.
    pub rows: Vec<Renewal>,
    /// How many the query keeps.
    pub total: usize,
    /// Lines in another currency than the workspace's; they are listed, but in no sum.
    pub lines_in_other_currencies: usize,
    /// Lines in force that say neither an end nor a term.
    pub lines_without_end: usize,
}

/// What renews in a month.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RenewalMonth {
    /// Its first day.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub month: Day,
    /// How many lines.
    pub count: usize,
    /// What they are worth a year.
    pub arr: f64,
    /// The same by the band of their accounts, best first, unknown last.
    pub bands: Vec<BandCount>,
}

/// What stands at one place of the time line.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RenewalColumn {
    /// The place.
    pub stage: RenewalStage,
    /// How many lines.
    pub count: usize,
    /// What they are worth a year.
    pub arr: f64,
    /// The largest of them.
    pub first: Vec<Renewal>,
}

/// A contract line that renews, or did, or does not.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Renewal {
    /// The record of `subscriptions`.
    pub subscription_id: String,
    /// The account.
    pub account_id: String,
    /// What people call it.
    pub name: String,
    /// What is paid for.
    pub product: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// What the line is worth a year at its price, in `currency`; absent where a price is missing.
    pub arr: Option<f64>,
    /// Three-letter code of the line.
    pub currency: String,
    /// The account's band.
    pub band: String,
    /// Its score.
    pub score: Option<f64>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The first day that is not covered yet.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub renews_on: Day,
    /// Calendar days until then; below zero once it has passed.
    pub days_left: i32,
    /// Whether that day was computed from a term, as no source says it.
    pub computed: bool,
    /// Whether it renews by itself; never where another line follows it.
    pub auto_renews: bool,
    /// The last day to give notice; absent where another line follows it.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub last_notice_on: Option<Day>,
    /// The first day to give notice, where the contract says one.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub notice_from: Option<Day>,
    /// Months of a term.
    pub term_months: Option<i32>,
    /// Which year of a term of several years it is in, and of how many.
    pub year_of_term: Option<(i32, i32)>,
    /// The line that takes its place on the day on which it renews.
    #[serde(default)]
    pub followed_by: Option<FollowedBy>,
    /// Where it stands; absent while it is too far ahead.
    pub stage: Option<RenewalStage>,
    /// How its end moved, the latest first.
    pub moves: Vec<EndMoved>,
    /// The run of a play of purpose `renewal` for it.
    pub run: Option<RenewalRun>,
}

/// The line that takes the place of another one of the same account and product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowedBy {
    /// The record of `subscriptions`.
    pub subscription_id: String,
    /// Its first day.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub begins_on: Day,
}

/// An end that moved.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EndMoved {
    /// When that was said.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub at: Timestamp,
    /// By which source.
    pub source: String,
    /// The end before.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub from: Day,
    /// The end then.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub to: Day,
    /// What that means.
    pub what: EndMove,
}

/// Where the play of a renewal stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RenewalRun {
    /// The run.
    pub id: String,
    /// The play.
    pub play: String,
    /// What people call it.
    pub label: String,
    /// Where it stands: `running`, `paused`, `finished` ...
    pub status: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// When its next step is due.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_instant_if_any")]
    pub due_at: Option<Timestamp>,
}

/// As [`written`], of what may be absent.
#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn written_if_any<S: Serializer>(value: &Option<impl std::fmt::Display>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_none(),
    }
}

fn read_day_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| Day::parse(&text).map_err(D::Error::custom)).transpose()
}

fn read_instant_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| Timestamp::parse(&text).map_err(D::Error::custom)).transpose()
}
