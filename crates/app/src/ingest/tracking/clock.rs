//! When a message happened: the sender's word, unless its clock is plainly wrong.
//!
//! A sender's `sentAt` lies before its arrival by the time on the wire. Where it lies after, by more than a minute, the clock runs ahead; where it
//! lies over an hour before, the clock runs behind (less may be a late retry that kept its first `sentAt`). Then every time of the message moves by
//! the difference, in whole minutes, so that a retry of the same message gets the same instant.

use mainstay_model::{ReasonCode, Rejection, Timestamp};
use serde_json::value::RawValue;

const MINUTE: i64 = 60_000_000;
/// How far ahead of us a sender's clock may run before its times are corrected.
const AHEAD_TOLERATED: i64 = MINUTE;
/// How far behind us a `sentAt` may lie before its times are corrected.
const BEHIND_TOLERATED: i64 = 60 * MINUTE;
/// How far in the future an event may be said to happen.
const FUTURE_TOLERATED: i64 = 24 * 60 * MINUTE;
/// The first believable instant: 2000-01-01T00:00:00Z.
const FIRST_BELIEVABLE: Timestamp = Timestamp(946_684_800_000_000);

/// A `sentAt`; one that cannot be read says nothing about the sender's clock.
#[must_use]
pub fn sent_at(raw: &RawValue) -> Option<Timestamp> {
    Timestamp::parse(raw.get().trim_matches('"')).ok()
}

/// The instant of a message that says `written`, was sent at `sent` by its own clock and arrived at `received`.
///
/// # Errors
/// A [`Rejection`] for a time without offset, no time at all, or an unbelievable one; it names `field`.
pub fn occurred_at(field: &str, written: &str, sent: Option<Timestamp>, received: Timestamp) -> Result<Timestamp, Rejection> {
    let said = Timestamp::parse(written).map_err(|error| Rejection::new(ReasonCode::InvalidTime, field, written, error.to_string()))?;
    let at = Timestamp(said.0.saturating_add(sent.map_or(0, |sent| shift(sent, received))));
    believable(field, written, at, received)
}

/// The same instant, but the moment of arrival where it lies ahead of it by no more than clocks drift: what has arrived has happened.
#[must_use]
pub fn not_ahead(at: Timestamp, received: Timestamp) -> Timestamp {
    if at > received && at.0.saturating_sub(received.0) <= AHEAD_TOLERATED { received } else { at }
}

/// The instant, where it can be believed: neither before 2000 nor more than 24 hours ahead of us.
///
/// # Errors
/// A [`Rejection`] that names `field` and what was `written` there.
pub fn believable(field: &str, written: &str, at: Timestamp, received: Timestamp) -> Result<Timestamp, Rejection> {
    let ahead = at.0.saturating_sub(received.0);
    if ahead > FUTURE_TOLERATED {
        let message = format!("this is more than 24 hours after it arrived ({received}); check the sender's clock and time zone");
        return Err(Rejection::new(ReasonCode::InTheFuture, field, written, message));
    }
    if at < FIRST_BELIEVABLE {
        let message = "this is before 2000-01-01; a date in 1970 usually means seconds where milliseconds were meant, or an unset clock";
        return Err(Rejection::new(ReasonCode::TooOld, field, written, message));
    }
    Ok(at)
}

/// By how much to move a sender's times: nothing where its clock may be right.
fn shift(sent: Timestamp, received: Timestamp) -> i64 {
    let behind = received.0.saturating_sub(sent.0);
    if (-AHEAD_TOLERATED..=BEHIND_TOLERATED).contains(&behind) { 0 } else { behind.div_euclid(MINUTE) * MINUTE }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn read(written: &str, sent: Option<&str>, received: &str) -> Result<String, ReasonCode> {
        occurred_at("timestamp", written, sent.map(at), at(received)).map(Timestamp::to_rfc3339).map_err(|rejection| rejection.code)
    }

    #[test]
    fn a_sender_is_believed_when_its_clock_may_be_right() {
        let written = "2026-03-01T09:00:00Z";
        assert_eq!(read(written, None, "2026-03-01T10:00:00Z"), Ok(written.into()));
        assert_eq!(read(written, Some("2026-03-01T09:30:00Z"), "2026-03-01T10:00:00Z"), Ok(written.into()));
        assert_eq!(read(written, Some("2026-03-01T10:00:30Z"), "2026-03-01T10:00:00Z"), Ok(written.into()));
    }

    #[test]
    fn a_clock_that_is_plainly_wrong_is_corrected_and_a_retry_gets_the_same_instant() {
        let written = "2026-03-02T09:55:00Z";
        let first = read(written, Some("2026-03-02T10:00:00Z"), "2026-03-01T10:00:05Z");
        let retry = read(written, Some("2026-03-02T10:00:20Z"), "2026-03-01T10:00:25.2Z");
        assert_eq!(first, Ok("2026-03-01T09:55:00Z".into()));
        assert_eq!(first, retry);
        assert_eq!(read("1980-01-01T00:00:00Z", Some("1980-01-01T00:05:00Z"), "2026-03-01T10:00:00Z"), Ok("2026-03-01T09:55:00Z".into()));
    }

    #[test]
    fn a_moment_of_drift_does_not_hide_an_event_until_later() {
        let received = at("2026-03-01T10:00:00Z");
        assert_eq!(not_ahead(at("2026-03-01T10:00:30Z"), received), received);
        assert_eq!(not_ahead(at("2026-03-01T12:00:00Z"), received), at("2026-03-01T12:00:00Z"));
    }

    #[test]
    fn what_nobody_can_believe_is_refused() {
        let received = "2026-03-01T10:00:00Z";
        assert_eq!(read("2026-03-01T09:00:00", None, received), Err(ReasonCode::InvalidTime));
        assert_eq!(read("yesterday", None, received), Err(ReasonCode::InvalidTime));
        assert_eq!(read("1970-01-01T00:00:00Z", None, received), Err(ReasonCode::TooOld));
        assert_eq!(read("2026-03-02T10:00:01Z", None, received), Err(ReasonCode::InTheFuture));
        assert_eq!(read("2026-03-02T09:59:59Z", None, received), Ok("2026-03-02T09:59:59Z".into()));
    }
}
