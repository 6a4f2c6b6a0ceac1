//! The console: pages rendered on the server from typed templates. Every page has a real address and every form works without scripting.

pub mod account;
pub mod accounts;
pub mod assets;
pub mod chart;
pub mod data;
pub mod error;
pub mod facts;
pub mod frame;
pub mod live;
pub mod models;
pub mod my_day;
pub mod notices;
pub mod onboarding;
pub mod plays;
pub mod renewals;
pub mod session;
pub mod settings;
pub mod sign_in;
pub mod signals;
pub mod sql;
pub mod surveys;
pub mod touches;
pub mod when;
pub mod words;

use axum::Router;
use axum::handler::Handler;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use mainstay_app::App;
use mainstay_model::access::Permission;
use tower_http::compression::CompressionLayer;

/// What every handler of the console has at hand.
#[derive(Clone)]
pub struct Console {
    /// The operations.
    pub app: App,
}

/// A form: its address, what a person must be allowed to do to send it, and what it does.
pub struct Form {
    /// The address.
    pub path: &'static str,
    /// What the person must be allowed to do; nothing for what concerns only themselves.
    pub permission: Option<Permission>,
    handler: MethodRouter<Console>,
}

fn form<H, T>(path: &'static str, permission: impl Into<Option<Permission>>, handler: H) -> Form
where
    H: Handler<T, Console>,
    T: 'static,
{
    Form { path, permission: permission.into(), handler: post(handler) }
}

/// Every form that changes something. Nothing else does.
#[must_use]
pub fn forms() -> Vec<Form> {
    use Permission::{JudgeAccounts, ManagePeople, MendData};
    vec![
        form("/sign-out", None, sign_in::sign_out),
        form("/views", None, accounts::views::save_view),
        form("/views/{view}/remove", None, accounts::views::remove_view),
        form("/accounts/{id}/override", JudgeAccounts, account::judge::override_score),
        form("/accounts/{id}/override/withdraw", JudgeAccounts, account::judge::withdraw_override),
        form("/accounts/{id}/sentiment", JudgeAccounts, account::judge::set_sentiment),
        form("/accounts/{id}/notes", JudgeAccounts, account::judge::add_note),
        form("/plays/{name}/start", JudgeAccounts, plays::steer::start_run),
        form("/plays/{name}/move", MendData, plays::steer::move_runs),
        form("/plays/{name}/replay", MendData, plays::steer::replay_letters),
        form("/plays/{name}/preview", MendData, plays::document::preview_play),
        form("/plays/{name}/document", MendData, plays::document::save_play),
        form("/runs/{id}/act", JudgeAccounts, plays::steer::act_on_run),
        form("/accounts/{id}/plays", JudgeAccounts, plays::steer::start_for_account),
        form("/accounts/{id}/stage", JudgeAccounts, account::judge::set_stage),
        form("/data/quarantine/discard", MendData, data::quarantine::discard_entries),
        form("/data/quarantine/replay", MendData, data::quarantine::replay_entries),
        form("/data/quarantine/{entry}/replay", MendData, data::quarantine::replay_fixed),
        form("/data/reload", MendData, data::reload_workspace),
        form("/data/keys", ManagePeople, data::keys::create_key),
        form("/data/keys/{key}/revoke", ManagePeople, data::keys::revoke_key),
        form("/tasks", JudgeAccounts, my_day::act::add_task),
        form("/tasks/{task}/end", JudgeAccounts, my_day::act::end_task),
        form("/tasks/{task}/reopen", JudgeAccounts, my_day::act::reopen_task),
        form("/tasks/{task}/assign", JudgeAccounts, my_day::act::assign_task),
        form("/tasks/{task}/move", JudgeAccounts, my_day::act::move_task),
        form("/absences", JudgeAccounts, my_day::act::add_absence),
        form("/absences/remove", JudgeAccounts, my_day::act::remove_absence),
        form("/settings/people", ManagePeople, settings::add_person),
        form("/settings/people/disable", ManagePeople, settings::disable_person),
        form("/settings/tokens", ManagePeople, settings::create_token),
        form("/settings/tokens/{token}/revoke", ManagePeople, settings::revoke_token),
        form("/settings/password", None, settings::change_password),
    ]
}

/// The pages, behind sign-in.
fn pages() -> Router<Console> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/accounts") }))
        .route("/my-day", get(my_day::show_day))
        .route("/tasks/{task}", get(my_day::task::show_task))
        .route("/accounts", get(accounts::list_accounts))
        .route("/accounts.csv", get(accounts::export::export_accounts))
        .route("/accounts/find", get(accounts::find::find_accounts))
        .route("/accounts/{id}", get(account::show_account))
        .route("/accounts/{id}/signals/{signal}", get(facts::show_facts))
        .route("/plays", get(plays::list_plays))
        .route("/plays/{name}", get(plays::detail::show_play))
        .route("/plays/{name}/runs/{id}", get(plays::run::show_run))
        .route("/accounts/{id}/renewal", get(account::renewal::show_renewal))
        .route("/accounts/{id}/autopsy", get(account::autopsy::show_autopsy))
        .route("/renewals", get(renewals::list_renewals))
        .route("/onboarding", get(onboarding::list_onboarding))
        .route("/models", get(models::list_models))
        .route("/models/{model}", get(models::detail::show_model))
        .route("/signals", get(signals::list_signals))
        .route("/data", get(data::list_sources))
        .route("/data/quarantine", get(data::quarantine::list_quarantine))
        .route("/data/quarantine/{entry}", get(data::quarantine::show_entry))
        .route("/data/quality", get(data::quality::show_quality))
        .route("/data/keys", get(data::keys::list_keys))
        .route("/settings", get(settings::show_settings))
        .route("/sql", get(sql::ask))
        .route("/sql.csv", get(sql::export_answer))
        .route("/live", get(live::stream_changes))
}

/// The console's routes, ready to be merged with others.
pub fn routes(app: App) -> Router {
    let console = Console { app };
    let mut signed_in = pages();
    for form in forms() {
        let guarded = form.handler.layer(from_fn_with_state(form.permission, session::require_form));
        signed_in = signed_in.route(form.path, guarded);
    }
    signed_in
        .layer(from_fn_with_state(console.clone(), session::require_session))
        .route("/sign-in", get(sign_in::show_sign_in).post(sign_in::sign_in))
        .route("/static/{name}", get(assets::show_asset))
        .route("/t/o/{token}", get(touches::show_pixel))
        .route("/t/c/{token}", get(touches::follow_link))
        .route("/s/{token}", get(surveys::ask).post(surveys::answer))
        .route("/t/u/{token}", get(touches::ask_unsubscribe).post(touches::unsubscribe))
        .layer(map_response(add_headers))
        .layer(CompressionLayer::new())
        .with_state(console)
}

/// Nothing from elsewhere, no inline script or style, no framing.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

async fn add_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin"));
    response
}
