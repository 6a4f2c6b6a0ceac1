//! The tracking door over HTTP: what the public SDKs of Segment and `RudderStack` speak, short paths and browsers included.
//!
//! 200 says what became of each message; 400, 401 and 413 must not be repeated; 429 and 503 come with `Retry-After`.

mod answer;
mod body;
pub(crate) mod cors;
mod intake;
mod keys;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use mainstay_app::ingest::Candidate;
use mainstay_app::ingest::tracking::{Call, Door, write_key_in};
use mainstay_app::{AppError, ErrorCode, Result};
use mainstay_model::Rejection;
use mainstay_model::source::Source;

use crate::error::ApiError;
pub use intake::Intake;

/// What the door has at hand.
#[derive(Clone)]
pub struct DoorState {
    intake: Arc<dyn Intake>,
    keys: Arc<keys::KnownKeys>,
}

impl DoorState {
    /// A door to `intake`.
    #[must_use]
    pub fn new(intake: Arc<dyn Intake>) -> Self {
        Self { intake, keys: Arc::default() }
    }
}

/// The door's routes.
pub fn routes(state: DoorState) -> Router {
    Router::new()
        .route("/v1/{call}", post(receive).options(cors::preflight))
        .route("/v1/projects/{write_key}/settings", get(settings::show).options(cors::preflight))
        .layer(map_response(cors::allow))
        .with_state(state)
}

async fn receive(State(state): State<DoorState>, Path(name): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let Some(call) = Call::named(&name) else {
        let hint = "it has track, identify, group, page, screen, alias, batch and import";
        return ApiError(AppError::not_found(format!("the tracking API has no call `/v1/{name}`")).hint(hint)).into_response();
    };
    let body = match body::read(&headers, body).await {
        Ok(body) => body,
        Err(refused) => return refused.into_response(),
    };
    match take_in(&state, call, &headers, &body).await {
        Ok(response) => response,
        Err(error) => ApiError(error).into_response(),
    }
}

async fn take_in(state: &DoorState, call: Call, headers: &HeaderMap, body: &Bytes) -> Result<Response> {
    let key = match headers.get(header::AUTHORIZATION) {
        Some(header) => keys::basic_user(header),
        None => write_key_in(body),
    };
    let source = state.keys.source(state.intake.as_ref(), key.as_deref()).await?;
    let workspace = state.intake.workspace();
    let Some(source) = workspace.sources.get(&source) else {
        let message = format!("the write key is of the source `{source}`, which the workspace does not have any more");
        return Err(AppError::new(ErrorCode::Unauthorized, message).hint("declare the source again, or use the key of another"));
    };
    match Door::new(&workspace, source, state.intake.now()).read(call, body) {
        Ok(reading) => {
            let answers = state.intake.ingest(&source.name, call.door(), reading.candidates).await?;
            Ok(answer::of_messages(call, &reading.messages, &answers))
        }
        Err(rejection) => refuse_whole(state, source, call, body, rejection).await,
    }
}

/// A body that holds no messages anyone can read is kept for people to look at, too.
async fn refuse_whole(state: &DoorState, source: &Source, call: Call, body: &Bytes, rejection: Rejection) -> Result<Response> {
    let candidate = Candidate { raw: String::from_utf8_lossy(body).into_owned(), fact: Err(rejection) };
    let answers = state.intake.ingest(&source.name, call.door(), vec![candidate]).await?;
    Ok(answer::of_body(&answers))
}
