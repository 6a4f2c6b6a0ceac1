//! A consistent view of all facts: files of the tables, and what is not sealed yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;

use crate::data_file::DataFile;

/// All facts up to a position, each exactly once: in a file or in the tail. Files stay readable as long as a snapshot names them.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The files of the events table. Their partition is the month of `occurred_at` in UTC.
    pub event_files: Vec<Arc<DataFile>>,
    /// The files of the records table. Their partition is the entity, a column that the files do not have.
    pub record_files: Vec<Arc<DataFile>>,
    /// The files of the application's tables by table.
    pub table_files: BTreeMap<String, Vec<Arc<DataFile>>>,
    /// Events that are in no file yet, with the columns of [`crate::facts::events_schema`].
    pub tail_events: Vec<RecordBatch>,
    /// Record versions that are in no file yet, with the columns of [`crate::facts::records_schema`].
    pub tail_records: Vec<RecordBatch>,
    /// The position of the last fact; 0 where there is none.
    pub position: u64,
}

impl Snapshot {
    /// The files of one of the application's tables.
    #[must_use]
    pub fn files(&self, table: &str) -> &[Arc<DataFile>] {
        self.table_files.get(table).map_or(&[], Vec::as_slice)
    }
}
