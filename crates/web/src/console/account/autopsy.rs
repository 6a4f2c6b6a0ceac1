//! The autopsy of an account: its score until it left, what cost points, and everything that happened and was done.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::lifecycle::Autopsy;
use mainstay_model::Workspace;

use super::lists::Moved;
use crate::console::Console;
use crate::console::chart::{self, Dot};
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::{Fields, Visit};
use crate::console::when::When;
use crate::console::words::{BandMark, Locale, Moment, NOT_KNOWN, band_mark, day_words, segment, spaced};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/account/autopsy.html")]
pub struct AutopsyPage {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// What people call the account.
    pub name: String,
    /// Its page.
    pub path: String,
    /// Its band on its last day.
    pub band: BandMark,
    /// Its score then; empty where there was none.
    pub score: String,
    /// Whether it left.
    pub left: bool,
    /// The large facts under the name.
    pub facts: Vec<(String, String)>,
    /// The score over its last year.
    pub chart: String,
    /// The score at the end of each month of it: month, score, band.
    pub months: Vec<(String, String, BandMark)>,
    /// Who said that it left, and why; empty where nobody did.
    pub said: String,
    /// What cost points: label, level, points.
    pub reasons: Vec<(String, String, String)>,
    /// What happened and what was done, the earliest first.
    pub replay: Vec<Moved>,
}

impl AutopsyPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, autopsy: &Autopsy, workspace: &Workspace, when: When, moment: &Moment, locale: Locale) -> Self {
        let (account, bands, currency) = (&autopsy.account, &workspace.bands, workspace.currency.as_str());
        let then = when.moment(moment);
        let dots: Vec<Dot> = autopsy.points.iter().map(|point| Dot { day: point.day, score: point.score }).collect();
        let score = |score: Option<f64>| score.map_or_else(|| NOT_KNOWN.to_owned(), |score| locale.score(score, bands));
        let last_of_month = |pair: &[mainstay_app::accounts::ScorePoint]| match pair {
            [point, next] if point.day.date().month() == next.day.date().month() => None,
            [point, ..] => Some((day_words(point.day), score(point.score), band_mark(bands, &point.band))),
            [] => None,
        };
        let mut months: Vec<_> = autopsy.points.windows(2).filter_map(last_of_month).collect();
        months.extend(autopsy.points.last().and_then(|point| last_of_month(std::slice::from_ref(point))));
        let fact = |value: String, name: &str| (value, name.to_owned());
        Self {
            name: account.name.clone(),
            path: format!("/accounts/{}", segment(&account.id)),
            band: band_mark(bands, &account.band),
            score: account.score.map(|score| locale.score(score, bands)).unwrap_or_default(),
            left: autopsy.left_on.is_some(),
            facts: vec![
                fact(autopsy.left_on.map_or_else(|| NOT_KNOWN.to_owned(), day_words), "first day without a contract"),
                fact(account.arr.map_or_else(|| NOT_KNOWN.to_owned(), |arr| locale.money(arr, currency)), "ARR on the last day"),
                fact(locale.count(autopsy.runs), "runs of plays"),
                fact(format!("{} of {}", autopsy.tasks_done, autopsy.tasks), "tasks done"),
            ],
            chart: chart::score_line(&dots, bands, None),
            months,
            said: autopsy.said.as_ref().map_or_else(String::new, |span| {
                let by = span.by.as_ref().unwrap_or(&span.source);
                let reason = span.reason.as_ref().map(|reason| format!(": “{reason}”")).unwrap_or_default();
                format!("{by}, {}{reason}", moment.full(span.from))
            }),
            reasons: autopsy
                .weaknesses
                .iter()
                .map(|weak| (weak.label.clone(), weak.level.as_deref().map(spaced).unwrap_or_default(), locale.number(weak.lost, 1)))
                .collect(),
            replay: autopsy.replay.iter().map(|entry| Moved::new(entry, &then)).collect(),
            when,
            frame,
        }
    }
}

/// Shows the page.
pub(crate) async fn show_autopsy(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let autopsy = console.app.autopsy(&id, &when.as_of).await?;
    let frame = Frame::new(&console.app, &visit, "accounts", format!("Autopsy of {}", autopsy.account.name));
    Ok(show(&AutopsyPage::new(frame, &autopsy, &console.app.workspace(), when, &visit.moment, visit.locale)))
}
