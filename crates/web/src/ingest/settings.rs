//! What Segment's browser library asks before it sends: where to send to. So `AnalyticsBrowser.load({ writeKey, cdnURL })` needs no other service.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use mainstay_app::AppError;
use serde_json::json;

use super::DoorState;
use crate::error::ApiError;

/// The settings of a write key: one integration, this server.
pub(super) async fn show(State(state): State<DoorState>, Path(write_key): Path<String>, headers: HeaderMap) -> Response {
    if let Err(error) = state.keys.source(state.intake.as_ref(), Some(&write_key)).await {
        return ApiError(error).into_response();
    }
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else {
        return ApiError(AppError::invalid("the request has no Host header, so the library cannot be told where to send")).into_response();
    };
    let secure = headers.get("x-forwarded-proto").is_some_and(|scheme| scheme.as_bytes().eq_ignore_ascii_case(b"https"));
    let protocol = if secure { "https" } else { "http" };
    Json(json!({
        "integrations": { "Segment.io": { "apiKey": write_key, "apiHost": format!("{host}/v1"), "protocol": protocol, "addBundledMetadata": false } },
        "plan": {},
        "edgeFunction": {},
        "middlewareSettings": {},
        "enabledMiddleware": {},
        "metrics": { "sampleRate": 0 },
        "legacyVideoPluginsEnabled": false,
        "remotePlugins": [],
    }))
    .into_response()
}
