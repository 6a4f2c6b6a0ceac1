//! Outside systems: mail, Slack, signed webhooks, calendar invitations, and what comes back from them.
//!
//! The only crate with network clients. It decides nothing: a caller hands over what to send and an idempotency key, and reads an
//! [`Answer`]. What people are told is written in [`templates`]; what they send back is read by [`inbound`]; links that tell who
//! opened or clicked are made and read by [`tracking`].

pub mod answer;
pub mod backoff;
pub mod calendar;
pub mod error;
pub mod identity;
pub mod inbound;
pub mod maildir;
pub mod post;
pub mod slack;
pub mod smtp;
pub mod templates;
pub mod tracking;
pub mod webhook;

mod http;
mod signing;

pub use answer::Answer;
pub use backoff::Backoff;
pub use error::{ConnectError, Result};
pub use post::Post;
