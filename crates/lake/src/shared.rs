//! What the threads of a lake share: the state that every read sees.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use mainstay_model::Clock;
use tokio::sync::Notify;

use crate::data_file::DataFile;
use crate::dedup::Dedup;
use crate::error::LakeError;
use crate::facts::{DurableFacts, EVENTS, RECORDS};
use crate::lake::LakeOptions;
use crate::locks::lock;
use crate::snapshot::Snapshot;
use crate::tail::{Tail, TailColumns};

/// The files of every table.
pub(crate) type Files = BTreeMap<String, Vec<Arc<DataFile>>>;

/// What a read sees; changed in one step, so that no fact is ever seen twice or missed.
#[derive(Default)]
pub(crate) struct Visible {
    pub(crate) files: Files,
    pub(crate) tail: Tail,
    /// The last durable position.
    pub(crate) position: u64,
}

/// The state of an open lake.
pub(crate) struct Shared {
    pub(crate) root: PathBuf,
    pub(crate) options: LakeOptions,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dedup: Arc<Dedup>,
    pub(crate) visible: Mutex<Visible>,
    columns: Mutex<TailColumns>,
    /// Facts handed to the writer and not answered yet.
    pub(crate) waiting: Arc<AtomicU64>,
    /// What the tail takes in memory.
    pub(crate) tail_bytes: AtomicU64,
    pub(crate) stopping: Arc<AtomicBool>,
    /// Told when there may be room for more facts.
    pub(crate) room: Arc<Notify>,
}

impl Shared {
    pub(crate) fn new(root: PathBuf, options: LakeOptions, clock: Arc<dyn Clock>, dedup: Arc<Dedup>, visible: Visible) -> Self {
        let tail_bytes = AtomicU64::new(visible.tail.bytes() as u64);
        Self {
            root,
            options,
            clock,
            dedup,
            visible: Mutex::new(visible),
            columns: Mutex::default(),
            waiting: Arc::default(),
            tail_bytes,
            stopping: Arc::default(),
            room: Arc::default(),
        }
    }

    /// Shows facts that have just become durable. Says whether it is time to seal.
    pub(crate) fn show(&self, facts: &Arc<DurableFacts>, encoded_bytes: usize) -> bool {
        let mut visible = lock(&self.visible);
        visible.tail.push(Arc::clone(facts), encoded_bytes);
        visible.position = facts.last_position();
        self.tail_bytes.store(visible.tail.bytes() as u64, Ordering::Relaxed);
        visible.tail.facts() >= self.options.seal_facts || visible.tail.bytes() >= self.options.seal_bytes
    }

    /// Shows the files of tables, and forgets the part of the tail that they hold.
    pub(crate) fn show_files(&self, files: Files, sealed_position: u64) {
        let mut visible = lock(&self.visible);
        visible.files.extend(files);
        visible.tail.drop_up_to(sealed_position);
        self.tail_bytes.store(visible.tail.bytes() as u64, Ordering::Relaxed);
        drop(visible);
        self.room.notify_waiters();
    }

    /// How many facts wait, if that is as many as there may be.
    pub(crate) fn busy(&self) -> Option<u64> {
        let waiting = self.waiting.load(Ordering::Relaxed);
        let full = self.tail_bytes.load(Ordering::Relaxed) >= self.options.max_tail_bytes as u64;
        (full || waiting >= self.options.max_waiting_facts).then_some(waiting)
    }

    /// A consistent view. The columns of the tail are made outside the lock that the writer needs.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, LakeError> {
        let mut columns = lock(&self.columns);
        let (mut files, position, groups) = {
            let visible = lock(&self.visible);
            columns.keep_if(visible.tail.generation());
            (visible.files.clone(), visible.position, visible.tail.after(columns.position()))
        };
        columns.extend(&groups)?;
        Ok(Snapshot {
            event_files: files.remove(EVENTS).unwrap_or_default(),
            record_files: files.remove(RECORDS).unwrap_or_default(),
            table_files: files,
            tail_events: columns.events().to_vec(),
            tail_records: columns.records().to_vec(),
            position,
        })
    }
}
