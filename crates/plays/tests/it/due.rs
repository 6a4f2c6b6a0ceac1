//! Offsets against hand examples: Day 1, weeks, months, dates, changes of the clocks.

use mainstay_model::{Day, Timestamp};
use mainstay_plays::due::due_at;
use mainstay_plays::windows::BusinessTime;

use crate::make::{at, berlin, calendar, moment, play, run};

fn due(started: &str, date: Option<&str>, offset: &str) -> Option<Timestamp> {
    let play = play(Vec::new());
    let run = run(&play, at(started), date.map(|date| Day::parse(date).unwrap()), false);
    due_at(&moment(offset), &run, &BusinessTime::new(&calendar(), &berlin()))
}

#[test]
fn days_weeks_and_hours_are_counted_as_decided() {
    for (started, offset, expected) in [
        ("2026-03-02T08:00", "immediately", "2026-03-02T08:00"),
        ("2026-03-02T08:00", "day 1", "2026-03-02T09:00"),
        ("2026-03-02T14:10", "day 1", "2026-03-02T14:10"),
        ("2026-03-02T14:10", "hour 4", "2026-03-02T18:10"),
        ("2026-03-02T14:10", "day 2", "2026-03-03T09:00"),
        ("2026-03-02T14:10", "day 5", "2026-03-06T09:00"),
        ("2026-03-02T14:10", "day 5 14:30", "2026-03-06T14:30"),
        ("2026-03-02T14:10", "week 2", "2026-03-09T09:00"),
        ("2026-03-02T14:10", "day 8", "2026-03-09T09:00"),
        ("2026-01-31T14:10", "month 2", "2026-02-28T09:00"),
        ("2026-01-31T14:10", "month 3", "2026-03-31T09:00"),
        ("2026-12-15T14:10", "month 2", "2027-01-15T09:00"),
        ("2026-03-02T23:30", "day 2", "2026-03-03T09:00"),
    ] {
        assert_eq!(due(started, None, offset), Some(at(expected)), "{offset} from {started}");
    }
}

#[test]
fn days_before_a_date_fall_on_that_calendar_day() {
    let started = "2026-03-02T09:00";
    for (offset, expected) in [
        ("-120 days", "2026-03-02T09:00"),
        ("-90 days", "2026-04-01T09:00"),
        ("-3 months", "2026-03-30T09:00"),
        ("day 0", "2026-06-30T09:00"),
        ("7 days", "2026-07-07T09:00"),
    ] {
        assert_eq!(due(started, Some("2026-06-30"), offset), Some(at(expected)), "{offset}");
    }
    assert_eq!(due(started, None, "-90 days"), None, "without a date nothing is before it");
}

#[test]
fn changes_of_the_clocks_move_hours_but_not_days() {
    // On 29 March 2026 clocks went from 02:00 to 03:00; on 25 October from 03:00 to 02:00.
    assert_eq!(due("2026-03-28T10:00", None, "day 2"), Some(at("2026-03-29T09:00")));
    assert_eq!(due("2026-03-28T10:00", None, "hour 24"), Some(at("2026-03-29T11:00")));
    assert_eq!(due("2026-03-28T10:00", None, "day 2 02:30"), Some(at("2026-03-29T03:30")), "left out: as late as if they had not changed");
    assert_eq!(due("2026-10-24T10:00", None, "hour 24"), Some(at("2026-10-25T09:00")));
    assert_eq!(due("2026-10-24T10:00", None, "day 2 02:30").unwrap().to_rfc3339(), "2026-10-25T00:30:00Z", "the first of two");
}
