//! Messages inside the customer's product, for browsers on any site: no cookie is looked at, a signature of the product's server vouches for the user.

use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use mainstay_app::returns::{InAppAct, InAppUser};
use mainstay_app::{App, AppError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::error::ApiError;
use crate::ingest::cors;

/// The largest body.
const BODY_LIMIT_BYTES: usize = 16 * 1024;
/// The script that shows the messages.
const SCRIPT: &str = include_str!("../static/in-app.js");

/// The routes.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/in-app/messages", get(list_messages).options(cors::preflight))
        .route("/in-app/{act}", post(note).options(cors::preflight))
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(map_response(cors::allow))
        .route("/in-app.js", get(show_script))
        .with_state(app)
}

/// Whose messages.
#[derive(Deserialize)]
struct Whose {
    account: String,
    user: String,
}

/// A message as the script gets it.
#[derive(Serialize)]
struct Shown {
    key: String,
    title: String,
    body: String,
    url: Option<String>,
    created_at: String,
}

async fn list_messages(State(app): State<App>, headers: HeaderMap, whose: Query<Whose>) -> Result<Response, ApiError> {
    let Query(Whose { account, user }) = whose;
    let messages = app.in_app_messages(&InAppUser { account, user, signature: signature(&headers) }).await?;
    let shown: Vec<Shown> = messages
        .into_iter()
        .map(|one| Shown { key: one.key, title: one.title, body: one.body, url: one.url, created_at: one.created_at.to_rfc3339() })
        .collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(json!({ "messages": shown }))).into_response())
}

/// What was done with which message.
#[derive(Deserialize)]
struct Done {
    account: String,
    user: String,
    key: String,
}

async fn note(State(app): State<App>, Path(act): Path<String>, headers: HeaderMap, body: String) -> Result<StatusCode, ApiError> {
    let act = match act.as_str() {
        "seen" => InAppAct::Seen,
        "clicked" => InAppAct::Clicked,
        "dismissed" => InAppAct::Dismissed,
        other => {
            return Err(ApiError(AppError::not_found(format!("there is no `/in-app/{other}`")).hint("it has seen, clicked and dismissed")));
        }
    };
    let Done { account, user, key } = serde_json::from_str(&body).map_err(|error| {
        AppError::invalid(format!("the body must be like {{\"account\": \"...\", \"user\": \"...\", \"key\": \"...\"}}: {error}"))
    })?;
    app.note_in_app(&InAppUser { account, user, signature: signature(&headers) }, &key, act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What vouches for the user; empty where nothing does.
fn signature(headers: &HeaderMap) -> String {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().trim().to_owned()
}

async fn show_script() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut answer = (headers, SCRIPT).into_response();
    answer.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    answer
}
