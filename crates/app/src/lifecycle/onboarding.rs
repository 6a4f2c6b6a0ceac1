//! Onboarding: which account has reached which milestone, which are late or stuck, and how long first value took.

use std::sync::PoisonError;

use arrow::array::BooleanArray;
use mainstay_lake::expressions::CompiledExpression;
use mainstay_lake::records::Records;
use mainstay_model::lifecycle::Onboarding;
use mainstay_model::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use super::accounts::{Accounts, table_of};
use super::reached::{Entrant, are_told};
use super::stage::{calendar_days, entered};
use super::{read_day, read_instant, written};
use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::{Moment, State};
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
    /// How many of the accounts listed have reached it on a day that is known.
    #[serde(default)]
    pub reached: usize,
    /// The median of their days to it.
    #[serde(default)]
    pub median_days: Option<f64>,
}

/// When a milestone was reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ReachedOn {
    /// The first day at whose end its condition held since the account came into the stage; the day asked about where it holds, but did at no
    /// earlier day's end.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub day: Day,
    /// Calendar days from the day it came into the stage.
    pub days: i32,
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
    /// When it reached each of them. Absent where it has not, or not any more; where the question is about what was known earlier; and for
    /// accounts that have been in the stage for more than 366 days.
    #[serde(default)]
    pub reached_on: Vec<Option<ReachedOn>>,
    /// The first that it has not; absent where it has reached all.
    pub next: Option<String>,
    /// Calendar days by which the next one is late; negative while there is time.
    pub late_days: Option<i32>,
    /// Whether it is stuck, by the workspace's condition.
    pub stalled: bool,
    /// Days from becoming a customer to first value, unrounded; absent before.
    pub days_to_value: Option<f64>,
}

/// The workspace's onboarding and what is true of some accounts.
struct Ready<'a> {
    onboarding: &'a Onboarding,
    /// For each milestone; none where it cannot be compiled any more, and then nobody has reached it.
    milestones: Vec<Option<BooleanArray>>,
    stalled: Option<BooleanArray>,
    as_of: Timestamp,
    known: Option<Timestamp>,
}

impl App {
    /// Where the accounts in onboarding stood at an instant. Milestones, and when an account is stuck, are those of the workspace in force.
    ///
    /// # Errors
    /// When a column cannot be read, which is a defect.
    pub async fn onboarding(&self, at: &AsOf) -> Result<OnboardingBoard> {
        let at = *at;
        self.compute(move |app| app.board(None, &at)).await
    }

    /// Where one account stood in onboarding, as a board with nobody else on it; none where it was not in onboarding then.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn onboarding_of(&self, id: &str, at: &AsOf) -> Result<Option<OnboardingBoard>> {
        let (id, at) = (id.to_owned(), *at);
        self.compute(move |app| {
            Self::subject(&app.state(), &id, &at)?;
            Ok(Some(app.board(Some(&id), &at)?).filter(|board| board.total > 0))
        })
        .await
    }

    fn board(&self, only: Option<&str>, at: &AsOf) -> Result<OnboardingBoard> {
        let as_of = at.at.unwrap_or_else(|| self.now());
        let mut board = self.standing(only, at, as_of)?;
        // What was known earlier is read from all facts; once is what a question may cost, once for each day is not.
        if at.known.is_none() && !board.accounts.is_empty() {
            let today = self.workspace().zone.day_of(as_of);
            let entrants: Vec<Entrant> = board.accounts.iter().map(|account| (account.account_id.clone(), account.since)).collect();
            if let Some(first) = self.days_reached(&entrants, today)? {
                board.date(&first, today);
            }
        }
        Ok(board)
    }

    /// The board without the days on which milestones were reached.
    fn standing(&self, only: Option<&str>, at: &AsOf, as_of: Timestamp) -> Result<OnboardingBoard> {
        let state = self.state();
        let mut board = OnboardingBoard::empty(as_of);
        let Some(onboarding) = &state.plan.workspace.lifecycle.onboarding else { return Ok(board) };
        board.stage = Some(onboarding.stage.clone());
        board.milestones = columns(onboarding);
        let subjects = match only {
            None => in_stage(&state, &onboarding.stage, at, as_of)?,
            Some(id) => {
                let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
                let is_in = entered(&records, id, &onboarding.stage, (as_of, at.known)).is_some();
                state.subjects.find(id).filter(|_| is_in).into_iter().collect()
            }
        };
        if subjects.is_empty() {
            return Ok(board);
        }
        let look = if *at == AsOf::NOW {
            Look::new(&state, &subjects, as_of)?
        } else {
            let moment = Moment { at: as_of, known: at.known, subjects: Some(&subjects) };
            Look::of(&state, state.at(moment, &|| self.snapshot())?, at.known)?
        };
        let ready = Ready::new(onboarding, &look, (as_of, at.known))?;
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let mut accounts: Vec<OnboardingAccount> = (0..look.ids().len()).map(|row| ready.account(&records, &look, row)).collect();
        drop(records);
        accounts.sort_by(|a, b| {
            let rank = |account: &OnboardingAccount| (account.stalled, account.late_days.unwrap_or(i32::MIN), account.days);
            rank(b).cmp(&rank(a)).then_with(|| a.account_id.cmp(&b.account_id))
        });
        board.count(&accounts);
        accounts.truncate(MAX_ACCOUNTS);
        board.accounts = accounts;
        Ok(board)
    }
}

