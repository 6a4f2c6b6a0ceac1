//! What time alone changes: the day turns and all windows move; facts and overrides of a later instant come due.

use std::collections::BTreeSet;

use mainstay_health::each_at_once;
use mainstay_model::Timestamp;

use super::measure::broken;
use super::plan::How;
use super::state::State;
use crate::accounts::Change;
use crate::error::Result;

/// Measures that read `as_of` are computed again this often, in microseconds.
const AS_OF_EVERY: i64 = 60_000_000;

impl State {
    /// Moves every window when a new day has begun.
    pub(crate) fn turn_day(&mut self, now: Timestamp) -> Result<Vec<Change>> {
        let day = self.plan.workspace.zone.day_of(now);
        if day <= self.today {
            return Ok(Vec::new());
        }
        each_at_once(self.live_signals().collect(), |(_, _, live, partials)| live.turn(partials, day)).map_err(broken)?;
        let ended = std::mem::replace(&mut self.today, day);
        let everyone = self.subjects.all();
        // The past has grown by a day, and is what it was before it.
        everyone.iter().for_each(|subject| self.score_from(*subject, ended));
        self.rescore(&everyone, now, true)
    }

    /// Takes in what was to happen later and is due by now.
    pub(crate) fn wake_up(&mut self, now: Timestamp) -> Result<Vec<Change>> {
        let (before, met) = (self.connections(self.scored_at), self.subjects.len());
        let mut events_of = BTreeSet::new();
        for batch in std::mem::take(&mut self.later) {
            self.take_events(&batch, now, true, &mut events_of)?;
        }
        let mut records_of = BTreeSet::new();
        while let Some(entry) = self.wake.first_entry().filter(|entry| *entry.key() <= now) {
            let due = entry.remove();
            due.iter().for_each(|subject| self.shown.is_due(*subject));
            records_of.extend(due);
        }
        if now.0 - self.scored_all_at.0 >= AS_OF_EVERY && self.reads_as_of() {
            self.scored_all_at = now;
            records_of.extend(self.subjects.all());
        }
        self.rescore_touched(events_of, records_of, (before, met), now)
    }

    fn reads_as_of(&self) -> bool {
        self.plan.all_signals().any(|planned| matches!(&planned.how, How::Records(measure) if measure.reads_as_of))
    }
}
