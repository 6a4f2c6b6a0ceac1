//! The engine: facts in, exact and explained health out, live and as of any instant, through the same code.

mod apply;
mod arrays;
mod as_of;
mod backfill;
mod frame;
mod history;
mod measure;
mod plan;
mod present;
mod rebuild;
mod records;
mod run;
mod saved;
mod state;
mod subjects;
mod turn;
pub(crate) mod watermark;

pub(crate) use apply::{attributed, cannot_filter as unsorted, unreadable};
pub(crate) use as_of::Moment;
pub(crate) use backfill::end_of;
pub(crate) use frame::Frame;
pub(crate) use measure::{faulty, instants_of, texts_of};
pub(crate) use plan::{How, Plan, PlannedSegment, PlannedSignal, RecordMeasure, array_type};
pub(crate) use rebuild::{up_to, versions_of};
pub(crate) use run::{Applied, Engine};
pub(crate) use saved::Saved;
pub(crate) use state::State;
