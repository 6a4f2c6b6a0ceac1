//! Whether a message may go out now: caps, send windows, silence. It is delayed first, and suppressed only where it would go stale.

use mainstay_model::outreach::{Cap, Caps, SendWindow};
use mainstay_model::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::windows;

/// How long a message that another play silences is held before it is looked at again.
const SILENCE_CHECK_SECONDS: i64 = 86_400;

/// The category that other plays can silence.
pub const MARKETING: &str = "marketing";

/// A message that is about to go out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message<'a> {
    /// The person it goes to, by id or address.
    pub person: &'a str,
    /// What it counts as.
    pub category: &'a str,
    /// Whether it goes whatever caps, windows and silences say.
    pub transactional: bool,
    /// The priority of its play.
    pub priority: u8,
    /// When it is no longer worth sending.
    pub stale_at: Option<Timestamp>,
}

/// A message to the same account that has gone out, or has a time at which it will. Transactional ones are not in a history.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sent {
    /// When.
    pub at: Timestamp,
    /// The person.
    pub person: String,
    /// What it counts as.
    pub category: String,
}

/// What a message has to keep to.
#[derive(Clone, Debug)]
pub struct Limits<'a> {
    /// The workspace's caps.
    pub caps: &'a Caps,
    /// The workspace's send window.
    pub window: &'a SendWindow,
    /// The person's zone, else the account's, else the workspace's.
    pub zone: &'a Zone,
    /// A play with a run for the account that silences marketing, and below which priority.
    pub silenced: Option<(&'a str, u8)>,
    /// A play with a run for the account that excludes the message's play.
    pub excluded_by: Option<&'a str>,
}

/// What is to become of a message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It goes now.
    Send,
    /// It is asked about again then.
    Delay {
        /// When.
        until: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// It never goes.
    Suppress {
        /// Why.
        reason: Reason,
    },
}

/// Why a message does not go now.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Its time is over.
    Stale,
    /// It is outside of the send window.
    Window,
    /// The person has had enough.
    PersonCap,
    /// The account has had enough.
    AccountCap,
    /// The person has had enough of this category.
    CategoryCap(String),
    /// A play of higher priority silences it.
    Silenced {
        /// That play.
        by: String,
    },
    /// A play excludes its play.
    Excluded {
        /// That play.
        by: String,
    },
}

/// Decides about a message. `history` holds the account's messages in any order.
#[must_use]
pub fn allow(message: &Message, history: &[Sent], limits: &Limits, now: Timestamp) -> Verdict {
    if message.stale_at.is_some_and(|stale| stale < now) {
        return Verdict::Suppress { reason: Reason::Stale };
    }
    if message.transactional {
        return Verdict::Send;
    }
    if let Some(by) = limits.excluded_by {
        return Verdict::Suppress { reason: Reason::Excluded { by: by.to_owned() } };
    }
    let (at, reason) = earliest(message, history, limits, now);
    match reason {
        None => Verdict::Send,
        Some(reason) if message.stale_at.is_some_and(|stale| stale < at) => Verdict::Suppress { reason },
        Some(reason) => Verdict::Delay { until: at, reason },
    }
}

/// The first instant at which nothing stands against it, and what stands against it longest.
fn earliest(message: &Message, history: &[Sent], limits: &Limits, now: Timestamp) -> (Timestamp, Option<Reason>) {
    let mut at = now;
    let mut reason = None;
    let mut push = |until: Timestamp, why: Reason| {
        if until > at {
            (at, reason) = (until, Some(why));
        }
    };
    if let Some((by, _)) = limits.silenced.filter(|(_, below)| message.category == MARKETING && message.priority < *below) {
        push(now.plus_seconds(SILENCE_CHECK_SECONDS), Reason::Silenced { by: by.to_owned() });
    }
    let to_person = |sent: &&Sent| sent.person == message.person;
    if let Some(cap) = limits.caps.person {
        push(room(cap, history.iter().filter(to_person), now), Reason::PersonCap);
    }
    if let Some(cap) = limits.caps.account {
        push(room(cap, history.iter(), now), Reason::AccountCap);
    }
    if let Some(cap) = limits.caps.categories.get(message.category) {
        let of_category = history.iter().filter(to_person).filter(|sent| sent.category == message.category);
        push(room(*cap, of_category, now), Reason::CategoryCap(message.category.to_owned()));
    }
    let open = windows::send_at(at, limits.window, limits.zone);
    if open > at {
        return (open, Some(reason.unwrap_or(Reason::Window)));
    }
    (at, reason)
}

/// The first instant from `now` on at which one more keeps to a cap. A cap of none leaves no room within its period, and is asked again then.
fn room<'s>(cap: Cap, sent: impl Iterator<Item = &'s Sent>, now: Timestamp) -> Timestamp {
    let period = cap.per.seconds();
    let mut within: Vec<Timestamp> = sent.map(|sent| sent.at).filter(|at| at.plus_seconds(period) > now).collect();
    within.sort_unstable_by(|a, b| b.cmp(a));
    let Some(last) = usize::try_from(cap.count).ok().and_then(|count| count.checked_sub(1)) else {
        return now.plus_seconds(period);
    };
    within.get(last).map_or(now, |at| at.plus_seconds(period).max(now))
}
