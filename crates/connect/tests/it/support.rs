//! What the tests of several channels share.

pub(crate) mod peer;
pub(crate) mod python;

use mainstay_model::Timestamp;

/// The instant that tests send at.
pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-03-02T10:00:00Z").unwrap()
}
