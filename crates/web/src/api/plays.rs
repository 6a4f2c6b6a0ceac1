//! Plays for programs: the list, one in detail, who would enter today, for whom none started; starting one and moving its runs.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use mainstay_app::play_book::{PlayDetail, PlaySummary, RefusalLine, RefusalsAsked};
use mainstay_app::plays::{MovedRuns, Started, Today};
use mainstay_app::{App, AppError};
use serde::Deserialize;

use super::authorize::Caller;
use super::body_as;
use crate::error::ApiError;

/// The plays.
pub(super) async fn list_plays(State(app): State<App>) -> Result<Json<Vec<PlaySummary>>, ApiError> {
    Ok(Json(app.list_plays().await?))
}

/// One play.
pub(super) async fn show_play(State(app): State<App>, Path(name): Path<String>) -> Result<Json<PlayDetail>, ApiError> {
    Ok(Json(app.show_play(&name).await?))
}

/// Who would enter a play in force today.
pub(super) async fn show_entrants(State(app): State<App>, Path(name): Path<String>) -> Result<Json<Today>, ApiError> {
    let workspace = app.workspace();
    let play = workspace.plays.get(&name).ok_or_else(|| AppError::not_found(format!("there is no play `{name}` in force")))?;
    Ok(Json(app.would_enter(play).await?))
}

/// For whom plays did not start, the latest first.
pub(super) async fn list_refusals(State(app): State<App>, Query(asked): Query<RefusalsAsked>) -> Result<Json<Vec<RefusalLine>>, ApiError> {
    Ok(Json(app.list_refusals(&asked).await?))
}

/// For whom a play starts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForWhom {
    account: String,
    #[serde(default)]
    record: Option<String>,
}

/// Starts a play by hand.
pub(super) async fn start_play(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    body: String,
) -> Result<Json<Started>, ApiError> {
    let whom: ForWhom = body_as(&body, r#"{"account": "acme"}"#)?;
    Ok(Json(app.start_play(&name, &whom.account, whom.record.as_deref(), &caller.speaks_for(None)).await?))
}

/// Moves the runs of a play to the version in force.
pub(super) async fn move_runs(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
) -> Result<Json<MovedRuns>, ApiError> {
    Ok(Json(app.move_runs(&name, &caller.speaks_for(None)).await?))
}
