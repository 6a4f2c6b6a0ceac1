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
mod products;
mod rebuild;
mod records;
mod relinked;
mod run;
mod saved;
mod score_rows;
mod scored;
mod shown;
mod state;
mod subjects;
mod turn;
pub(crate) mod watermark;

pub(crate) use apply::{attributed, placed_at, unreadable};
pub(crate) use arrays::{kind_of, to_array, to_column};
pub(crate) use as_of::Moment;
pub(crate) use backfill::end_of;
pub(crate) use frame::Frame;
pub(crate) use measure::{broken, cannot_select as unsorted, faulty, instants_of, partials_of, texts_of};
pub(crate) use plan::{How, Measured, Plan, PlannedSegment, PlannedSignal, RecordMeasure, array_type};
pub(crate) use products::{NO_PRODUCT, named_in as products_named_in};
pub(crate) use rebuild::{up_to, versions_of};
pub(crate) use run::{Applied, Engine};
pub(crate) use saved::Saved;
pub(crate) use scored::{Scored, ScoredRows};
pub(crate) use shown::SearchText;
pub(crate) use state::State;
