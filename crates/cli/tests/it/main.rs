//! The real binary with a scrubbed environment: exit codes, standard output and standard error as snapshots.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    unreachable_pub,
    missing_docs,
    reason = "a test may fail, and its helpers are for it alone"
)]

mod harness;
mod import;
mod lifecycle;
mod people;
mod plays;
mod reference;
mod revenue;
mod running;
mod scenarios;
mod tasks;
mod workspace;
