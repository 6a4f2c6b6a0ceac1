//! Plays as people see them: what each is for, where its runs stand, what became of its steps, and why.

mod document;
mod list;
mod log;
mod outbox;
mod run;
mod shown;

pub use document::{PlayPreview, PlayProblem};
pub use list::{EndedRuns, PlaySummary};
pub use log::LogLine;
pub use outbox::{Letter, OutboxAsked};
pub use run::{EffectLine, RunDetail, RunLine, RunStep, RunsAsked};
pub use shown::{GoalView, PlayDetail, StepView, steps_of};
