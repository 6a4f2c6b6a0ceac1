//! The outbox for programs: what is to leave, what was given up, and sending that again.

use axum::extract::{Query, State};
use axum::{Extension, Json};
use mainstay_app::App;
use mainstay_app::play_book::{Letter, OutboxAsked};
use serde::Deserialize;

use super::authorize::Caller;
use super::body_as;
use crate::error::ApiError;

/// The entries of a filter, the latest first, without what is sent.
pub(super) async fn list_letters(State(app): State<App>, Query(asked): Query<OutboxAsked>) -> Result<Json<Vec<Letter>>, ApiError> {
    Ok(Json(app.list_outbox(&asked).await?))
}

/// What is sent again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    #[serde(default)]
    keys: Vec<String>,
    #[serde(default)]
    play: Option<String>,
}

/// Sends again what was given up; answers how many entries there were.
pub(super) async fn replay_letters(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    body: String,
) -> Result<Json<u64>, ApiError> {
    let again: Again = body_as(&body, r#"{"keys": ["…"]} or {"play": "usage_decline"}"#)?;
    Ok(Json(app.replay_letters(&again.keys, again.play.as_deref(), &caller.speaks_for(None)).await?))
}
