//! The JSON API: the same operations as the console and the command line, for programs with a token and for commands beside a running server.

mod absences;
mod accounts;
mod authorize;
mod backups;
mod imports;
mod lifecycle;
mod outbox;
mod plays;
mod quarantine;
mod revenue;
mod runs;
mod sql;
mod status;
mod tasks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use mainstay_app::App;
use mainstay_model::access::Permission;
use tower_http::compression::CompressionLayer;

/// The largest question; a mended record of the quarantine is the longest.
const BODY_LIMIT_BYTES: usize = 4 << 20;

/// A call: its address, what its caller must be allowed to do, and what it does.
pub struct Call {
    /// How it is sent.
    pub method: Method,
    /// The address.
    pub path: &'static str,
    /// What the caller must be allowed to do.
    pub permission: Permission,
    handler: MethodRouter<App>,
}

fn read<H, T>(path: &'static str, permission: Permission, handler: H) -> Call
where
    H: Handler<T, App>,
    T: 'static,
{
    Call { method: Method::GET, path, permission, handler: get(handler) }
}

fn send<H, T>(path: &'static str, permission: Permission, handler: H) -> Call
where
    H: Handler<T, App>,
    T: 'static,
{
    Call { method: Method::POST, path, permission, handler: post(handler) }
}

/// Every call. None takes a cookie, so that no page of another site can make one for a visitor.
#[must_use]
pub fn calls() -> Vec<Call> {
    use Permission::{JudgeAccounts, MendData, ReadAccounts, UseServerFiles};
    vec![
        read("/api/accounts", ReadAccounts, accounts::list_accounts),
        read("/api/accounts/{id}", ReadAccounts, accounts::show_account),
        read("/api/accounts/{id}/explanation", ReadAccounts, accounts::explain_score),
        read("/api/accounts/{id}/history", ReadAccounts, accounts::list_scores),
        read("/api/scores", ReadAccounts, accounts::score_accounts),
        read("/api/revenue", ReadAccounts, revenue::report_revenue),
        read("/api/renewals", ReadAccounts, lifecycle::list_renewals),
        read("/api/onboarding", ReadAccounts, lifecycle::list_onboarding),
        read("/api/accounts/{id}/contracts", ReadAccounts, lifecycle::show_contracts),
        read("/api/accounts/{id}/renewal", ReadAccounts, lifecycle::show_readiness),
        read("/api/accounts/{id}/autopsy", ReadAccounts, lifecycle::show_autopsy),
        read("/api/accounts/{id}/stage", ReadAccounts, lifecycle::show_stage),
        send("/api/accounts/{id}/stage", JudgeAccounts, lifecycle::set_stage),
        send("/api/sql", ReadAccounts, sql::ask),
        read("/api/status", ReadAccounts, status::show_status),
        read("/api/quarantine", ReadAccounts, quarantine::list_entries),
        read("/api/quarantine/{entry}", ReadAccounts, quarantine::show_entry),
        send("/api/quarantine/replay", MendData, quarantine::replay_entries),
        send("/api/quarantine/discard", MendData, quarantine::discard_entries),
        read("/api/plays", ReadAccounts, plays::list_plays),
        read("/api/plays/{name}", ReadAccounts, plays::show_play),
        read("/api/plays/{name}/entrants", ReadAccounts, plays::show_entrants),
        send("/api/plays/{name}/start", JudgeAccounts, plays::start_play),
        send("/api/plays/{name}/move", MendData, plays::move_runs),
        read("/api/refusals", ReadAccounts, plays::list_refusals),
        read("/api/runs", ReadAccounts, runs::list_runs),
        read("/api/runs/{id}", ReadAccounts, runs::show_run),
        send("/api/runs/{id}", JudgeAccounts, runs::act_on_run),
        read("/api/outbox", ReadAccounts, outbox::list_letters),
        send("/api/outbox/replay", MendData, outbox::replay_letters),
        read("/api/tasks", ReadAccounts, tasks::list_tasks),
        send("/api/tasks", JudgeAccounts, tasks::add_task),
        read("/api/tasks/load", ReadAccounts, tasks::show_load),
        read("/api/tasks/capacity", ReadAccounts, tasks::show_capacity),
        read("/api/tasks/clocks", ReadAccounts, tasks::show_clocks),
        send("/api/tasks/hand-over", JudgeAccounts, tasks::hand_over_tasks),
        send("/api/tasks/briefing", JudgeAccounts, tasks::send_briefings),
        read("/api/tasks/{id}", ReadAccounts, tasks::show_task),
        send("/api/tasks/{id}/end", JudgeAccounts, tasks::end_task),
        send("/api/tasks/{id}/reopen", JudgeAccounts, tasks::reopen_task),
        send("/api/tasks/{id}/assign", JudgeAccounts, tasks::assign_task),
        read("/api/absences", ReadAccounts, absences::list_absences),
        send("/api/absences", JudgeAccounts, absences::add_absence),
        send("/api/absences/remove", JudgeAccounts, absences::remove_absence),
        send("/api/imports", UseServerFiles, imports::import_path),
        send("/api/backups", UseServerFiles, backups::make_backup),
    ]
}

/// The API's routes; every one needs `Authorization: Bearer TOKEN`.
pub fn routes(app: App) -> Router {
    let mut router = Router::new();
    for call in calls() {
        let guarded = call.handler.layer(from_fn_with_state((app.clone(), call.permission), authorize::require));
        router = router.route(call.path, guarded);
    }
    router.layer(DefaultBodyLimit::max(BODY_LIMIT_BYTES)).layer(map_response(never_stored)).layer(CompressionLayer::new()).with_state(app)
}

async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Reads a body of JSON; what is wrong with it is told as everything else is.
fn body_as<T: serde::de::DeserializeOwned>(body: &str, like: &str) -> Result<T, crate::error::ApiError> {
    serde_json::from_str(body)
        .map_err(|error| crate::error::ApiError(mainstay_app::AppError::invalid(format!("the body must be like {like}: {error}"))))
}
