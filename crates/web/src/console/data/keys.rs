//! Write keys: which source a sender of tracking calls is. A key is shown once, when it is made.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use mainstay_app::{App, AppError};
use mainstay_model::source::SourceKind;

use crate::console::Console;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::{Fields, Visit};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/data/keys.html")]
pub struct KeysPage {
    /// What is around it.
    pub frame: Frame,
    /// Which tab it is.
    pub tab: &'static str,
    /// The keys.
    pub keys: Vec<KeyLine>,
    /// The sources that can have one.
    pub sources: Vec<(String, String)>,
    /// The key just made.
    pub made: Option<String>,
    /// Where senders send to.
    pub base_url: String,
}

/// One key.
#[derive(Clone, Debug)]
pub struct KeyLine {
    /// Its id.
    pub id: String,
    /// Its first characters.
    pub prefix: String,
    /// The source.
    pub source: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub created: String,
    /// Since when it is not accepted any more; empty while it is.
    pub revoked: String,
}

async fn page(app: &App, visit: &Visit, headers: &HeaderMap, made: Option<String>) -> Result<KeysPage, AppError> {
    let keys = app.people().write_keys().await?;
    let workspace = app.workspace();
    let host = headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost:8080");
    let lines = keys.into_iter().map(|key| KeyLine {
        created: visit.moment.ago(key.created_at),
        revoked: key.revoked_at.map(|at| visit.moment.ago(at)).unwrap_or_default(),
        id: key.id,
        prefix: key.prefix,
        source: key.source,
        label: key.label,
    });
    Ok(KeysPage {
        frame: Frame::new(app, visit, "data", "Write keys"),
        tab: "keys",
        keys: lines.collect(),
        sources: workspace
            .sources
            .values()
            .filter(|source| source.kind == SourceKind::Tracking)
            .map(|source| (source.name.clone(), source.label.clone()))
            .collect(),
        made,
        base_url: format!("http://{host}"),
    })
}

/// Shows the keys.
pub(crate) async fn list_keys(State(console): State<Console>, Extension(visit): Extension<Visit>, headers: HeaderMap) -> PageResult {
    Ok(show(&page(&console.app, &visit, &headers, None).await?))
}

/// Makes a key and shows it, once.
pub(crate) async fn create_key(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    headers: HeaderMap,
) -> PageResult {
    let source = fields.required("source", "The source")?;
    if !console.app.workspace().sources.contains_key(source) {
        return Err(AppError::not_found(format!("The workspace declares no source `{source}`."))
            .hint("Declare it in sources/, then try again.")
            .into());
    }
    let made = console.app.people().create_write_key(source, fields.text("label")).await?;
    Ok(show(&page(&console.app, &visit, &headers, Some(made.key)).await?))
}

/// Revokes a key.
pub(crate) async fn revoke_key(State(console): State<Console>, Path(key): Path<String>) -> PageResult {
    console.app.people().revoke_write_key(&key).await?;
    Ok(Redirect::to("/data/keys?done=key-revoked").into_response())
}
