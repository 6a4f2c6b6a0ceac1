//! Runs of plays for programs: listed, one in detail, and what is done with one.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use mainstay_app::App;
use mainstay_app::play_book::{RunDetail, RunLine, RunsAsked};
use mainstay_app::plays::RunAct;

use super::authorize::Caller;
use super::body_as;
use crate::error::ApiError;

/// The runs of a filter, the latest first.
pub(super) async fn list_runs(State(app): State<App>, Query(asked): Query<RunsAsked>) -> Result<Json<Vec<RunLine>>, ApiError> {
    Ok(Json(app.list_runs(&asked).await?))
}

/// One run.
pub(super) async fn show_run(State(app): State<App>, Path(id): Path<String>) -> Result<Json<RunDetail>, ApiError> {
    Ok(Json(app.show_run(&id).await?))
}

/// Does something to a run and answers how it stands then.
pub(super) async fn act_on_run(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: String,
) -> Result<Json<RunLine>, ApiError> {
    let act: RunAct = body_as(&body, r#"{"act": "pause"}, {"act": "stop", "reason": "…"} or {"act": "retry", "step": "…"}"#)?;
    app.act_on_run(&id, &act, &caller.speaks_for(None)).await?;
    Ok(Json(app.show_run(&id).await?.line))
}
