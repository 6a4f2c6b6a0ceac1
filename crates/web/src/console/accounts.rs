//! The list of accounts: a table over all of them, filtered by the workspace's own SQL expressions.

pub mod export;
pub mod find;
pub mod query;
pub mod rows;
pub mod views;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::accounts::AccountPage;
use mainstay_app::{AppError, ErrorCode};
use mainstay_model::Workspace;

use self::query::ListQuery;
use self::rows::{BandPart, Header, Row};
use super::Console;
use super::chart;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{Locale, Moment, sentence};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/accounts.html")]
pub struct AccountsPage {
    /// What is around it.
    pub frame: Frame,
    /// What was asked for.
    pub query: ListQuery,
    /// The instant it is about.
    pub when: When,
    /// How many accounts, in words.
    pub total: String,
    /// `1–50`, or nothing.
    pub range: String,
    /// The distribution as a picture.
    pub distribution: String,
    /// The same in words.
    pub bands: Vec<BandPart>,
    /// The column heads.
    pub headers: Vec<Header>,
    /// The rows.
    pub rows: Vec<Row>,
    /// The columns that can be added.
    pub choices: Vec<Choice>,
    /// The person's saved views.
    pub views: Vec<ViewLink>,
    /// What is wrong with the filter.
    pub problem: Option<Problem>,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The same rows as a file.
    pub csv: String,
    /// When the numbers were made.
    pub age: String,
    /// Whether there is no account at all.
    pub nothing_yet: bool,
    /// Where this server is, for the command that sends a first event.
    pub base_url: String,
}

/// A column that can be added.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The column.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Whether it is shown.
    pub shown: bool,
}

/// A saved view.
#[derive(Clone, Debug)]
pub struct ViewLink {
    /// Its id, for removing it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
    /// Whether it is what the page shows.
    pub current: bool,
}

/// What is wrong with the filter.
#[derive(Clone, Debug)]
pub struct Problem {
    /// What is wrong.
    pub message: String,
    /// What to do, the nearest known name among it.
    pub hint: String,
}

impl Problem {
    /// A failure of an expression.
    #[must_use]
    pub fn new(error: &AppError) -> Self {
        Self { message: sentence(&error.message), hint: sentence(&error.hint) }
    }
}

/// Everything the page is made from.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// What is around it.
    pub frame: Frame,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// What was asked for.
    pub query: ListQuery,
    /// The instant it is about.
    pub when: When,
    /// The accounts; or what is wrong with the filter.
    pub found: Result<AccountPage, Problem>,
    /// The person's saved views: id, name, definition.
    pub views: Vec<(String, String, String)>,
    /// How the reader writes numbers.
    pub locale: Locale,
    /// Where the reader is in time.
    pub moment: Moment,
    /// Where this server is.
    pub base_url: String,
}

impl AccountsPage {
    /// Makes the page.
    #[must_use]
    pub fn new(from: Ingredients<'_>) -> Self {
        let Ingredients { frame, workspace, query, when, found, views, locale, moment, base_url } = from;
        let (page, problem) = match found {
            Ok(page) => (page, None),
            Err(problem) => (AccountPage { rows: Vec::new(), total: 0, bands: Vec::new(), as_of: moment.now }, Some(problem)),
        };
        let shown = query.offset + page.rows.len();
        let current = query.definition();
        let parts: Vec<(&str, f64)> = page.bands.iter().map(|band| (super::words::tone_of(&band.color).0, band.count as f64)).collect();
        Self {
            total: locale.count(page.total),
            range: if page.rows.is_empty() {
                String::new()
            } else {
                format!("{}–{}", locale.count(query.offset + 1), locale.count(shown))
            },
            distribution: if page.total > 0 { chart::stack(&parts) } else { String::new() },
            bands: rows::band_parts(&page.bands, page.total, &query, locale, &workspace.currency),
            headers: rows::headers(workspace, &query),
            rows: page.rows.iter().map(|row| rows::row(row, workspace, &query, &when, locale)).collect(),
            choices: query::choices(workspace, &query.columns),
            views: views
                .into_iter()
                .map(|(id, name, definition)| ViewLink {
                    current: definition == current,
                    href: format!("/accounts?{definition}"),
                    id,
                    name,
                })
                .collect(),
            previous: (query.offset > 0).then(|| query.at_offset(query.offset.saturating_sub(query.limit))),
            next: (shown < page.total).then(|| query.at_offset(shown)),
            csv: query.csv_address(),
            age: if when.is_past() { format!("as of {}", when.words) } else { format!("live, {}", moment.full(page.as_of)) },
            nothing_yet: problem.is_none() && page.total == 0 && query.asks_nothing() && !when.is_past(),
            problem,
            frame,
            query,
            when,
            base_url,
        }
    }
}

/// Shows the list.
pub(crate) async fn list_accounts(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    headers: axum::http::HeaderMap,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let query = ListQuery::read(&fields, &when);
    let found = match console.app.list_accounts(&query.asked(), &when.as_of).await {
        Ok(page) => Ok(page),
        Err(error) if error.code == ErrorCode::Invalid => Err(Problem::new(&error)),
        Err(error) => return Err(error.into()),
    };
    let views = console.app.people().views(&visit.person.id).await?;
    let workspace = console.app.workspace();
    let host = headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost:8080");
    let page = AccountsPage::new(Ingredients {
        frame: Frame::new(&console.app, &visit, "accounts", "Accounts"),
        workspace: &workspace,
        query,
        when,
        found,
        views: views.into_iter().map(|view| (view.id, view.name, view.definition)).collect(),
        locale: visit.locale,
        moment: visit.moment,
        base_url: format!("http://{host}"),
    });
    Ok(show(&page))
}
