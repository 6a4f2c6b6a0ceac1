//! The door for mail that comes in: a mail server, or the service that takes mail for you, hands each message on as it came.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mainstay_app::returns::MOST_MAIL_BYTES;
use mainstay_app::{App, AppError, ErrorCode, Result};
use serde_json::json;

use crate::error::ApiError;

/// The door's route.
pub fn routes(app: App) -> Router {
    Router::new().route("/hooks/mail", post(take_mail)).with_state(app)
}

async fn take_mail(State(app): State<App>, headers: HeaderMap, body: Body) -> Response {
    match admit(&app, &headers) {
        Ok(()) => {}
        Err(error) => return ApiError(error).into_response(),
    }
    let Ok(raw) = to_bytes(body, MOST_MAIL_BYTES).await else {
        let message = format!("a mail may have {MOST_MAIL_BYTES} bytes; this one has more, or broke off");
        let answer = json!({ "code": "too_large", "message": message, "hint": "do not send it again" });
        return (StatusCode::PAYLOAD_TOO_LARGE, Json(answer)).into_response();
    };
    match app.take_mail(&raw).await {
        Ok(taken) => Json(taken).into_response(),
        Err(error) => ApiError(error).into_response(),
    }
}

/// Whether the sender shows the secret: as a bearer, or as the password of Basic, since some services can send no other.
fn admit(app: &App, headers: &HeaderMap) -> Result<()> {
    let channels = app.channels();
    let Some(secret) = &channels.mail_secret else {
        return Err(AppError::not_found("mail is not taken in here").hint("set MAINSTAY_MAIL_SECRET and restart"));
    };
    match shown(headers) {
        Some(shown) if secret.is(&shown) => Ok(()),
        _ => Err(AppError::new(ErrorCode::Unauthorized, "this is not the secret of the door for mail")
            .hint("send `Authorization: Bearer` and the value of MAINSTAY_MAIL_SECRET")),
    }
}

fn shown(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let bytes = STANDARD.decode(rest.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    Some(String::from_utf8(bytes).ok()?.split_once(':')?.1.to_owned())
}
