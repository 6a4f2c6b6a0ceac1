//! Business time and send windows: which instants are worked, and which are fit for a message.

use mainstay_model::outreach::SendWindow;
use mainstay_model::workspace::Calendar;
use mainstay_model::{Day, Timestamp, Zone};

use crate::due::at_minute;

/// The longest stretch without a worked day that is looked through.
const MAX_IDLE_DAYS: i32 = 800;

/// Micros of a minute.
const MINUTE: i64 = 60_000_000;

/// A business calendar in its zone. One whose days are all free counts plain time instead, so that nothing waits for ever.
#[derive(Clone, Debug)]
pub struct BusinessTime<'a> {
    calendar: &'a Calendar,
    zone: &'a Zone,
}

impl<'a> BusinessTime<'a> {
    /// A calendar, in its own zone or else the workspace's.
    #[must_use]
    pub fn new(calendar: &'a Calendar, workspace: &'a Zone) -> Self {
        Self { calendar, zone: calendar.zone.as_ref().unwrap_or(workspace) }
    }

    /// When work begins and ends on a day; none where nobody works.
    #[must_use]
    pub fn hours_of(&self, day: Day) -> Option<(Timestamp, Timestamp)> {
        let calendar = self.calendar;
        let worked = calendar.weekdays.contains(&weekday(day)) && calendar.holidays.binary_search(&day).is_err();
        let hours = || (at_minute(day, calendar.opens_minute, self.zone), at_minute(day, calendar.closes_minute, self.zone));
        worked.then(hours).filter(|(opens, closes)| opens < closes)
    }

    /// The instant itself where it is worked, else the next at which work begins.
    #[must_use]
    pub fn next_open(&self, at: Timestamp) -> Timestamp {
        self.open_from(at).map_or(at, |(open, _)| open)
    }

    /// The first worked stretch that ends after an instant, from the instant on.
    fn open_from(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let first = self.zone.day_of(at);
        (0..=MAX_IDLE_DAYS)
            .find_map(|days| self.hours_of(first.plus(days)).filter(|(_, closes)| *closes > at))
            .map(|(opens, closes)| (opens.max(at), closes))
    }

    /// The instant at which so many worked minutes have passed.
    #[must_use]
    pub fn after_minutes(&self, from: Timestamp, minutes: u32) -> Timestamp {
        let mut left = i64::from(minutes) * MINUTE;
        let mut at = from;
        while let Some((opens, closes)) = self.open_from(at) {
            let length = closes.micros() - opens.micros();
            if left <= length {
                return Timestamp(opens.micros() + left);
            }
            left -= length;
            at = closes;
        }
        Timestamp(at.micros().saturating_add(left))
    }

    /// The same time of day on the n-th worked day after, within its hours. What comes outside of work counts as coming when work begins.
    #[must_use]
    pub fn after_days(&self, from: Timestamp, days: u32) -> Timestamp {
        let start = self.next_open(from);
        let minute = minute_of(start, self.zone);
        let mut day = self.zone.day_of(start);
        let mut last = None;
        for _ in 0..days {
            let Some(next) = (1..=MAX_IDLE_DAYS).map(|days| day.plus(days)).find(|day| self.hours_of(*day).is_some()) else {
                return start.plus_seconds(i64::from(days) * 86_400);
            };
            day = next;
            last = self.hours_of(day);
        }
        last.map_or(start, |(opens, closes)| at_minute(day, minute, self.zone).clamp(opens, closes))
    }

    /// How many minutes between two instants are worked, rounded down.
    #[must_use]
    pub fn minutes_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        let mut at = from;
        let mut micros = 0;
        while let Some((opens, closes)) = self.open_from(at).filter(|(opens, _)| *opens < to) {
            micros += closes.min(to).micros() - opens.micros();
            at = closes;
        }
        micros / MINUTE
    }
}

/// The first instant from `now` on at which the window is open in the recipient's zone.
///
/// A window that begins in the hour that a change of clocks leaves out begins behind it; one that lies wholly in it is not open that day. The hour
/// that comes twice is open both times.
#[must_use]
pub fn send_at(now: Timestamp, window: &SendWindow, zone: &Zone) -> Timestamp {
    if is_open(now, window, zone) {
        return now;
    }
    let today = zone.day_of(now);
    let openings = (0..=14).map(|days| at_minute(today.plus(days), window.opens_minute, zone));
    let mut later = openings.filter(|at| *at > now && is_open(*at, window, zone));
    later.next().unwrap_or(now)
}

/// Whether a message may go out at an instant.
#[must_use]
pub fn is_open(at: Timestamp, window: &SendWindow, zone: &Zone) -> bool {
    let minute = minute_of(at, zone);
    window.weekdays.contains(&weekday(zone.day_of(at))) && (window.opens_minute..window.closes_minute).contains(&minute)
}

/// Minutes after midnight of an instant, as clocks show it.
fn minute_of(at: Timestamp, zone: &Zone) -> u16 {
    let civil = zone.civil(at);
    u16::try_from(i16::from(civil.hour()) * 60 + i16::from(civil.minute())).unwrap_or(0)
}

/// 1 = Monday to 7 = Sunday.
fn weekday(day: Day) -> u8 {
    u8::try_from(day.date().weekday().to_monday_one_offset()).unwrap_or(1)
}
