//! Tests of the lake as its users see it: durable, exact, readable by others.

mod backup;
mod compaction;
mod disk;
mod durability;
mod kill;
mod laws;
mod quarantine;
mod rows;
mod scan;
mod slt;
mod support;
