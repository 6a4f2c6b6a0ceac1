//! Tests of the lake as its users see it: durable, exact, readable by others.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "what the tests share may fail as loudly as the tests")]

mod backup;
mod compaction;
mod disk;
mod durability;
mod identities;
mod kill;
mod laws;
mod quarantine;
mod rows;
mod scan;
mod slt;
mod support;
