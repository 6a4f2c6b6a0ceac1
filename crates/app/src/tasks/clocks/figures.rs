//! How long it took, and how often in time.

use mainstay_model::{Timestamp, Zone};
use mainstay_plays::windows::BusinessTime;

use super::{ClockKind, ClockUnit, ResponseClock};
use crate::median::median;

/// Something that a clock ran for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    /// Since when.
    pub(super) began: Timestamp,
    /// When it was answered.
    pub(super) answered: Option<Timestamp>,
    /// When it was over by itself; none while it lasts.
    pub(super) ended: Option<Timestamp>,
}

/// A clock over everything that it ran for, as of an instant.
pub(super) fn clock_of<'c>(
    kind: ClockKind,
    cases: impl Iterator<Item = &'c Case>,
    (zone, business): (&Zone, &BusinessTime<'_>),
    now: Timestamp,
) -> ResponseClock {
    let (target, unit) = (kind.target(), kind.unit());
    let between = |from: Timestamp, to: Timestamp| match unit {
        ClockUnit::Days => f64::from(zone.day_of(to).since(zone.day_of(from))),
        ClockUnit::BusinessHours => business.minutes_between(from, to) as f64 / 60.0,
    };
    let most = f64::from(target);
    let mut clock = ResponseClock {
        clock: kind,
        target,
        unit,
        begun: 0,
        in_time: 0,
        late: 0,
        unanswered: 0,
        running: 0,
        lapsed: 0,
        mean: None,
        median: None,
    };
    let mut times = Vec::new();
    for case in cases {
        clock.begun += 1;
        if let Some(answered) = case.answered {
            let time = between(case.began, answered);
            *(if time <= most { &mut clock.in_time } else { &mut clock.late }) += 1;
            times.push(time);
        } else if between(case.began, case.ended.map_or(now, |ended| ended.min(now))) > most {
            clock.unanswered += 1;
        } else if case.ended.is_some() {
            clock.lapsed += 1;
        } else {
            clock.running += 1;
        }
    }
    times.sort_by(f64::total_cmp);
    clock.mean = (!times.is_empty()).then(|| times.iter().sum::<f64>() / times.len() as f64);
    clock.median = median(&times);
    clock
}

#[cfg(test)]
mod tests {
    use mainstay_model::workspace::Calendar;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// A clock that began on a Monday morning and was answered, or over by itself, then; seen at an instant. Work is from 9 to 17 in UTC.
    fn clock(kind: ClockKind, ends: &[(Option<&str>, Option<&str>)], now: &str) -> ResponseClock {
        let began = at("2026-03-02T09:00:00Z");
        let case = |(answered, ended): &(Option<&str>, Option<&str>)| Case { began, answered: answered.map(at), ended: ended.map(at) };
        let cases: Vec<Case> = ends.iter().map(case).collect();
        let (calendar, zone) = (Calendar::default(), Zone::utc());
        clock_of(kind, cases.iter(), (&zone, &BusinessTime::new(&calendar, &zone)), at(now))
    }

    #[test]
    fn hours_are_those_of_the_business_calendar() {
        // Three days of eight hours are 24 hours; an hour more is too late.
        let ends = [(Some("2026-03-02T11:00:00Z"), None), (Some("2026-03-04T23:00:00Z"), None), (Some("2026-03-05T10:00:00Z"), None)];
        let clock = clock(ClockKind::RedToContact, &ends, "2026-03-20T09:00:00Z");
        assert_eq!((clock.begun, clock.in_time, clock.late), (3, 2, 1));
        assert_eq!([clock.mean, clock.median], [Some(17.0), Some(24.0)]);
    }

    #[test]
    fn days_are_calendar_days_and_the_same_day_is_none() {
        let ends = [(Some("2026-03-02T23:00:00Z"), None), (Some("2026-03-17T01:00:00Z"), None), (Some("2026-03-18T00:00:00Z"), None)];
        let clock = clock(ClockKind::DeclineToIntervention, &ends, "2026-03-20T09:00:00Z");
        assert_eq!((clock.in_time, clock.late), (2, 1));
        assert_eq!([clock.median, clock.mean.map(f64::round)], [Some(15.0), Some(10.0)]);
    }

    #[test]
    fn what_nobody_answered_is_running_lapsed_or_unanswered() {
        let lasts = (None, None);
        let counts = |ends, now: &str| {
            let clock = clock(ClockKind::YellowToContact, &[ends], now);
            (clock.running, clock.lapsed, clock.unanswered, clock.mean)
        };
        assert_eq!(counts(lasts, "2026-03-09T17:00:00Z"), (1, 0, 0, None), "48 hours are six days of work");
        assert_eq!(counts(lasts, "2026-03-10T10:00:00Z"), (0, 0, 1, None));
        assert_eq!(counts((None, Some("2026-03-04T00:00:00Z")), "2026-03-20T10:00:00Z"), (0, 1, 0, None));
        assert_eq!(counts((None, Some("2026-03-11T00:00:00Z")), "2026-03-20T10:00:00Z"), (0, 0, 1, None), "it got better too late");
    }
}
