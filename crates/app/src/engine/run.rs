//! The engine at work: facts as they become durable, the turn of the day, what is due at an instant, past days in the background.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arrow::array::RecordBatch;
use mainstay_lake::{DurableFacts, Lake};
use mainstay_model::{Clock, Day, Timestamp};
use tokio::sync::{broadcast, mpsc, watch};

use super::backfill::Backfill;
use super::saved::Saved;
use super::score_rows::score_rows;
use super::state::State;
use crate::accounts::Change;
use crate::error::Result;

/// How often the engine looks at the clock.
const TICK: Duration = Duration::from_millis(200);
/// Groups of facts taken in at once.
const MAX_GROUPS: usize = 256;
/// After so many facts at once, what comes is gathered a while: the more are taken in together, the less each costs.
const MANY_FACTS: usize = 1_000;
/// How long.
const GATHERED: Duration = Duration::from_millis(100);
/// Past days are scored when none was re-opened for this many ticks: an import is let through first.
const CALM_TICKS: u32 = 4;
/// Rows of scores written to the lake at once.
const SCORE_ROWS: usize = 100_000;
/// Partials are saved this often while facts come in, in microseconds.
const SAVE_EVERY: i64 = 300_000_000;
/// While older days are held back, so many of the newest are still scored: those that plays compare the present with.
const NOT_HELD_DAYS: i32 = 31;

/// What the engine works with.
pub(crate) struct Engine {
    pub(crate) state: Arc<RwLock<State>>,
    pub(crate) lake: Arc<Lake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) changes: broadcast::Sender<Change>,
    /// The position up to which scores are current, and whether past days are too.
    pub(crate) applied: watch::Sender<Applied>,
    pub(crate) backfill: Option<Backfill>,
    /// Whether the scores of older days wait.
    pub(crate) held: Arc<AtomicBool>,
    /// Scores not yet written to the lake.
    pub(crate) unwritten: Vec<RecordBatch>,
    /// How often days had been re-opened at the last look, and for how many looks that has stayed so.
    pub(crate) calm: (u64, u32),
    /// The day on which files were compacted last.
    pub(crate) compacted_on: Day,
    /// When the partials were saved last, and up to which position.
    pub(crate) saved: (Timestamp, u64),
}

/// How far the engine is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Applied {
    /// Facts up to this position are in the scores of today.
    pub(crate) position: u64,
    /// Facts up to this position are in the kept scores of past days.
    pub(crate) history: u64,
    /// Past days that are still to be scored.
    pub(crate) days_left: u32,
}

