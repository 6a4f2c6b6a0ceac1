//! The rhythm of work: week, year and holidays.

use mainstay_model::Day;

/// How much of a normal working day's use falls on this day: 1 on an ordinary one, little at weekends, less in summer and around the turn of the year.
pub(crate) fn rhythm(day: Day, region: &str) -> f64 {
    weekday_factor(day) * season_factor(day, region)
}

/// How much is done on this day of the week.
fn weekday_factor(day: Day) -> f64 {
    match weekday(day) {
        0 => 1.0,
        1 => 1.12,
        2 => 1.1,
        3 => 1.05,
        4 => 0.85,
        5 => 0.07,
        _ => 0.05,
    }
}

fn season_factor(day: Day, region: &str) -> f64 {
    let date = day.date();
    match (date.month(), date.day(), region) {
        (12, 24..=31, _) | (1, 1, _) => 0.15,
        (1, 2..=6, _) => 0.6,
        (11, 26..=28, "americas") => 0.35,
        (7, 4, "americas") => 0.2,
        (5, 1..=5, "apac") => 0.55,
        (2, 8..=14, "apac") => 0.5,
        (8, 1..=24, "emea") => 0.7,
        (7 | 8, _, _) => 0.85,
        (9..=11 | 3, _, _) => 1.05,
        _ => 1.0,
    }
}

/// The day of the week, Monday 0.
pub(crate) fn weekday(day: Day) -> i32 {
    // 1970-01-01 was a Thursday.
    (day.0 + 3).rem_euclid(7)
}

/// This day, or the Monday after it when it falls on a weekend.
pub(crate) fn working_day(day: Day) -> Day {
    match weekday(day) {
        5 => day.plus(2),
        6 => day.plus(1),
        _ => day,
    }
}
