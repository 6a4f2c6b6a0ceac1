//! Periods: half-open spans of days, and how a long one is cut into calendar steps.

use mainstay_model::Day;

/// The days `start <= day < end`. A line that begins on `end` belongs to the next period's opening, and so to this one's closing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Period {
    /// The first day, on which it opens.
    pub start: Day,
    /// The day on which it closes and the next one opens.
    pub end: Day,
}

/// How long the parts of a period are, in calendar months from its first day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// One month.
    Month,
    /// Three months.
    Quarter,
    /// Twelve months.
    Year,
}

impl Step {
    /// The words of the command line and the API.
    pub const ALL: [(&'static str, Self); 3] = [("month", Self::Month), ("quarter", Self::Quarter), ("year", Self::Year)];

    /// The step of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, step)| step)
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }
}

impl Period {
    /// Its parts in order, each a step long from the first day, clamped at month ends; the last one ends where the period does.
    pub fn parts(self, step: Step) -> impl Iterator<Item = Self> {
        let opening = move |number: i32| self.start.plus_months(number.saturating_mul(step.months()));
        (0..)
            .map(move |number| (opening(number), opening(number + 1)))
            .take_while(move |(start, end)| *start < self.end && start < end)
            .map(move |(start, end)| Self { start, end: end.min(self.end) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(start: &str, end: &str, step: Step) -> Vec<String> {
        let day = |text| Day::parse(text).unwrap();
        Period { start: day(start), end: day(end) }.parts(step).map(|part| format!("{}..{}", part.start, part.end)).collect()
    }

    #[test]
    fn parts_join_without_gap_and_end_where_the_period_does() {
        assert_eq!(
            parts("2026-01-01", "2026-03-15", Step::Month),
            ["2026-01-01..2026-02-01", "2026-02-01..2026-03-01", "2026-03-01..2026-03-15"]
        );
        assert_eq!(parts("2025-04-01", "2026-04-01", Step::Year), ["2025-04-01..2026-04-01"]);
        assert_eq!(parts("2026-01-01", "2026-01-01", Step::Month), Vec::<String>::new());
    }

    #[test]
    fn a_period_that_begins_at_a_month_end_stays_at_month_ends() {
        assert_eq!(
            parts("2026-01-31", "2026-05-31", Step::Month),
            ["2026-01-31..2026-02-28", "2026-02-28..2026-03-31", "2026-03-31..2026-04-30", "2026-04-30..2026-05-31"]
        );
    }
}
