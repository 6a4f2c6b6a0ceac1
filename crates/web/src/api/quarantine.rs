//! The quarantine for programs: what was refused, and reading it again or giving it up.

use axum::Json;
use axum::extract::{Path, Query, State};
use mainstay_app::data::{EntryStatus, QuarantineEntry, QuarantineFilter};
use mainstay_app::ingest::Answer;
use mainstay_app::{App, AppError};
use mainstay_model::ReasonCode;
use serde::Deserialize;

use super::body_as;
use crate::error::ApiError;

/// Entries of a page where nobody says, and at most.
const ENTRIES_USUAL: usize = 50;
const ENTRIES_MOST: usize = 100_000;

/// Which entries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Which {
    source: Option<String>,
    reason: Option<ReasonCode>,
    state: Option<EntryStatus>,
    after: Option<u64>,
    limit: Option<usize>,
}

/// The entries, the latest first, without their texts.
pub(super) async fn list_entries(State(app): State<App>, Query(which): Query<Which>) -> Result<Json<Vec<QuarantineEntry>>, ApiError> {
    let limit = which.limit.unwrap_or(ENTRIES_USUAL);
    if limit == 0 || limit > ENTRIES_MOST {
        return Err(ApiError(AppError::invalid(format!("`limit` must be 1 to {ENTRIES_MOST}, not {limit}"))));
    }
    let filter = QuarantineFilter { source: which.source, code: which.reason, status: which.state, after: which.after, limit };
    let mut entries = app.quarantine_list(&filter).await?;
    entries.iter_mut().for_each(|entry| entry.raw.clear());
    Ok(Json(entries))
}

/// One entry as it came.
pub(super) async fn show_entry(State(app): State<App>, Path(id): Path<u64>) -> Result<Json<QuarantineEntry>, ApiError> {
    Ok(Json(app.quarantine_show(id).await?))
}

/// What to read again.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Again {
    ids: Vec<u64>,
    #[serde(default)]
    mended: Option<String>,
}

pub(super) async fn replay_entries(State(app): State<App>, body: String) -> Result<Json<Vec<Answer>>, ApiError> {
    let again: Again = body_as(&body, r#"{"ids": [17], "mended": null}"#)?;
    Ok(Json(app.quarantine_replay(&again.ids, again.mended).await?))
}

/// What is not wanted.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unwanted {
    ids: Vec<u64>,
}

pub(super) async fn discard_entries(State(app): State<App>, body: String) -> Result<Json<usize>, ApiError> {
    let unwanted: Unwanted = body_as(&body, r#"{"ids": [17, 18]}"#)?;
    app.quarantine_discard(&unwanted.ids).await?;
    Ok(Json(unwanted.ids.len()))
}
