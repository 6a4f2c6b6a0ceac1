//! Facts in: one operation for every door. Each record is answered; a rejected one is in the quarantine before the answer.

mod rules;
pub mod tracking;
pub mod typed;

use std::ops::ControlFlow;

use mainstay_lake::quarantine::NewEntry;
use mainstay_lake::{Appended, LakeError};
use mainstay_model::{Fact, Rejection};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};

/// The source of facts that the product itself states.
pub(crate) const OWN_SOURCE: &str = "mainstay";

/// What a door made of one record: a fact, or the reason why it is none.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The record as it came, for the quarantine.
    pub raw: String,
    /// What the door read in it.
    pub fact: std::result::Result<Fact, Rejection>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Answer {
    /// It is on stable storage.
    Accepted,
    /// The same fact was there before; nothing changed.
    Duplicate,
    /// It is in the quarantine.
    Rejected {
        /// Its number there.
        quarantine_id: u64,
        /// Why.
        reason: Rejection,
    },
}

impl Answer {
    /// The word of the answer.
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Duplicate => "duplicate",
            Self::Rejected { .. } => "rejected",
        }
    }
}

impl App {
    /// Makes facts durable and answers record by record, in the order they came. `door` says for the quarantine which way they came.
    ///
    /// # Errors
    /// [`ErrorCode::Busy`] under too much load, [`ErrorCode::Unavailable`] when the disk refuses: then nothing was accepted and all may be sent again.
    pub async fn ingest(&self, source: &str, door: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        let candidates = self.hold_to_rules(source, candidates)?;
        let mut answers = vec![None; candidates.len()];
        let (mut facts, mut fact_places) = (Vec::with_capacity(candidates.len()), Vec::with_capacity(candidates.len()));
        let (mut refused, mut refused_places) = (Vec::new(), Vec::new());
        for (place, candidate) in candidates.into_iter().enumerate() {
            match candidate.fact {
                Ok(fact) => {
                    facts.push(fact);
                    fact_places.push(place);
                }
                Err(rejection) => {
                    refused.push(NewEntry { source: source.to_owned(), kind: door.to_owned(), rejection, raw: candidate.raw.into_bytes() });
                    refused_places.push(place);
                }
            }
        }
        let appended = self.lake().append(facts).await.map_err(not_taken)?;
        for (place, appended) in fact_places.into_iter().zip(appended) {
            if let Some(answer) = answers.get_mut(place) {
                *answer = Some(match appended {
                    Appended::Accepted { .. } => Answer::Accepted,
                    Appended::Duplicate => Answer::Duplicate,
                });
            }
        }
        let reasons: Vec<Rejection> = refused.iter().map(|entry| entry.rejection.clone()).collect();
        let ids = self.quarantine(refused).await?;
        for ((place, reason), quarantine_id) in refused_places.into_iter().zip(reasons).zip(ids) {
            if let Some(answer) = answers.get_mut(place) {
                *answer = Some(Answer::Rejected { quarantine_id, reason });
            }
        }
        Ok(answers.into_iter().flatten().collect())
    }

    async fn quarantine(&self, refused: Vec<NewEntry>) -> Result<Vec<u64>> {
        if refused.is_empty() {
            return Ok(Vec::new());
        }
        self.compute(|app| app.lake().quarantine().add(refused).map_err(not_taken)).await
    }

    /// Facts that a rule of their source forbids become refusals.
    fn hold_to_rules(&self, source: &str, mut candidates: Vec<Candidate>) -> Result<Vec<Candidate>> {
        let workspace = self.workspace();
        let Some(source) = workspace.sources.get(source).filter(|source| !source.rules.is_empty()) else { return Ok(candidates) };
        let state = self.state();
        for rule in &source.rules {
            match rules::apply(rule, &workspace, &state.plan.engine, &mut candidates)? {
                ControlFlow::Continue(()) => {}
                ControlFlow::Break(()) => break,
            }
        }
        Ok(candidates)
    }
}

/// A write that the lake refused, in the words a sender can act on.
fn not_taken(error: LakeError) -> AppError {
    match error {
        LakeError::Busy { .. } => {
            AppError::new(ErrorCode::Busy, "too much is waiting to be written").hint("send the same again in a moment").caused_by(error)
        }
        other => AppError::new(ErrorCode::Unavailable, "nothing of this was taken in: it could not be made durable")
            .hint("look at the disk's free space and `mainstay doctor`, then send the same again")
            .caused_by(other),
    }
}
