//! The nouns of the field: facts, entities, time, signals, health models, sources.
//!
//! Everything here is pure data with the rules that belong to one noun alone. No I/O, no async, no clock but the one passed in.

pub mod access;
pub mod band;
pub mod entity;
pub mod expression;
pub mod fact;
pub mod fraction;
pub mod health;
pub mod lifecycle;
pub mod outreach;
pub mod play;
pub mod rejection;
pub mod segment;
pub mod signal;
pub mod source;
pub mod threshold;
pub mod time;
pub mod workspace;

pub use band::{Band, BandScale};
pub use entity::{Entity, Field, FieldType};
pub use fact::{Event, EventKind, Fact, FactDigest, RecordVersion};
pub use fraction::Fraction;
pub use rejection::{ReasonCode, Rejection};
pub use time::{Clock, Day, TimeError, Timestamp, Zone};
pub use workspace::Workspace;
