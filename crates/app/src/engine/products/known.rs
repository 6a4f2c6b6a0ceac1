//! Products of accounts by number: columns per product are indexed by it.

use std::sync::Arc;

use mainstay_model::{Day, Timestamp};
use serde::{Deserialize, Serialize};

use crate::engine::subjects::NEVER;

/// Stands for the product of a fact that names none.
pub(crate) const NO_PRODUCT: u32 = u32::MAX;

/// Every product that a fact named of an account, in the order in which they were first met. A number is never given twice and never changes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Products {
    owners: Vec<u32>,
    names: Vec<Arc<str>>,
    /// The earliest event of each.
    first_event: Vec<Timestamp>,
    /// Its day: before it, a product without records was not known of.
    born: Vec<Option<Day>>,
    /// The products of each account, by name.
    #[serde(skip)]
    of: Vec<Vec<u32>>,
}

impl Products {
    /// The number of a product of an account; a new one where it was never met.
    pub(crate) fn intern(&mut self, owner: u32, name: &str) -> u32 {
        let at = match self.place(owner, name) {
            Ok(number) => return number,
            Err(at) => at,
        };
        let number = u32::try_from(self.names.len()).unwrap_or(NO_PRODUCT);
        self.owners.push(owner);
        self.names.push(Arc::from(name));
        self.first_event.push(NEVER);
        self.born.push(None);
        self.put(owner, at, number);
        number
    }

    /// The number of a product that was met.
    pub(crate) fn find(&self, owner: u32, name: &str) -> Option<u32> {
        self.place(owner, name).ok()
    }

    /// The number of a product among its account's, or where it would stand.
    fn place(&self, owner: u32, name: &str) -> std::result::Result<u32, usize> {
        let theirs = self.of(owner);
        let at = theirs.binary_search_by(|number| self.name(*number).map_or("", AsRef::as_ref).cmp(name))?;
        theirs.get(at).copied().ok_or(at)
    }

    fn put(&mut self, owner: u32, at: usize, number: u32) {
        let owner = owner as usize;
        if self.of.len() <= owner {
            self.of.resize(owner + 1, Vec::new());
        }
        if let Some(theirs) = self.of.get_mut(owner) {
            theirs.insert(at.min(theirs.len()), number);
        }
    }

    /// The products of an account, by name.
    pub(crate) fn of(&self, owner: u32) -> &[u32] {
        self.of.get(owner as usize).map_or(&[], Vec::as_slice)
    }

    /// The name behind a number; none for one never given.
    pub(crate) fn name(&self, number: u32) -> Option<&Arc<str>> {
        self.names.get(number as usize)
    }

    /// How many products were met.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    /// Says that an event of the product counts for its account.
    pub(crate) fn saw_event(&mut self, number: u32, at: Timestamp, day: Day) {
        let place = number as usize;
        if let (Some(first), Some(born)) = (self.first_event.get_mut(place), self.born.get_mut(place))
            && at < *first
        {
            (*first, *born) = (at, Some(day));
        }
    }

    /// Says that the events of the product are to be seen again, because some count for others now.
    pub(crate) fn forget_events(&mut self, number: u32) {
        let place = number as usize;
        if let (Some(first), Some(born)) = (self.first_event.get_mut(place), self.born.get_mut(place)) {
            (*first, *born) = (NEVER, None);
        }
    }

    /// The earliest event of the product; the end of time without one.
    pub(crate) fn first_event(&self, number: u32) -> Timestamp {
        self.first_event.get(number as usize).copied().unwrap_or(NEVER)
    }

    /// The day of the earliest event of each product.
    pub(crate) fn born(&self) -> &[Option<Day>] {
        &self.born
    }

    /// Finds products by account again, after they were read from disk.
    pub(crate) fn reindex(&mut self) {
        self.of.clear();
        for (number, (owner, name)) in (0..).zip(self.owners.clone().into_iter().zip(self.names.clone())) {
            if let Err(at) = self.place(owner, &name) {
                self.put(owner, at, number);
            }
        }
    }
}
