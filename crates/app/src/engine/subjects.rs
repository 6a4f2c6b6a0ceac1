//! Accounts by number: the engine's columns are indexed by it.

use std::borrow::Cow;
use std::sync::Arc;

use hashbrown::HashMap;
use mainstay_model::{Day, Timestamp, Zone};
use serde::{Deserialize, Serialize};

/// Later than any fact.
pub(super) const NEVER: Timestamp = Timestamp(i64::MAX);

/// Accounts in the order in which they were first met. A number is never given twice and never changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Subjects {
    ids: Vec<Arc<str>>,
    /// The earliest instant at which a record says something of the account.
    first_record: Vec<Timestamp>,
    /// The earliest instant of an event that counts for the account.
    first_event: Vec<Timestamp>,
    #[serde(skip)]
    numbers: HashMap<Arc<str>, u32>,
    /// The first known day of each, as far as it was brought up to date.
    #[serde(skip)]
    born: Vec<Option<Day>>,
    /// Whose first instant has moved since.
    #[serde(skip)]
    moved: Vec<u32>,
}

impl Subjects {
    /// The number of an account; a new one where it was never met.
    pub(crate) fn intern(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let shared: Arc<str> = Arc::from(id);
        self.ids.push(Arc::clone(&shared));
        self.first_record.push(NEVER);
        self.first_event.push(NEVER);
        self.numbers.insert(shared, number);
        number
    }

    /// The number of an account that was met.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// The id behind a number; empty for one never given.
    pub(crate) fn id(&self, number: u32) -> &str {
        self.ids.get(number as usize).map_or("", |id| id)
    }

    /// How many accounts were met.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The numbers from `first` on: of the accounts that were met since there were so many.
    pub(crate) fn since(&self, first: usize) -> std::ops::Range<u32> {
        u32::try_from(first).unwrap_or(u32::MAX)..u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// Every number.
    pub(crate) fn all(&self) -> Vec<u32> {
        (0..u32::try_from(self.ids.len()).unwrap_or(u32::MAX)).collect()
    }

    /// Says that a record of the account was true at `at`.
    pub(crate) fn saw_record(&mut self, number: u32, at: Timestamp) {
        if let Some(first) = self.first_record.get_mut(number as usize).filter(|first| at < **first) {
            *first = at;
            self.moved.push(number);
        }
    }

    /// Says that an event at `at` counts for the account.
    pub(crate) fn saw_event(&mut self, number: u32, at: Timestamp) {
        if let Some(first) = self.first_event.get_mut(number as usize).filter(|first| at < **first) {
            *first = at;
            self.moved.push(number);
        }
    }

    /// The earliest instant of an event that counts for the account; the end of time without one.
    pub(crate) fn first_event(&self, number: u32) -> Timestamp {
        self.first_event.get(number as usize).copied().unwrap_or(NEVER)
    }

    /// Says that the events of the account are to be seen again, because some count for others now.
    pub(crate) fn forget_events(&mut self, number: u32) {
        if let Some(first) = self.first_event.get_mut(number as usize) {
            *first = NEVER;
            self.moved.push(number);
        }
    }

    /// The earliest instant at which anything is known to have been true of the account; the end of time where nothing is.
    pub(crate) fn first_at(&self, number: u32) -> Timestamp {
        let record = self.first_record.get(number as usize).copied().unwrap_or(NEVER);
        record.min(self.first_event(number))
    }

    /// The first known day of every account, as windows ask for it: as it is kept, where nothing has moved since.
    pub(crate) fn born(&self, zone: &Zone) -> Cow<'_, [Option<Day>]> {
        if self.moved.is_empty() && self.born.len() == self.ids.len() {
            return Cow::Borrowed(&self.born);
        }
        Cow::Owned(self.since(0).map(|number| self.born_on(number, zone)).collect())
    }

    fn born_on(&self, number: u32, zone: &Zone) -> Option<Day> {
        Some(self.first_at(number)).filter(|at| *at != NEVER).map(|at| zone.day_of(at))
    }

    /// Brings the first days up to date, for [`Self::present_born`]: only those that moved are worked out.
    pub(crate) fn bring_born(&mut self, zone: &Zone) {
        self.born.resize(self.ids.len(), None);
        for number in std::mem::take(&mut self.moved) {
            let day = self.born_on(number, zone);
            if let Some(slot) = self.born.get_mut(number as usize) {
                *slot = day;
            }
        }
    }

    /// The first known day of every account, as of the last [`Self::bring_born`].
    pub(crate) fn present_born(&self) -> &[Option<Day>] {
        &self.born
    }

    /// Finds numbers by id again, after the accounts were read from disk.
    pub(crate) fn reindex(&mut self) {
        self.numbers = self.ids.iter().zip(0..).map(|(id, number)| (Arc::clone(id), number)).collect();
        self.moved = self.all();
    }
}
