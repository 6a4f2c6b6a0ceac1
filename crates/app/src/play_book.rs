//! Plays as people see them: what each is for, where its runs stand, what became of its steps, and why.

mod document;
mod list;
mod log;
mod outbox;
mod refused;
mod run;
mod shown;

pub use document::{PlayPreview, PlayProblem};
pub use list::{EndedRuns, PlaySummary};
pub use log::LogLine;
pub use outbox::{Letter, OutboxAsked};
pub use refused::{RefusalLine, RefusalsAsked};
pub use run::{EffectLine, RunDetail, RunLine, RunStep, RunsAsked};
pub use shown::{GoalView, MessagesSent, PlayDetail, StepView, steps_of};
