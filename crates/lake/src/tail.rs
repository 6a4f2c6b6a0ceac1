//! The tail: facts that are durable in the inbox and not sealed into a table yet, kept in memory so that every read sees them.

use std::collections::VecDeque;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use mainstay_model::Timestamp;

use crate::error::LakeError;
use crate::facts::{DurableFacts, events_batch, received_at, records_batch};

/// Batches grow to this many rows before a new one begins.
const BATCH_ROWS: usize = 8192;
/// What a fact takes in memory beside its text, roughly.
const FACT_OVERHEAD_BYTES: usize = 320;

/// The facts that are not sealed, in the groups in which they became durable.
#[derive(Default)]
pub(crate) struct Tail {
    groups: VecDeque<(Arc<DurableFacts>, usize)>,
    facts: usize,
    bytes: usize,
    generation: u64,
}

impl Tail {
    /// Adds what has just become durable; `encoded_bytes` is its size in the inbox.
    pub(crate) fn push(&mut self, group: Arc<DurableFacts>, encoded_bytes: usize) {
        let bytes = encoded_bytes + group.facts.len() * FACT_OVERHEAD_BYTES;
        self.facts += group.facts.len();
        self.bytes += bytes;
        self.groups.push_back((group, bytes));
    }

    /// How many facts it holds.
    pub(crate) fn facts(&self) -> usize {
        self.facts
    }

    /// What they take in memory, roughly.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts how often facts were taken away.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// When the oldest of them was received.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.groups.front().and_then(|(group, _)| group.facts.first()).map(received_at)
    }

    /// The groups up to a position.
    pub(crate) fn up_to(&self, position: u64) -> Vec<Arc<DurableFacts>> {
        self.groups.iter().take_while(|(group, _)| group.last_position() <= position).map(|(group, _)| Arc::clone(group)).collect()
    }

    /// The groups after a position.
    pub(crate) fn after(&self, position: u64) -> Vec<Arc<DurableFacts>> {
        let done = self.groups.partition_point(|(group, _)| group.last_position() <= position);
        self.groups.range(done..).map(|(group, _)| Arc::clone(group)).collect()
    }

    /// Forgets the groups up to a position; they are sealed.
    pub(crate) fn drop_up_to(&mut self, position: u64) {
        while self.groups.front().is_some_and(|(group, _)| group.last_position() <= position) {
            if let Some((group, bytes)) = self.groups.pop_front() {
                self.facts -= group.facts.len();
                self.bytes -= bytes;
                self.generation += 1;
            }
        }
    }
}

/// The tail as columns. Only what came since the last look is converted.
#[derive(Default)]
pub(crate) struct TailColumns {
    generation: u64,
    position: u64,
    events: Vec<RecordBatch>,
    records: Vec<RecordBatch>,
}

impl TailColumns {
    /// Starts anew when facts were taken from the tail since.
    pub(crate) fn keep_if(&mut self, generation: u64) {
        if self.generation != generation {
            *self = Self { generation, ..Self::default() };
        }
    }

    /// Facts up to here are converted.
    pub(crate) fn position(&self) -> u64 {
        self.position
    }

    /// Converts the groups that follow.
    pub(crate) fn extend(&mut self, groups: &[Arc<DurableFacts>]) -> Result<(), LakeError> {
        let Some(last) = groups.last() else { return Ok(()) };
        let events = events_batch(groups.iter().flat_map(|group| group.events()))?;
        let records = records_batch(groups.iter().flat_map(|group| group.records()))?;
        push_batch(&mut self.events, events)?;
        push_batch(&mut self.records, records)?;
        self.position = last.last_position();
        Ok(())
    }

    pub(crate) fn events(&self) -> &[RecordBatch] {
        &self.events
    }

    pub(crate) fn records(&self) -> &[RecordBatch] {
        &self.records
    }
}

/// Appends to the last batch while that is small, else begins another.
fn push_batch(batches: &mut Vec<RecordBatch>, batch: RecordBatch) -> Result<(), LakeError> {
    if batch.num_rows() == 0 {
        return Ok(());
    }
    match batches.pop_if(|last| last.num_rows() + batch.num_rows() <= BATCH_ROWS) {
        Some(last) => batches.push(concat_batches(&batch.schema(), [&last, &batch])?),
        None => batches.push(batch),
    }
    Ok(())
}
