//! A Delta table: its log is read and written by the Delta library, its data files by [`crate::table_file`].

pub(crate) mod stats;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use deltalake_core::kernel::engine::arrow_conversion::TryIntoKernel as _;
use deltalake_core::kernel::transaction::{CommitBuilder, CommitProperties, TableReference};
use deltalake_core::kernel::{Action, Add, Remove, StructType, Transaction};
use deltalake_core::operations::create::CreateBuilder;
use deltalake_core::protocol::{DeltaOperation, SaveMode};
use deltalake_core::{DeltaTable, DeltaTableBuilder, DeltaTableError, ensure_table_uri};
use mainstay_model::Timestamp;

use self::stats::Stats;
use crate::data_file::DataFile;
use crate::error::LakeError;
use crate::inbox::segment::sync_folder;
use crate::table_file::{TableFileWriter, Written};

/// After this many commits the log is summed up in a checkpoint.
const CHECKPOINT_INTERVAL: &str = "50";

/// What a table is.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// Its name: the folder under `tables`.
    pub name: String,
    /// Its columns in memory.
    pub schema: SchemaRef,
    /// How its files are kept apart.
    pub partition: Partition,
    /// What compaction sorts by.
    pub sort_by: Vec<String>,
}

/// How the files of a table are kept apart.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Partition {
    /// They are not.
    None,
    /// By a column that the rows have in memory; files leave it out.
    Column(String),
    /// By a column that only the table has on disk, derived when it is written.
    Derived(String),
}

impl TableSpec {
    /// A table that the application appends rows to: not partitioned, compacted in the order of the named columns.
    #[must_use]
    pub fn new(name: &str, schema: SchemaRef, sort_by: &[&str]) -> Self {
        let sort_by = sort_by.iter().map(|column| (*column).to_owned()).collect();
        Self { name: name.to_owned(), schema, partition: Partition::None, sort_by }
    }

    /// The name of the partition column.
    pub(crate) fn partition_column(&self) -> Option<&str> {
        match &self.partition {
            Partition::None => None,
            Partition::Column(name) | Partition::Derived(name) => Some(name),
        }
    }

    /// The columns that its files have.
    pub(crate) fn file_schema(&self) -> SchemaRef {
        match &self.partition {
            Partition::None | Partition::Derived(_) => Arc::clone(&self.schema),
            Partition::Column(name) => {
                let kept: Vec<_> = self.schema.fields().iter().filter(|field| field.name() != name).cloned().collect();
                Arc::new(Schema::new(kept))
            }
        }
    }

    /// The columns that the table has for every reader.
    fn table_schema(&self) -> Schema {
        let mut fields: Vec<_> = self.schema.fields().iter().cloned().collect();
        if let Partition::Derived(name) = &self.partition {
            fields.push(Arc::new(Field::new(name, DataType::Utf8, false)));
        }
        Schema::new(fields)
    }
}

/// What a commit does to a table.
#[derive(Default)]
pub(crate) struct Change {
    pub(crate) add: Vec<DataFile>,
    pub(crate) remove: Vec<Arc<DataFile>>,
    /// Which application transaction it is: an application and its version.
    pub(crate) transaction: Option<(&'static str, i64)>,
}

/// An open table with its newest state.
pub(crate) struct OpenTable {
    pub(crate) spec: TableSpec,
    folder: PathBuf,
    table: DeltaTable,
    files: Vec<Arc<DataFile>>,
    /// Versions of applications that were asked for or committed.
    transactions: HashMap<&'static str, Option<i64>>,
}

impl OpenTable {
    /// Opens the table under `tables`, or makes it.
    pub(crate) async fn open(tables: &Path, spec: TableSpec) -> Result<Self, LakeError> {
        let folder = tables.join(&spec.name);
        std::fs::create_dir_all(&folder).map_err(LakeError::io("create", &folder))?;
        let folder = folder.canonicalize().map_err(LakeError::io("open", &folder))?;
        let table = Self::load(&folder, &spec).await.map_err(|source| delta_error("open", &spec.name, source))?;
        sync_folder(&folder.join("_delta_log")).map_err(LakeError::io("sync", &folder))?;
        let mut opened = Self { spec, folder, table, files: Vec::new(), transactions: HashMap::new() };
        opened.files = opened.files_of_log()?;
        Ok(opened)
    }

