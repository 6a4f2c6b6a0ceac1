//! Files of the server's machine in, named by their path: what happens comes back line by line as it happens.

use std::path::PathBuf;

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use mainstay_app::App;
use mainstay_app::import::{ImportRequest, Told};
use serde::Deserialize;
use tokio_stream::wrappers::UnboundedReceiverStream;

use super::backups::whole;
use super::body_as;
use crate::error::ApiError;

/// What to import.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    path: PathBuf,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    history: bool,
}

/// Imports; each line is a [`Told`]. A caller that goes away stops the import after the rows under way.
pub(super) async fn import_path(State(app): State<App>, body: String) -> Result<Response, ApiError> {
    let wanted: Wanted = body_as(&body, r#"{"path": "/exports", "source": null, "dry_run": false, "history": true}"#)?;
    whole(&wanted.path)?;
    let request = ImportRequest { path: wanted.path, source: wanted.source, dry_run: wanted.dry_run, history: wanted.history };
    let lines = UnboundedReceiverStream::new(app.import_told(request)).map(|told| line(&told));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

fn line(told: &Told) -> Result<Bytes, serde_json::Error> {
    let mut text = serde_json::to_vec(told)?;
    text.push(b'\n');
    Ok(text.into())
}
