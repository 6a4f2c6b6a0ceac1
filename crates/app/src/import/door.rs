//! What an import asks of the application.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use mainstay_model::Timestamp;

use super::{ImportReport, ImportRequest, Progress};
use crate::app::App;
use crate::error::Result;
use crate::ingest::{Answer, Candidate};

/// The door of files, as the quarantine names it.
pub(crate) const FILE_DOOR: &str = "file";

/// How often it is told how many past days are still to be scored.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// The application as an import sees it; tests bring their own.
pub trait Door: Clone + Send + Sync + 'static {
    /// Takes records in; each is answered when it is on stable storage.
    fn ingest(&self, source: &str, candidates: Vec<Candidate>) -> impl Future<Output = Result<Vec<Answer>>> + Send;

    /// Resolves when everything answered so far is part of what is known.
    fn settle(&self) -> impl Future<Output = ()> + Send;

    /// Whether a record version with these fields (a JSON object) would change what is known of the record at `at`.
    fn would_change(&self, entity: &str, id: &str, at: Timestamp, fields: &str) -> bool;

    /// The present instant.
    fn now(&self) -> Timestamp;
}

impl Door for App {
    async fn ingest(&self, source: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        // An import rather waits than fails: what comes over HTTP goes first.
        self.lake().room().await;
        Self::ingest(self, source, FILE_DOOR, candidates).await
    }

    async fn settle(&self) {
        Self::settle(self).await;
    }

    fn would_change(&self, entity: &str, id: &str, at: Timestamp, fields: &str) -> bool {
        let records = Arc::clone(&self.state().records);
        let records = records.read().unwrap_or_else(PoisonError::into_inner);
        records.would_change(entity, id, at, fields)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

impl App {
    /// Imports files: see [`run`](super::run).
    ///
    /// # Errors
    /// As [`run`](super::run).
    pub async fn import(&self, request: &ImportRequest, progress: &dyn Progress, stop: &AtomicBool) -> Result<ImportReport> {
        let report = super::run(self, self.store(), &self.workspace(), request, progress, stop).await?;
        if request.history && !report.dry_run && report.total(|file| file.accepted) > 0 {
            self.finish_history(progress, stop).await;
        }
        Ok(report)
    }

    /// Waits until the scores of past days hold everything that is durable by now, or until `stop` is set.
    async fn finish_history(&self, progress: &dyn Progress, stop: &AtomicBool) {
        let mut settled = std::pin::pin!(self.settle_history());
        let mut tick = tokio::time::interval(TELL_EVERY);
        while !stop.load(Ordering::Relaxed) {
            tokio::select! {
                () = &mut settled => break,
                _ = tick.tick() => progress.history(self.days_left()),
            }
        }
        progress.history(0);
    }
}
