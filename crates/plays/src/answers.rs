//! What the machine asks of whoever can evaluate SQL conditions.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_model::play::ConditionId;

use crate::Run;

/// Answers a play's conditions for one run.
pub trait Answers {
    /// Whether a condition holds for the run as it is at this moment, `None` where that is not known (SQL null).
    ///
    /// The run may have moved since the caller handed it in (a reply came, a goal was reached), so its own columns are those of
    /// [`run_columns`](crate::run_columns) for the run given here. Conditions over an event are about the event of the input.
    fn holds(&self, condition: ConditionId, run: &Run, now: Timestamp) -> Option<bool>;
}

/// Answers known beforehand; a condition without one is not known.
impl Answers for BTreeMap<ConditionId, bool> {
    fn holds(&self, condition: ConditionId, _: &Run, _: Timestamp) -> Option<bool> {
        self.get(&condition).copied()
    }
}
