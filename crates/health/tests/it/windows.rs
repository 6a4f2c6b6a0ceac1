//! Windows as of a day, against a plain recomputation from the facts.

use std::collections::BTreeSet;

use mainstay_health::{About, AsOf, HealthError, Reading, Selection, evaluate};
use mainstay_model::Day;
use mainstay_model::signal::{Aggregate, Measure, Span};
use proptest::prelude::*;

use crate::support::{Fact, aggregates, events, facts, numbers, partials_of, signal, window};

/// What a window comes to, the slow way.
fn plain(aggregate: &Aggregate, facts: &[&Fact], today: i32, connected: bool) -> Option<f64> {
    let known: Vec<f64> = facts.iter().filter_map(|fact| fact.decimal()).collect();
    let zero = |count: usize| if count == 0 && !connected { None } else { Some(count as f64) };
    let sum = || facts.iter().filter_map(|fact| fact.number).sum::<i64>() as f64 / 100.0;
    match aggregate {
        Aggregate::Count => zero(facts.len()),
        Aggregate::CountDistinct(_) => zero(facts.iter().filter_map(|fact| fact.number).collect::<BTreeSet<_>>().len()),
        Aggregate::ActiveDays => zero(facts.iter().map(|fact| fact.day).collect::<BTreeSet<_>>().len()),
        Aggregate::Sum(_) => zero(known.len()).map(|_| sum()),
        Aggregate::Average(_) => {
            (!known.is_empty()).then(|| facts.iter().filter_map(|fact| fact.number).sum::<i64>() as f64 / (100 * known.len()) as f64)
        }
        Aggregate::Min(_) => known.iter().copied().reduce(f64::min),
        Aggregate::Max(_) => known.iter().copied().reduce(f64::max),
        Aggregate::Last(_) => {
            facts.iter().filter(|fact| fact.number.is_some()).max_by_key(|fact| (fact.at(), fact.id)).and_then(|fact| fact.decimal())
        }
        Aggregate::Share(_) => {
            (!facts.is_empty()).then(|| facts.iter().filter(|fact| fact.truth() == Some(true)).count() as f64 / facts.len() as f64)
        }
        Aggregate::DaysSince(_) => facts.iter().filter_map(|fact| fact.day_named()).max().map(|day| f64::from(today - day.0)),
    }
}

fn between(facts: &[Fact], subject: u32, (first, last): (Day, Day)) -> Vec<&Fact> {
    facts.iter().filter(|fact| fact.subject == subject && first.0 <= fact.day && fact.day <= last.0).collect()
}

fn close(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + a.abs()),
        (a, b) => a == b,
    }
}

fn spans() -> [(Span, bool); 6] {
    [
        (Span::Days(1), false),
        (Span::Days(7), false),
        (Span::Days(30), true),
        (Span::Months(1), false),
        (Span::Months(2), true),
        (Span::All, false),
    ]
}

proptest! {
    #[test]
    fn every_measure_over_every_window_is_what_its_facts_say(facts in facts(120), today in -30..15_i32, connected in any::<bool>()) {
        for aggregate in aggregates() {
            let partials = partials_of(&aggregate, &facts);
            for (span, complete) in spans() {
                let one = events("x", aggregate.clone(), window(span, complete));
                let reading = Reading::new(&one, |_| None).unwrap();
                let as_of = AsOf { today: Day(today), today_override: None, about: About { connected, born: &[] } };
                let all = numbers(&evaluate(&reading, &partials, &as_of, Selection::All(6)).unwrap());
                for subject in 0..6 {
                    let facts = between(&facts, subject, reading.days(Day(today)));
                    let expected = plain(&aggregate, &facts, today, connected);
                    prop_assert!(close(all[subject as usize], expected), "{:?} {:?}: {:?} {:?}", aggregate, span, all, expected);
                }
                let some = numbers(&evaluate(&reading, &partials, &as_of, Selection::Some(&[4, 1, 9, 4])).unwrap());
                prop_assert_eq!(&some[..2], &[all[4], all[1]]);
                prop_assert_eq!(some[3], all[4]);
            }
        }
    }

    #[test]
    fn a_change_compares_the_last_two_windows_of_complete_days(facts in facts(150), today in -10..15_i32, days in 1..20_u32) {
        for aggregate in aggregates() {
            let of = events("x", aggregate.clone(), window(Span::Days(days), false));
            let change = signal("change", Measure::Change { of: "x".into() });
            let Ok(reading) = Reading::new(&change, |_| Some(&of)) else { continue };
            let as_of = AsOf { today: Day(today), today_override: None, about: About { connected: true, born: &[] } };
            let found = numbers(&evaluate(&reading, &partials_of(&aggregate, &facts), &as_of, Selection::All(6)).unwrap());
            let length = i32::try_from(days).unwrap();
            for subject in 0..6 {
                let value = |first, last| plain(&aggregate, &between(&facts, subject, (Day(first), Day(last))), today, true);
                let (later, earlier) = (value(today - length, today - 1), value(today - 2 * length, today - length - 1));
                let expected = later.zip(earlier).filter(|(_, earlier)| *earlier != 0.0).map(|(later, earlier)| (later - earlier) / earlier);
                prop_assert!(close(found[subject as usize], expected), "{:?}: {:?} {:?}", aggregate, found, expected);
            }
        }
    }

    #[test]
    fn a_trend_is_the_least_squares_slope_of_the_daily_values(facts in facts(150), today in -10..15_i32, days in 1..25_u32) {
        for aggregate in aggregates() {
            let of = events("x", aggregate.clone(), window(Span::Days(days), false));
            let trend = signal("trend", Measure::Trend { of: "x".into() });
            let Ok(reading) = Reading::new(&trend, |_| Some(&of)) else { continue };
            let as_of = AsOf { today: Day(today), today_override: None, about: About { connected: true, born: &[] } };
            let found = numbers(&evaluate(&reading, &partials_of(&aggregate, &facts), &as_of, Selection::All(6)).unwrap());
            let first = today - i32::try_from(days).unwrap();
            for subject in 0..6 {
                let daily = |day| plain(&aggregate, &between(&facts, subject, (Day(day), Day(day))), today, true);
                let points: Vec<(f64, f64)> = (first..today).filter_map(|day| Some((f64::from(day), daily(day)?))).collect();
                prop_assert!(close(found[subject as usize], slope(&points)), "{:?}: {:?} {:?}", aggregate, found, slope(&points));
            }
        }
    }
}

