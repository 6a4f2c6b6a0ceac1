//! Accounts for programs: the list, one account, why its score is what it is, and how it came there.

use axum::Json;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Response};
use mainstay_app::accounts::{AccountPage, AccountQuery, AccountView, AsOf, ScorePoint, ScoreRow};
use mainstay_app::{App, AppError, instant_of};
use mainstay_model::Zone;
use serde::Deserialize;

use crate::error::ApiError;

/// Rows of a page where nobody says, and at most.
const ROWS_USUAL: usize = 100;
const ROWS_MOST: usize = 10_000;
/// Days of history where nobody says.
const DAYS_USUAL: u32 = 90;

/// The instant a question is about, as it stands in an address.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct When {
    as_of: Option<String>,
    known: Option<String>,
}

impl When {
    /// The instant; a day means its end, in the workspace's zone.
    pub(super) fn read(&self, zone: &Zone) -> Result<AsOf, ApiError> {
        let read = |text: &Option<String>| text.as_deref().map(|text| instant_of(text, zone)).transpose().map_err(ApiError);
        Ok(AsOf { at: read(&self.as_of)?, known: read(&self.known)? })
    }
}

/// The list's parameters.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct ListParameters {
    filter: Option<String>,
    search: Option<String>,
    sort: Option<String>,
    descending: bool,
    columns: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

pub(super) async fn list_accounts(
    State(app): State<App>,
    Query(asked): Query<ListParameters>,
    Query(when): Query<When>,
) -> Result<Json<AccountPage>, ApiError> {
    let limit = asked.limit.unwrap_or(ROWS_USUAL);
    if limit == 0 || limit > ROWS_MOST {
        return Err(ApiError(AppError::invalid(format!("`limit` must be 1 to {ROWS_MOST}, not {limit}"))));
    }
    let columns = asked.columns.unwrap_or_default();
    let query = AccountQuery {
        filter: asked.filter,
        search: asked.search,
        sort: asked.sort.unwrap_or_default(),
        descending: asked.descending,
        columns: columns.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
        offset: asked.offset,
        limit,
    };
    Ok(Json(app.list_accounts(&query, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_account(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(when): Query<When>,
) -> Result<Json<AccountView>, ApiError> {
    Ok(Json(app.show_account(&id, &when.read(&app.workspace().zone)?).await?))
}

pub(super) async fn explain_score(State(app): State<App>, Path(id): Path<String>, Query(when): Query<When>) -> Result<Response, ApiError> {
    Ok(Json(app.explain(&id, &when.read(&app.workspace().zone)?).await?).into_response())
}

/// The scores of all accounts, or of those named by `account`, once or more often.
pub(super) async fn score_accounts(
    State(app): State<App>,
    RawQuery(asked): RawQuery,
    Query(when): Query<When>,
) -> Result<Json<Vec<ScoreRow>>, ApiError> {
    let asked = asked.unwrap_or_default();
    let pairs = url::form_urlencoded::parse(asked.as_bytes());
    let accounts: Vec<String> = pairs.filter(|(name, _)| name == "account").map(|(_, id)| id.into_owned()).collect();
    let accounts = (!accounts.is_empty()).then_some(accounts.as_slice());
    Ok(Json(app.score(accounts, &when.read(&app.workspace().zone)?).await?))
}

/// How far back to look.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct HistoryParameters {
    days: Option<u32>,
}

pub(super) async fn list_scores(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(asked): Query<HistoryParameters>,
    Query(when): Query<When>,
) -> Result<Json<Vec<ScorePoint>>, ApiError> {
    let as_of = when.read(&app.workspace().zone)?;
    Ok(Json(app.score_history(&id, asked.days.unwrap_or(DAYS_USUAL), &as_of).await?))
}
