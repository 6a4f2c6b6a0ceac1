//! The store over real databases: each property holds on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests and their helpers fail by panicking")]

mod claims;
mod decide;
mod file;
mod messages;
mod outbox;
mod progress;
mod refusals;
mod secrets;
mod support;
mod tasks;
mod words;
