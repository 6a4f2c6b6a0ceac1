//! Sealing: facts of the inbox become files of the Delta tables, grouped by partition and sorted by when they were true.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use mainstay_model::{Event, Fact, RecordVersion, Timestamp};

use crate::data_file::DataFile;
use crate::delta::{Change, OpenTable};
use crate::error::LakeError;
use crate::facts::{DurableFacts, EVENTS, events_batch, month_of, records_batch};

/// The application whose transaction version is the last sealed position of a table.
pub(crate) const INBOX: &str = "mainstay-inbox";
/// Rows are handed to the file writer in batches of this size.
const BATCH_ROWS: usize = 16_384;
/// A file is closed at this many rows.
const FILE_ROWS: usize = 2_000_000;

/// A kind of fact that has a table of its own.
pub(crate) trait Sealable: Sized {
    /// The fact, if it is of this kind.
    fn of(fact: &Fact) -> Option<&Self>;
    /// The partition it goes to.
    fn partition(&self) -> String;
    /// When it was true.
    fn occurred_at(&self) -> Timestamp;
    /// Facts as columns.
    fn batch<'a>(facts: impl Iterator<Item = (u64, &'a Self)>) -> Result<RecordBatch, LakeError>
    where
        Self: 'a;
}

impl Sealable for Event {
    fn of(fact: &Fact) -> Option<&Self> {
        match fact {
            Fact::Event(event) => Some(event),
            Fact::Record(_) => None,
        }
    }

    fn partition(&self) -> String {
        month_of(self.occurred_at)
    }

    fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    fn batch<'a>(facts: impl Iterator<Item = (u64, &'a Self)>) -> Result<RecordBatch, LakeError> {
        events_batch(facts)
    }
}

impl Sealable for RecordVersion {
    fn of(fact: &Fact) -> Option<&Self> {
        match fact {
            Fact::Event(_) => None,
            Fact::Record(record) => Some(record),
        }
    }

    fn partition(&self) -> String {
        self.entity.clone()
    }

    fn occurred_at(&self) -> Timestamp {
        self.occurred_at
    }

    fn batch<'a>(facts: impl Iterator<Item = (u64, &'a Self)>) -> Result<RecordBatch, LakeError> {
        let batch = records_batch(facts)?;
        let kept: Vec<usize> = (0..batch.num_columns()).filter(|index| batch.schema_ref().field(*index).name() != "entity").collect();
        Ok(batch.project(&kept)?)
    }
}

/// The last position that is sealed into a table.
pub(crate) async fn sealed_position(table: &mut OpenTable) -> Result<u64, LakeError> {
    Ok(table.transaction(INBOX).await?.and_then(|version| u64::try_from(version).ok()).unwrap_or(0))
}

/// Seals the facts of one kind up to a position into their table, in one commit. Facts that the table has already are left out.
pub(crate) async fn seal<F: Sealable>(
    table: &mut OpenTable,
    groups: &[Arc<DurableFacts>],
    position: u64,
    now: Timestamp,
) -> Result<(), LakeError> {
    let sealed = sealed_position(table).await?;
    let mut partitions: BTreeMap<String, Vec<(u64, &F)>> = BTreeMap::new();
    for (at, fact) in groups.iter().flat_map(|group| group.iter()).filter(|(at, _)| sealed < *at && *at <= position) {
        if let Some(fact) = F::of(fact) {
            partitions.entry(fact.partition()).or_default().push((at, fact));
        }
    }
    if partitions.is_empty() {
        return Ok(());
    }
    let mut add = Vec::new();
    for (partition, mut facts) in partitions {
        facts.sort_by_key(|(at, fact)| (fact.occurred_at(), *at));
        for (number, rows) in facts.chunks(FILE_ROWS).enumerate() {
            match write_file(table, &partition, position, number, rows) {
                Ok(file) => add.push(file),
                Err(error) => {
                    // Another attempt writes all of them again; the disk may be full.
                    add.iter().for_each(delete);
                    return Err(error);
                }
            }
        }
    }
    let files = add.len();
    table.commit(Change { add, transaction: Some((INBOX, position as i64)), ..Change::default() }, now).await?;
    tracing::debug!(table = table.spec.name, position, files, "sealed");
    Ok(())
}

fn delete(file: &DataFile) {
    if let Err(error) = std::fs::remove_file(&file.path) {
        tracing::warn!(path = %file.path.display(), %error, "an unfinished data file could not be deleted");
    }
}

fn write_file<F: Sealable>(
    table: &OpenTable,
    partition: &str,
    position: u64,
    number: usize,
    rows: &[(u64, &F)],
) -> Result<DataFile, LakeError> {
    let label = format!("sealed-{position:016}-{number:03}");
    table.write_file(&label, Some(partition), rows.chunks(BATCH_ROWS).map(|rows| F::batch(rows.iter().copied())))
}

/// The kind of fact that a table holds decides how it is sealed.
pub(crate) async fn seal_table(
    table: &mut OpenTable,
    groups: &[Arc<DurableFacts>],
    position: u64,
    now: Timestamp,
) -> Result<(), LakeError> {
    if table.spec.name == EVENTS {
        seal::<Event>(table, groups, position, now).await
    } else {
        seal::<RecordVersion>(table, groups, position, now).await
    }
}
