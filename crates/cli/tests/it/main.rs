//! The real binary with a scrubbed environment: exit codes, standard output and standard error as snapshots.

mod harness;
mod import;
mod people;
mod reference;
mod workspace;
