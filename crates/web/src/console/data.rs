//! The data people feed us: sources, quarantine, quality, write keys.

pub mod keys;
pub mod quality;
pub mod quarantine;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use mainstay_app::data::SourceStatus;

use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::Visit;
use super::words::{Locale, Moment, address};

/// The page of the sources.
#[derive(Template, Debug)]
#[template(path = "console/data.html")]
pub struct SourcesPage {
    /// What is around it.
    pub frame: Frame,
    /// Which tab it is.
    pub tab: &'static str,
    /// The sources.
    pub sources: Vec<SourceRow>,
    /// The errors of the workspace on disk, while the version before is in force.
    pub refused: Option<String>,
}

/// One source.
#[derive(Clone, Debug)]
pub struct SourceRow {
    /// The name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Which door it uses.
    pub kind: String,
    /// Whether its newest fact is too old.
    pub stale: bool,
    /// When the newest fact came.
    pub received: String,
    /// When the newest fact was true.
    pub occurred: String,
    /// The exact times.
    pub title: String,
    /// Events accepted.
    pub events: String,
    /// Record versions accepted.
    pub records: String,
    /// Records waiting in the quarantine; empty for none.
    pub rejected: String,
    /// Their share of everything sent.
    pub error_rate: String,
    /// The quarantine of this source.
    pub quarantine: String,
}

impl SourcesPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, sources: &[SourceStatus], refused: Option<String>, locale: Locale, moment: &Moment) -> Self {
        Self { frame, tab: "sources", refused, sources: sources.iter().map(|source| source_row(source, locale, moment)).collect() }
    }
}

fn source_row(source: &SourceStatus, locale: Locale, moment: &Moment) -> SourceRow {
    let ago = |at: Option<mainstay_model::Timestamp>| at.map_or_else(|| "nothing yet".to_owned(), |at| moment.ago(at));
    let exact = |at: Option<mainstay_model::Timestamp>| at.map_or_else(|| "never".to_owned(), |at| moment.full(at));
    let accepted = source.events + source.records;
    let share = source.rejected_open as f64 / (accepted + source.rejected_open).max(1) as f64;
    SourceRow {
        name: source.name.clone(),
        label: source.label.clone(),
        kind: source.kind.clone(),
        stale: source.stale,
        received: ago(source.last_received_at),
        occurred: ago(source.last_occurred_at),
        title: format!("newest fact received {}, true {}", exact(source.last_received_at), exact(source.last_occurred_at)),
        events: locale.number(source.events as f64, 0),
        records: locale.number(source.records as f64, 0),
        rejected: if source.rejected_open > 0 { locale.number(source.rejected_open as f64, 0) } else { String::new() },
        error_rate: match source.rejected_open {
            0 => "0 %".to_owned(),
            _ if share < 0.001 => "< 0.1 %".replace('.', &locale.decimal_mark()),
            _ => locale.percent(share),
        },
        quarantine: address("/data/quarantine", &[("source", &source.name)]),
    }
}

/// Shows the sources.
pub(crate) async fn list_sources(State(console): State<Console>, Extension(visit): Extension<Visit>) -> PageResult {
    let sources = console.app.sources().await?;
    let refused = console.app.workspace_status().refused;
    let frame = Frame::new(&console.app, &visit, "data", "Data");
    Ok(show(&SourcesPage::new(frame, &sources, refused, visit.locale, &visit.moment)))
}

/// Reads the workspace's files again. Errors keep the old ones in force and are shown.
pub(crate) async fn reload_workspace(State(console): State<Console>) -> PageResult {
    console.app.reload().await?;
    Ok(Redirect::to("/data?done=reloaded").into_response())
}
