//! Reading facts straight from a snapshot: only the files, row groups and rows that can matter.

mod pages;
mod prune;

use std::collections::VecDeque;
use std::fs::File;
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, BooleanArray, BooleanBuilder, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, SchemaRef, TimestampMicrosecondType};
use hashbrown::HashSet;
use mainstay_model::Timestamp;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};

use crate::data_file::DataFile;
use crate::error::LakeError;
use crate::facts::{EVENTS, events_schema, records_schema};
use crate::snapshot::Snapshot;

/// Rows come in batches of at most this size.
const BATCH_ROWS: usize = 16_384;

/// Whose events are asked for. An event is somebody's by its account; without one by its user; without either by its anonymous id.
#[derive(Clone, Default, Debug)]
pub struct Subjects {
    /// Account ids as the sources sent them.
    pub accounts: HashSet<String>,
    /// User ids as the sources sent them.
    pub users: HashSet<String>,
    /// Anonymous ids as the sources sent them.
    pub anonymous: HashSet<String>,
}

/// Which facts are asked for.
#[derive(Clone, Default, Debug)]
pub struct FactScan {
    /// Only facts after this position.
    pub after: Option<u64>,
    /// Only facts that were true in this range.
    pub occurred_at: Option<RangeInclusive<Timestamp>>,
    /// Only facts received by then.
    pub known: Option<Timestamp>,
    /// Only events of these; record versions are not concerned.
    pub subjects: Option<Arc<Subjects>>,
    /// Only record versions of this entity; events are not concerned.
    pub entity: Option<String>,
    /// Only these columns, in the order of the schema; all where absent.
    pub columns: Option<Vec<String>>,
}

impl FactScan {
    /// The events of a snapshot that are asked for: file by file, then the tail. In no particular order. Blocks on the disk.
    #[must_use]
    pub fn events(self, snapshot: &Snapshot) -> FactBatches {
        FactBatches::new(self, events_schema(), &snapshot.event_files, &snapshot.tail_events, EVENTS)
    }

    /// The record versions of a snapshot that are asked for, as [`FactScan::events`].
    #[must_use]
    pub fn records(self, snapshot: &Snapshot) -> FactBatches {
        FactBatches::new(self, records_schema(), &snapshot.record_files, &snapshot.tail_records, "")
    }
}

/// The answer to a [`FactScan`]. Each batch has the columns asked for.
pub struct FactBatches {
    scan: FactScan,
    schema: SchemaRef,
    projection: Vec<usize>,
    is_events: bool,
    files: VecDeque<Arc<DataFile>>,
    tail: VecDeque<RecordBatch>,
    /// The file that is being read; held, so that it is not deleted meanwhile.
    open: Option<(Arc<DataFile>, ParquetRecordBatchReader)>,
    row_groups_read: usize,
}

impl Iterator for FactBatches {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.step() {
                Ok(Some(batch)) if batch.num_rows() == 0 => {}
                Ok(Some(batch)) => return Some(Ok(batch)),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

impl FactBatches {
    fn new(scan: FactScan, schema: SchemaRef, files: &[Arc<DataFile>], tail: &[RecordBatch], table: &str) -> Self {
        let is_events = table == EVENTS;
        let wanted = |name: &String| scan.columns.as_ref().is_none_or(|columns| columns.contains(name));
        let projection = schema.fields().iter().enumerate().filter(|(_, field)| wanted(field.name())).map(|(index, _)| index).collect();
        let files = files.iter().filter(|file| prune::file_may_match(&scan, file, is_events)).cloned().collect();
        Self { scan, schema, projection, is_events, files, tail: tail.iter().cloned().collect(), open: None, row_groups_read: 0 }
    }

    /// How many row groups were opened so far.
    #[must_use]
    pub fn row_groups_read(&self) -> usize {
        self.row_groups_read
    }

    /// How many files are left to be read.
    #[must_use]
    pub fn files_left(&self) -> usize {
        self.files.len()
    }

    fn step(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        if let Some((file, reader)) = &mut self.open {
            match reader.next() {
                Some(batch) => {
                    let batch = batch?;
                    return Ok(Some(complete(&batch, &self.schema, &self.projection, file)?));
                }
                None => self.open = None,
            }
        }
        if let Some(file) = self.files.pop_front() {
            let reader = self.open_file(&file)?;
            self.open = Some((file, reader));
            return Ok(Some(RecordBatch::new_empty(Arc::clone(&self.schema))));
        }
        let Some(batch) = self.tail.pop_front() else { return Ok(None) };
        let mask = mask_of(&self.scan, &batch, self.is_events);
        Ok(Some(filter_record_batch(&batch.project(&self.projection)?, &mask)?))
    }

