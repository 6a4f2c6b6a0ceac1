//! How fast the company is: three response clocks over the last days. From a decline to the first intervention, from an entry into a band to
//! contact, from an issue to a response.
//!
//! Scores are kept by day, so a decline and an entry begin with the day at whose end the account was worse: the time is rather told too long
//! than too short.

mod falls;
mod figures;

use std::sync::PoisonError;

use hashbrown::HashMap;
use mainstay_lake::expressions::values;
use mainstay_lake::records::Records;
use mainstay_model::{Timestamp, Zone};
use mainstay_plays::windows::BusinessTime;
use mainstay_store::Touch;
use serde::{Deserialize, Serialize};

use self::falls::{Fall, falls};
use self::figures::{Case, clock_of};
use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::{State, texts_of};
use crate::error::{AppError, Result};
use crate::lifecycle::table_of;

/// The days that are looked back where nobody says.
pub const CLOCK_DAYS: u32 = 90;
/// The days that can be looked back.
const MOST_DAYS: u32 = 366;
/// Kinds of tasks by which people of the account are spoken to.
const CONTACTS: [&str; 3] = ["call", "email", "meeting"];

/// What a clock measures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// From the day on which an account fell into a worse band than the day before to the first thing that was done for it: a message to its people, a
    /// task that was done, a meeting that was held. Falling further is the same decline; it is over when the account is back in the band from which it
    /// fell. In calendar days of the workspace's zone; the target, 15 days, is for the mean.
    DeclineToIntervention,
    /// From the day on which an account fell into a red band to contact: a message to its people, a task of kind `call`, `email` or `meeting` that was
    /// done, a meeting that was held. In business hours; the target is 24.
    RedToContact,
    /// The same for a fall from a green band into a yellow or orange one; the target is 48 business hours. It is over when the account turns red, from
    /// where the other clock runs.
    YellowToContact,
    /// From the opening of a ticket to the first answer by a person, or to its solution where that came first. In business hours; the target is 24.
    IssueToResponse,
}

/// In what a clock counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockUnit {
    /// Calendar days of the workspace's zone; the same day is 0.
    Days,
    /// Hours of the business calendar.
    BusinessHours,
}

impl ClockKind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::DeclineToIntervention, Self::RedToContact, Self::YellowToContact, Self::IssueToResponse];

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::DeclineToIntervention => "Decline to first intervention",
            Self::RedToContact => "Red to contact",
            Self::YellowToContact => "Yellow to contact",
            Self::IssueToResponse => "Issue to response",
        }
    }

    /// What it is to be at most, in its unit.
    #[must_use]
    pub const fn target(self) -> u32 {
        match self {
            Self::DeclineToIntervention => 15,
            Self::YellowToContact => 48,
            Self::RedToContact | Self::IssueToResponse => 24,
        }
    }

    /// In what it counts.
    #[must_use]
    pub const fn unit(self) -> ClockUnit {
        match self {
            Self::DeclineToIntervention => ClockUnit::Days,
            Self::RedToContact | Self::YellowToContact | Self::IssueToResponse => ClockUnit::BusinessHours,
        }
    }
}

/// The response clocks of some days.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ResponseClocks {
    /// Each clock, in the order of [`ClockKind::ALL`].
    pub clocks: Vec<ResponseClock>,
    /// What began within so many days before today, and today, is counted; bands have no today yet.
    pub days: u32,
    /// The instant it is about.
    pub as_of: Timestamp,
}

/// How one clock ran. What began is in exactly one of the five counts that follow.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ResponseClock {
    /// What it measures.
    pub clock: ClockKind,
    /// What it is to be at most, in `unit`.
    pub target: u32,
    /// In what it counts.
    pub unit: ClockUnit,
    /// How often it began to run.
    pub begun: u64,
    /// Answered within the target.
    pub in_time: u64,
    /// Answered later.
    pub late: u64,
    /// Not answered, and the target has passed.
    pub unanswered: u64,
    /// Not answered yet, and the target has not passed.
    pub running: u64,
    /// Over before the target without an answer: the account recovered, or fell further.
    pub lapsed: u64,
    /// The mean time to the answer, in `unit`; none where nothing was answered.
    pub mean: Option<f64>,
    /// The median of it.
    pub median: Option<f64>,
}

/// What was read from facts and scores.
struct Read {
    /// Falls of accounts.
    falls: Vec<(String, Fall)>,
    /// Meetings that were held, by account.
    meetings: HashMap<String, Vec<Timestamp>>,
    /// Tickets: opened, and answered.
    tickets: Vec<(Timestamp, Option<Timestamp>)>,
}

