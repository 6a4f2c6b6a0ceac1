//! What a scenario expects beside what the play did, by day.

mod align;

use std::fmt::Write as _;

use mainstay_model::play::scenario::{ExpectedOutcome, Label};
use mainstay_model::play::{Scenario, Shift};
use mainstay_model::{Timestamp, Zone};
use serde::Serialize;

use crate::Run;
use crate::columns::day_of_run;
use crate::due::at_minute;
use crate::simulate::{Action, Simulated};

/// How a scenario came out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// Whether everything was as expected, and everything that was to happen found something to act on.
    pub passed: bool,
    /// Expected and actual side by side, in order.
    pub lines: Vec<ComparedLine>,
    /// The same for people; the lines that differ are marked.
    pub table: String,
}

/// One action or outcome, as expected and as it came.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ComparedLine {
    /// The moment, as scenarios write it; `outcome` for the run's end.
    pub at: String,
    /// What was expected; none where nothing was.
    pub expected: Option<String>,
    /// What the play did; none where it did nothing.
    pub actual: Option<String>,
    /// When it did so, in the account's zone: `2026-03-03 09:00`.
    pub time: Option<String>,
}

/// One line of the table: when, what was expected, what was done.
struct Row {
    at: Timestamp,
    label: String,
    expected: Option<String>,
    actual: Option<String>,
    time: Option<String>,
}

impl Row {
    fn agrees(&self) -> bool {
        self.expected == self.actual
    }
}

/// Compares a scenario with what was done in it.
#[must_use]
pub fn compare(scenario: &Scenario, simulated: &Simulated) -> Comparison {
    let mut rows = match &simulated.run {
        Some(run) => rows(scenario, run, &simulated.actions),
        None => expected_only(scenario),
    };
    let outcome = outcome_row(scenario, simulated);
    rows.sort_by_key(|row| row.at);
    rows.extend(outcome);
    let line = |row: &Row| ComparedLine {
        at: row.label.clone(),
        expected: row.expected.clone(),
        actual: row.actual.clone(),
        time: row.time.clone(),
    };
    let passed = rows.iter().all(Row::agrees) && simulated.missed.is_empty();
    Comparison { passed, lines: rows.iter().map(line).collect(), table: table(&rows) }
}

fn rows(scenario: &Scenario, run: &Run, actions: &[Action]) -> Vec<Row> {
    let mut labels: Vec<Label> = scenario.expect.iter().map(|expected| expected.at).collect();
    let placed: Vec<(Label, &Action)> = actions.iter().map(|action| (label_of(action.at, run, &labels), action)).collect();
    for (label, _) in &placed {
        if !labels.contains(label) {
            labels.push(*label);
        }
    }
    let mut rows = Vec::new();
    for (index, label) in labels.iter().enumerate() {
        if labels.iter().take(index).any(|earlier| earlier == label) {
            continue;
        }
        let expected: Vec<&str> = scenario
            .expect
            .iter()
            .filter(|expected| expected.at == *label)
            .flat_map(|expected| &expected.lines)
            .map(String::as_str)
            .collect();
        let done: Vec<&Action> = placed.iter().filter(|(placed, _)| placed == label).map(|(_, action)| *action).collect();
        rows.extend(side_by_side(&expected, &done, (*label, instant_of(*label, run)), &scenario.zone));
    }
    rows
}

/// The lines of one moment, those that are the same beside each other.
fn side_by_side(expected: &[&str], done: &[&Action], (label, at): (Label, Timestamp), zone: &Zone) -> Vec<Row> {
    let same = |line: &&str, action: &&Action| action.lines.iter().any(|known| known == line);
    let row = |(line, action): (Option<&&str>, Option<&&Action>)| {
        let expected = line.map(|line| (*line).to_owned());
        let actual = match (line, action) {
            (Some(line), Some(action)) if same(line, action) => expected.clone(),
            (_, action) => action.and_then(|action| action.lines.first().cloned()),
        };
        let time = action.map(|action| time_of(action.at, zone));
        Row { at, label: label.to_string(), expected, actual, time }
    };
    align::aligned(expected, done, same).into_iter().map(row).collect()
}

