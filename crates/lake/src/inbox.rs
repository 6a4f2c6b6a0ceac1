//! The inbox: facts become durable here, many callers in one write and one sync, before they are answered.
//!
//! A segment is a file of frames; a frame is what was written together, with a checksum. Segments are deleted once their facts are sealed
//! into the Delta tables.

#[cfg(test)]
mod faults;
pub(crate) mod frame;
pub(crate) mod replay;
pub(crate) mod segment;
pub(crate) mod writer;

use mainstay_model::{Fact, FactDigest};
use tokio::sync::oneshot;

use crate::error::LakeError;

/// No batch is larger, so that a group of batches always fits into one frame.
const MAX_BATCH_BYTES: usize = frame::MAX_PAYLOAD_BYTES / 4;

/// What became of one appended fact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Appended {
    /// It is durable, at this position.
    Accepted {
        /// Its place in the order of all facts, from 1.
        position: u64,
    },
    /// A fact with the same identity is durable already.
    Duplicate,
}

/// Facts of one caller, encoded by the caller so that the writer has little to do.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) facts: Vec<Fact>,
    pub(crate) digests: Vec<FactDigest>,
    /// The facts in `postcard`, one after the other.
    pub(crate) encoded: Vec<u8>,
    /// Where each fact ends in `encoded`.
    pub(crate) ends: Vec<usize>,
}

/// A batch and where its answer goes.
pub(crate) struct Request {
    pub(crate) batch: Batch,
    pub(crate) answer: oneshot::Sender<Result<Vec<Appended>, LakeError>>,
}

impl Batch {
    /// Encodes facts for the inbox. `received_at` is not known yet; the frame carries it.
    pub(crate) fn encode(facts: Vec<Fact>) -> Result<Self, LakeError> {
        let mut encoded = Vec::with_capacity(facts.len() * 256);
        let mut ends = Vec::with_capacity(facts.len());
        let mut digests = Vec::with_capacity(facts.len());
        for fact in &facts {
            encoded = postcard::to_extend(fact, encoded)?;
            ends.push(encoded.len());
            digests.push(fact.digest());
        }
        if encoded.len() > MAX_BATCH_BYTES {
            return Err(LakeError::BatchTooLarge { bytes: encoded.len(), max: MAX_BATCH_BYTES });
        }
        Ok(Self { facts, digests, encoded, ends })
    }
}
