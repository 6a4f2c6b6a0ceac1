//! Facts in: one operation for every door. Each record is answered; a rejected one is in the quarantine before the answer.

pub mod tracking;
pub mod typed;

use mainstay_model::{Fact, Rejection};
use serde::Serialize;

/// What a door made of one record: a fact, or the reason why it is none.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The record as it came, for the quarantine.
    pub raw: String,
    /// What the door read in it.
    pub fact: std::result::Result<Fact, Rejection>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
