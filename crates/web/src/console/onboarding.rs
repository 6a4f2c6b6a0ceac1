//! Onboarding: a board by milestone, and the accounts in it, stuck ones first.

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::lifecycle::{OnboardingAccount, OnboardingBoard};
use mainstay_model::BandScale;

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::Visit;
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
    /// The milestone it works on.
    pub next: String,
}

impl OnboardingPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, board: &OnboardingBoard, bands: &BandScale, currency: &str, locale: Locale) -> Self {
        let row = |account: &OnboardingAccount| row_shown(account, board, bands, currency, locale);
        let lane = |column: &mainstay_app::lifecycle::MilestoneColumn| {
            let there = board.accounts.iter().filter(|account| account.next.as_deref().unwrap_or_default() == column.name);
            let cards: Vec<Row> = there.take(CARDS).map(row).collect();
            Lane {
                label: column.label.clone(),
                due: column.due_days.map_or_else(String::new, |days| format!("due on day {days}")),
                count: locale.count(column.count),
                arr: locale.money_short(column.arr, currency),
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
            frame,
        }
    }
}

fn row_shown(account: &OnboardingAccount, board: &OnboardingBoard, bands: &BandScale, currency: &str, locale: Locale) -> Row {
    let reached = account.reached.iter().filter(|reached| **reached).count();
    let days = |count: i32| plural(usize::try_from(count).unwrap_or(0), "day", "days");
    let next = board.milestones.iter().find(|column| account.next.as_ref() == Some(&column.name));
    Row {
        name: account.name.clone(),
        href: format!("/accounts/{}", segment(&account.account_id)),
        band: band_mark(bands, &account.band),
        arr: account.arr.map_or_else(|| NOT_KNOWN.to_owned(), |arr| locale.money(arr, currency)),
        owner: account.owner.clone().unwrap_or_else(|| NOT_KNOWN.to_owned()),
        since: day_words(account.since),
        days: days(account.days),
        stalled: account.stalled,
        due: match account.late_days {
            None => String::new(),
            Some(late) if late > 0 => format!("{} late", days(late)),
            Some(0) => "due today".to_owned(),
            Some(early) => format!("due in {}", days(early.saturating_neg())),
        },
        late: account.late_days.is_some_and(|late| late > 0),
        value: account.days_to_value.map_or_else(|| NOT_KNOWN.to_owned(), |value| format!("{} days", locale.number(value, 1))),
        progress: format!("{reached} of {}", account.reached.len()),
        next: next.map_or_else(|| "all reached".to_owned(), |column| column.label.clone()),
    }
}

/// Shows the page.
pub(crate) async fn list_onboarding(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let board = console.app.onboarding().await?;
    let workspace = console.app.workspace();
    let frame = Frame::new(&console.app, &visit, "onboarding", "Onboarding");
    Ok(show(&OnboardingPage::new(frame, &board, &workspace.bands, &workspace.currency, visit.locale)))
}
