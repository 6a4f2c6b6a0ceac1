//! The thread that keeps the tables: it alone seals, appends rows, compacts and copies, one thing after the other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use mainstay_model::Timestamp;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::backup;
use crate::compact::{self, Compacted};
use crate::data_file::DataFile;
use crate::dedup::DigestSet;
use crate::delta::{Change, OpenTable, TableSpec};
use crate::error::LakeError;
use crate::facts::{DurableFacts, EVENTS, RECORDS};
use crate::inbox::writer::{Command, Rotated};
use crate::locks::lock;
use crate::seal::{seal_table, sealed_position};
use crate::shared::{Files, Shared};

/// How often the keeper looks whether the oldest unsealed fact has become too old.
const TICK: Duration = Duration::from_millis(250);
/// After a failure it is not tried again before this.
const RETRY_AFTER: Duration = Duration::from_secs(5);
/// The application whose transaction version marks rows appended by [`crate::Lake::append_rows`].
const ROWS: &str = "mainstay-rows";

type Answer<T> = oneshot::Sender<Result<T, LakeError>>;

/// What the keeper is asked.
pub(crate) enum Task {
    /// There is enough to seal.
    SealIfDue,
    /// Seal everything durable by now; the answer is the last sealed position.
    Seal(Answer<u64>),
    /// Append rows to a table of the application.
    AppendRows { table: String, rows: RecordBatch, transaction: Option<u64>, answer: Answer<bool> },
    /// Rewrite what has become many small files.
    Compact(Answer<Compacted>),
    /// Seal, then copy the lake to a folder.
    Backup { to: PathBuf, answer: Answer<u64> },
    /// Finish.
    Stop,
}

/// The tables of a lake.
pub(crate) struct Tables {
    runtime: Runtime,
    open: BTreeMap<String, OpenTable>,
}

impl Tables {
    /// Opens the tables of a folder and makes those that are missing.
    pub(crate) fn open(root: &Path, specs: Vec<TableSpec>) -> Result<Self, LakeError> {
        // The Delta library reads its log on a worker while the calling thread waits.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("lake-delta").build();
        let runtime = runtime.map_err(LakeError::io("start a runtime for", root))?;
        let mut open = BTreeMap::new();
        for spec in specs {
            let table = runtime.block_on(OpenTable::open(&root.join("tables"), spec))?;
            table.delete_orphans()?;
            open.insert(table.spec.name.clone(), table);
        }
        Ok(Self { runtime, open })
    }

    /// The files of every table.
    pub(crate) fn files(&self) -> Files {
        self.open.iter().map(|(name, table)| (name.clone(), table.files().to_vec())).collect()
    }

    /// The last position sealed into either table of facts.
    pub(crate) fn sealed_position(&mut self) -> Result<u64, LakeError> {
        let mut sealed = 0;
        for table in self.open.values_mut().filter(|table| holds_facts(table)) {
            sealed = sealed.max(self.runtime.block_on(sealed_position(table))?);
        }
        Ok(sealed)
    }

    /// Seals groups up to a position into the tables of facts.
    pub(crate) fn seal(&mut self, groups: &[Arc<DurableFacts>], position: u64, now: Timestamp) -> Result<(), LakeError> {
        for table in self.open.values_mut().filter(|table| holds_facts(table)) {
            self.runtime.block_on(seal_table(table, groups, position, now))?;
        }
        Ok(())
    }
}

fn holds_facts(table: &OpenTable) -> bool {
    [EVENTS, RECORDS].contains(&table.spec.name.as_str())
}

/// The keeper thread's state.
pub(crate) struct Keeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tables: Tables,
    pub(crate) writer: SyncSender<Command>,
    /// Digests of facts that are sealed or about to be, and in no file yet.
    digests: Vec<Arc<DigestSet>>,
    /// Segments that may hold facts that are not sealed, with their last positions.
    segments: Vec<(u64, PathBuf)>,
    /// Files that compaction replaced; deleted when no snapshot names them any more.
    replaced: Vec<Arc<DataFile>>,
    not_before: Option<Instant>,
}

impl Keeper {
    pub(crate) fn new(shared: Arc<Shared>, tables: Tables, writer: SyncSender<Command>) -> Self {
        Self { shared, tables, writer, digests: Vec::new(), segments: Vec::new(), replaced: Vec::new(), not_before: None }
    }

    /// Serves tasks until it is told to stop or nobody can ask any more.
    pub(crate) fn run(mut self, tasks: &Receiver<Task>) {
        loop {
            let task = tasks.recv_timeout(TICK);
            self.delete_replaced();
            match task {
                Ok(Task::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Task::SealIfDue) | Err(RecvTimeoutError::Timeout) => {}
                Ok(Task::Seal(answer)) => drop(answer.send(self.seal())),
                Ok(Task::AppendRows { table, rows, transaction, answer }) => drop(answer.send(self.append_rows(&table, rows, transaction))),
                Ok(Task::Compact(answer)) => drop(answer.send(self.compact())),
                Ok(Task::Backup { to, answer }) => drop(answer.send(self.backup(&to))),
            }
            self.seal_if_due();
        }
    }

