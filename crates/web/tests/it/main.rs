//! The web as its callers see it: through the router, and over real connections where that matters.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail by panicking")]

mod api;
mod api_answers;
mod console;
mod door;
mod returns;
mod server;
