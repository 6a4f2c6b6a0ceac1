//! The JSON API: the same operations as the console and the command line, for programs with a token.

mod accounts;
mod authorize;
mod revenue;
mod sql;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{get, post};
use mainstay_app::App;
use tower_http::compression::CompressionLayer;

/// The largest question.
const BODY_LIMIT_BYTES: usize = 256 * 1024;

/// The API's routes; every one needs `Authorization: Bearer TOKEN`.
pub fn routes(app: App) -> Router {
    Router::new()
        .route("/api/accounts", get(accounts::list_accounts))
        .route("/api/accounts/{id}", get(accounts::show_account))
        .route("/api/accounts/{id}/explanation", get(accounts::explain_score))
        .route("/api/accounts/{id}/history", get(accounts::list_scores))
        .route("/api/revenue", get(revenue::report_revenue))
        .route("/api/sql", post(sql::ask))
        .layer(from_fn_with_state(app.clone(), authorize::require_token))
        .layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES))
        .layer(map_response(never_stored))
        .layer(CompressionLayer::new())
        .with_state(app)
}

async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
