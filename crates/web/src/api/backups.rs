//! A copy of everything, to a folder of the server's machine.

use std::path::PathBuf;

use axum::Json;
use axum::extract::State;
use mainstay_app::backup::BackupReport;
use mainstay_app::{App, AppError};
use serde::Deserialize;

use super::body_as;
use crate::error::ApiError;

/// Where the copy goes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    to: PathBuf,
}

pub(super) async fn make_backup(State(app): State<App>, body: String) -> Result<Json<BackupReport>, ApiError> {
    let wanted: Wanted = body_as(&body, r#"{"to": "/backups/2026-03-01"}"#)?;
    whole(&wanted.to)?;
    Ok(Json(app.backup(&wanted.to).await?))
}

/// A path that means the same to the server as to whoever wrote it.
pub(super) fn whole(path: &std::path::Path) -> Result<(), ApiError> {
    if path.is_absolute() {
        return Ok(());
    }
    Err(ApiError(AppError::invalid(format!("{} is no whole path", path.display())).hint("begin it at the root of the file system")))
}
