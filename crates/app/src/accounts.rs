//! Accounts as people see them: the list, one account, its history, its time line, and what lies behind a number.

use mainstay_model::{Day, Timestamp, health::Override};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::data::SourceStatus;

/// The instant a question is about. Both absent: now, with everything known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct AsOf {
    /// Facts that were true by then.
    pub at: Option<Timestamp>,
    /// Of those, only what had been received by then.
    pub known: Option<Timestamp>,
}

impl AsOf {
    /// Now, with everything known.
    pub const NOW: Self = Self { at: None, known: None };
}

/// What the list of accounts shows.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AccountQuery {
    /// SQL over account columns; all accounts where absent.
    pub filter: Option<String>,
    /// Text that must occur in the id or the name, whatever the case.
    pub search: Option<String>,
    /// The account column to sort by; `health_score` where empty.
    pub sort: String,
    /// Highest first.
    pub descending: bool,
    /// More columns to show, by name.
    pub columns: Vec<String>,
    /// Rows to pass over.
    pub offset: usize,
    /// Rows to show, 1 to 10,000.
    pub limit: usize,
}

/// One row of the list.
#[derive(Clone, Debug, Serialize)]
pub struct AccountRow {
    /// The account's id.
    pub id: String,
    /// What people call it; its id where nobody said.
    pub name: String,
    /// The band's name; `unknown` without a score.
    pub band: String,
    /// The shown score, 0 to 100, unrounded.
    pub score: Option<f64>,
    /// Score now minus score 30 days ago.
    pub change_30d: Option<f64>,
    /// Annual recurring revenue in the workspace's currency.
    pub arr: Option<f64>,
    /// Calendar days to the end of the contract.
    pub days_to_renewal: Option<f64>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Its tier.
    pub tier: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// The score at the end of each of the last 30 days, oldest first.
    pub spark: Vec<Option<f32>>,
    /// The values of the columns asked for, in their order.
    pub cells: Vec<Value>,
}

/// How many accounts are in a band.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BandCount {
    /// The band's name, `unknown` among them.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The band's colour name; `gray` for unknown.
    pub color: String,
    /// How many accounts.
    pub count: usize,
    /// Their annual recurring revenue.
    pub arr: f64,
}

/// A page of the list.
#[derive(Clone, Debug, Serialize)]
pub struct AccountPage {
    /// The rows asked for.
    pub rows: Vec<AccountRow>,
    /// How many accounts the filter keeps.
    pub total: usize,
    /// How those accounts are spread over the bands, best first, unknown last.
    pub bands: Vec<BandCount>,
    /// The instant the list is about.
    pub as_of: Timestamp,
}

/// One signal of one account.
#[derive(Clone, Debug, Serialize)]
pub struct SignalValue {
    /// The column name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it means.
    pub description: String,
    /// How it is written.
    pub unit: mainstay_model::signal::Unit,
    /// Number, text, true/false or null for not known.
    pub value: Value,
}

/// One product of an account.
#[derive(Clone, Debug, Serialize)]
pub struct ProductView {
    /// Its score.
    #[serde(flatten)]
    pub score: ProductScore,
    /// Every signal per product.
    pub signals: Vec<SignalValue>,
}

/// The score of a product of an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProductScore {
    /// The product, as facts name it.
    pub product: String,
    /// Its score, under the model's guards.
    pub score: Option<f64>,
    /// Its band.
    pub band: String,
    /// Share of weight that had a value, 0 to 1.
    pub coverage: f64,
    /// The model that scores it; empty where none applies.
    pub model: String,
    /// Its version.
    pub model_version: String,
}

