//! The demonstration: a simulated company's workspace, exports and live messages, prepared as files and request bodies.
//!
//! Nothing here touches facts; whoever runs it uses the doors that real data uses:
//!
//! ```text
//! let mut demo = Demo::prepare(&DemoRequest { folder, seed, accounts, years, replayed_days }, now)?;
//! let app = App::open(AppOptions { workspace: demo.workspace(), data: demo.data(), state: None, clock }).await?;
//! if let Some(exports) = demo.exports() { import::run(.. path: exports, source: None ..) }   // first start, or records that changed meanwhile
//! demo.imported()?;                                                                          // once the import is complete
//! while let Some(stretch) = demo.replay()? { at every hour of it: look at plays, deliver; import stretch.exports; demo.imported()?; }
//! let key = demo.write_key().or(a new one for LIVE_SOURCE, kept by demo.keep_write_key(key)?);
//! serve; then in a task, until shutdown:
//!     for body in demo.missed(clock.now()) { POST <address>/v1/batch, Basic <key>: }         // what happened while it was stopped
//!     every second: for body in demo.next(clock.now()) { POST ... }; demo.sent()?;            // after the answers
//! ```
//!
//! `prepare` may be called again on the same folder: the company, the workspace and all data stay; only the time that was missed is exported.

mod exports;
mod folder;
mod state;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use mainstay_model::{Timestamp, Zone};
use mainstay_simulator::{Company, Config, LiveFeed, Table};

use crate::error::{AppError, Result};
use state::State;

/// The source that live messages come by; the pack declares it as a tracking source.
pub const LIVE_SOURCE: &str = "product";

/// Messages in one request.
const MESSAGES_A_BATCH: usize = 100;

/// What is to be demonstrated, and where.
#[derive(Clone, Copy, Debug)]
pub struct DemoRequest<'a> {
    /// Everything is kept under it: workspace, data, exports.
    pub folder: &'a Path,
    /// The same seed gives the same company.
    pub seed: u64,
    /// How many accounts.
    pub accounts: u32,
    /// How much history.
    pub years: u32,
    /// How many of its last days come piece by piece, so that plays live through them; none for a history that is imported at once.
    pub replayed_days: u32,
}

/// A stretch of the history that has not passed yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stretch {
    /// Everything up to here is imported.
    pub from: Timestamp,
    /// The files hold what happens up to here.
    pub until: Timestamp,
    /// The folder with the files; none where nothing happens.
    pub exports: Option<PathBuf>,
}

/// How long a stretch is at most, in microseconds. 6 hours: triggers hear of what happened within that time.
const STRETCH: i64 = 6 * 3_600_000_000;

/// A prepared demonstration.
#[derive(Debug)]
pub struct Demo {
    folder: PathBuf,
    state: State,
    feed: LiveFeed,
    company: Company,
    /// Every version of every record, once it is needed.
    tables: Option<Vec<Table>>,
    prepared_at: Timestamp,
    exports: Option<PathBuf>,
    exported_until: Timestamp,
    offered_until: Timestamp,
}

impl Demo {
    /// Makes the folder ready: the first time a workspace and two years of exports; later only the records of the time since.
    ///
    /// # Errors
    /// `invalid` when the folder holds a demonstration of another company, `unavailable` when it cannot be written.
    pub fn prepare(request: &DemoRequest<'_>, now: Timestamp) -> Result<Self> {
        let folder = request.folder.to_owned();
        let before = State::read(&folder)?;
        if let Some(state) = &before {
            state.check_same_company(request)?;
        }
        let config = before
            .as_ref()
            .map_or_else(|| Config::ending_on(Zone::utc().day_of(now), request.seed, request.accounts, request.years), State::config);
        let state = before.unwrap_or_else(|| State::begin(config, request, now));
        folder::write_workspace(&folder)?;
        let company = Company::new(config);
        let (exports, exported_until) = exports::write(&folder, &company, &state, now)?;
        state.write(&folder)?;
        let offered_until = state.sent_until;
        let feed = LiveFeed::new(company.clone());
        Ok(Self { folder, state, feed, company, tables: None, prepared_at: now, exports, exported_until, offered_until })
    }

