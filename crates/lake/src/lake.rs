//! The lake: facts go in once and durably, and are read as of any instant.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender, SyncSender, TrySendError, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use arrow::array::RecordBatch;
use mainstay_model::{Clock, Fact, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::compact::Compacted;
use crate::data_file::DataFile;
use crate::dedup::renew::renew;
use crate::dedup::{Dedup, DigestSet};
use crate::delta::{Partition, TableSpec};
use crate::error::LakeError;
use crate::facts::{DurableFacts, EVENTS, RECORDS, events_schema, records_schema};
use crate::inbox::replay::{Replayed, replay};
use crate::inbox::segment::{OpenLogFile, create_file};
use crate::inbox::writer::{Command, Start, Writer};
use crate::inbox::{Appended, Batch, Request};
use crate::keeper::{Keeper, Tables, Task, ask};
use crate::locks::lock;
use crate::quarantine::Quarantine;
use crate::shared::{Shared, Visible};
use crate::snapshot::Snapshot;

/// Batches that may wait for the writer at once.
const QUEUE_BATCHES: usize = 8192;

/// How a lake behaves; the defaults suit a machine with a few gigabytes.
#[derive(Clone)]
pub struct LakeOptions {
    /// Seal when this many facts are in the tail.
    pub seal_facts: usize,
    /// Seal when the tail takes this much memory.
    pub seal_bytes: usize,
    /// Seal when the oldest fact of the tail is this old.
    pub seal_after: Duration,
    /// Refuse facts while the tail takes this much memory: sealing is behind, or fails.
    pub max_tail_bytes: usize,
    /// Refuse facts while this many wait for the writer.
    pub max_waiting_facts: u64,
    /// What sorting may take in memory during compaction.
    pub compact_memory_bytes: usize,
    /// Gets every fact once, in the order of positions, as soon as it is durable. While it is full, the writer waits: whoever reads it
    /// must never wait for an append.
    pub on_durable: Option<mpsc::Sender<Arc<DurableFacts>>>,
    /// The tables that rows are appended to with [`Lake::append_rows`].
    pub tables: Vec<TableSpec>,
}

impl Default for LakeOptions {
    fn default() -> Self {
        Self {
            seal_facts: 500_000,
            seal_bytes: 384 << 20,
            seal_after: Duration::from_mins(2),
            max_tail_bytes: 1536 << 20,
            max_waiting_facts: 400_000,
            compact_memory_bytes: 512 << 20,
            on_durable: None,
            tables: Vec::new(),
        }
    }
}

/// An open lake. Dropping it stops its threads; what was acknowledged is on disk.
pub struct Lake {
    shared: Arc<Shared>,
    quarantine: Arc<Quarantine>,
    writer: SyncSender<Command>,
    keeper: Sender<Task>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Held as long as the lake is open.
    _in_use: File,
}

impl Lake {
    /// Opens the lake of a folder, or makes one. What a crash left unfinished is finished first.
    ///
    /// # Errors
    /// [`LakeError::InUse`] when another process has it open, [`LakeError::Damaged`] when acknowledged facts cannot be read back.
    pub fn open(root: &Path, options: LakeOptions, clock: Arc<dyn Clock>) -> Result<Self, LakeError> {
        Self::open_with(root, options, clock, Box::new(create_file))
    }

    /// Opens a lake whose inbox writes to files of the caller's making.
    pub(crate) fn open_with(root: &Path, options: LakeOptions, clock: Arc<dyn Clock>, files: OpenLogFile) -> Result<Self, LakeError> {
        let inbox = root.join("inbox");
        std::fs::create_dir_all(&inbox).map_err(LakeError::io("create", &inbox))?;
        let root = root.canonicalize().map_err(LakeError::io("open", root))?;
        let in_use = claim(&root)?;
        let quarantine = Arc::new(Quarantine::open(&root.join("quarantine"), Arc::clone(&clock))?);
        let mut tables = Tables::open(&root, specs(&options))?;
        let ids = root.join("ids");
        renew(&ids, &sealed(&tables))?;
        let dedup = Arc::new(Dedup::open(&ids)?);
        let recovered = recover(&inbox, &mut tables, &dedup, clock.now())?;
        let shared = Arc::new(Shared::new(root, options, clock, dedup, recovered.visible));
        let (writer, commands) = sync_channel(QUEUE_BATCHES);
        let (keeper, tasks) = channel();
        let nudge = keeper.clone();
        let showing = Arc::clone(&shared);
        let start = Start {
            folder: inbox,
            open: files,
            clock: Arc::clone(&shared.clock),
            dedup: Arc::clone(&shared.dedup),
            digests: recovered.digests,
            next_position: recovered.next_position,
            last_received_at: recovered.last_received_at,
            waiting: Arc::clone(&shared.waiting),
            room: Arc::clone(&shared.room),
            on_durable: Box::new(move |facts, bytes| {
                if showing.show(facts, bytes) {
                    // The keeper may be gone already; then the lake is closing.
                    drop(nudge.send(Task::SealIfDue));
                }
            }),
            subscriber: shared.options.on_durable.clone(),
            stopping: Arc::clone(&shared.stopping),
            closed: recovered.segments,
            attempt: recovered.attempt,
        };
        let keeping = Keeper::new(Arc::clone(&shared), tables, writer.clone());
        let threads = vec![
            spawn("lake-inbox", move || Writer::new(start).run(&commands))?,
            spawn("lake-keeper", move || run_keeper(keeping, &tasks))?,
        ];
        Ok(Self { shared, quarantine, writer, keeper, threads: Mutex::new(threads), _in_use: in_use })
    }

    /// Makes facts durable. Answers fact by fact, when all of them are on stable storage; `received_at` is set here.
    ///
    /// # Errors
    /// [`LakeError::Busy`] when too much waits already; [`LakeError::NotDurable`] when they could not be written: then none was accepted.
    pub async fn append(&self, facts: Vec<Fact>) -> Result<Vec<Appended>, LakeError> {
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(waiting) = self.shared.busy() {
            return Err(LakeError::Busy { waiting });
        }
        let batch = Batch::encode(facts)?;
        let count = batch.facts.len() as u64;
        let (answer, answered) = oneshot::channel();
        let waiting = self.shared.waiting.fetch_add(count, Ordering::Relaxed) + count;
        if let Err(refused) = self.writer.try_send(Command::Append(Request { batch, answer })) {
            self.shared.waiting.fetch_sub(count, Ordering::Relaxed);
            return Err(match refused {
                TrySendError::Full(_) => LakeError::Busy { waiting },
                TrySendError::Disconnected(_) => LakeError::Closed,
            });
        }
        answered.await.map_err(|_| LakeError::Closed)?
    }

    /// Waits until the lake takes facts again, for those who rather wait than be refused: imports.
    pub async fn room(&self) {
        loop {
            let mut told = std::pin::pin!(self.shared.room.notified());
            told.as_mut().enable();
            if self.shared.busy().is_none() {
                return;
            }
            told.await;
        }
    }

    /// A consistent view of all facts that are durable by now.
    ///
    /// # Errors
    /// [`LakeError::Arrow`] when the tail does not fit into columns.
    pub fn snapshot(&self) -> Result<Snapshot, LakeError> {
        self.shared.snapshot()
    }

    /// The events and the record versions that are not sealed yet.
    ///
    /// # Errors
    /// As [`Lake::snapshot`].
    pub fn tail(&self) -> Result<(Vec<RecordBatch>, Vec<RecordBatch>), LakeError> {
        let snapshot = self.snapshot()?;
        Ok((snapshot.tail_events, snapshot.tail_records))
    }

    /// The files of a table by now.
    pub fn files(&self, table: &str) -> Vec<Arc<DataFile>> {
        lock(&self.shared.visible).files.get(table).cloned().unwrap_or_default()
    }

    /// The last durable position; 0 where there is no fact.
    pub fn position(&self) -> u64 {
        lock(&self.shared.visible).position
    }

    /// Seals everything durable by now into the tables; answers the last sealed position.
    ///
    /// # Errors
    /// When files or the table's log cannot be written. The facts stay durable in the inbox.
    pub async fn seal(&self) -> Result<u64, LakeError> {
        ask(&self.keeper, Task::Seal).await
    }

    /// Appends rows to one of the application's tables; they are durable when this returns. With a transaction number, rows of a number that
    /// is not above the last are left out, and the answer is false.
    ///
    /// # Errors
    /// [`LakeError::NoSuchTable`], or when the rows cannot be written.
    pub async fn append_rows(&self, table: &str, rows: RecordBatch, transaction: Option<u64>) -> Result<bool, LakeError> {
        let table = table.to_owned();
        ask(&self.keeper, |answer| Task::AppendRows { table, rows, transaction, answer }).await
    }

    /// Rewrites what has become many small files: closed months by account, and whatever else is in many pieces.
    ///
    /// # Errors
    /// When files cannot be read or written. What was there stays as it was.
    pub async fn compact(&self) -> Result<Compacted, LakeError> {
        ask(&self.keeper, Task::Compact).await
    }

    /// Copies the lake, as of now, to an empty folder; answers the position up to which the copy holds all facts.
    ///
    /// # Errors
    /// When the folder is not empty or a file cannot be copied.
    pub async fn backup(&self, to: &Path) -> Result<u64, LakeError> {
        let to = to.to_owned();
        ask(&self.keeper, |answer| Task::Backup { to, answer }).await
    }

    /// The folder the lake is in.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// The records that were refused.
    pub fn quarantine(&self) -> &Arc<Quarantine> {
        &self.quarantine
    }

    /// How many files and entries the memory of known identities has.
    pub fn known_identities(&self) -> (usize, u64) {
        self.shared.dedup.filed()
    }
}

impl Drop for Lake {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::Relaxed);
        // A thread that has ended already needs no telling.
        drop(self.writer.send(Command::Stop));
        drop(self.keeper.send(Task::Stop));
        for thread in lock(&self.threads).drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the lake ended in a panic");
            }
        }
    }
}

