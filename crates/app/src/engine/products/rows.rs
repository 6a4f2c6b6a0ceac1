//! The products of some accounts as rows: grouped by account, by name within.

use std::ops::Range;
use std::sync::Arc;

use mainstay_health::Column;

use super::Products;

/// Products and their columns as of an instant; row by row they belong together.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProductRows {
    /// Where each account's products begin; one more at the end.
    pub(crate) starts: Vec<u32>,
    /// The row of the account that each belongs to.
    pub(crate) owners: Vec<u32>,
    /// The number of each among all products.
    pub(crate) numbers: Vec<u32>,
    pub(crate) names: Vec<Arc<str>>,
    /// Signals, in the plan's order.
    pub(crate) columns: Vec<Column>,
}

impl ProductRows {
    /// The products that some accounts have; their columns are to be filled in.
    pub(crate) fn new(products: &Products, subjects: &[u32], has: impl Fn(u32) -> bool) -> Self {
        let mut rows = Self { starts: vec![0], ..Self::default() };
        for (owner, subject) in (0..).zip(subjects) {
            for number in products.of(*subject).iter().filter(|number| has(**number)) {
                rows.owners.push(owner);
                rows.numbers.push(*number);
                rows.names.extend(products.name(*number).cloned());
            }
            rows.starts.push(u32::try_from(rows.numbers.len()).unwrap_or(u32::MAX));
        }
        rows
    }

    /// How many products there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The rows of an account's products.
    pub(crate) fn of(&self, row: usize) -> Range<usize> {
        let bounds = || Some(*self.starts.get(row)? as usize..*self.starts.get(row + 1)? as usize);
        bounds().unwrap_or(0..0)
    }
}