fn slope(points: &[(f64, f64)]) -> Option<f64> {
    let n = points.len() as f64;
    let (mean_x, mean_y) = (points.iter().map(|p| p.0).sum::<f64>() / n, points.iter().map(|p| p.1).sum::<f64>() / n);
    let den: f64 = points.iter().map(|p| (p.0 - mean_x).powi(2)).sum();
    (points.len() > 1).then(|| points.iter().map(|p| (p.0 - mean_x) * (p.1 - mean_y)).sum::<f64>() / den)
}

fn fact(id: u128, subject: u32, day: i32) -> Fact {
    Fact { id, subject, day, micros: 0, number: Some(1) }
}

#[test]
fn a_count_is_zero_where_the_source_is_connected_and_null_where_it_never_was() {
    let count = events("logins", Aggregate::Count, window(Span::Days(30), false));
    let reading = Reading::new(&count, |_| None).unwrap();
    let value = |connected| {
        let as_of = AsOf { today: Day(50), today_override: None, about: About { connected, born: &[] } };
        numbers(&evaluate(&reading, &partials_of(&Aggregate::Count, &[]), &as_of, Selection::All(1)).unwrap())[0]
    };
    assert_eq!(value(true), Some(0.0));
    assert_eq!(value(false), None);
}

#[test]
fn an_account_younger_than_two_windows_has_no_change() {
    let of = events("logins", Aggregate::Count, window(Span::Days(10), false));
    let change = signal("change", Measure::Change { of: "logins".into() });
    let reading = Reading::new(&change, |_| Some(&of)).unwrap();
    let facts: Vec<Fact> =
        (0..4).flat_map(|subject| [fact(u128::from(subject), subject, 85), fact(10 + u128::from(subject), subject, 95)]).collect();
    let born = [Some(Day(80)), Some(Day(81)), None];
    let as_of = AsOf { today: Day(100), today_override: None, about: About { connected: true, born: &born } };
    let found = numbers(&evaluate(&reading, &partials_of(&Aggregate::Count, &facts), &as_of, Selection::All(4)).unwrap());
    assert_eq!(found, [Some(0.0), None, Some(0.0), Some(0.0)]);
    assert_eq!(reading.first_day(Day(100)), Day(80));
}

#[test]
fn as_of_an_instant_inside_a_day_only_the_facts_up_to_it_count() {
    let count = events("logins", Aggregate::Count, window(Span::Days(2), false));
    let reading = Reading::new(&count, |_| None).unwrap();
    let stored = partials_of(&Aggregate::Count, &[fact(1, 0, 9), fact(2, 0, 10), fact(3, 0, 10), fact(4, 0, 11)]);
    let morning = partials_of(&Aggregate::Count, &[fact(2, 0, 10)]);
    let as_of = AsOf { today: Day(10), today_override: Some(&morning), about: About { connected: true, born: &[] } };
    assert_eq!(numbers(&evaluate(&reading, &stored, &as_of, Selection::All(1)).unwrap()), [Some(2.0)]);
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_reason() {
    let last = events("plan", Aggregate::Last("plan".into()), window(Span::All, false));
    let change = signal("plan_change", Measure::Change { of: "plan".into() });
    let error = Reading::new(&change, |_| Some(&last)).unwrap_err();
    insta::assert_snapshot!(error, @"signal `plan_change` compares `plan`, which is no count, sum or other measure with a window of days or months; name one that is");
    let formula = signal("seat_use", Measure::Formula { sql: "1".into() });
    assert_eq!(Reading::new(&formula, |_| None), Err(HealthError::NotMeasured { signal: "seat_use".into() }));
    let count = events("x", Aggregate::Count, window(Span::All, false));
    let reading = Reading::new(&count, |_| None).unwrap();
    let as_of = AsOf { today: Day(0), today_override: None, about: About::default() };
    assert!(evaluate(&reading, &partials_of(&Aggregate::ActiveDays, &[]), &as_of, Selection::All(1)).is_err());
}
