//! The channels against peers that hold every request to the published descriptions, and what is rendered and read.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "what the tests share may fail as loudly as the tests"
)]

mod inbound;
mod maildir;
mod slack;
mod smtp;
mod smtp_silence;
mod support;
mod templates;
mod webhook;
