//! When things are due: offsets turned into instants, in the account's zone.

use mainstay_model::play::times::{Length, Moment, Offset};
use mainstay_model::play::{Every, Shift};
use mainstay_model::{Day, Timestamp, Zone};

use crate::Run;
use crate::windows::BusinessTime;

/// Minutes of a day without a change of clocks.
const DAY_MINUTES: u16 = 24 * 60;

/// The instant of a time of day. One that a change of the clocks leaves out is as late as if they had not changed; of two it is the first.
#[must_use]
pub fn at_minute(day: Day, minute_of_day: u16, zone: &Zone) -> Timestamp {
    if minute_of_day >= DAY_MINUTES {
        return zone.start_of(day.plus(1));
    }
    let (hour, minute) = (minute_of_day / 60, minute_of_day % 60);
    let civil = day.date().at(i8::try_from(hour).unwrap_or(0), i8::try_from(minute).unwrap_or(0), 0, 0);
    zone.instant_of(civil)
}

/// When a step is due in a run; none while it follows a step that is not decided, or a date that is not known.
///
/// Day 1 past the play hour is at once, and so is every day that is the trigger's own. A day before a date is that day, however long ago.
#[must_use]
pub fn due_at(moment: &Moment, run: &Run, business: &BusinessTime) -> Option<Timestamp> {
    let clock = &run.clock;
    let start = run.started_at;
    let hour = moment.minute_of_day.unwrap_or(clock.play_hour_minute);
    let first = clock.zone.day_of(start);
    let on = |day: Day| at_minute(day, hour, &clock.zone);
    match &moment.offset {
        Offset::Minutes(minutes) => Some(start.plus_seconds(i64::from(*minutes) * 60)),
        Offset::Day(number) => Some(on(first.plus(days(*number) - 1)).max(start)),
        Offset::Month(number) => Some(on(first.plus_months(days(*number) - 1)).max(start)),
        Offset::Date(shift) => {
            let day = shift.applied_to(clock.date?);
            Some(if day == first { on(day).max(start) } else { on(day) })
        }
        Offset::After { length, step } => {
            let decided = run.step(step).and_then(|step| step.decided_at)?;
            let day = clock.zone.day_of(decided);
            Some(match *length {
                Length::Days(count) => on(day.plus(days(count))).max(decided),
                Length::Months(count) => on(day.plus_months(days(count))).max(decided),
                length => after(decided, length, &clock.zone, business),
            })
        }
    }
}

/// The instant so long after another. Days and months keep the time of day in the zone.
#[must_use]
pub fn after(from: Timestamp, length: Length, zone: &Zone, business: &BusinessTime) -> Timestamp {
    match length {
        Length::Minutes(minutes) => from.plus_seconds(i64::from(minutes) * 60),
        Length::Days(count) => same_time(from, zone.day_of(from).plus(days(count)), zone),
        Length::Months(count) => same_time(from, zone.day_of(from).plus_months(days(count)), zone),
        Length::BusinessMinutes(minutes) => business.after_minutes(from, minutes),
        Length::BusinessDays(count) => business.after_days(from, count),
    }
}

/// When a date trigger begins a run: so far from the date, at the play hour.
#[must_use]
pub fn date_trigger(date: Day, from: Shift, play_hour_minute: u16, zone: &Zone) -> Timestamp {
    at_minute(from.applied_to(date), play_hour_minute, zone)
}

/// The first instant of a schedule after another.
#[must_use]
pub fn next_of(every: Every, after: Timestamp, play_hour_minute: u16, zone: &Zone) -> Timestamp {
    let mut day = zone.day_of(after);
    // Every schedule comes round within a quarter, of at most 92 days.
    for _ in 0..100 {
        let at = at_minute(day, play_hour_minute, zone);
        if at > after && falls_on(every, day) {
            return at;
        }
        day = day.plus(1);
    }
    at_minute(day, play_hour_minute, zone)
}

fn falls_on(every: Every, day: Day) -> bool {
    let date = day.date();
    match every {
        Every::Day => true,
        Every::Weekday(weekday) => i8::try_from(weekday).is_ok_and(|weekday| date.weekday().to_monday_one_offset() == weekday),
        Every::Month => date.day() == 1,
        Every::Quarter => date.day() == 1 && date.month() % 3 == 1,
    }
}

fn same_time(at: Timestamp, day: Day, zone: &Zone) -> Timestamp {
    zone.instant_of(day.date().to_datetime(zone.civil(at).time()))
}

/// A count of days or months; the language has none that does not fit.
fn days(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
