//! Compaction: many files of a partition become few, sorted so that one subject's rows lie together.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{ParquetReadOptions, SessionConfig, SessionContext, col};
use futures::StreamExt as _;
use mainstay_model::Timestamp;
use tokio::runtime::Runtime;

use crate::data_file::DataFile;
use crate::delta::OpenTable;
use crate::error::LakeError;
use crate::facts::{EVENTS, month_of};
use crate::shared::Shared;

/// Files that compaction wrote begin with this.
const COMPACTED: &str = "compacted-";
/// A rewritten file is closed at this many rows.
const FILE_ROWS: u64 = 4_000_000;
/// A closed partition is rewritten when this many files came to it since.
const CLOSED_NEW_FILES: usize = 8;
/// ... or when what came is at least this part of what was there.
const CLOSED_NEW_SHARE: u64 = 5;
/// In a partition that still grows, only files below this size are put together ...
const SMALL_BYTES: u64 = 64 << 20;
/// ... and only when there are this many.
const SMALL_FILES: usize = 16;

/// What compaction did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Compacted {
    /// Files that were rewritten.
    pub files_before: usize,
    /// Files they became.
    pub files_after: usize,
    /// Rows that were rewritten.
    pub rows: u64,
}

/// Files of one partition that become one.
pub(crate) struct Job {
    pub(crate) partition: Option<String>,
    pub(crate) files: Vec<Arc<DataFile>>,
}

/// What is worth rewriting in a table.
pub(crate) fn jobs(table: &OpenTable, now: Timestamp) -> Vec<Job> {
    let mut partitions: BTreeMap<Option<String>, Vec<Arc<DataFile>>> = BTreeMap::new();
    for file in table.files() {
        partitions.entry(file.partition.clone()).or_default().push(Arc::clone(file));
    }
    let this_month = month_of(now);
    let closed = |partition: &Option<String>| table.spec.name == EVENTS && partition.as_ref().is_some_and(|month| *month < this_month);
    let worth = |(partition, files): (Option<String>, Vec<Arc<DataFile>>)| {
        let files = if closed(&partition) { worth_closed(files) } else { worth_open(files) };
        files.map(|files| Job { partition, files })
    };
    partitions.into_iter().filter_map(worth).collect()
}

fn worth_closed(files: Vec<Arc<DataFile>>) -> Option<Vec<Arc<DataFile>>> {
    let is_new = |file: &&Arc<DataFile>| !file.name.contains(COMPACTED);
    let rows: u64 = files.iter().map(|file| file.rows).sum();
    let new_rows: u64 = files.iter().filter(is_new).map(|file| file.rows).sum();
    let new_files = files.iter().filter(is_new).count();
    let worth = new_files >= CLOSED_NEW_FILES || new_files > 0 && new_rows * CLOSED_NEW_SHARE >= rows - new_rows;
    worth.then_some(files)
}

fn worth_open(mut files: Vec<Arc<DataFile>>) -> Option<Vec<Arc<DataFile>>> {
    files.retain(|file| file.size < SMALL_BYTES);
    (files.len() >= SMALL_FILES).then_some(files)
}

/// Writes the rows of a job to new files, sorted. Memory is bounded: what does not fit is sorted on disk.
pub(crate) fn rewrite(runtime: &Runtime, table: &OpenTable, job: &Job, shared: &Shared) -> Result<Vec<DataFile>, LakeError> {
    let stream = runtime
        .block_on(sorted(table, job, shared))
        .map_err(|error| LakeError::Query { action: "sort files of", source: Box::new(error) })?;
    let mut batches = Batches { runtime, stream, ahead: None, failed: None };
    let mut written = Vec::new();
    while batches.fill() {
        let label = format!("{COMPACTED}{:016}-{:03}", table.next_version(), written.len());
        let mut rows = 0;
        let part = std::iter::from_fn(|| {
            let batch = if rows < FILE_ROWS { batches.next() } else { None };
            rows += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
            batch.map(Ok)
        });
        written.push(table.write_file(&label, job.partition.as_deref(), part)?);
    }
    match batches.failed {
        Some(error) => Err(LakeError::Query { action: "sort files of", source: Box::new(error) }),
        None => Ok(written),
    }
}

async fn sorted(table: &OpenTable, job: &Job, shared: &Shared) -> datafusion::error::Result<SendableRecordBatchStream> {
    let config = SessionConfig::new()
        .with_target_partitions(1)
        .set_bool("datafusion.execution.parquet.schema_force_view_types", false)
        .set_bool("datafusion.sql_parser.enable_ident_normalization", false);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(shared.options.compact_memory_bytes)))
        .with_temp_file_path(shared.root.join("tmp"))
        .build_arc()?;
    let context = SessionContext::new_with_config_rt(config, runtime);
    let paths: Vec<String> = job.files.iter().map(|file| file.path.to_string_lossy().into_owned()).collect();
    let schema = table.spec.file_schema();
    let frame = context.read_parquet(paths, ParquetReadOptions::default().schema(&schema)).await?;
    let order = table.spec.sort_by.iter().map(|column| col(column.as_str()).sort(true, true)).collect();
    frame.sort(order)?.execute_stream().await
}

/// The sorted batches, one ahead, so that it is known whether another file is needed.
struct Batches<'a> {
    runtime: &'a Runtime,
    stream: SendableRecordBatchStream,
    ahead: Option<RecordBatch>,
    failed: Option<datafusion::error::DataFusionError>,
}

impl Batches<'_> {
    /// Whether there is another batch.
    fn fill(&mut self) -> bool {
        while self.ahead.is_none() {
            match self.runtime.block_on(self.stream.next()) {
                Some(Ok(batch)) if batch.num_rows() == 0 => {}
                Some(Ok(batch)) => self.ahead = Some(batch),
                Some(Err(error)) => {
                    self.failed = Some(error);
                    return false;
                }
                None => return false,
            }
        }
        true
    }

    fn next(&mut self) -> Option<RecordBatch> {
        self.fill();
        self.ahead.take()
    }
}