impl App {
    /// How the response clocks ran that began within so many days, 1 to 366.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] for another number of days; when the store or the facts cannot be read.
    pub async fn response_clocks(&self, days: u32) -> Result<ResponseClocks> {
        if days == 0 || days > MOST_DAYS {
            return Err(AppError::invalid(format!("`days` is 1 to {MOST_DAYS}, not {days}")));
        }
        let now = self.now();
        let workspace = self.workspace();
        let since = workspace.zone.start_of(workspace.zone.day_of(now).plus(-days.cast_signed()));
        let read = self.compute(move |app| app.read_clocks(days, since, now)).await?;
        let mut accounts: Vec<String> = read.falls.iter().map(|(account, _)| account.clone()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let touches = self.store().touches_of_accounts(&accounts, since).await?;
        let calendar = workspace.outreach.calendar(&workspace.calendars);
        let business = BusinessTime::new(&calendar, &workspace.zone);
        let cases = cases(read, touches, &workspace.zone);
        let clocks = ClockKind::ALL.into_iter().map(|kind| {
            let of_kind = cases.iter().filter(|(of, _)| *of == kind).map(|(_, case)| case);
            clock_of(kind, of_kind, (&workspace.zone, &business), now)
        });
        Ok(ResponseClocks { clocks: clocks.collect(), days, as_of: now })
    }

    fn read_clocks(&self, days: u32, since: Timestamp, now: Timestamp) -> Result<Read> {
        let state = self.state();
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        Ok(Read {
            falls: falls(&state, days.cast_signed(), state.plan.workspace.zone.day_of(now)),
            meetings: meetings(&state, &records, since, now)?,
            tickets: tickets(&state, &records, since, now)?,
        })
    }
}

/// The meetings that were held since an instant, by account.
fn meetings(state: &State, records: &Records, since: Timestamp, now: Timestamp) -> Result<HashMap<String, Vec<Timestamp>>> {
    let mut held: HashMap<String, Vec<Timestamp>> = HashMap::new();
    let Some(table) = table_of(state, records, "meetings", &AsOf::NOW, now)? else { return Ok(held) };
    let at = table.column_by_name("held_at").map(values::instants).unwrap_or_default();
    for ((account, status), at) in texts_of(&table, "account_id").into_iter().zip(texts_of(&table, "status")).zip(at) {
        let was_held = status.is_none_or(|status| status == "held");
        if let (Some(account), Some(at)) = (account, at.filter(|at| was_held && *at >= since && *at <= now)) {
            held.entry(account.to_owned()).or_default().push(at);
        }
    }
    Ok(held)
}

/// The tickets that were opened since an instant: when, and when each was answered or solved.
fn tickets(state: &State, records: &Records, since: Timestamp, now: Timestamp) -> Result<Vec<(Timestamp, Option<Timestamp>)>> {
    let Some(table) = table_of(state, records, "tickets", &AsOf::NOW, now)? else { return Ok(Vec::new()) };
    let instants = |name: &str| table.column_by_name(name).map(values::instants).unwrap_or_default();
    let (opened, answered, solved) = (instants("created_at"), instants("first_response_at"), instants("solved_at"));
    let ended = |row: usize| {
        let of = |column: &[Option<Timestamp>]| column.get(row).copied().flatten().filter(|at| *at <= now);
        of(&answered).into_iter().chain(of(&solved)).min()
    };
    let opened = opened.into_iter().enumerate().filter_map(|(row, at)| Some((row, at.filter(|at| *at >= since && *at <= now)?)));
    Ok(opened.map(|(row, at)| (at, ended(row))).collect())
}

/// Everything that a clock ran for, with what ended it.
fn cases(read: Read, touches: Vec<Touch>, zone: &Zone) -> Vec<(ClockKind, Case)> {
    let Read { falls, meetings, tickets } = read;
    // Each with whether the people of the account were spoken to.
    let mut done: HashMap<String, Vec<(Timestamp, bool)>> = HashMap::new();
    for touch in touches {
        let contact = touch.task_kind.is_none_or(|kind| CONTACTS.contains(&kind.as_str()));
        done.entry(touch.account_id).or_default().push((touch.at, contact));
    }
    for (account, at) in meetings.into_iter().flat_map(|(account, held)| held.into_iter().map(move |at| (account.clone(), at))) {
        done.entry(account).or_default().push((at, true));
    }
    let of_falls = falls.into_iter().map(|(account, fall)| {
        let began = zone.start_of(fall.from);
        // The last second of the day at whose end it was over.
        let ended = fall.until.map(|day| zone.start_of(day.plus(1)).plus_seconds(-1));
        let counts = |(at, contact): &&(Timestamp, bool)| {
            *at >= began && ended.is_none_or(|ended| *at <= ended) && (*contact || fall.kind == ClockKind::DeclineToIntervention)
        };
        let answered = done.get(&account).into_iter().flatten().filter(counts).map(|(at, _)| *at).min();
        (fall.kind, Case { began, answered, ended })
    });
    let of_tickets = tickets.into_iter().map(|(began, answered)| (ClockKind::IssueToResponse, Case { began, answered, ended: None }));
    of_falls.chain(of_tickets).collect()
}
