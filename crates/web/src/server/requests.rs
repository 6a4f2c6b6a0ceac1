//! Every request has a number that its answer and its log lines carry.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over from a sender.
const ID_LIMIT_BYTES: usize = 100;

/// Numbers given out so far.
#[derive(Debug, Default)]
pub(super) struct Numbers(AtomicU64);

/// Numbers the request, answers it, logs what came of it: refusals and failures always, the rest for those who ask.
pub(super) async fn log(State(numbers): State<Arc<Numbers>>, request: Request, next: Next) -> Response {
    let id = match request.headers().get(&REQUEST_ID) {
        Some(given) if given.len() <= ID_LIMIT_BYTES => given.clone(),
        _ => HeaderValue::from(numbers.0.fetch_add(1, Ordering::Relaxed)),
    };
    let span = tracing::info_span!("request", id = ?id, method = %request.method(), path = request.uri().path());
    async move {
        let begun = Instant::now();
        let mut response = next.run(request).await;
        let (status, millis) = (response.status().as_u16(), begun.elapsed().as_millis());
        if status >= 400 {
            tracing::warn!(status, millis, "answered");
        } else {
            tracing::debug!(status, millis, "answered");
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, id);
        headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
        response
    }
    .instrument(span)
    .await
}
