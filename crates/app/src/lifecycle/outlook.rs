//! What the contract lines of an account will bill next, and until when they can be left.

mod bills;
mod invoices;
mod tiers;

use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use mainstay_lake::records::RecordsQuery;
use mainstay_metrics::Gap;
use mainstay_model::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use self::bills::Bills;
use super::accounts::Accounts;
use super::{FollowedBy, read_day_if_any, written_if_any};
use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::unsorted;
use crate::error::Result;
use crate::revenue::{read_day, read_instant, written};

/// A next invoice that lies above the last one by this share or more is a shock: the bound of the play `bill_shock`. No source gives the number.
const BILL_SHOCK: f64 = 0.3;

/// The contract lines of an account that are in force, and which of all its lines another one follows.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ContractOutlook {
    /// The account.
    pub account_id: String,
    /// The instant of the facts.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub as_of: Timestamp,
    /// Its day.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub today: Day,
    /// The lines: by the day of their next invoice, those where it is not known last.
    pub lines: Vec<ContractLine>,
    /// Every line of the account that another one follows, those that ended long ago too: by the day of that end.
    #[serde(default)]
    pub followed: Vec<FollowedLine>,
}

/// A contract line that another one follows, in force or not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FollowedLine {
    /// The record of `subscriptions`.
    pub subscription_id: String,
    /// The first day that it does not cover, as the other one takes its place.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub ends_on: Day,
    /// The line that takes its place.
    pub followed_by: FollowedBy,
}

/// A contract line in force: what it will bill next, and until when it can be left. Money is in `currency`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ContractLine {
    /// The record of `subscriptions`.
    pub subscription_id: String,
    /// What is paid for.
    pub product: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// Three-letter code of the line.
    pub currency: String,
    /// The first day of the billing interval that runs.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub interval_from: Option<Day>,
    /// The first day after it, for which the next invoice is due.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub next_invoice_on: Option<Day>,
    /// Whether the units that are used are billed, rather than those that are bought.
    pub by_use: bool,
    /// Whether the line ends with the interval, so that nothing but what was used is left to bill.
    pub is_last: bool,
    /// The next invoice of the line: its units and its overage.
    pub expected_amount: Option<f64>,
    /// Why that is not known.
    pub not_known: Option<Gap>,
    /// What its units cost on it.
    pub base_amount: Option<f64>,
    /// What is expected to be used beyond the limit costs on it.
    pub overage_amount: Option<f64>,
    /// Where the use leads; absent where nothing is known of this interval.
    pub usage: Option<UsageAhead>,
    /// Units that may be used in an interval.
    pub limit_quantity: Option<f64>,
    /// Units of what: of the limit and of the use.
    pub limit_unit: Option<String>,
    /// The last invoice of the line, where it is known which that was.
    pub last_invoice: Option<LastInvoice>,
    /// How far the next one lies above it, as a share of it: 0.5 is half as much again, -0.1 a tenth less. Absent where the line ends.
    pub above_last: Option<f64>,
    /// Whether it renews by itself; never where another line follows it.
    pub auto_renews: bool,
    /// The first day that is not covered yet.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub renews_on: Option<Day>,
    /// The first day to give notice, where the contract says one.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub notice_from: Option<Day>,
    /// The last day to give notice; it may have passed. Absent where another line follows it.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub last_notice_on: Option<Day>,
    /// A right to leave before the end; absent where another line follows it.
    pub exit: Option<ExitRight>,
    /// The line that takes its place on the day on which it renews.
    #[serde(default)]
    pub followed_by: Option<FollowedBy>,
    /// The first day without the discount, where one is in force and ends.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub discount_ends_on: Option<Day>,
    /// What the units of an interval cost from then on.
    pub amount_after_discount: Option<f64>,
}

/// Where the use of a billing interval leads if it goes on as it did, linear by days.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct UsageAhead {
    /// Units used so far.
    pub used: f64,
    /// The last day that they count.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub through: Day,
    /// Days that they count.
    pub days: i32,
    /// Days of the interval.
    pub of_days: i32,
    /// Units by its end: those used, times its days, by the days counted.
    pub expected: f64,
    /// How many of them are beyond the limit; absent where there is none.
    pub beyond: Option<f64>,
}

/// An invoice to compare with.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct LastInvoice {
    /// Its number.
    pub number: Option<String>,
    /// Its total.
    pub amount: f64,
    /// When it was sent.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub issued_at: Timestamp,
}

/// A right to leave before the end.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ExitRight {
    /// In words.
    pub clause: Option<String>,
    /// The first day on which it can be used; any day where absent.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub from: Option<Day>,
    /// The last day before the end, on which it can still be used; absent where no end is known.
    #[serde(default, serialize_with = "written_if_any", deserialize_with = "read_day_if_any")]
    pub until: Option<Day>,
}

impl FollowedLine {
    /// Whether the other line has taken its place on a day.
    #[must_use]
    pub fn has_ended(&self, today: Day) -> bool {
        self.ends_on <= today
    }
}

impl ContractLine {
    /// Whether the next invoice lies above the last one by 30 % or more.
    #[must_use]
    pub fn is_bill_shock(&self) -> bool {
        self.above_last.is_some_and(|share| share >= BILL_SHOCK)
    }

    /// What people read for it: product and plan; the record's id where it says neither.
    #[must_use]
    pub fn label(&self) -> String {
        let words: Vec<String> = [&self.product, &self.plan].into_iter().flatten().map(|word| word.replace('_', " ")).collect();
        if words.is_empty() { self.subscription_id.clone() } else { words.join(" · ") }
    }
}

impl App {
    /// What the lines of an account that are in force will bill next, and until when they can be left; none of an account that has left. And which
    /// of all its lines another one follows.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn contract_outlook(&self, account: &str, at: &AsOf) -> Result<ContractOutlook> {
        let (account, at) = (account.to_owned(), *at);
        self.compute(move |app| {
            let state = app.state();
            Self::subject(&state, &account, &at)?;
            let workspace = &state.plan.workspace;
            let as_of = at.at.unwrap_or_else(|| app.now().max(state.scored_at));
            let ids = [account.as_str()];
            let query = RecordsQuery { as_of, known: at.known, accounts: Some(&ids), zone: &workspace.zone };
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            let table = |entity: &str| match workspace.entities.get(entity) {
                Some(entity) => records.table(entity, query).map_err(unsorted),
                None => Ok(RecordBatch::new_empty(Arc::new(Schema::empty()))),
            };
            let (accounts, lines, invoices) = (table("accounts")?, table("subscriptions")?, table("invoices")?);
            drop(records);
            let today = workspace.zone.day_of(as_of);
            let has_left = Accounts::of(&accounts, &workspace.zone).has_left(&account, today);
            let bills = Bills::of(&lines, &invoices, workspace, as_of);
            let lines = if has_left { Vec::new() } else { bills.lines(today) };
            Ok(ContractOutlook { account_id: account, as_of, today, lines, followed: bills.followed() })
        })
        .await
    }
}
