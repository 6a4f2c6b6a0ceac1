//! The live stream: what happens between two instants, as messages of the tracking API.
//!
//! It is the history's own continuation, plus visitors: a real company of this size sends a message or two a minute, and somebody who looks at a
//! demonstration has less patience. Visitors come every few seconds, mostly to accounts that are busy anyway, now and then to a quiet one.

use std::collections::BTreeMap;

use mainstay_model::{Day, Timestamp, Zone};
use serde_json::{Map, Value, json};

use crate::account::Account;
use crate::chance::Chance;
use crate::company::Company;
use crate::event::{self, Event};

/// Seconds between visitors.
const VISIT_EVERY_S: i64 = 3;

/// The live stream of a company. It keeps the days it is at, so that asking every second is cheap.
#[derive(Debug)]
pub struct LiveFeed {
    company: Company,
    days: BTreeMap<Day, Vec<Event>>,
}

impl LiveFeed {
    /// The stream of that company.
    #[must_use]
    pub const fn new(company: Company) -> Self {
        Self { company, days: BTreeMap::new() }
    }

    /// The messages of what happened after `from` and up to `to`, in order of time. However the time is cut, the same messages come, once.
    pub fn messages(&mut self, from: Timestamp, to: Timestamp) -> Vec<Value> {
        let mut events = self.visits(from, to);
        let first = Zone::utc().day_of(from).plus(-1);
        let last = Zone::utc().day_of(to).plus(1);
        self.days.retain(|day, _| *day >= first);
        let mut day = first;
        while day <= last {
            let company = &self.company;
            let of_day = self.days.entry(day).or_insert_with(|| company.events_of_day(day));
            events.extend(of_day.iter().filter(|event| event.at > from && event.at <= to).cloned());
            day = day.plus(1);
        }
        events.sort_by(|a, b| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)));
        events.iter().map(message).collect()
    }

    /// The messages of a time that nobody watched: the history's continuation, without visitors.
    #[must_use]
    pub fn missed(&self, from: Timestamp, to: Timestamp) -> Vec<Value> {
        self.company.events(from, to).map(|event| message(&event)).collect()
    }

    /// The visitors' events. Each visit has its own moment and its own draws.
    fn visits(&self, from: Timestamp, to: Timestamp) -> Vec<Event> {
        let visit_of = |at: Timestamp| at.micros().div_euclid(VISIT_EVERY_S * 1_000_000);
        let mut events = Vec::new();
        // A visit may last; look back far enough to catch the end of earlier ones.
        for visit in visit_of(from.plus_seconds(-VISIT_SPAN_S))..=visit_of(to) {
            let begins = Timestamp::from_micros(visit * VISIT_EVERY_S * 1_000_000);
            let mut chance = Chance::new(self.company.config.seed, "visit", visit.unsigned_abs());
            let Some(account) = self.visited(&mut chance, Zone::utc().day_of(begins)) else { continue };
            let day = account.zone.day_of(begins);
            let users: Vec<_> = account.users_on(day).collect();
            let place = chance.between(0, i32::try_from(users.len()).unwrap_or(1) - 1).max(0);
            let Some(user) = users.get(place as usize) else { continue };
            let mut session = Vec::new();
            event::run_session(&mut chance, account, user, day, begins, &format!("v{visit}-"), &mut session);
            // What takes minutes in a working day takes seconds here.
            for (step, event) in session.iter_mut().enumerate() {
                event.at = begins.plus_seconds((step as i64).min(VISIT_SPAN_S));
            }
            events.extend(session);
        }
        events.retain(|event| event.at > from && event.at <= to);
        events
    }

    /// The account that a visitor belongs to: three busy ones are drawn and the busiest taken, except now and then.
    fn visited(&self, chance: &mut Chance, day: Day) -> Option<&Account> {
        let draws = if chance.happens(0.12) { 1 } else { 3 };
        let last = i32::try_from(self.company.accounts.len()).unwrap_or(1) - 1;
        (0..draws)
            .filter_map(|_| self.company.accounts.get(chance.between(0, last).max(0) as usize))
            .filter(|account| account.life.is_customer(day))
            .max_by(|a, b| busyness(a, day).total_cmp(&busyness(b, day)))
    }
}

/// A visit's last event comes at most so long after its first.
const VISIT_SPAN_S: i64 = 8;

fn busyness(account: &Account, day: Day) -> f64 {
    account.life.usage(day) * f64::from(account.seats_on(day))
}

/// An event as a `track` message.
fn message(event: &Event) -> Value {
    let mut properties = Map::new();
    properties.insert("product".into(), event.product.into());
    properties.insert("department".into(), event.department.into());
    if !event.feature.is_empty() {
        properties.insert("feature".into(), event.feature.into());
    }
    if !event.workflow.is_empty() {
        properties.insert("workflow".into(), event.workflow.into());
    }
    if event.gigabytes > 0 {
        properties.insert("gigabytes".into(), event.gigabytes.into());
    }
    json!({
        "type": "track",
        "messageId": event.message_id,
        "timestamp": event.at.to_rfc3339(),
        "event": event.name,
        "userId": event.user_id,
        "properties": properties,
        "context": { "groupId": event.account_id },
    })
}