fn columns(onboarding: &Onboarding) -> Vec<MilestoneColumn> {
    let column = |name: &str, label: &str, due_days| MilestoneColumn {
        name: name.to_owned(),
        label: label.to_owned(),
        due_days,
        count: 0,
        arr: 0.0,
        reached: 0,
        median_days: None,
    };
    let milestones = onboarding.milestones.iter().map(|milestone| column(&milestone.name, &milestone.label, milestone.due_days));
    milestones.chain([column("", "All reached", None)]).collect()
}

/// The numbers of the accounts that are in a stage.
fn in_stage(state: &State, stage: &str, at: &AsOf, as_of: Timestamp) -> Result<Vec<u32>> {
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let Some(table) = table_of(state, &records, "accounts", at, as_of)? else { return Ok(Vec::new()) };
    let accounts = Accounts::of(&table, &state.plan.workspace.zone);
    let found = accounts.in_stage(stage).filter_map(|id| state.subjects.find(id)).collect();
    Ok(found)
}

impl<'a> Ready<'a> {
    fn new(onboarding: &'a Onboarding, look: &Look, (as_of, known): (Timestamp, Option<Timestamp>)) -> Result<Self> {
        let mask = |condition: &CompiledExpression| look.mask(condition);
        let planned = &look.plan.milestones;
        Ok(Self {
            onboarding,
            milestones: planned.reached.iter().map(|when| when.as_ref().map(mask).transpose()).collect::<Result<_>>()?,
            stalled: planned.stalled.as_ref().map(mask).transpose()?,
            as_of,
            known,
        })
    }

    fn account(&self, records: &Records, look: &Look, row: usize) -> OnboardingAccount {
        let id = look.ids().get(row).map(ToString::to_string).unwrap_or_default();
        let text = |name: &str| look.json(row, name).as_str().map(str::to_owned);
        let number = |name: &str| look.json(row, name).as_f64();
        let zone = &look.plan.workspace.zone;
        let since = entered(records, &id, &self.onboarding.stage, (self.as_of, self.known)).unwrap_or(self.as_of);
        let days = calendar_days(zone, since, self.as_of);
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
            reached_on: vec![None; reached.len()],
            reached,
        }
    }
}

impl OnboardingAccount {
    /// Takes in the first day at whose end each milestone was reached. One that is reached `today` and was at no earlier day's end is of today.
    fn date(&mut self, first: &[Option<Day>], today: Day) {
        // No day is told of an account that has been in the stage for too long, and then it is not today's either.
        let (since, told) = (self.since, are_told(self.since, today));
        for ((reached, first), on) in self.reached.iter().zip(first).zip(&mut self.reached_on) {
            let day = first.unwrap_or(today);
            *on = (*reached && told).then(|| ReachedOn { day, days: day.since(since) });
        }
    }
}

impl OnboardingBoard {
    const fn empty(as_of: Timestamp) -> Self {
        Self {
            as_of,
            stage: None,
            milestones: Vec::new(),
            accounts: Vec::new(),
            total: 0,
            stalled: 0,
            late: 0,
            with_value: 0,
            median_days_to_value: None,
        }
    }

    /// Takes in on which days the accounts listed reached their milestones.
    fn date(&mut self, first: &[Vec<Option<Day>>], today: Day) {
        for (account, first) in self.accounts.iter_mut().zip(first) {
            account.date(first, today);
        }
        for (place, column) in self.milestones.iter_mut().enumerate() {
            let of_column = |account: &OnboardingAccount| account.reached_on.get(place).copied().flatten();
            let mut days: Vec<f64> = self.accounts.iter().filter_map(of_column).map(|reached| f64::from(reached.days)).collect();
            days.sort_by(f64::total_cmp);
            (column.reached, column.median_days) = (days.len(), median(&days));
        }
    }

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
