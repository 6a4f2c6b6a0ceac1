//! Scores of past days: made when a day ends, when an import brings history, and when late facts re-open days. The newest day first.

use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_lake::Snapshot;
use mainstay_model::{Day, Timestamp};

use super::as_of::Moment;
use super::frame::Frame;
use super::history::Kept;
use super::state::State;
use crate::error::Result;

/// Days to be scored: from the newest down, each for the accounts re-opened that far back.
#[derive(Debug)]
pub(crate) struct Backfill {
    next: Day,
    from: HashMap<u32, Day>,
    /// The position whose facts the scores will hold when the last day is done.
    pub(crate) position: u64,
    /// The state whose accounts these are.
    generation: u64,
}

impl Backfill {
    /// Takes over the days that were re-opened, if any.
    pub(crate) fn begin(state: &mut State) -> Option<Self> {
        if state.reopened.is_empty() {
            return None;
        }
        let from = std::mem::take(&mut state.reopened);
        let zone = state.plan.workspace.zone.clone();
        for (subject, day) in &from {
            let first = state.subjects.first_at(*subject);
            let born = if first.0 == i64::MAX { state.today } else { zone.day_of(first) };
            state.history.forget(*subject, *day, born);
        }
        state.being_scored.clone_from(&from);
        Some(Self { next: state.today.plus(-1), from, position: state.position, generation: state.generation })
    }

    /// Whether another state took the place of the one it was begun on; that one has the days to be scored.
    pub(crate) fn is_of_another(&self, state: &State) -> bool {
        self.generation != state.generation
    }

    /// Whether only days before `first` are left.
    pub(crate) fn is_beyond(&self, first: Day) -> bool {
        self.next < first
    }

    /// How many days there are still to be scored.
    pub(crate) fn days_left(&self) -> u32 {
        let oldest = self.from.values().min().copied().unwrap_or(self.next);
        u32::try_from(self.next.since(oldest) + 1).unwrap_or(0)
    }

    /// The next day and its accounts; none when all is done.
    pub(crate) fn next(&mut self, state: &State) -> Option<(Day, Vec<u32>)> {
        let oldest = self.from.values().min().copied()?;
        while self.next >= oldest {
            let day = self.next;
            self.next = day.plus(-1);
            let end = end_of(state, day);
            let due = |(subject, from): (&u32, &Day)| (*from <= day && state.subjects.first_at(*subject) <= end).then_some(*subject);
            let mut subjects: Vec<u32> = self.from.iter().filter_map(due).collect();
            if !subjects.is_empty() {
                subjects.sort_unstable();
                return Some((day, subjects));
            }
        }
        None
    }
}

/// The last instant of a day in the workspace's zone.
pub(crate) fn end_of(state: &State, day: Day) -> Timestamp {
    Timestamp(state.plan.workspace.zone.start_of(day.plus(1)).0 - 1)
}

impl State {
    /// The scores of some accounts at the end of a past day.
    pub(crate) fn score_day(&self, day: Day, subjects: &[u32]) -> Result<Frame> {
        // The end of a day is answered from partials alone; the snapshot is not asked for.
        let none = || Ok(Snapshot::default());
        self.at(Moment { at: end_of(self, day), known: None, subjects: Some(subjects) }, &none)
    }

    /// Keeps the scores of a day.
    pub(crate) fn keep_day(&mut self, day: Day, subjects: &[u32], frame: &Frame) {
        let plan = Arc::clone(&self.plan);
        for (row, subject) in subjects.iter().enumerate() {
            let (name, version) = frame.model(&plan, row);
            let model = self.history.model_number(name, version);
            self.history.keep(day, *subject, Kept { score: frame.scores.shown.get(row).unwrap_or(f64::NAN), model });
        }
    }
}
