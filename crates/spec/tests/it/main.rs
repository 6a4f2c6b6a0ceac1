//! Tests of the workspace language as its callers use it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::format_push_string,
    clippy::disallowed_methods,
    reason = "helpers of tests fail as tests do, and exact values are compared on purpose"
)]

mod checking;
mod cover;
mod fake;
mod formatting;
mod lifecycle;
mod pack;
mod plays;
mod plays_csv;
mod products;
mod reference;
mod schema;
mod showing;
mod thresholds;
mod variants;
