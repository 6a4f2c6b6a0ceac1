//! Instants as people write them.

use mainstay_model::{Timestamp, Zone};

use crate::error::{AppError, Result};

/// The instant that a text means: an instant, a time of the zone, or a day, meaning its end.
///
/// # Errors
/// [`Invalid`](crate::ErrorCode::Invalid) when it is none of these.
pub fn instant_of(text: &str, zone: &Zone) -> Result<Timestamp> {
    Timestamp::parse_for_person(text, zone)
        .map_err(|error| AppError::invalid(error.to_string()).hint("a day alone means its end, in the workspace's zone"))
}