/// An instant as a time of the account's zone: `2026-03-03 09:00`.
pub(crate) fn time_of(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The moment under which an action is listed: one of those the scenario names where it fits, else its day.
pub(crate) fn label_of(at: Timestamp, run: &Run, named: &[Label]) -> Label {
    let exact = |label: &&Label| match label {
        Label::Immediately | Label::Minutes(_) => instant_of(**label, run) == at,
        // A time of day is a minute.
        Label::DayAt(..) | Label::DateAt(..) => {
            let from = instant_of(**label, run);
            (from..from.plus_seconds(60)).contains(&at)
        }
        Label::Day(_) | Label::Date(_) => false,
    };
    if let Some(label) = named.iter().find(exact) {
        return *label;
    }
    let of_run = Label::Day(u32::try_from(day_of_run(run, at)).unwrap_or(0));
    match run.clock.date {
        Some(date) if !named.contains(&of_run) => Label::Date(run.clock.zone.day_of(at).since(date)),
        _ => of_run,
    }
}

/// When a moment is, for the order of the table.
fn instant_of(label: Label, run: &Run) -> Timestamp {
    let zone = &run.clock.zone;
    let first = zone.day_of(run.started_at);
    let of_run = |number: u32| first.plus(i32::try_from(number).unwrap_or(i32::MAX) - 1);
    let of_date = |days: i32| Shift { months: 0, days }.applied_to(run.clock.date.unwrap_or(first));
    match label {
        Label::Immediately => run.started_at,
        Label::Minutes(minutes) => run.started_at.plus_seconds(i64::from(minutes) * 60),
        Label::Day(number) => at_minute(of_run(number), run.clock.play_hour_minute, zone),
        Label::DayAt(number, minute) => at_minute(of_run(number), minute, zone),
        Label::Date(days) => at_minute(of_date(days), run.clock.play_hour_minute, zone),
        Label::DateAt(days, minute) => at_minute(of_date(days), minute, zone),
    }
}

fn expected_only(scenario: &Scenario) -> Vec<Row> {
    let at = Timestamp::default();
    scenario
        .expect
        .iter()
        .flat_map(|expected| {
            let lines: Vec<&str> = expected.lines.iter().map(String::as_str).collect();
            side_by_side(&lines, &[], (expected.at, at), &scenario.zone)
        })
        .collect()
}

fn outcome_row(scenario: &Scenario, simulated: &Simulated) -> Option<Row> {
    let expected = scenario.outcome.as_ref();
    let actual = match &simulated.run {
        None => "never starts".to_owned(),
        Some(run) => run.outcome.clone().unwrap_or_else(|| "none".to_owned()),
    };
    let wanted = match expected {
        // Whether it starts matters even where its end does not.
        None if simulated.run.is_some() => return None,
        None => "starts".to_owned(),
        Some(ExpectedOutcome::None) => "none".to_owned(),
        Some(ExpectedOutcome::Named(name)) => name.clone(),
        Some(ExpectedOutcome::NeverStarts) => "never starts".to_owned(),
    };
    let actual = match &simulated.why_not {
        Some(why) if wanted != actual => format!("{actual} ({why})"),
        _ => actual,
    };
    Some(Row { at: Timestamp::default(), label: "outcome".to_owned(), expected: Some(wanted), actual: Some(actual), time: None })
}

fn table(rows: &[Row]) -> String {
    let width = |cell: &dyn Fn(&Row) -> usize, least: usize| rows.iter().map(cell).max().unwrap_or(0).max(least);
    let text = |cell: &Option<String>| cell.clone().unwrap_or_else(|| "-".to_owned());
    let label_width = width(&|row| row.label.chars().count(), 4);
    let expected_width = width(&|row| text(&row.expected).chars().count(), 8);
    let mut out = format!("    {:label_width$}  {:expected_width$}  actual\n", "", "expected");
    let mut before = "";
    for row in rows {
        // A moment stands once, on its first line.
        let label = if row.label == before { "" } else { row.label.as_str() };
        before = &row.label;
        let mark = if row.agrees() { ' ' } else { '!' };
        let (expected, actual) = (text(&row.expected), text(&row.actual));
        let _ = writeln!(out, "  {mark} {label:label_width$}  {expected:expected_width$}  {actual}");
    }
    out
}