    async fn load(folder: &Path, spec: &TableSpec) -> Result<DeltaTable, DeltaTableError> {
        let url = ensure_table_uri(folder.to_string_lossy())?;
        let store = DeltaTableBuilder::from_url(url)?.build_storage()?;
        let schema: StructType = (&spec.table_schema()).try_into_kernel()?;
        let mut create = CreateBuilder::new()
            .with_log_store(store)
            .with_save_mode(SaveMode::Ignore)
            .with_table_name(&spec.name)
            .with_columns(schema.fields().cloned())
            .with_configuration([("delta.checkpointInterval", Some(CHECKPOINT_INTERVAL))]);
        if let Some(column) = spec.partition_column() {
            create = create.with_partition_columns([column]);
        }
        create.await
    }

    /// The files of the newest version. A file is the same `Arc` for as long as the table has it.
    pub(crate) fn files(&self) -> &[Arc<DataFile>] {
        &self.files
    }

    fn files_of_log(&self) -> Result<Vec<Arc<DataFile>>, LakeError> {
        let state = self.table.snapshot().map_err(|source| self.error("read", source))?;
        let schema = self.spec.file_schema();
        let log = state.log_data();
        let files = log.iter().map(|file| {
            let stats = Stats::from_json(&file.stats().unwrap_or_default(), &schema);
            let name = file.path().into_owned();
            let partition = self.spec.partition_column().and_then(|column| file.partition_values_map().remove(column).flatten());
            let size = u64::try_from(file.size()).unwrap_or(0);
            Arc::new(DataFile { path: self.folder.join(&name), name, size, rows: stats.rows, partition, ranges: stats.ranges })
        });
        Ok(files.collect())
    }

    /// The version of the last transaction of an application.
    pub(crate) async fn transaction(&mut self, application: &'static str) -> Result<Option<i64>, LakeError> {
        if let Some(known) = self.transactions.get(application) {
            return Ok(*known);
        }
        let found = self.transaction_of_log(application).await?;
        self.transactions.insert(application, found);
        Ok(found)
    }

    async fn transaction_of_log(&self, application: &str) -> Result<Option<i64>, LakeError> {
        let store = self.table.log_store();
        let state = self.table.snapshot().map_err(|source| self.error("read", source))?;
        state.transaction_version(store.as_ref(), application).await.map_err(|source| self.error("read", source))
    }

    /// Writes rows to a new data file; the table has it after the commit.
    pub(crate) fn write_file(
        &self,
        label: &str,
        partition: Option<&str>,
        batches: impl IntoIterator<Item = Result<RecordBatch, LakeError>>,
    ) -> Result<DataFile, LakeError> {
        let file_name = format!("{label}.zstd.parquet");
        let name = match self.spec.partition_column().zip(partition) {
            Some((column, value)) => format!("{column}={value}/{file_name}"),
            None => file_name,
        };
        let path = self.folder.join(&name);
        let written = self.write_rows(&path, batches).inspect_err(|_| {
            // What is there of the file is of no use; it may never have been made.
            drop(std::fs::remove_file(&path));
        })?;
        if let Some(folder) = path.parent() {
            sync_folder(folder).map_err(LakeError::io("sync", folder))?;
        }
        sync_folder(&self.folder).map_err(LakeError::io("sync", &self.folder))?;
        let (rows, ranges) = (written.stats.rows, written.stats.ranges);
        Ok(DataFile { path, name, size: written.size, rows, partition: partition.map(str::to_owned), ranges })
    }

    fn write_rows(&self, path: &Path, batches: impl IntoIterator<Item = Result<RecordBatch, LakeError>>) -> Result<Written, LakeError> {
        let mut writer = TableFileWriter::create(path, self.spec.file_schema())?;
        for batch in batches {
            writer.write(&batch?)?;
        }
        writer.finish()
    }

    /// The version that the next commit makes.
    pub(crate) fn next_version(&self) -> u64 {
        self.table.version().map_or(0, |version| version + 1)
    }

