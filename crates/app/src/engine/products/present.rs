//! The products of all accounts as they are now: live values of signals over events, kept values of signals over records.

use std::borrow::Cow;

use mainstay_health::{About, Column, Live};
use mainstay_model::Timestamp;

use super::{ProductRows, Products};
use crate::engine::arrays::{empty, gather, scatter};
use crate::engine::plan::{How, Plan, PlannedSignal};
use crate::engine::records::RecordReader;
use crate::error::Result;

/// What is kept of the products of all accounts, by their numbers.
pub(crate) struct PresentProducts {
    pub(crate) known: Products,
    /// Live values, in the order of the plan's signals per product; only signals over events have them.
    pub(crate) live: Vec<Option<Live>>,
    /// Values of signals over records, in the same order.
    columns: Vec<Column>,
    /// Whether a record names the product.
    recorded: Vec<bool>,
}

impl PresentProducts {
    /// No product met yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let columns = plan.products.signals.iter().map(|planned| empty(planned.signal.kind)).collect();
        Self { known: Products::default(), live: Vec::new(), columns, recorded: Vec::new() }
    }

    /// Takes over what the records say now of the products of some accounts.
    pub(crate) fn read_records(&mut self, reader: &RecordReader<'_>, subjects: &[u32]) -> Result<()> {
        let over_records = |planned: &PlannedSignal| matches!(planned.how, How::Records(_));
        if !reader.plan.products.signals.iter().any(over_records) {
            return Ok(());
        }
        let mut known = Cow::Owned(std::mem::take(&mut self.known));
        let records = reader.product_records(&mut known, subjects);
        self.known = known.into_owned();
        let records = records?;
        self.recorded.resize(self.known.len(), false);
        let mut mark = |number: u32, named: bool| self.recorded.iter_mut().skip(number as usize).take(1).for_each(|slot| *slot = named);
        subjects.iter().flat_map(|subject| self.known.of(*subject)).for_each(|number| mark(*number, false));
        records.named().into_iter().for_each(|number| mark(number, true));
        let rows = ProductRows::new(&self.known, subjects, |number| self.has(number, reader.as_of));
        for (place, column) in reader.product_measures(&records, &rows)? {
            if let Some(kept) = self.columns.get_mut(place) {
                scatter(kept, &rows.numbers, &column);
            }
        }
        Ok(())
    }

    /// Whether the account has the product: an event named it once, or a record does.
    fn has(&self, number: u32, now: Timestamp) -> bool {
        self.known.first_event(number) <= now || self.recorded.get(number as usize) == Some(&true)
    }

    /// The products of some accounts with their signals; `all` says whether these are all accounts there are.
    pub(crate) fn rows(
        &self,
        plan: &Plan,
        (subjects, all): (&[u32], bool),
        now: Timestamp,
        connected: impl Fn(&PlannedSignal) -> bool,
    ) -> ProductRows {
        if plan.products.signals.is_empty() {
            return ProductRows::default();
        }
        let mut rows = ProductRows::new(&self.known, subjects, |number| self.has(number, now));
        let born = self.known.born();
        let signals = plan.products.signals.iter().zip(self.live.iter().zip(&self.columns));
        let column = |(planned, (live, kept)): (&PlannedSignal, (&Option<Live>, &Column))| {
            let kind = planned.signal.kind;
            let Some(live) = live else { return gather(kept, &rows.numbers, kind) };
            let about = About { connected: connected(planned), born };
            if all {
                return gather(&live.column(&about), &rows.numbers, kind);
            }
            let mut column = empty(kind);
            rows.numbers.iter().enumerate().for_each(|(row, number)| column.set(row, live.value(*number, &about).as_ref()));
            column
        };
        rows.columns = signals.map(column).collect();
        rows
    }
}