impl Engine {
    /// Works until the lake lets go of its end of `facts`, or `stop` is told.
    pub(crate) async fn run(mut self, mut facts: mpsc::Receiver<Arc<DurableFacts>>, mut stop: watch::Receiver<bool>) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut many = false;
        loop {
            let mut groups = Vec::new();
            if many {
                tokio::time::sleep(GATHERED).await;
            }
            let busy = self.has_past_days();
            tokio::select! {
                biased;
                _ = stop.changed() => break,
                received = facts.recv_many(&mut groups, MAX_GROUPS) => if received == 0 { break },
                () = std::future::ready(()), if busy => {}
                _ = tick.tick() => {}
            }
            many = groups.iter().map(|facts| facts.facts.len()).sum::<usize>() >= MANY_FACTS;
            self = match tokio::task::spawn_blocking(move || self.work(&groups)).await {
                Ok(engine) => engine,
                Err(error) => {
                    tracing::error!(%error, "the engine stopped; facts are safe and are taken in at the next start");
                    return;
                }
            };
            self.write_scores(false).await;
            self.compact_daily();
        }
        self.write_scores(true).await;
    }

    /// Rewrites what has become many small files, once a day: when the day has turned.
    fn compact_daily(&mut self) {
        let today = self.state.read().unwrap_or_else(PoisonError::into_inner).today;
        if today == self.compacted_on {
            return;
        }
        self.compacted_on = today;
        let lake = Arc::clone(&self.lake);
        tokio::spawn(async move {
            if let Err(error) = lake.compact().await {
                tracing::warn!(%error, "files could not be compacted; it is tried again tomorrow");
            }
        });
    }

    fn work(mut self, groups: &[Arc<DurableFacts>]) -> Self {
        let now = self.clock.now();
        if let Err(error) = self.take(groups, now) {
            tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "facts could not be taken into the scores");
        }
        if groups.is_empty() {
            if let Err(error) = self.save_partials(now) {
                tracing::warn!(error = %error, "partials could not be saved; the next start reads more facts");
            }
            if let Err(error) = self.score_past_day() {
                tracing::error!(error = %error, cause = error.source.as_ref().map(tracing::field::display), "past days could not be scored");
            }
        }
        self
    }

    fn take(&mut self, groups: &[Arc<DurableFacts>], now: Timestamp) -> Result<()> {
        let lake = Arc::clone(&self.lake);
        let snapshot = move || lake.snapshot().map_err(super::apply::unreadable);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        // A clock that goes backwards does not take scores back.
        let now = now.max(state.scored_at);
        let mut changes = state.turn_day(now)?;
        changes.extend(state.wake_up(now)?);
        if !groups.is_empty() {
            changes.extend(state.apply(groups, &snapshot, now)?);
        }
        let position = state.position;
        drop(state);
        self.applied.send_if_modified(|applied| {
            let moved = applied.position != position;
            applied.position = position;
            moved
        });
        for change in changes {
            // Nobody may be listening; that is fine.
            drop(self.changes.send(change));
        }
        Ok(())
    }

    fn save_partials(&mut self, now: Timestamp) -> Result<()> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if state.position == self.saved.1 || now.0 - self.saved.0.0 < SAVE_EVERY {
            return Ok(());
        }
        let saved = Saved::of(&state);
        drop(state);
        self.saved = (now, saved.position);
        saved.write(self.lake.root())
    }

    /// Whether there is a past day to be scored at once.
    fn has_past_days(&self) -> bool {
        self.backfill.as_ref().is_some_and(|begun| !self.is_held(begun))
    }

    fn is_held(&self, begun: &Backfill) -> bool {
        // The state is only asked where something is held: whoever comes here must not wait for it at every turn.
        let today = || self.state.read().unwrap_or_else(PoisonError::into_inner).today;
        self.held.load(Ordering::Relaxed) && begun.is_beyond(today().plus(-NOT_HELD_DAYS))
    }

    /// Scores a past day, the newest first; then new facts have their turn.
    fn score_past_day(&mut self) -> Result<()> {
        if let Some(begun) = &self.backfill
            && begun.is_of_another(&self.state.read().unwrap_or_else(PoisonError::into_inner))
        {
            self.backfill = None;
        }
        if self.backfill.is_none() {
            if !self.is_calm() {
                return Ok(());
            }
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let position = state.position;
            self.backfill = Backfill::begin(&mut state);
            if self.backfill.is_none() {
                self.tell_history(position);
                return Ok(());
            }
        }
        if !self.has_past_days() {
            return Ok(());
        }
        let Some(backfill) = &mut self.backfill else { return Ok(()) };
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if backfill.is_of_another(&state) {
            return Ok(());
        }
        let Some((day, subjects)) = backfill.next(&state) else {
            let position = backfill.position;
            drop(state);
            self.state.write().unwrap_or_else(PoisonError::into_inner).being_scored.clear();
            self.backfill = None;
            self.tell_history(position);
            return Ok(());
        };
        let frame = state.score_day(day, &subjects)?;
        self.unwritten.push(score_rows(&state.plan, &frame, day, self.clock.now())?);
        drop(state);
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if !backfill.is_of_another(&state) {
            state.keep_day(day, &subjects, &frame);
        }
        let days_left = backfill.days_left();
        self.applied.send_modify(|applied| applied.days_left = days_left);
        Ok(())
    }

    fn is_calm(&mut self) -> bool {
        let reopenings = self.state.read().unwrap_or_else(PoisonError::into_inner).reopenings;
        self.calm = if self.calm.0 == reopenings { (reopenings, self.calm.1.saturating_add(1)) } else { (reopenings, 0) };
        reopenings == 0 || self.calm.1 >= CALM_TICKS
    }

    fn tell_history(&self, position: u64) {
        self.applied.send_if_modified(|applied| {
            let moved = applied.history != position || applied.days_left != 0;
            (applied.history, applied.days_left) = (position, 0);
            moved
        });
    }

    /// Writes scores to the lake when there are many, when past days are done, or when asked to.
    async fn write_scores(&mut self, all: bool) {
        let rows: usize = self.unwritten.iter().map(RecordBatch::num_rows).sum();
        let position = self.applied.borrow().history;
        if rows == 0 || !(all || rows >= SCORE_ROWS || self.backfill.is_none()) {
            return;
        }
        let batches = std::mem::take(&mut self.unwritten);
        let Some(first) = batches.first() else { return };
        let written = match arrow::compute::concat_batches(&first.schema(), &batches) {
            Ok(batch) => self.lake.append_rows("scores", batch, None).await.map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match written {
            Ok(_) if self.backfill.is_none() => self.remember(position),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error, "scores could not be written; they are kept in memory and tried again");
                self.unwritten = batches;
            }
        }
    }

    /// Notes the position whose facts the written scores hold, so that the next start re-opens nothing older.
    fn remember(&self, position: u64) {
        if let Err(error) = super::watermark::write(&self.lake, position) {
            tracing::warn!(error = %error, "could not note how far past days are scored; the next start scores them again");
        }
    }
}