    /// Commits a change, durably. A commit that is in the log counts even when something after it failed.
    pub(crate) async fn commit(&mut self, change: Change, now: Timestamp) -> Result<(), LakeError> {
        let (transaction, version) = (change.transaction, self.next_version());
        if let Err(source) = self.try_commit(&change, now).await {
            self.table.load().await.map_err(|source| self.error("read", source))?;
            let landed = match transaction {
                Some((application, version)) => self.transaction_of_log(application).await? >= Some(version),
                None => self.next_version() > version,
            };
            if !landed {
                return Err(self.error("commit to", source));
            }
        }
        self.transactions.extend(change.transaction.map(|(application, version)| (application, Some(version))));
        self.files.retain(|file| !change.remove.iter().any(|removed| removed.name == file.name));
        self.files.extend(change.add.into_iter().map(Arc::new));
        self.sync_log()
    }

    async fn try_commit(&mut self, change: &Change, now: Timestamp) -> Result<(), DeltaTableError> {
        let millis = now.0.div_euclid(1000);
        let rewrite = !change.remove.is_empty();
        let partition_by = self.spec.partition_column().map(|column| vec![column.to_owned()]);
        let operation = if rewrite {
            DeltaOperation::Optimize { predicate: None, target_size: 0 }
        } else {
            DeltaOperation::Write { mode: SaveMode::Append, partition_by, predicate: None }
        };
        let adds = change.add.iter().map(|file| Action::Add(self.add_action(file, millis, !rewrite)));
        let removes = change.remove.iter().map(|file| Action::Remove(self.remove_action(file, millis)));
        let actions = adds.chain(removes).collect();
        let transactions =
            change.transaction.map(|(application, version)| Transaction::new_with_last_update(application, version, Some(millis)));
        let properties = CommitProperties::default().with_application_transactions(transactions.into_iter().collect());
        let state = self.table.snapshot()?;
        let commit = CommitBuilder::from(properties).with_actions(actions);
        let committed = commit.build(Some(state as &dyn TableReference), self.table.log_store(), operation).await?;
        self.table.state = Some(committed.snapshot);
        Ok(())
    }

    fn add_action(&self, file: &DataFile, millis: i64, data_change: bool) -> Add {
        let stats = Stats { rows: file.rows, ranges: file.ranges.clone() };
        Add {
            path: file.name.clone(),
            partition_values: self.partition_values(file),
            size: file.size as i64,
            modification_time: millis,
            data_change,
            stats: Some(stats.to_json()),
            ..Add::default()
        }
    }

    fn remove_action(&self, file: &DataFile, millis: i64) -> Remove {
        Remove {
            path: file.name.clone(),
            data_change: false,
            deletion_timestamp: Some(millis),
            extended_file_metadata: Some(true),
            partition_values: Some(self.partition_values(file)),
            size: Some(file.size as i64),
            ..Remove::default()
        }
    }

    fn partition_values(&self, file: &DataFile) -> HashMap<String, Option<String>> {
        self.spec.partition_column().map(|column| (column.to_owned(), file.partition.clone())).into_iter().collect()
    }

    /// The library leaves it to the system when the newest log entry reaches the disk; facts leave the inbox only when it has.
    fn sync_log(&self) -> Result<(), LakeError> {
        let log = self.folder.join("_delta_log");
        if let Some(version) = self.table.version() {
            let entry = log.join(format!("{version:020}.json"));
            let file = std::fs::File::open(&entry).map_err(LakeError::io("open", &entry))?;
            file.sync_all().map_err(LakeError::io("sync", &entry))?;
        }
        sync_folder(&log).map_err(LakeError::io("sync", &log))
    }

    /// Deletes data files that the newest version does not have: left behind by a crash, or replaced by compaction before the last start.
    pub(crate) fn delete_orphans(&self) -> Result<(), LakeError> {
        let active: std::collections::HashSet<PathBuf> = self.files.iter().map(|file| file.path.clone()).collect();
        let mut folders = vec![self.folder.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).map_err(LakeError::io("list", &folder))? {
                let path = entry.map_err(LakeError::io("list", &folder))?.path();
                if path.is_dir() && !path.ends_with("_delta_log") {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "parquet") && !active.contains(&path) {
                    std::fs::remove_file(&path).map_err(LakeError::io("delete", &path))?;
                }
            }
        }
        Ok(())
    }

    fn error(&self, action: &'static str, source: DeltaTableError) -> LakeError {
        delta_error(action, &self.spec.name, source)
    }
}

fn delta_error(action: &'static str, table: &str, source: DeltaTableError) -> LakeError {
    LakeError::Delta { action, table: table.to_owned(), source: Box::new(source) }
}
