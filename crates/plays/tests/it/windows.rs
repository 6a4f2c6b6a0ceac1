//! Send windows never open outside of themselves; business time adds up.

use mainstay_model::Timestamp;
use mainstay_model::outreach::SendWindow;
use mainstay_plays::windows::{BusinessTime, is_open, send_at};
use proptest::prelude::*;

use crate::make::{at, berlin, calendar};

#[test]
fn business_time_leaves_out_nights_week_ends_and_holidays() {
    let (calendar, zone) = (calendar(), berlin());
    let business = BusinessTime::new(&calendar, &zone);
    // 2 April 2026 is a Thursday; Monday the 6th is a holiday of the calendar.
    for (from, minutes, expected) in [
        ("2026-04-02T10:00", 60, "2026-04-02T11:00"),
        ("2026-04-02T16:30", 60, "2026-04-03T09:30"),
        ("2026-04-03T16:00", 120, "2026-04-07T10:00"),
        ("2026-04-04T12:00", 60, "2026-04-07T10:00"),
        ("2026-04-02T06:00", 480, "2026-04-02T17:00"),
    ] {
        assert_eq!(business.after_minutes(at(from), minutes), at(expected), "{minutes} from {from}");
    }
    for (from, days, expected) in [
        ("2026-04-02T10:00", 1, "2026-04-03T10:00"),
        ("2026-04-03T10:00", 1, "2026-04-07T10:00"),
        ("2026-04-03T18:00", 1, "2026-04-08T09:00"),
        ("2026-04-02T10:00", 5, "2026-04-10T10:00"),
    ] {
        assert_eq!(business.after_days(at(from), days), at(expected), "{days} from {from}");
    }
}

#[test]
fn a_window_in_the_hour_that_clocks_leave_out_is_not_open_that_day() {
    let window = |opens_minute, closes_minute| SendWindow { weekdays: (1..=7).collect(), opens_minute, closes_minute };
    let zone = berlin();
    assert_eq!(send_at(at("2026-03-29T00:00"), &window(130, 170), &zone), at("2026-03-30T02:10"));
    assert_eq!(send_at(at("2026-03-29T00:00"), &window(150, 600), &zone), at("2026-03-29T03:30"));
    // The hour that comes twice is open both times.
    let second = Timestamp::parse("2026-10-25T01:30:00Z").unwrap();
    assert_eq!(send_at(second, &window(120, 180), &zone), second);
}

proptest! {
    #[test]
    fn messages_never_go_out_outside_of_the_window(start in 1_700_000_000_i64..1_900_000_000, days in proptest::collection::btree_set(1_u8..8, 1..7), opens in 0_u16..1_400, length in 1_u16..600) {
        let window = SendWindow { weekdays: days.into_iter().collect(), opens_minute: opens, closes_minute: (opens + length).min(1_440) };
        for zone in ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"] {
            let zone = mainstay_model::Zone::named(zone).unwrap();
            let now = Timestamp(start * 1_000_000);
            let sent = send_at(now, &window, &zone);
            prop_assert!(sent >= now && is_open(sent, &window, &zone));
            prop_assert_eq!(send_at(sent, &window, &zone), sent);
        }
    }

    #[test]
    fn business_hours_add_up(start in 1_700_000_000_i64..1_900_000_000, first in 0_u32..5_000, second in 0_u32..5_000) {
        let (calendar, zone) = (calendar(), berlin());
        let business = BusinessTime::new(&calendar, &zone);
        let from = business.next_open(Timestamp(start * 1_000_000));
        let middle = business.after_minutes(from, first);
        let end = business.after_minutes(from, first + second);
        prop_assert!(middle <= end);
        prop_assert_eq!(business.minutes_between(from, end), i64::from(first + second));
        prop_assert_eq!(business.minutes_between(from, middle) + business.minutes_between(middle, end), i64::from(first + second));
    }
}
