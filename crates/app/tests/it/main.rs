//! Tests of the application as its doors use it: facts in, scores and their past out, whatever came when and how often.
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

mod autopsy;
mod contracts;
mod documents;
mod judgement;
mod lifecycle;
mod links;
mod milestones;
mod order;
mod plays;
mod products;
mod refused;
mod renewals;
mod revenue;
mod scenarios;
mod support;
mod tasks;
mod time;
mod variants;
mod windows;
