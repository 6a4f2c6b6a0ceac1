//! The readiness report of an account's renewal: what to know before it is talked about.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::lifecycle::{Finding, Readiness};
use mainstay_model::Workspace;

use super::ahead::Ahead;
use crate::console::Console;
use crate::console::accounts::rows::change_tone;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::renewals::Line;
use crate::console::session::{Fields, Visit};
use crate::console::when::When;
use crate::console::words::{BandMark, Locale, Moment, NOT_KNOWN, band_mark, days_until, label, segment, spaced};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/account/renewal.html")]
pub struct RenewalPage {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// What people call the account.
    pub name: String,
    /// Its page.
    pub path: String,
    /// Its band.
    pub band: BandMark,
    /// Its score; empty where there is none.
    pub score: String,
    /// The large facts under the name.
    pub facts: Vec<(String, String, &'static str)>,
    /// Its contract lines.
    pub lines: Vec<Line>,
    /// What those in force will bill next, and until when they can be left.
    pub ahead: Vec<Ahead>,
    /// How its use changed.
    pub usage: Vec<Trend>,
    /// What is open.
    pub issues: Vec<Found>,
    /// Where there is room to grow.
    pub opportunities: Vec<Found>,
}

/// A signal against the window before.
#[derive(Clone, Debug)]
pub struct Trend {
    /// What people read.
    pub label: String,
    /// The facts behind it.
    pub href: String,
    /// Its value.
    pub value: String,
    /// The change.
    pub change: String,
    /// `good`, `bad` or nothing.
    pub tone: &'static str,
}

/// Something to know.
#[derive(Clone, Debug)]
pub struct Found {
    /// What kind of thing.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More.
    pub detail: String,
    /// Since when.
    pub since: String,
}

impl Found {
    fn new(finding: &Finding, moment: &Moment) -> Self {
        Self {
            kind: spaced(&finding.kind),
            title: finding.title.clone(),
            detail: finding.detail.clone(),
            since: finding.since.map(|at| moment.ago(at)).unwrap_or_default(),
        }
    }
}

impl RenewalPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, report: &Readiness, workspace: &Workspace, when: When, moment: &Moment, locale: Locale) -> Self {
        let account = &report.account;
        let path = format!("/accounts/{}", segment(&account.id));
        let known = |value: Option<String>| value.unwrap_or_else(|| NOT_KNOWN.to_owned());
        let changed = |change: Option<f64>, days: u8| {
            (known(change.map(|change| locale.change(change))), format!("in {days} days"), change_tone(change))
        };
        let [month, two, three] = account.change;
        let then = when.moment(moment);
        Self {
            band: band_mark(&workspace.bands, &account.band),
            score: account.score.map(|score| locale.score(score, &workspace.bands)).unwrap_or_default(),
            facts: vec![
                (known(account.days_to_renewal.map(days_until)), "to renewal".to_owned(), ""),
                (known(account.arr.map(|arr| locale.money(arr, &workspace.currency))), "ARR".to_owned(), ""),
                changed(month, 30),
                changed(two, 60),
                changed(three, 90),
                (known(account.owner.clone()), "owner".to_owned(), ""),
                (known(account.stage.as_deref().map(label)), "stage".to_owned(), ""),
            ],
            lines: report.renewals.iter().map(|renewal| Line::new(renewal, &workspace.bands, locale)).collect(),
            ahead: report.contracts.iter().map(|line| Ahead::new(line, then.today(), locale)).collect(),
            usage: report
                .usage
                .iter()
                .map(|trend| Trend {
                    label: trend.label.clone(),
                    href: when.address(&format!("{path}/signals/{}", segment(&trend.name))),
                    value: locale.value(&trend.value, trend.unit, &workspace.currency),
                    change: trend
                        .change
                        .map_or_else(|| NOT_KNOWN.to_owned(), |change| format!("{}{}", plus(change), locale.percent(change))),
                    tone: change_tone(trend.change.map(|change| change * 50.0)),
                })
                .collect(),
            issues: report.issues.iter().map(|finding| Found::new(finding, &then)).collect(),
            opportunities: report.opportunities.iter().map(|finding| Found::new(finding, &then)).collect(),
            name: account.name.clone(),
            path,
            when,
            frame,
        }
    }
}

const fn plus(change: f64) -> &'static str {
    if change > 0.0 { "+" } else { "" }
}

/// Shows the page.
pub(crate) async fn show_renewal(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let report = console.app.readiness(&id, &when.as_of).await?;
    let frame = Frame::new(&console.app, &visit, "renewals", format!("Renewal of {}", report.account.name));
    Ok(show(&RenewalPage::new(frame, &report, &console.app.workspace(), when, &visit.moment, visit.locale)))
}
