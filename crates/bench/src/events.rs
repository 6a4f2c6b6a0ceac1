//! The events that are measured with, the same in every run: a number gives an event.

use mainstay_model::{Clock, Event, EventKind, RecordVersion, Timestamp};

/// The source they all come by.
pub(crate) const SOURCE: &str = "product";
/// Days that the events at rest are spread over.
pub(crate) const DAYS: u64 = 62;
/// The first accounts have one old event only, so that a fresh one is sure to move their score.
pub(crate) const QUIET: u64 = 4_096;

const DAY_SECONDS: u64 = 86_400;

/// The operating system's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock that everything else is passed")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
}

/// Spreads numbers evenly, always the same way (the finalizer of splitmix64).
pub(crate) const fn mixed(number: u64) -> u64 {
    let a = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    c ^ (c >> 31)
}

/// The id of an account.
pub(crate) fn account(number: u64) -> String {
    format!("acc-{number:07}")
}

/// What a use of the product was like: feature, time in milliseconds, whether it failed.
pub(crate) const fn use_of(mixed: u64) -> (u64, u64, bool) {
    (mixed % 40, mixed / 64 % 9_000, (mixed >> 40).is_multiple_of(8))
}

/// Event `number` of `total` at rest, over accounts that are not quiet; the first events are the quiet accounts' own.
pub(crate) fn at_rest(number: u64, total: u64, accounts: u64, now: Timestamp) -> Event {
    let hash = mixed(number);
    if number < QUIET {
        return event(number, number, now.plus_seconds(-45 * DAY_SECONDS as i64), "rest");
    }
    let ago = (total - number) * DAYS * DAY_SECONDS / total;
    event(number, QUIET + hash % (accounts - QUIET), now.plus_seconds(-(ago as i64) - 60), "rest")
}

/// A use of the product by an account.
pub(crate) fn event(number: u64, account_number: u64, at: Timestamp, run: &str) -> Event {
    let hash = mixed(number);
    let (feature, duration_ms, failed) = use_of(hash);
    Event {
        source: SOURCE.to_owned(),
        message_id: format!("{run}-{number:016x}"),
        kind: EventKind::Track,
        name: "Feature Used".to_owned(),
        account_id: Some(account(account_number)),
        user_id: Some(format!("usr-{account_number:07}-{}", hash / 7 % 10)),
        anonymous_id: None,
        occurred_at: at,
        received_at: Timestamp(0),
        properties: format!("{{\"feature\":\"f{feature}\",\"duration_ms\":{duration_ms},\"failed\":{failed}}}"),
    }
}

/// What is known of an account.
pub(crate) fn record(number: u64, now: Timestamp) -> RecordVersion {
    let tier = ["enterprise", "mid_market", "smb"][mixed(number) as usize % 3];
    let region = ["emea", "amer", "apac"][mixed(number + 1) as usize % 3];
    RecordVersion {
        source: SOURCE.to_owned(),
        entity: "accounts".to_owned(),
        external_id: account(number),
        occurred_at: now.plus_seconds(-((DAYS + 1) as i64) * DAY_SECONDS as i64),
        received_at: Timestamp(0),
        fields: format!(
            "{{\"name\":\"Company {number}\",\"tier\":\"{tier}\",\"region\":\"{region}\",\"owner\":\"csm{}@example.com\"}}",
            number % 50
        ),
    }
}

/// The body of a batch call of the tracking API with these events.
pub(crate) fn batch_body(events: &[Event]) -> String {
    let mut body = String::with_capacity(events.len() * 300 + 16);
    body.push_str("{\"batch\":[");
    for (place, event) in events.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        body.push_str(&format!(
            "{comma}{{\"type\":\"track\",\"messageId\":\"{}\",\"event\":\"{}\",\"userId\":\"{}\",\"timestamp\":\"{}\",\"context\":{{\"groupId\":\"{}\"}},\"properties\":{}}}",
            event.message_id,
            event.name,
            text(&event.user_id),
            event.occurred_at.to_rfc3339(),
            text(&event.account_id),
            event.properties,
        ));
    }
    body.push_str("]}");
    body
}