    fn seal_if_due(&mut self) {
        let due = {
            let visible = lock(&self.shared.visible);
            let options = &self.shared.options;
            let now = self.shared.clock.now();
            let old = visible.tail.oldest().is_some_and(|oldest| now.0.saturating_sub(oldest.0) >= options.seal_after.as_micros() as i64);
            old || visible.tail.facts() >= options.seal_facts || visible.tail.bytes() >= options.seal_bytes
        };
        let allowed = self.not_before.is_none_or(|instant| Instant::now() >= instant);
        if due && allowed {
            self.not_before = None;
            if let Err(error) = self.seal() {
                self.not_before = Some(Instant::now() + RETRY_AFTER);
                tracing::error!(error = %error, "facts could not be sealed; they stay in the inbox and it is tried again");
            }
        }
    }

    /// Cuts the inbox, seals what lies before the cut, shows it, and deletes what is no longer needed.
    fn seal(&mut self) -> Result<u64, LakeError> {
        let (answer, rotated) = sync_channel(1);
        self.writer.send(Command::Rotate(answer)).map_err(|_| LakeError::Closed)?;
        let Rotated { position, digests, closed } = rotated.recv().map_err(|_| LakeError::Closed)?;
        self.digests.push(digests);
        self.segments.extend(closed);
        let groups = lock(&self.shared.visible).tail.up_to(position);
        self.tables.seal(&groups, position, self.shared.clock.now())?;
        drop(groups);
        self.shared.show_files(self.tables.files(), position);
        let first_unfiled = self.shared.dedup.filed_position() + 1;
        self.shared.dedup.file(&self.digests, first_unfiled, position)?;
        self.digests.clear();
        for (_, path) in self.segments.extract_if(.., |(last, _)| *last <= position) {
            std::fs::remove_file(&path).map_err(LakeError::io("delete", &path))?;
        }
        Ok(position)
    }

    fn append_rows(&mut self, name: &str, rows: RecordBatch, transaction: Option<u64>) -> Result<bool, LakeError> {
        let now = self.shared.clock.now();
        let Tables { runtime, open } = &mut self.tables;
        let table =
            open.get_mut(name).filter(|table| !holds_facts(table)).ok_or_else(|| LakeError::NoSuchTable { table: name.to_owned() })?;
        let transaction = transaction.map(|version| (ROWS, version as i64));
        let before = runtime.block_on(table.transaction(ROWS))?;
        if rows.num_rows() == 0 || transaction.is_some_and(|(_, version)| before >= Some(version)) {
            return Ok(false);
        }
        let label = format!("rows-{:016}", table.next_version());
        let file = table.write_file(&label, None, [Ok(rows)])?;
        runtime.block_on(table.commit(Change { add: vec![file], transaction, ..Change::default() }, now))?;
        let files = Files::from([(name.to_owned(), table.files().to_vec())]);
        self.shared.show_files(files, 0);
        Ok(true)
    }

    fn compact(&mut self) -> Result<Compacted, LakeError> {
        let mut done = Compacted::default();
        let now = self.shared.clock.now();
        let names: Vec<String> = self.tables.open.keys().cloned().collect();
        for name in names {
            let Some(table) = self.tables.open.get(&name) else { continue };
            for job in compact::jobs(table, now) {
                // Facts keep coming while old ones are rewritten.
                self.seal_if_due();
                let Tables { runtime, open } = &mut self.tables;
                let Some(table) = open.get_mut(&name) else { continue };
                let add = compact::rewrite(runtime, table, &job, &self.shared)?;
                done.files_before += job.files.len();
                done.files_after += add.len();
                done.rows += job.files.iter().map(|file| file.rows).sum::<u64>();
                runtime.block_on(table.commit(Change { add, remove: job.files.clone(), transaction: None }, now))?;
                self.shared.show_files(Files::from([(name.clone(), table.files().to_vec())]), 0);
                self.replaced.extend(job.files);
            }
        }
        Ok(done)
    }

    /// Deletes replaced files that no snapshot can name any more: only this list holds them.
    fn delete_replaced(&mut self) {
        for file in self.replaced.extract_if(.., |file| Arc::strong_count(file) == 1) {
            if let Err(error) = std::fs::remove_file(&file.path) {
                tracing::warn!(path = %file.path.display(), %error, "a replaced data file could not be deleted");
            }
        }
    }

    fn backup(&mut self, to: &Path) -> Result<u64, LakeError> {
        let position = self.seal()?;
        backup::copy(&self.shared.root, to)?;
        Ok(position)
    }
}

/// A handle by which the keeper is asked.
pub(crate) async fn ask<T>(keeper: &Sender<Task>, task: impl FnOnce(Answer<T>) -> Task) -> Result<T, LakeError> {
    let (answer, answered) = oneshot::channel();
    keeper.send(task(answer)).map_err(|_| LakeError::Closed)?;
    answered.await.map_err(|_| LakeError::Closed)?
}
