//! `share`: the share of facts for which a condition holds. A fact for which it is not known counts as one for which it does not hold.

use mainstay_model::Day;
use mainstay_model::fraction::Fraction;
use serde::{Deserialize, Serialize};

use super::{Accumulator, Cell};
use crate::error::HealthError;
use crate::partials::table::Table;
use crate::partials::{SignalPartials, Tables, wrong_values};
use crate::value::{FactColumns, Values};

/// Facts of a day, and for how many of them it holds.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Hits {
    hits: u32,
    facts: u32,
}

impl Cell for Hits {
    fn merge(&mut self, other: &Self) {
        self.hits = self.hits.saturating_add(other.hits);
        self.facts = self.facts.saturating_add(other.facts);
    }

    fn read(facts: &FactColumns<'_>, mut put: impl FnMut(usize, Self)) -> Result<(), HealthError> {
        let Values::Booleans(values) = facts.value else { return Err(wrong_values("share", "true/false", facts.value)) };
        values.iter().enumerate().for_each(|(row, holds)| put(row, Self { hits: u32::from(*holds == Some(true)), facts: 1 }));
        Ok(())
    }
}

/// Facts of a window, and for how many of them it holds.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Share {
    hits: u64,
    facts: u64,
}

impl Accumulator for Share {
    type Cell = Hits;
    const NAME: &'static str = "share";
    const EMPTY_IS_ZERO: bool = false;

    fn table(partials: &SignalPartials) -> Option<&Table<Hits>> {
        if let Tables::Share(table) = &partials.0 { Some(table) } else { None }
    }

    fn add(&mut self, _: Day, cell: &Hits) {
        self.hits += u64::from(cell.hits);
        self.facts += u64::from(cell.facts);
    }

    fn remove(&mut self, _: Day, cell: &Hits) -> bool {
        self.hits -= u64::from(cell.hits);
        self.facts -= u64::from(cell.facts);
        true
    }

    fn is_empty(&self) -> bool {
        self.facts == 0
    }

    fn amount(&self) -> Option<Fraction> {
        (self.facts > 0).then(|| Fraction::new(i128::from(self.hits), i128::from(self.facts)))
    }
}
