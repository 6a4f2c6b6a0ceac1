//! Proves that ranges cover every value of a signal exactly once, or finds the first gap and the first overlap.

use mainstay_model::health::Range;
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Unit, Window};

/// The values a signal can have; an absent bound is open to infinity. Bounds are inclusive.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Domain {
    pub(crate) from: Option<f64>,
    pub(crate) to: Option<f64>,
    pub(crate) integer: bool,
}

/// What a proof found.
#[derive(PartialEq, Debug)]
pub(crate) struct Proof {
    pub(crate) faults: Vec<Fault>,
    /// Levels that cover no value of the domain.
    pub(crate) idle: Vec<usize>,
}

/// A value covered never, or more than once.
#[derive(PartialEq, Debug)]
pub(crate) enum Fault {
    Gap { range: String, example: f64 },
    Overlap { first: usize, second: usize, example: f64 },
}

/// A cut between values: just before a number, or just after it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Cut {
    value: f64,
    after: bool,
}

impl Cut {
    fn before(self, other: Self) -> bool {
        self.value < other.value || (self.value <= other.value && !self.after && other.after)
    }
}

/// The values of a signal: as declared, or as its measure has them.
pub(crate) fn domain(signal: &Signal) -> Domain {
    let (from, to) = signal.range.map_or_else(|| natural(signal), |(from, to)| (Some(from), Some(to)));
    Domain { from, to, integer: signal.integer }
}

fn natural(signal: &Signal) -> (Option<f64>, Option<f64>) {
    let (Measure::Events { aggregate, window, .. } | Measure::Records { aggregate, window, .. }) = &signal.measure else {
        return (None, None);
    };
    match aggregate {
        Aggregate::Count | Aggregate::CountDistinct(_) => (Some(0.0), None),
        Aggregate::Share(_) => (Some(0.0), Some(1.0)),
        Aggregate::ActiveDays => (Some(0.0), longest(window)),
        // An instant that lies ahead (a planned meeting) is a negative number of days ago, but only records can say such.
        Aggregate::DaysSince(_) if matches!(signal.measure, Measure::Events { .. }) => (Some(0.0), None),
        _ => (None, None),
    }
}

fn longest(window: &Window) -> Option<f64> {
    match window.span {
        Span::Days(days) => Some(f64::from(days)),
        Span::Months(_) | Span::All => None,
    }
}

/// The domain in words, for hints.
pub(crate) fn describe_domain(signal: &Signal) -> String {
    let domain = domain(signal);
    let what = if domain.integer { "whole numbers" } else { "numbers" };
    let percent = if signal.unit == Unit::Share { " (a share of one)" } else { "" };
    match (domain.from, domain.to) {
        (Some(from), Some(to)) => format!("its values are {what} from {from} to {to}{percent}"),
        (Some(from), None) => format!("its values are {what} from {from}{percent}"),
        (None, Some(to)) => format!("its values are {what} up to {to}{percent}"),
        (None, None) => format!("its values are {what}{percent}"),
    }
}

/// Proves it for levels, each a list of ranges.
pub(crate) fn prove(levels: &[&[Range]], domain: &Domain) -> Proof {
    let all = Range { from: domain.from.map(|value| (value, true)), to: domain.to.map(|value| (value, true)) };
    let (start, end) = cuts(&all, domain.integer);
    let mut stretches: Vec<(Cut, Cut, usize)> = Vec::new();
    let mut idle = Vec::new();
    for (index, ranges) in levels.iter().enumerate() {
        let known = stretches.len();
        for range in *ranges {
            let (from, to) = cuts(range, domain.integer);
            let (from, to) = (later(from, start), earlier(to, end));
            if from.before(to) {
                stretches.push((from, to, index));
            }
        }
        if stretches.len() == known {
            idle.push(index);
        }
    }
    stretches.sort_by(|a, b| a.0.value.total_cmp(&b.0.value).then(a.0.after.cmp(&b.0.after)));
    Proof { faults: sweep(&stretches, start, end, domain.integer), idle }
}

fn sweep(stretches: &[(Cut, Cut, usize)], start: Cut, end: Cut, integer: bool) -> Vec<Fault> {
    let mut gap = None;
    let mut overlap = None;
    let mut reached = (start, 0);
    for &(from, to, index) in stretches {
        if reached.0.before(from) {
            gap.get_or_insert_with(|| gap_between(reached.0, from, integer));
        } else if from.before(reached.0) {
            let example = value_between(from, earlier(to, reached.0), integer);
            overlap.get_or_insert(Fault::Overlap { first: reached.1, second: index, example });
        }
        if reached.0.before(to) {
            reached = (to, index);
        }
    }
    if reached.0.before(end) {
        gap.get_or_insert_with(|| gap_between(reached.0, end, integer));
    }
    gap.into_iter().chain(overlap).collect()
}

/// A range as two cuts. Over whole numbers both are moved to stand just before a whole number, so that neighbours touch.
fn cuts(range: &Range, integer: bool) -> (Cut, Cut) {
    let from = range.from.map_or(Cut { value: f64::NEG_INFINITY, after: false }, |(value, inclusive)| Cut { value, after: !inclusive });
    let to = range.to.map_or(Cut { value: f64::INFINITY, after: true }, |(value, inclusive)| Cut { value, after: inclusive });
    if integer { (whole(from), whole(to)) } else { (from, to) }
}

fn whole(cut: Cut) -> Cut {
    let value = if cut.after { cut.value.floor() + 1.0 } else { cut.value.ceil() };
    Cut { value, after: false }
}

fn later(a: Cut, b: Cut) -> Cut {
    if a.before(b) { b } else { a }
}

fn earlier(a: Cut, b: Cut) -> Cut {
    if a.before(b) { a } else { b }
}

fn gap_between(from: Cut, to: Cut, integer: bool) -> Fault {
    let example = value_between(from, to, integer);
    let range = if integer {
        match (from.value.is_finite(), to.value.is_finite()) {
            (true, true) if (to.value - 1.0 - from.value).abs() < 0.5 => format!("{}", from.value),
            (true, true) => format!("{} to {}", from.value, to.value - 1.0),
            (true, false) => format!("values of {} and more", from.value),
            (false, true) => format!("values of {} and less", to.value - 1.0),
            (false, false) => "any value".to_owned(),
        }
    } else {
        let lower = if from.after { "above" } else { "from" };
        let upper = if to.after { "up to" } else { "below" };
        match (from.value.is_finite(), to.value.is_finite()) {
            (true, true) if from.value >= to.value => format!("{}", from.value),
            (true, true) => format!("values {lower} {} {upper} {}", from.value, to.value),
            (true, false) => format!("values {lower} {}", from.value),
            (false, true) => format!("values {upper} {}", to.value),
            (false, false) => "any value".to_owned(),
        }
    };
    Fault::Gap { range, example }
}

/// Some value between two cuts, a short one.
fn value_between(from: Cut, to: Cut, integer: bool) -> f64 {
    match (from.value.is_finite(), to.value.is_finite()) {
        (true, _) if integer || !from.after => from.value,
        (true, true) => f64::midpoint(from.value, to.value),
        (true, false) => from.value + 1.0,
        (false, true) if to.after => to.value,
        (false, true) => to.value - 1.0,
        (false, false) => 0.0,
    }
}
