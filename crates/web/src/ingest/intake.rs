//! What the door needs of the application: so little that tests can stand in for a full disk.

use std::sync::Arc;

use async_trait::async_trait;
use mainstay_app::ingest::{Answer, Candidate};
use mainstay_app::{App, Result};
use mainstay_model::{Timestamp, Workspace};

/// Where facts go in.
#[async_trait]
pub trait Intake: Send + Sync {
    /// The source of a write key that is in force.
    async fn source_of_write_key(&self, key: &str) -> Result<Option<String>>;
    /// Takes in candidates; answers each of them, in order, once it is durable.
    async fn ingest(&self, source: &str, door: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>>;
    /// The workspace in force.
    fn workspace(&self) -> Arc<Workspace>;
    /// The present instant.
    fn now(&self) -> Timestamp;
}

#[async_trait]
impl Intake for App {
    async fn source_of_write_key(&self, key: &str) -> Result<Option<String>> {
        Ok(self.store().source_of_write_key(key).await?)
    }

    async fn ingest(&self, source: &str, door: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        Self::ingest(self, source, door, candidates).await
    }

    fn workspace(&self) -> Arc<Workspace> {
        Self::workspace(self)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}
