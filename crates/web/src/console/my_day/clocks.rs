//! The response clocks in words: how fast the company is, beside what it is to be.

use mainstay_app::tasks::{ClockKind, ClockUnit, ResponseClock, ResponseClocks};

use crate::console::words::{Locale, NOT_KNOWN, plural};

/// How the clocks ran.
#[derive(Clone, Debug)]
pub struct ClocksShown {
    /// Over which days, in words.
    pub days: String,
    /// Each clock.
    pub lines: Vec<ClockLine>,
}

/// How one clock ran.
#[derive(Clone, Debug)]
pub struct ClockLine {
    /// What it measures.
    pub label: String,
    /// How it is measured.
    pub title: &'static str,
    /// What it is to be, in words.
    pub target: String,
    /// Begun, in time, late, unanswered, running, lapsed.
    pub counts: [u64; 6],
    /// The mean time to the answer, and whether that is above the target.
    pub mean: (String, bool),
    /// The median of it.
    pub median: String,
}

impl ClocksShown {
    /// The clocks in words.
    #[must_use]
    pub fn new(clocks: &ResponseClocks, locale: Locale) -> Self {
        let days = usize::try_from(clocks.days).unwrap_or(usize::MAX);
        Self { days: plural(days, "day", "days"), lines: clocks.clocks.iter().map(|clock| line(clock, locale)).collect() }
    }
}

fn line(clock: &ResponseClock, locale: Locale) -> ClockLine {
    let unit = match clock.unit {
        ClockUnit::Days => "days",
        ClockUnit::BusinessHours => "h",
    };
    let time = |time: Option<f64>| time.map_or_else(|| NOT_KNOWN.to_owned(), |time| format!("{} {unit}", locale.number(time, 1)));
    ClockLine {
        label: clock.clock.label().to_owned(),
        title: title(clock.clock),
        target: format!("{} {unit}", clock.target),
        counts: [clock.begun, clock.in_time, clock.late, clock.unanswered, clock.running, clock.lapsed],
        mean: (time(clock.mean), clock.mean.is_some_and(|mean| mean > f64::from(clock.target))),
        median: time(clock.median),
    }
}

const fn title(kind: ClockKind) -> &'static str {
    match kind {
        ClockKind::DeclineToIntervention => {
            "From the day an account fell into a worse band to the first message, task done or meeting held; calendar days"
        }
        ClockKind::RedToContact => "From the day an account fell into a red band to a message, call, mail or meeting; business hours",
        ClockKind::YellowToContact => {
            "From the day an account fell from green into yellow to a message, call, mail or meeting; business hours"
        }
        ClockKind::IssueToResponse => "From the opening of a ticket to its first answer; business hours",
    }
}
