//! Onboarding: which account has reached which milestone, which are late or stuck, and how long first value took.

use std::sync::PoisonError;

use arrow::array::BooleanArray;
use mainstay_lake::expressions::CompiledExpression;
use mainstay_model::expression::ValueType;
use mainstay_model::lifecycle::Onboarding;
use mainstay_model::{Day, Timestamp};
use mainstay_spec::Stage;
use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, table_of};
use super::stage::{calendar_days, entered};
use super::{read_day, read_instant, written};
use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::{Plan, State};
use crate::error::Result;
use crate::median::median;
use crate::plays::Look;

/// Accounts of one answer at most.
const MAX_ACCOUNTS: usize = 2_000;

/// Where the accounts in onboarding stand.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OnboardingBoard {
    /// The instant it is about.
    #[serde(serialize_with = "written", deserialize_with = "read_instant")]
    pub as_of: Timestamp,
    /// The stage of accounts in onboarding; absent where the workspace does not follow it.
    pub stage: Option<String>,
    /// The milestones in order, each with how many accounts work on it; the last, without a name, is of those that reached all.
    pub milestones: Vec<MilestoneColumn>,
    /// The accounts: stuck ones first, then the later the earlier.
    pub accounts: Vec<OnboardingAccount>,
    /// How many are in onboarding.
    pub total: usize,
    /// How many of them are stuck.
    pub stalled: usize,
    /// How many of them are late for their next milestone.
    pub late: usize,
    /// How many of them have reached first value.
    pub with_value: usize,
    /// The median of their days to it.
    pub median_days_to_value: Option<f64>,
}

/// A milestone and who works on it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MilestoneColumn {
    /// The name; empty for those that reached all.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Days after the start by which it should be reached.
    pub due_days: Option<i32>,
    /// How many accounts have it as their next.
    pub count: usize,
    /// What they pay a year.
    pub arr: f64,
}

/// An account in onboarding.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct OnboardingAccount {
    /// The account.
    pub account_id: String,
    /// What people call it.
    pub name: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// Annual recurring revenue.
    pub arr: Option<f64>,
    /// Its band.
    pub band: String,
    /// Its score.
    pub score: Option<f64>,
    /// The day it came into the stage.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub since: Day,
    /// Calendar days since then.
    pub days: i32,
    /// Which milestones it has reached, in their order.
    pub reached: Vec<bool>,
    /// The first that it has not; absent where it has reached all.
    pub next: Option<String>,
    /// Calendar days by which the next one is late; negative while there is time.
    pub late_days: Option<i32>,
    /// Whether it is stuck, by the workspace's condition.
    pub stalled: bool,
    /// Days from becoming a customer to first value, unrounded; absent before.
    pub days_to_value: Option<f64>,
}

/// The workspace's onboarding, ready to be asked.
struct Ready<'a> {
    onboarding: &'a Onboarding,
    /// For each milestone; none where it cannot be compiled any more, and then nobody has reached it.
    milestones: Vec<Option<BooleanArray>>,
    stalled: Option<BooleanArray>,
}

impl App {
    /// Where the accounts in onboarding stand now.
    ///
    /// # Errors
    /// When a column cannot be read, which is a defect.
    pub async fn onboarding(&self) -> Result<OnboardingBoard> {
        self.compute(|app| board(&app.state(), app.now())).await
    }
}

fn board(state: &State, now: Timestamp) -> Result<OnboardingBoard> {
    let workspace = &state.plan.workspace;
    let mut board = OnboardingBoard {
        as_of: now,
        stage: None,
        milestones: Vec::new(),
        accounts: Vec::new(),
        total: 0,
        stalled: 0,
        late: 0,
        with_value: 0,
        median_days_to_value: None,
    };
    let Some(onboarding) = &workspace.lifecycle.onboarding else { return Ok(board) };
    board.stage = Some(onboarding.stage.clone());
    board.milestones = columns(onboarding);
    let subjects = in_stage(state, &onboarding.stage, now)?;
    let look = Look::new(state, &subjects, now)?;
    let ready = Ready::new(onboarding, &state.plan, &look)?;
    let mut accounts: Vec<OnboardingAccount> = (0..look.ids().len()).map(|row| ready.account(state, &look, row, now)).collect();
    accounts.sort_by(|a, b| {
        let rank = |account: &OnboardingAccount| (account.stalled, account.late_days.unwrap_or(i32::MIN), account.days);
        rank(b).cmp(&rank(a)).then_with(|| a.account_id.cmp(&b.account_id))
    });
    board.count(&accounts);
    accounts.truncate(MAX_ACCOUNTS);
    board.accounts = accounts;
    Ok(board)
}

