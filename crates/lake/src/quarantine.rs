//! The quarantine: refused records, durable before the sender is answered, to be looked at, mended and replayed.
//!
//! An append-only log of JSON lines. Each line adds an entry or changes the status of one; the index of all entries is in memory, their
//! texts stay on disk.

mod log;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use mainstay_model::{Clock, ReasonCode, Rejection, Timestamp};
use serde::{Deserialize, Serialize};

use self::log::{Line, Log, Place};
use crate::error::LakeError;
use crate::locks::lock;

/// What was received is kept whole up to this size, and cut beyond.
pub const MAX_RAW_BYTES: usize = 1 << 20;

/// A refused record.
#[derive(Clone, PartialEq, Debug)]
pub struct NewEntry {
    /// The source it came by.
    pub source: String,
    /// The door and kind, e.g. `track`, or the name of a file.
    pub kind: String,
    /// Why it was refused.
    pub rejection: Rejection,
    /// What was received.
    pub raw: Vec<u8>,
}

/// What became of a refused record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// Nobody has dealt with it.
    Open,
    /// It was accepted later, mended or not.
    Replayed,
    /// Somebody decided that it is not wanted.
    Discarded,
}

impl EntryStatus {
    /// The word used in tables and commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Replayed => "replayed",
            Self::Discarded => "discarded",
        }
    }

    /// The status of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Replayed, Self::Discarded].into_iter().find(|status| status.as_str() == word)
    }
}

/// An entry of the quarantine.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1.
    pub id: u64,
    /// When it was received.
    pub received_at: Timestamp,
    /// The source it came by.
    pub source: String,
    /// The door and kind.
    pub kind: String,
    /// Why it was refused.
    pub rejection: Rejection,
    /// What was received, as text.
    pub raw: String,
    /// Whether `raw` is what was received to the last byte: not cut, and UTF-8.
    pub whole: bool,
    /// What became of it.
    pub status: EntryStatus,
    /// When its status changed last.
    pub marked_at: Option<Timestamp>,
}

/// Which entries are asked for; absent parts ask for all.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EntryFilter {
    /// Of that source.
    pub source: Option<String>,
    /// Of that door or kind.
    pub kind: Option<String>,
    /// Refused for that reason.
    pub code: Option<ReasonCode>,
    /// In that status.
    pub status: Option<EntryStatus>,
}

/// How many entries there are of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntryCount {
    /// The source.
    pub source: String,
    /// The reason.
    pub code: ReasonCode,
    /// The status.
    pub status: EntryStatus,
    /// How many.
    pub count: u64,
}

/// What is kept in memory of an entry.
struct Known {
    place: Place,
    source: Arc<str>,
    kind: Arc<str>,
    code: ReasonCode,
    status: EntryStatus,
    marked_at: Option<Timestamp>,
}

struct State {
    log: Log,
    entries: BTreeMap<u64, Known>,
    names: hashbrown::HashSet<Arc<str>>,
    last_id: u64,
}

/// The quarantine of a lake.
pub struct Quarantine {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl Quarantine {
    /// Opens the quarantine of a folder, or makes one.
    ///
    /// # Errors
    /// When files cannot be read, or hold something else than entries.
    pub(crate) fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, LakeError> {
        let (log, lines) = Log::open(folder)?;
        let mut state = State { log, entries: BTreeMap::new(), names: hashbrown::HashSet::new(), last_id: 0 };
        for (line, place) in lines {
            state.note(line, place);
        }
        Ok(Self { clock, state: Mutex::new(state) })
    }

    /// Adds refused records, durably; answers their numbers.
    ///
    /// # Errors
    /// [`LakeError::NotDurable`] when they cannot be written: then none was added.
    pub fn add(&self, entries: Vec<NewEntry>) -> Result<Vec<u64>, LakeError> {
        let received_at = self.clock.now();
        let mut state = lock(&self.state);
        let lines: Vec<Line> = (state.last_id + 1..).zip(entries).map(|(id, entry)| Line::add(id, received_at, entry)).collect();
        let ids = (state.last_id + 1..).take(lines.len()).collect();
        state.write(lines)?;
        Ok(ids)
    }