    fn open_file(&mut self, file: &DataFile) -> Result<ParquetRecordBatchReader, LakeError> {
        let failed = || LakeError::parquet("read", &file.path);
        let opened = File::open(&file.path).map_err(LakeError::io("open", &file.path))?;
        let by_page = self.scan.occurred_at.is_some() || self.scan.subjects.is_some();
        let options = ArrowReaderOptions::new().with_page_index_policy(by_page.into());
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(opened, options).map_err(failed())?;
        let groups = prune::row_groups(&self.scan, builder.metadata(), self.is_events);
        self.row_groups_read += groups.len();
        let rows = if by_page { pages::rows(&self.scan, builder.metadata(), &groups, self.is_events) } else { None };
        let descriptor = builder.parquet_schema();
        let columns = |names: Vec<&str>| ProjectionMask::columns(descriptor, names);
        let shown = columns(
            self.projection.iter().filter_map(|index| self.schema.fields().get(*index)).map(|field| field.name().as_str()).collect(),
        );
        let tested = columns(tested_columns(&self.scan, self.is_events));
        let filter = (self.scan.tests_rows(self.is_events)).then(|| {
            let (scan, is_events) = (self.scan.clone(), self.is_events);
            let test = move |batch: RecordBatch| Ok(mask_of(&scan, &batch, is_events));
            RowFilter::new(vec![Box::new(ArrowPredicateFn::new(tested, test))])
        });
        let builder = builder.with_row_groups(groups).with_projection(shown).with_batch_size(BATCH_ROWS);
        let builder = match rows {
            Some(rows) => builder.with_row_selection(rows),
            None => builder,
        };
        let builder = match filter {
            Some(filter) => builder.with_row_filter(filter),
            None => builder,
        };
        builder.build().map_err(failed())
    }
}

impl FactScan {
    /// Whether rows have to be looked at one by one.
    fn tests_rows(&self, is_events: bool) -> bool {
        self.after.is_some() || self.occurred_at.is_some() || self.known.is_some() || is_events && self.subjects.is_some()
    }
}

/// The columns that decide whether a row is asked for.
fn tested_columns(scan: &FactScan, is_events: bool) -> Vec<&'static str> {
    let mut columns = Vec::new();
    if scan.after.is_some() {
        columns.push("position");
    }
    if scan.occurred_at.is_some() {
        columns.push("occurred_at");
    }
    if scan.known.is_some() {
        columns.push("received_at");
    }
    if is_events && scan.subjects.is_some() {
        columns.extend(["account_id", "user_id", "anonymous_id"]);
    }
    columns
}

/// Which rows of a batch are asked for.
fn mask_of(scan: &FactScan, batch: &RecordBatch, is_events: bool) -> BooleanArray {
    let mut keep = vec![true; batch.num_rows()];
    let integers = |name: &str| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>().cloned());
    let instants =
        |name: &str| batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>().cloned());
    if let Some((after, positions)) = scan.after.zip(integers("position")) {
        keep.iter_mut().zip(positions.values()).for_each(|(keep, position)| *keep &= *position > after as i64);
    }
    if let Some((range, instants)) = scan.occurred_at.as_ref().zip(instants("occurred_at")) {
        keep.iter_mut().zip(instants.values()).for_each(|(keep, at)| *keep &= range.contains(&Timestamp(*at)));
    }
    if let Some((known, instants)) = scan.known.zip(instants("received_at")) {
        keep.iter_mut().zip(instants.values()).for_each(|(keep, at)| *keep &= *at <= known.0);
    }
    if let Some(subjects) = scan.subjects.as_ref().filter(|_| is_events) {
        let texts = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>().cloned());
        if let (Some(accounts), Some(users), Some(anonymous)) = (texts("account_id"), texts("user_id"), texts("anonymous_id")) {
            subjects.test(&mut keep, &accounts, &users, &anonymous);
        }
    }
    if let Some((entity, column)) =
        scan.entity.as_ref().zip(batch.column_by_name("entity").and_then(|column| column.as_string_opt::<i32>()))
    {
        keep.iter_mut().zip(column).for_each(|(keep, found)| *keep &= found == Some(entity.as_str()));
    }
    let mut mask = BooleanBuilder::with_capacity(keep.len());
    mask.append_slice(&keep);
    mask.finish()
}

impl Subjects {
    fn test(&self, keep: &mut [bool], accounts: &StringArray, users: &StringArray, anonymous: &StringArray) {
        let rows = accounts.iter().zip(users).zip(anonymous);
        for (keep, ((account, user), anonymous)) in keep.iter_mut().zip(rows) {
            *keep &= match (account, user, anonymous) {
                (Some(account), _, _) => self.accounts.contains(account),
                (None, Some(user), _) => self.users.contains(user),
                (None, None, Some(anonymous)) => self.anonymous.contains(anonymous),
                (None, None, None) => false,
            };
        }
    }
}

/// Puts the columns of a file in the order of the schema, and adds the partition column, which files do not have.
fn complete(batch: &RecordBatch, schema: &SchemaRef, projection: &[usize], file: &DataFile) -> Result<RecordBatch, LakeError> {
    let schema = Arc::new(schema.project(projection)?);
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        Some(column) => Arc::clone(column),
        None => {
            Arc::new(StringArray::from_iter_values(std::iter::repeat_n(file.partition.as_deref().unwrap_or_default(), batch.num_rows())))
                as ArrayRef
        }
    });
    let columns = columns.collect();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(schema, columns, &options)?)
}