fn run_keeper(keeper: Keeper, tasks: &Receiver<Task>) {
    keeper.run(tasks);
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, LakeError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(LakeError::io("start a thread for", Path::new(name)))
}

/// Takes the folder for this process alone.
fn claim(root: &Path) -> Result<File, LakeError> {
    let path = root.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(LakeError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(LakeError::InUse { path: root.to_owned() }),
        Err(std::fs::TryLockError::Error(source)) => Err(LakeError::Io { action: "lock", path, source }),
    }
}

/// What is in the tables of facts.
fn sealed(tables: &Tables) -> Snapshot {
    let mut files = tables.files();
    let mut of = |table: &str| files.remove(table).unwrap_or_default();
    Snapshot { event_files: of(EVENTS), record_files: of(RECORDS), ..Snapshot::default() }
}

/// The tables of facts, and those of the application.
fn specs(options: &LakeOptions) -> Vec<TableSpec> {
    let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let events = TableSpec {
        name: EVENTS.to_owned(),
        schema: events_schema(),
        partition: Partition::Derived("month".to_owned()),
        sort_by: text(&["account_id", "user_id", "occurred_at", "position"]),
    };
    let records = TableSpec {
        name: RECORDS.to_owned(),
        schema: records_schema(),
        partition: Partition::Column("entity".to_owned()),
        sort_by: text(&["external_id", "occurred_at", "position"]),
    };
    [events, records].into_iter().chain(options.tables.iter().cloned()).collect()
}

