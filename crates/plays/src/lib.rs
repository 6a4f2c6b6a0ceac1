//! The play machine: who enters a play, when its steps are due, what they do, when a message may go out.
//!
//! Everything decides and nothing acts: the same run, input, instant and answers give the same new run and the same effects, in the same order.
//! SQL conditions are answered by the caller through [`Answers`], so that production, simulation and backtest run this very code.

pub mod admit;
pub mod answers;
pub mod caps;
pub mod columns;
pub mod compare;
pub mod due;
pub mod edge;
pub mod input;
pub mod run;
pub mod simulate;
pub mod skips;
pub mod step;
pub mod windows;

pub use admit::{Admission, Refusal, admit, is_held_out, run_id};
pub use answers::Answers;
pub use columns::run_columns;
pub use input::{Input, Response};
pub use run::{Opening, Run, RunClock, Status, StepOutcome, StepRecord, StepState, Subject};
pub use step::{DecidedStep, Outcome, Planned, step};
