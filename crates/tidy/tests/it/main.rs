//! The repository's own rules.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail by panicking")]

mod crates;
mod documents;
mod errors;
mod files;
mod limits;
mod words;
