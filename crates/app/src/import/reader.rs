//! Reads one file on a thread of its own and hands over chunks of candidates, so that reading and writing go on at the same time.

use hashbrown::HashMap;
use mainstay_lake::rows::{self, Cell, RowBatch, RowFault};
use mainstay_model::{Fact, ReasonCode, RecordVersion, Rejection, Timestamp};
use tokio::sync::mpsc;

use super::door::Door;
use super::identity::{self, ContentIds};
use super::plan::{Reading, unreadable};
use super::replay;
use crate::error::Result;
use crate::ingest::Candidate;

/// Rows of a chunk, at least; a chunk is answered and written down as a whole.
const CHUNK_ROWS: usize = 16_384;

/// Some rows, ready for the door.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) candidates: Vec<Candidate>,
    /// Rows read for it.
    pub(super) rows: u64,
    /// Records among them that say nothing new.
    pub(super) unchanged: u64,
    /// The number of the last row.
    pub(super) last_row: u64,
    /// Bytes of the file read so far.
    pub(super) bytes: u64,
}

/// Reads the file to its end, or until nobody listens any more.
pub(super) struct FileReader<'a, D> {
    pub(super) reading: &'a Reading,
    pub(super) door: &'a D,
    pub(super) now: Timestamp,
    /// Rows up to this number were answered before.
    pub(super) skip: u64,
    pub(super) ids: ContentIds,
    /// What a file of states has said of each record so far: a digest of its fields.
    pub(super) stated: HashMap<String, u128>,
}

impl<'a, D: Door> FileReader<'a, D> {
    pub(super) fn new(reading: &'a Reading, door: &'a D, now: Timestamp, skip: u64) -> Self {
        Self { reading, door, now, skip, ids: ContentIds::default(), stated: HashMap::new() }
    }

    pub(super) fn run(mut self, out: &mpsc::Sender<Result<Chunk>>) {
        // The receiver is gone when the import was stopped; then nobody wants the rest, nor the error.
        if let Err(error) = self.read(out) {
            let _ = out.blocking_send(Err(error));
        }
    }

    fn read(&mut self, out: &mpsc::Sender<Result<Chunk>>) -> Result<()> {
        let mut reader = rows::read_file(&self.reading.path).map_err(unreadable)?;
        let mut chunk = Chunk::default();
        while let Some(batch) = reader.next() {
            match batch {
                Ok(batch) => self.add_batch(&batch, &mut chunk),
                Err(error) => {
                    chunk.bytes = reader.bytes_read();
                    let _ = out.blocking_send(Ok(chunk));
                    return Err(unreadable(error));
                }
            }
            if chunk.rows as usize >= CHUNK_ROWS || chunk.candidates.len() >= CHUNK_ROWS {
                chunk.bytes = reader.bytes_read();
                if out.blocking_send(Ok(std::mem::take(&mut chunk))).is_err() {
                    return Ok(());
                }
            }
        }
        chunk.bytes = reader.bytes();
        let _ = out.blocking_send(Ok(chunk));
        Ok(())
    }

    fn add_batch(&mut self, batch: &RowBatch, chunk: &mut Chunk) {
        let mapper = &self.reading.mapper;
        let places: Vec<Option<usize>> = mapper.columns().iter().map(|name| batch.column(name)).collect();
        let order = if mapper.brings_id() { Vec::new() } else { identity::in_order(batch.columns()) };
        for row in 0..batch.len() {
            let number = batch.number(row);
            let cell = |column: usize| batch.cell(row, places.get(column).copied().flatten()?);
            let copy = (!mapper.brings_id()).then(|| {
                let names = batch.columns();
                let cells = order.iter().filter_map(|&column| Some((names.get(column)?.as_str(), batch.cell(row, column)?)));
                let content = identity::content(&mapper.content_kind(&cell), cells);
                (content, self.ids.copy(content))
            });
            if number <= self.skip {
                continue;
            }
            chunk.rows += 1;
            let raw = || replay::raw_row(&self.reading.file, number, copy.map(|(_, copy)| copy), &batch.row_json(row));
            if let Some(candidate) = self.candidate(&cell, copy, &raw) {
                chunk.candidates.push(candidate);
            } else {
                chunk.unchanged += 1;
            }
        }
        for fault in batch.faults.iter().filter(|fault| fault.number > self.skip) {
            chunk.rows += 1;
            chunk.candidates.push(self.fault(fault));
        }
        let last_row = batch.len().checked_sub(1).map_or(0, |row| batch.number(row));
        let last_fault = batch.faults.iter().map(|fault| fault.number).max().unwrap_or_default();
        chunk.last_row = chunk.last_row.max(last_row).max(last_fault);
    }

    /// The candidate of a row; none for a record that says nothing new.
    fn candidate<'r>(
        &mut self,
        cell: &'r dyn Fn(usize) -> Option<Cell<'r>>,
        copy: Option<(u128, u32)>,
        raw: &dyn Fn() -> String,
    ) -> Option<Candidate>
    where
        'a: 'r,
    {
        let content_id = copy.map(|(content, copy)| identity::content_id(content, copy));
        let mut fact = self.reading.mapper.read(cell, content_id, self.now);
        if let (true, Ok(Fact::Record(record))) = (self.reading.mapper.states_now(), &fact) {
            match self.news(record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(rejection) => fact = Err(rejection),
            }
        }
        // The row's text is only for the quarantine; a row that cannot get there any more is spared it.
        let raw = if fact.is_err() || self.reading.has_rules { raw() } else { String::new() };
        Some(Candidate { raw, fact })
    }

    /// Whether a state says anything new, to this file and to what is known.
    fn news(&mut self, record: &RecordVersion) -> std::result::Result<bool, Rejection> {
        let digest = xxhash_rust::xxh3::xxh3_128(record.fields.as_bytes());
        match self.stated.get(&record.external_id) {
            Some(earlier) if *earlier == digest => Ok(false),
            Some(_) => {
                let message = "the file states this record twice, with different values, and no time says which is later; keep one row, or map `occurred_at`";
                Err(Rejection::new(ReasonCode::RuleViolated, "id", &record.external_id, message))
            }
            None => {
                self.stated.insert(record.external_id.clone(), digest);
                Ok(self.door.would_change(&record.entity, &record.external_id, self.now, &record.fields))
            }
        }
    }

    fn fault(&self, fault: &RowFault) -> Candidate {
        let rejection = Rejection::new(ReasonCode::MalformedRow, "", &fault.raw, fault.message.clone());
        Candidate { raw: replay::raw_fault(&self.reading.file, fault.number, &fault.raw), fact: Err(rejection) }
    }
}
