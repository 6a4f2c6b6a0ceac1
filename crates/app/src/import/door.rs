//! What an import asks of the application.

use std::future::Future;

use mainstay_model::Timestamp;

use crate::error::Result;
use crate::ingest::{Answer, Candidate};

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
