//! Sources and how they are doing.

use std::collections::BTreeMap;

use mainstay_lake::quarantine::EntryStatus;
use mainstay_model::source::SourceKind;

use super::{DataStatus, SourceStatus};
use crate::app::App;
use crate::error::Result;

impl App {
    /// How much there is, and how the sources are doing.
    ///
    /// # Errors
    /// As [`App::sources`].
    pub async fn status(&self) -> Result<DataStatus> {
        Ok(DataStatus { position: self.lake().position(), sources: self.sources().await? })
    }

    /// Every declared source, and every other one that facts came from.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        self.compute(|app| {
            let now = app.now();
            let workspace = app.workspace();
            let mut open: BTreeMap<String, u64> = BTreeMap::new();
            for count in app.lake().quarantine().counts().into_iter().filter(|count| count.status == EntryStatus::Open) {
                *open.entry(count.source).or_default() += count.count;
            }
            let state = app.state();
            let mut names: std::collections::BTreeSet<&str> = workspace.sources.keys().map(String::as_str).collect();
            names.extend(state.arrived.keys().map(String::as_str));
            names.extend(open.keys().map(String::as_str));
            let status = |name: &str| {
                let declared = workspace.sources.get(name);
                let arrived = state.arrived.get(name).copied().unwrap_or_default();
                let kind = match declared.map(|source| source.kind) {
                    Some(SourceKind::Tracking) => "tracking",
                    Some(SourceKind::Files) => "files",
                    None => "undeclared",
                };
                let limit = declared.and_then(|source| source.fresh_within_hours).map(|hours| i64::from(hours) * 3_600_000_000);
                let stale = limit.zip(arrived.last_received_at).is_some_and(|(limit, last)| now.0 - last.0 > limit);
                SourceStatus {
                    name: name.to_owned(),
                    label: declared.map_or_else(|| name.to_owned(), |source| source.label.clone()),
                    kind: kind.to_owned(),
                    events: arrived.events,
                    records: arrived.records,
                    rejected_open: open.get(name).copied().unwrap_or_default(),
                    last_occurred_at: arrived.last_occurred_at,
                    last_received_at: arrived.last_received_at,
                    stale,
                }
            };
            Ok(names.into_iter().map(status).collect())
        })
        .await
    }
}
