//! What the tests of several channels share.

pub mod peer;
pub mod python;

use mainstay_model::Timestamp;

/// The instant that tests send at.
pub fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T10:00:00Z").unwrap()
}