    /// Entries, the newest first; `after` continues behind the entry of that number.
    ///
    /// # Errors
    /// When an entry cannot be read back.
    pub fn list(&self, filter: &EntryFilter, limit: usize, after: Option<u64>) -> Result<Vec<Entry>, LakeError> {
        let state = lock(&self.state);
        let asked = state.entries.range(..after.unwrap_or(u64::MAX)).rev().filter(|(_, known)| known.matches(filter));
        asked.take(limit).map(|(_, known)| state.read(known)).collect()
    }

    /// One entry.
    ///
    /// # Errors
    /// [`LakeError::NoSuchEntry`], or when it cannot be read back.
    pub fn get(&self, id: u64) -> Result<Entry, LakeError> {
        let state = lock(&self.state);
        let known = state.entries.get(&id).ok_or(LakeError::NoSuchEntry { id })?;
        state.read(known)
    }

    /// Says what became of entries, durably.
    ///
    /// # Errors
    /// [`LakeError::NoSuchEntry`] when one of them does not exist: then none is marked.
    pub fn mark(&self, ids: &[u64], status: EntryStatus) -> Result<(), LakeError> {
        let mut state = lock(&self.state);
        if let Some(id) = ids.iter().find(|id| !state.entries.contains_key(id)) {
            return Err(LakeError::NoSuchEntry { id: *id });
        }
        let at = self.clock.now();
        state.write(ids.iter().map(|id| Line::Mark { id: *id, status, at }).collect())
    }

    /// How many entries there are by source, reason and status.
    pub fn counts(&self) -> Vec<EntryCount> {
        let mut counts: BTreeMap<(Arc<str>, ReasonCode, EntryStatus), u64> = BTreeMap::new();
        for known in lock(&self.state).entries.values() {
            *counts.entry((Arc::clone(&known.source), known.code, known.status)).or_default() += 1;
        }
        counts.into_iter().map(|((source, code, status), count)| EntryCount { source: source.to_string(), code, status, count }).collect()
    }
}

impl State {
    fn write(&mut self, lines: Vec<Line>) -> Result<(), LakeError> {
        let places = self.log.append(&lines)?;
        for (line, place) in lines.into_iter().zip(places) {
            self.note(line, place);
        }
        Ok(())
    }

    fn note(&mut self, line: Line, place: Place) {
        match line {
            Line::Add { id, source, kind, rejection, .. } => {
                let known = Known {
                    place,
                    source: self.name(&source),
                    kind: self.name(&kind),
                    code: rejection.code,
                    status: EntryStatus::Open,
                    marked_at: None,
                };
                self.entries.insert(id, known);
                self.last_id = self.last_id.max(id);
            }
            Line::Mark { id, status, at } => {
                if let Some(known) = self.entries.get_mut(&id) {
                    known.status = status;
                    known.marked_at = Some(at);
                }
            }
        }
    }

    /// Sources and kinds are few; each is kept once.
    fn name(&mut self, name: &str) -> Arc<str> {
        Arc::clone(self.names.get_or_insert_with(name, |name| Arc::from(name)))
    }

    fn read(&self, known: &Known) -> Result<Entry, LakeError> {
        match self.log.read(known.place)? {
            Line::Add { id, received_at, source, kind, rejection, raw, whole } => {
                Ok(Entry { id, received_at, source, kind, rejection, raw, whole, status: known.status, marked_at: known.marked_at })
            }
            Line::Mark { id, .. } => Err(LakeError::NoSuchEntry { id }),
        }
    }
}

impl Known {
    fn matches(&self, filter: &EntryFilter) -> bool {
        filter.source.as_deref().is_none_or(|source| source == &*self.source)
            && filter.kind.as_deref().is_none_or(|kind| kind == &*self.kind)
            && filter.code.is_none_or(|code| code == self.code)
            && filter.status.is_none_or(|status| status == self.status)
    }
}