fn columns(onboarding: &Onboarding) -> Vec<MilestoneColumn> {
    let column = |name: &str, label: &str, due_days| MilestoneColumn {
        name: name.to_owned(),
        label: label.to_owned(),
        due_days,
        count: 0,
        arr: 0.0,
    };
    let milestones = onboarding.milestones.iter().map(|milestone| column(&milestone.name, &milestone.label, milestone.due_days));
    milestones.chain([column("", "All reached", None)]).collect()
}

/// The numbers of the accounts that are in a stage.
fn in_stage(state: &State, stage: &str, now: Timestamp) -> Result<Vec<u32>> {
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let Some(table) = table_of(state, &records, "accounts", &AsOf::NOW, now)? else { return Ok(Vec::new()) };
    let accounts = Accounts::of(&table, &state.plan.workspace.zone);
    let found = accounts.in_stage(stage).filter_map(|id| state.subjects.find(id)).collect();
    Ok(found)
}

impl<'a> Ready<'a> {
    fn new(onboarding: &'a Onboarding, plan: &Plan, look: &Look) -> Result<Self> {
        let schema = plan.account_schema(Stage::All);
        let mask = |sql: &String| -> Result<Option<BooleanArray>> {
            let compiled: Option<CompiledExpression> = plan.engine.compile_as(&schema, sql, ValueType::Boolean).ok();
            compiled.map(|condition| look.mask(&condition)).transpose()
        };
        Ok(Self {
            onboarding,
            milestones: onboarding.milestones.iter().map(|milestone| mask(&milestone.when)).collect::<Result<_>>()?,
            stalled: onboarding.stalled.as_ref().map(mask).transpose()?.flatten(),
        })
    }

    fn account(&self, state: &State, look: &Look, row: usize, now: Timestamp) -> OnboardingAccount {
        let id = look.ids().get(row).map(ToString::to_string).unwrap_or_default();
        let text = |name: &str| look.json(row, name).as_str().map(str::to_owned);
        let number = |name: &str| look.json(row, name).as_f64();
        let zone = &state.plan.workspace.zone;
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let since = entered(&records, &id, &self.onboarding.stage, now).unwrap_or(now);
        drop(records);
        let days = calendar_days(zone, since, now);
        let holds = |mask: Option<&BooleanArray>| mask.is_some_and(|mask| mask.value(row));
        let reached: Vec<bool> = self.milestones.iter().map(|mask| holds(mask.as_ref())).collect();
        let next = reached.iter().position(|reached| !reached).and_then(|place| self.onboarding.milestones.get(place));
        let (band, score) = look.health(row);
        OnboardingAccount {
            name: text("name").unwrap_or_else(|| id.clone()),
            account_id: id,
            owner: text("owner"),
            arr: number("arr"),
            band,
            score,
            since: zone.day_of(since),
            days,
            next: next.map(|milestone| milestone.name.clone()),
            late_days: next.and_then(|milestone| milestone.due_days).map(|due| days.saturating_sub(due)),
            stalled: holds(self.stalled.as_ref()),
            days_to_value: self.onboarding.time_to_value.as_deref().and_then(number),
            reached,
        }
    }
}

impl OnboardingBoard {
    fn count(&mut self, accounts: &[OnboardingAccount]) {
        self.total = accounts.len();
        self.stalled = accounts.iter().filter(|account| account.stalled).count();
        self.late = accounts.iter().filter(|account| account.late_days.is_some_and(|days| days > 0)).count();
        for account in accounts {
            let name = account.next.as_deref().unwrap_or_default();
            if let Some(column) = self.milestones.iter_mut().find(|column| column.name == name) {
                column.count += 1;
                column.arr += account.arr.unwrap_or(0.0);
            }
        }
        let mut days: Vec<f64> = accounts.iter().filter_map(|account| account.days_to_value).collect();
        days.sort_by(f64::total_cmp);
        self.with_value = days.len();
        self.median_days_to_value = median(&days);
    }
}