    /// The folder of the workspace.
    #[must_use]
    pub fn workspace(&self) -> PathBuf {
        self.folder.join("workspace")
    }

    /// The folder of the data.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The folder with the files that are to be imported now, if any.
    #[must_use]
    pub fn exports(&self) -> Option<&Path> {
        self.exports.as_deref()
    }

    /// Notes that the exports were imported to their end; until then they are offered again.
    ///
    /// # Errors
    /// `unavailable` when the note cannot be written.
    pub fn imported(&mut self) -> Result<()> {
        self.state.records_until = Some(self.exported_until);
        self.state.write(&self.folder)
    }

    /// The instant at which the data stands before it is opened, where the history's last days are still to come; none where it is the present.
    #[must_use]
    pub fn stands_at(&self) -> Option<Timestamp> {
        match self.state.records_until {
            None => Some(self.state.history_until()).filter(|until| *until < self.state.began_at),
            Some(until) => Some(until).filter(|_| self.state.is_replaying()),
        }
    }

    /// The next stretch of the history's last days; none once they have passed. Once it is imported, say so with [`Demo::imported`].
    ///
    /// # Errors
    /// `unavailable` when its files cannot be written.
    pub fn replay(&mut self) -> Result<Option<Stretch>> {
        let Some(from) = self.state.records_until.filter(|_| self.state.is_replaying()) else { return Ok(None) };
        let end = Timestamp((from.0.div_euclid(STRETCH) + 1) * STRETCH);
        // The last one reaches up to the present: an earlier start may have stopped in the middle.
        let until = if end < self.state.began_at { end } else { self.prepared_at };
        let tables = self.tables.get_or_insert_with(|| self.company.tables());
        let exports = exports::write_stretch(&self.folder, &self.company, tables, (from, until), self.state.began_at)?;
        self.exported_until = until;
        Ok(Some(Stretch { from, until, exports }))
    }

    /// The write key for [`LIVE_SOURCE`] that an earlier start has kept.
    #[must_use]
    pub fn write_key(&self) -> Option<&str> {
        self.state.write_key.as_deref()
    }

    /// Keeps a write key for the next start.
    ///
    /// # Errors
    /// `unavailable` when the note cannot be written.
    pub fn keep_write_key(&mut self, key: &str) -> Result<()> {
        self.state.write_key = Some(key.to_owned());
        self.state.write(&self.folder)
    }

    /// What product users did while nobody was looking, as bodies for `/v1/batch`. Call it once, before [`Self::next`].
    pub fn missed(&mut self, now: Timestamp) -> Vec<String> {
        let messages = self.feed.missed(self.offered_until, now);
        self.offered_until = self.offered_until.max(now);
        bodies(&messages)
    }

    /// What happened since the last call, as bodies for `/v1/batch`. A clock that went backwards gives nothing until it has caught up.
    pub fn next(&mut self, now: Timestamp) -> Vec<String> {
        if now <= self.offered_until {
            return Vec::new();
        }
        let messages = self.feed.messages(self.offered_until, now);
        self.offered_until = now;
        bodies(&messages)
    }

    /// Notes that everything offered so far was answered. What was offered but not noted is offered again by the next start; repeats do no harm.
    ///
    /// # Errors
    /// `unavailable` when the note cannot be written.
    pub fn sent(&mut self) -> Result<()> {
        self.state.sent_until = self.offered_until;
        self.state.write(&self.folder)
    }
}

fn bodies(messages: &[serde_json::Value]) -> Vec<String> {
    messages.chunks(MESSAGES_A_BATCH).map(|batch| serde_json::json!({ "batch": batch }).to_string()).collect()
}

fn unwritable(path: &Path, error: std::io::Error) -> AppError {
    AppError::new(crate::error::ErrorCode::Unavailable, format!("could not write {}", path.display()))
        .hint("check that the folder may be written and the disk has room")
        .caused_by(error)
}
