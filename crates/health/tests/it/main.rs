//! Properties of signals and scores, and the reference values they must agree with.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by panicking"
)]

mod conformance;
mod explain;
mod live;
mod partials;
mod products;
mod score;
mod support;
mod windows;