/// What the last process left.
struct Recovered {
    visible: Visible,
    digests: DigestSet,
    next_position: u64,
    last_received_at: Timestamp,
    segments: Vec<(u64, PathBuf)>,
    attempt: u32,
}

/// Reads the inbox back, and finishes a seal that reached one table of facts and not the other.
fn recover(inbox: &Path, tables: &mut Tables, dedup: &Dedup, now: Timestamp) -> Result<Recovered, LakeError> {
    let attempt = crate::inbox::segment::next_attempt(inbox).map_err(LakeError::io("list", inbox))?;
    let Replayed { frames, segments } = replay(inbox, true)?;
    let sealed = tables.sealed_position()?;
    let filed = dedup.filed_position();
    let groups: Vec<_> = frames.into_iter().map(Arc::new).collect();
    tables.seal(&groups, sealed, now)?;
    let mut visible = Visible { files: tables.files(), position: sealed, ..Visible::default() };
    let mut digests = DigestSet::default();
    let mut last_received_at = Timestamp(i64::MIN);
    for file in visible.files.iter().filter(|(name, _)| [EVENTS, RECORDS].contains(&name.as_str())).flat_map(|(_, files)| files) {
        last_received_at = last_received_at.max(file.received_at().map_or(last_received_at, |(_, last)| last));
    }
    let mut next_position = sealed.max(filed) + 1;
    for group in groups {
        digests.extend(group.iter().filter(|(position, _)| *position > filed).map(|(_, fact)| fact.digest()));
        last_received_at = last_received_at.max(group.facts.first().map_or(last_received_at, crate::facts::received_at));
        next_position = next_position.max(group.last_position() + 1);
        if group.last_position() > sealed {
            let bytes = group.facts.iter().map(text_bytes).sum();
            visible.tail.push(group, bytes);
        }
    }
    visible.position = next_position - 1;
    Ok(Recovered { visible, digests, next_position, last_received_at, segments, attempt })
}

/// What the texts of a fact take, roughly.
fn text_bytes(fact: &Fact) -> usize {
    match fact {
        Fact::Event(event) => event.properties.len() + event.message_id.len() + event.name.len(),
        Fact::Record(record) => record.fields.len() + record.external_id.len(),
    }
}
