//! Reference values computed elsewhere, with exact fractions.

use std::collections::BTreeMap;

use mainstay_health::{About, AsOf, Column, FactColumns, Inputs, Reading, Selection, SignalPartials, UNKNOWN, Values, evaluate};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span};
use mainstay_model::{BandScale, Day, Timestamp, Zone};

use crate::support::{SIGNALS, columns, compile, default_model, events, numbers, signal, window};

#[test]
fn scores_bands_and_coverage_of_the_default_model_agree() {
    let rows: Vec<Vec<&str>> = include_str!("../data/health_default.csv").lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 400);
    let cells: Vec<[&str; 6]> = rows.iter().map(|row| std::array::from_fn(|at| row[at + 1])).collect();
    let model = compile(&default_model(), &SIGNALS);
    let columns = columns(&cells);
    let scores = model.score_all(&Inputs { columns: &columns, ..Inputs::default() }, rows.len());
    let bands = BandScale::default();
    for (row, expected) in rows.iter().enumerate() {
        let [score, band, coverage] = expected[7..] else { panic!("a row with nine columns") };
        match score.parse::<f64>() {
            Ok(score) => assert!((scores.shown.get(row).unwrap() - score).abs() < 1e-6, "{expected:?}"),
            Err(_) => assert_eq!(scores.shown.get(row), None, "{expected:?}"),
        }
        let found = if scores.band[row] == UNKNOWN { "unknown" } else { bands.0[usize::from(scores.band[row])].name.as_str() };
        assert_eq!(found, band, "{expected:?}");
        let coverage: f64 = coverage.parse().unwrap();
        assert!((scores.coverage.get(row).unwrap() * 100.0 - coverage).abs() < 1e-6, "{expected:?}");
    }
}

/// One account's events as seen at an instant: what came before its day, and that day up to it.
struct Seen {
    stored: Vec<Timestamp>,
    zone: Zone,
    as_of: Timestamp,
}

impl Seen {
    fn value(&self, signal: &Signal, of: &Signal) -> Option<f64> {
        let reading = Reading::new(signal, |_| Some(of)).unwrap();
        let today = self.zone.day_of(self.as_of);
        let all = self.partials(&reading.aggregate, &|_| true);
        let so_far = self.partials(&reading.aggregate, &|at| at <= self.as_of && self.zone.day_of(at) == today);
        let about = About { connected: true, born: &[] };
        let as_of = AsOf { today, today_override: Some(&so_far), about };
        numbers(&evaluate(&reading, &all, &as_of, Selection::All(1)).unwrap())[0]
    }

    fn partials(&self, aggregate: &Aggregate, counts: &dyn Fn(Timestamp) -> bool) -> SignalPartials {
        let at: Vec<Timestamp> = self.stored.iter().copied().filter(|at| counts(*at)).collect();
        let day: Vec<Day> = at.iter().map(|at| self.zone.day_of(*at)).collect();
        let days: Vec<Option<Day>> = day.iter().map(|day| Some(*day)).collect();
        let mut partials = SignalPartials::new(aggregate);
        let value = if matches!(aggregate, Aggregate::DaysSince(_)) { Values::Days(&days) } else { Values::None };
        partials.add(&FactColumns { subject: &vec![0; at.len()], day: &day, at: &at, digest: &[], value }).unwrap();
        partials
    }
}

#[derive(serde::Deserialize)]
struct Case<'a> {
    zone: String,
    events: Vec<String>,
    account_older_than_two_windows: bool,
    #[serde(borrow)]
    expect: Vec<BTreeMap<String, &'a serde_json::value::RawValue>>,
}

#[test]
fn windows_in_calendar_days_agree_around_changes_of_the_clock() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../data/windows.json")).unwrap();
    let days = |aggregate, n| events("x", aggregate, window(Span::Days(n), false));
    let complete = events("complete", Aggregate::Count, window(Span::Days(30), true));
    let change = signal("change", Measure::Change { of: "complete".into() });
    let since = events("since", Aggregate::DaysSince("occurred_at".into()), window(Span::All, false));
    let mut checked = 0;
    for case in &cases {
        assert!(case.account_older_than_two_windows);
        let zone = Zone::named(&case.zone).unwrap();
        let stored: Vec<Timestamp> = case.events.iter().map(|at| Timestamp::parse(at).unwrap()).collect();
        for expected in &case.expect {
            // Read from the very digits: a generic JSON number may be off by the last bit.
            let number = |name: &str| expected[name].get().parse::<f64>().ok();
            let text = |name: &str| expected[name].get().trim_matches('"').to_owned();
            let as_of = Timestamp::parse(&text("as_of")).unwrap();
            let seen = Seen { stored: stored.clone(), zone: zone.clone(), as_of };
            let today = zone.day_of(as_of);
            assert_eq!(today.to_string(), text("local_day"));
            let earlier = Seen { as_of: zone.start_of(today.plus(-30)), ..seen };
            let previous = earlier.value(&complete, &complete);
            let seen = Seen { as_of, ..earlier };
            let found = [
                ("count_1d", seen.value(&days(Aggregate::Count, 1), &complete)),
                ("count_7d", seen.value(&days(Aggregate::Count, 7), &complete)),
                ("count_30d", seen.value(&days(Aggregate::Count, 30), &complete)),
                ("complete_30d", seen.value(&complete, &complete)),
                ("previous_complete_30d", previous),
                ("change_30d", seen.value(&change, &complete)),
                ("active_days_30d", seen.value(&days(Aggregate::ActiveDays, 30), &complete)),
                ("days_since_last", seen.value(&since, &complete)),
            ];
            for (name, value) in found {
                assert_eq!(value, number(name), "{name} in {} as of {as_of}", zone.name());
                checked += 1;
            }
        }
    }
    assert!(checked > 300, "{checked} values");
}

#[test]
fn the_worked_example_gives_seventy_two_and_a_half() {
    let cells = [["12", "5", "neutral", "6", "sporadic", "0"], ["12", "5", "neutral", "", "sporadic", "0"]];
    let model = compile(&default_model(), &SIGNALS);
    let columns: Vec<Column> = columns(&cells);
    let scores = model.score_all(&Inputs { columns: &columns, ..Inputs::default() }, 2);
    assert_eq!(scores.shown.get(0), Some(72.5));
    assert_eq!(scores.shown.get(1), Some(65.0 / 0.85));
    assert_eq!(scores.coverage.get(1), Some(0.85));
    assert_eq!(scores.band, [1, 1]);
}