/// One account as of an instant.
#[derive(Clone, Debug, Serialize)]
pub struct AccountView {
    /// The account's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The fields of its record, in the entity's order, those known only.
    pub attributes: Vec<(String, Value)>,
    /// Annual recurring revenue.
    pub arr: Option<f64>,
    /// Calendar days to the end of the contract.
    pub days_to_renewal: Option<f64>,
    /// The day it renews.
    pub renews_on: Option<Day>,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Its stage.
    pub stage: Option<String>,
    /// Its tier.
    pub tier: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The shown score.
    pub score: Option<f64>,
    /// The shown band.
    pub band: String,
    /// The score before guards and overrides.
    pub computed_score: Option<f64>,
    /// Share of weight that had a value, 0 to 1.
    pub coverage: f64,
    /// The model in force; empty where none applies.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// Score minus the score 30, 60 and 90 days before.
    pub change: [Option<f64>; 3],
    /// Why the score is what it is; absent where no model applies.
    pub explanation: Option<mainstay_health::Explanation>,
    /// A person's word against the score, while it lasts.
    pub over: Option<Override>,
    /// The manager's own judgement.
    pub sentiment: Option<String>,
    /// Who stated it in the console, and when; nothing where another source did.
    pub sentiment_said: Option<Said>,
    /// Every signal.
    pub signals: Vec<SignalValue>,
    /// Its products, by name, where the workspace has signals per product.
    pub products: Vec<ProductView>,
    /// The segments it is in.
    pub segments: Vec<String>,
    /// When the score was made.
    pub scored_at: Timestamp,
    /// The instant the page is about.
    pub as_of: Timestamp,
    /// How fresh each source is.
    pub sources: Vec<SourceStatus>,
}

/// Who said something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Said {
    /// Their e-mail address.
    pub by: String,
    /// The instant.
    pub at: Timestamp,
}

/// The score at the end of a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScorePoint {
    /// The day, in the workspace's zone.
    pub day: Day,
    /// The shown score.
    pub score: Option<f64>,
    /// The shown band.
    pub band: String,
    /// The model that made it.
    pub model: String,
    /// Its version.
    pub model_version: String,
}

/// A score as the command line lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreRow {
    /// The account's id.
    pub account_id: String,
    /// What people call it.
    pub name: String,
    /// The shown score.
    pub score: Option<f64>,
    /// The shown band.
    pub band: String,
    /// The score before guards and overrides.
    pub computed_score: Option<f64>,
    /// Share of weight that had a value, 0 to 1.
    pub coverage: f64,
    /// The model in force.
    pub model: String,
    /// Its version.
    pub model_version: String,
    /// The scores of its products, by name, where the workspace has signals per product.
    pub products: Vec<ProductScore>,
    /// The instant.
    pub as_of: Timestamp,
}

/// One line of an account's time line.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineEntry {
    /// When it happened.
    pub at: Timestamp,
    /// `event`, `ticket`, `survey`, `invoice`, `meeting`, `email`, `person`, `subscription`, `band`, `note`, `outside` or `override`.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More, or empty.
    pub detail: String,
}

/// One fact behind a number.
#[derive(Clone, Debug, Serialize)]
pub struct FactRow {
    /// When it was true.
    pub occurred_at: Timestamp,
    /// When we learned it.
    pub received_at: Timestamp,
    /// The source.
    pub source: String,
    /// Message id or record id.
    pub id: String,
    /// The event's name or the record's one line.
    pub name: String,
    /// Its fields.
    pub fields: Map<String, Value>,
}

/// The facts that a signal's value counts.
#[derive(Clone, Debug, Serialize)]
pub struct FactsBehind {
    /// The signal.
    pub signal: String,
    /// The product, for a signal per product.
    pub product: Option<String>,
    /// How it is made, in words.
    pub description: String,
    /// How many facts there are in all.
    pub total: usize,
    /// The latest of them.
    pub facts: Vec<FactRow>,
    /// Signals it is made from, where it reads no facts itself.
    pub reads: Vec<String>,
}

/// A score that moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The account.
    pub account: String,
    /// Its shown score now.
    pub score: Option<f64>,
    /// Its shown band now.
    pub band: String,
    /// When.
    pub at: Timestamp,
}

mod behind;
mod judge;
mod list;
mod products;
mod show;
pub(crate) mod table;
pub(crate) mod tally;
mod timeline;
