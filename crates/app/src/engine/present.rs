//! Some accounts as they are now, for those who look at what has moved.

use std::sync::Arc;

use mainstay_model::Timestamp;

use super::arrays::gather;
use super::frame::Frame;
use super::state::State;
use crate::error::Result;

impl State {
    /// Some accounts, by number, as a frame.
    pub(crate) fn present_of(&self, subjects: &[u32], now: Timestamp) -> Result<Frame> {
        let ids: Vec<Arc<str>> = subjects.iter().map(|subject| Arc::from(self.subjects.id(*subject))).collect();
        let overrides = |row: usize| subjects.get(row).and_then(|subject| self.overrides.get(subject)).cloned().unwrap_or_default();
        let columns = self.plan.column_kinds().zip(&self.columns).map(|((_, kind), column)| gather(column, subjects, kind)).collect();
        Frame::new(&self.plan, ids, now, columns, self.products_of(subjects, now), overrides)
    }

    /// The accounts that were computed anew since this was last asked.
    pub(crate) fn take_moved(&mut self) -> Vec<u32> {
        let mut moved: Vec<u32> = std::mem::take(&mut self.moved).into_iter().collect();
        moved.sort_unstable();
        moved
    }
}
