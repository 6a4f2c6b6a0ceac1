//! Onboarding: a board by milestone, and the accounts in it, stuck ones first.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::lifecycle::{MilestoneColumn, OnboardingAccount, OnboardingBoard, ReachedOn};
use mainstay_model::BandScale;

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{BandMark, Locale, NOT_KNOWN, band_mark, day_words, plural, segment};

/// Accounts shown at each milestone.
const CARDS: usize = 8;
/// Accounts of the table.
const ROWS: usize = 200;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/onboarding.html")]
pub struct OnboardingPage {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// Whether the workspace follows onboarding.
    pub followed: bool,
    /// The large facts under the title.
    pub facts: Vec<(String, String, &'static str)>,
    /// The milestones.
    pub columns: Vec<Lane>,
    /// The accounts.
    pub rows: Vec<Row>,
    /// `200 of 412 accounts`.
    pub range: String,
}

/// A milestone and who works on it.
#[derive(Clone, Debug)]
pub struct Lane {
    /// What people read.
    pub label: String,
    /// When it is due; empty where it is not.
    pub due: String,
    /// How many accounts.
    pub count: String,
    /// What they pay a year.
    pub arr: String,
    /// `reached by 5 after 6.0 days, the median`; empty where nobody has reached it.
    pub reached: String,
    /// The first of them.
    pub cards: Vec<Row>,
    /// How many more there are.
    pub more: usize,
}

/// An account in onboarding.
#[derive(Clone, Debug)]
pub struct Row {
    /// The account.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its band.
    pub band: BandMark,
    /// What it pays a year.
    pub arr: String,
    /// Who looks after it.
    pub owner: String,
    /// Since when.
    pub since: String,
    /// For how long.
    pub days: String,
    /// Whether it is stuck.
    pub stalled: bool,
    /// `5 days late`, `due in 3 days`; empty where nothing is due.
    pub due: String,
    /// Whether it is late.
    pub late: bool,
    /// Days to first value.
    pub value: String,
    /// `2 of 4`.
    pub progress: String,
    /// The milestones that it has reached, each with its day.
    pub reached: Vec<Step>,
    /// The milestone it works on.
    pub next: String,
}

/// A milestone of an account.
#[derive(Clone, Debug)]
pub struct Step {
    /// What people read.
    pub label: String,
    /// Whether it is reached.
    pub reached: bool,
    /// `reached on 9 Mar 2026`, `due in 3 days`; empty where nothing is to be said.
    pub state: String,
    /// How long it took: `after 8 days`; empty where that is not known.
    pub took: String,
    /// Whether it is late.
    pub late: bool,
}

/// The milestones of an account in their order.
pub(super) fn steps_of(account: &OnboardingAccount, milestones: &[MilestoneColumn]) -> Vec<Step> {
    let step = |(place, reached): (usize, &bool)| {
        let column = milestones.get(place);
        let on: Option<ReachedOn> = account.reached_on.get(place).copied().flatten();
        let late = column.and_then(|column| column.due_days).map(|due| account.days.saturating_sub(due)).filter(|_| !*reached);
        Step {
            label: column.map(|column| column.label.clone()).unwrap_or_default(),
            reached: *reached,
            state: match (*reached, on) {
                (true, Some(on)) => format!("reached on {}", day_words(on.day)),
                (true, None) => "reached".to_owned(),
                (false, _) => due_words(late),
            },
            took: on.map_or_else(String::new, |on| format!("after {}", days_of(on.days))),
            late: late.is_some_and(|late| late > 0),
        }
    };
    account.reached.iter().enumerate().map(step).collect()
}

fn days_of(count: i32) -> String {
    plural(usize::try_from(count).unwrap_or(0), "day", "days")
}

/// `5 days late`, `due in 3 days`; nothing where nothing is due.
fn due_words(late_days: Option<i32>) -> String {
    match late_days {
        None => String::new(),
        Some(late) if late > 0 => format!("{} late", days_of(late)),
        Some(0) => "due today".to_owned(),
        Some(early) => format!("due in {}", days_of(early.saturating_neg())),
    }
}

impl OnboardingPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, board: &OnboardingBoard, bands: &BandScale, currency: &str, when: When, locale: Locale) -> Self {
        let row = |account: &OnboardingAccount| row_shown(account, board, (bands, currency), &when, locale);
        let lane = |column: &MilestoneColumn| {
            let there = board.accounts.iter().filter(|account| account.next.as_deref().unwrap_or_default() == column.name);
            let cards: Vec<Row> = there.take(CARDS).map(row).collect();
            Lane {
                label: column.label.clone(),
                due: column.due_days.map_or_else(String::new, |days| format!("due on day {days}")),
                count: locale.count(column.count),
                arr: locale.money_short(column.arr, currency),
                reached: column.median_days.map_or_else(String::new, |days| {
                    format!("reached by {} after {} days, the median", locale.count(column.reached), locale.number(days, 1))
                }),
                more: column.count.saturating_sub(cards.len()),
                cards,
            }
        };
        let value = board.median_days_to_value.map_or_else(|| NOT_KNOWN.to_owned(), |days| format!("{} days", locale.number(days, 1)));
        let tone = |count: usize| if count > 0 { "bad" } else { "" };
        let fact = |value: String, name: &str, tone| (value, name.to_owned(), tone);
        Self {
            followed: board.stage.is_some(),
            facts: vec![
                fact(locale.count(board.total), "in onboarding", ""),
                fact(locale.count(board.stalled), "stuck", tone(board.stalled)),
                fact(locale.count(board.late), "late for a milestone", tone(board.late)),
                fact(value, &format!("to first value, median of {}", board.with_value), ""),
            ],
            columns: board.milestones.iter().map(lane).collect(),
            rows: board.accounts.iter().take(ROWS).map(row).collect(),
            range: format!("{} of {}", locale.count(board.accounts.len().min(ROWS)), plural(board.total, "account", "accounts")),
            when,
            frame,
        }
    }
}

fn row_shown(
    account: &OnboardingAccount,
    board: &OnboardingBoard,
    (bands, currency): (&BandScale, &str),
    when: &When,
    locale: Locale,
) -> Row {
    let reached = account.reached.iter().filter(|reached| **reached).count();
    let next = board.milestones.iter().find(|column| account.next.as_ref() == Some(&column.name));
    Row {
        name: account.name.clone(),
        href: when.address(&format!("/accounts/{}", segment(&account.account_id))),
        band: band_mark(bands, &account.band),
        arr: account.arr.map_or_else(|| NOT_KNOWN.to_owned(), |arr| locale.money(arr, currency)),
        owner: account.owner.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()),
        since: day_words(account.since),
        days: days_of(account.days),
        stalled: account.stalled,
        due: due_words(account.late_days),
        late: account.late_days.is_some_and(|late| late > 0),
        value: account.days_to_value.map_or_else(|| NOT_KNOWN.to_owned(), |value| format!("{} days", locale.number(value, 1))),
        progress: format!("{reached} of {}", account.reached.len()),
        reached: steps_of(account, &board.milestones).into_iter().filter(|step| step.reached).collect(),
        next: next.map_or_else(|| "all reached".to_owned(), |column| column.label.clone()),
    }
}

/// Shows the page.
pub(crate) async fn list_onboarding(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let board = console.app.onboarding(&when.as_of).await?;
    let workspace = console.app.workspace();
    let frame = Frame::new(&console.app, &visit, "onboarding", "Onboarding");
    Ok(show(&OnboardingPage::new(frame, &board, &workspace.bands, &workspace.currency, when, visit.locale)))
}
