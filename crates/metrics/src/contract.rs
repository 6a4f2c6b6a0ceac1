//! Contract lines: when they renew, until when notice can be given, and what it means that an end moved.
//!
//! Ends are half-open like everything else here: `ends_on` is the first day no longer covered. All arithmetic is on calendar days and calendar
//! months, clamped at month ends.

use mainstay_model::Day;

/// Renewals looked for beyond the term that is written down: more than a line of the past can have had.
const RENEWALS: i32 = 4_000;

/// An end that moves on by so many months is a new term, whatever the line's term is; by less it slipped.
const NEW_TERM_MONTHS: i32 = 3;

/// What a contract line says about its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Contract {
    /// The first day.
    pub starts_on: Option<Day>,
    /// The first day no longer covered, as it is written down.
    pub ends_on: Option<Day>,
    /// Months of a term.
    pub term_months: Option<i32>,
    /// Months that it renews for; the term's where absent.
    pub renewal_months: Option<i32>,
    /// Whether it renews by itself.
    pub auto_renews: bool,
    /// Months before the end by which notice must have been given.
    pub notice_months: i32,
    /// Days before the end by which notice must have been given; beside the months.
    pub notice_days: i32,
    /// Days before the end from which notice may be given; any time where absent.
    pub opt_out_days: Option<i32>,
}

/// The day on which a line renews or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RenewalDay {
    /// The first day that is not covered yet.
    pub on: Day,
    /// Whether it was computed, as no source says it.
    pub computed: bool,
    /// The end before it, where the line renewed by itself since.
    pub renewed_from: Option<Day>,
}

/// The days on which notice may be given, first and last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OptOut {
    /// The first day; any day before the last where absent.
    pub opens_on: Option<Day>,
    /// The last day.
    pub closes_on: Day,
}

/// What it means that an end moved.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndMove {
    /// To an earlier day.
    Shortened,
    /// To a later day, by less than a term.
    Slipped,
    /// By a new term.
    Renewed,
}

impl EndMove {
    /// What a move from one end to another means. It is a renewal from three months on, or from the length of the term where that is shorter.
    #[must_use]
    pub fn of(from: Day, to: Day, term_months: Option<i32>) -> Option<Self> {
        let term = term_months.filter(|months| *months > 0).map_or(NEW_TERM_MONTHS, |months| months.min(NEW_TERM_MONTHS));
        match to.cmp(&from) {
            std::cmp::Ordering::Equal => None,
            std::cmp::Ordering::Less => Some(Self::Shortened),
            std::cmp::Ordering::Greater if to >= from.plus_months(term) => Some(Self::Renewed),
            std::cmp::Ordering::Greater => Some(Self::Slipped),
        }
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shortened => "shortened",
            Self::Slipped => "slipped",
            Self::Renewed => "renewed",
        }
    }
}

impl Contract {
    /// The end that is ahead on a day, or behind where the line does not renew by itself: the one written down, or where none is the first day
    /// and a term. A line that renews by itself goes on from there by its renewal term as often as that day needs. Renewals are counted from the
    /// end that was written down, so that the end of a month does not wear down. None where neither an end nor a term is known.
    #[must_use]
    pub fn renewal_day(&self, today: Day) -> Option<RenewalDay> {
        let computed = self.ends_on.is_none();
        let end = self.ends_on.or_else(|| Some(self.starts_on?.plus_months(positive(self.term_months)?)))?;
        let renews_for = positive(self.renewal_months).or_else(|| self.months_of_term());
        let Some(months) = renews_for.filter(|_| self.auto_renews && end < today) else {
            return Some(RenewalDay { on: end, computed, renewed_from: None });
        };
        let after = |renewals: i32| end.plus_months(renewals.saturating_mul(months));
        // No month has more than 31 days, so that many renewals are behind for certain.
        let certain = today.since(end) / months.saturating_mul(31).max(1);
        let ahead = (certain..certain.saturating_add(RENEWALS)).find(|renewals| after(*renewals) >= today)?;
        Some(RenewalDay { on: after(ahead), computed: true, renewed_from: Some(after(ahead - 1)) })
    }

    /// Months of a term: as stated, or from the first day to the end where that is a whole number of months.
    #[must_use]
    pub fn months_of_term(&self) -> Option<i32> {
        positive(self.term_months).or_else(|| {
            let (start, end) = (self.starts_on?, self.ends_on?);
            let near = end.since(start) / 30;
            (near.saturating_sub(near / 60 + 2).max(1)..=near.saturating_add(1)).find(|months| start.plus_months(*months) == end)
        })
    }

    /// The last day to give notice for an end. The day of the notice does not count: with 30 days' notice to the end of March it is the first of
    /// March, with three months' notice to the end of the year it is the last of September, without any it is the last day that is covered.
    #[must_use]
    pub fn last_notice_on(&self, end: Day) -> Day {
        end.plus_months(self.notice_months.max(0).saturating_neg()).plus(self.notice_days.max(0).saturating_neg()).plus(-1)
    }

    /// When a line that renews by itself can be ended; none where it does not. A window that would open after it closes is its last day.
    #[must_use]
    pub fn opt_out(&self, end: Day) -> Option<OptOut> {
        let closes_on = self.last_notice_on(end);
        let opens_on = self.opt_out_days.map(|days| end.plus(days.max(0).saturating_neg()).min(closes_on));
        self.auto_renews.then_some(OptOut { opens_on, closes_on })
    }

    /// Which year of a term of several years a day is in, and of how many: `(2, 3)`. None within terms of a year or less, and outside the term.
    #[must_use]
    pub fn year_of_term(&self, today: Day) -> Option<(i32, i32)> {
        let months = self.months_of_term().filter(|months| *months > 12)?;
        let end = self.renewal_day(today)?;
        let start = match end.renewed_from {
            Some(from) => from,
            None => self.starts_on?,
        };
        let years = (months - 1) / 12 + 1;
        let year = (1..=years).rev().find(|year| start.plus_months(12 * (year - 1)) <= today)?;
        (today < end.on).then_some((year, years))
    }
}

fn positive(months: Option<i32>) -> Option<i32> {
    months.filter(|months| *months > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn ending(end: &str) -> Contract {
        Contract { ends_on: Some(day(end)), ..Contract::default() }
    }

    #[test]
    fn the_day_of_a_notice_does_not_count() {
        let cases = [
            ("2026-04-01", 0, 30, "2026-03-01"),
            ("2027-01-01", 3, 0, "2026-09-30"),
            ("2026-04-01", 0, 0, "2026-03-31"),
            // Leap days: 30 days before the first of March reach a day further in a leap year.
            ("2028-03-01", 0, 30, "2028-01-30"),
            ("2027-03-01", 0, 30, "2027-01-29"),
            // Months are clamped at their ends, then the day before.
            ("2026-03-31", 1, 0, "2026-02-27"),
            ("2028-03-31", 1, 0, "2028-02-28"),
            ("2026-05-31", 3, 5, "2026-02-22"),
        ];
        for (end, notice_months, notice_days, last) in cases {
            let contract = Contract { notice_months, notice_days, ..ending(end) };
            assert_eq!(contract.last_notice_on(day(end)).to_string(), last, "{notice_months} months and {notice_days} days to {end}");
        }
    }

    #[test]
    fn a_window_to_opt_out_opens_before_it_closes_and_only_where_a_line_renews_by_itself() {
        let end = day("2026-04-01");
        let contract = Contract { auto_renews: true, notice_days: 60, opt_out_days: Some(90), ..ending("2026-04-01") };
        assert_eq!(contract.opt_out(end), Some(OptOut { opens_on: Some(day("2026-01-01")), closes_on: day("2026-01-30") }));
        let late = Contract { opt_out_days: Some(10), ..contract };
        assert_eq!(late.opt_out(end), Some(OptOut { opens_on: Some(day("2026-01-30")), closes_on: day("2026-01-30") }));
        assert_eq!(Contract { opt_out_days: None, ..contract }.opt_out(end).unwrap().opens_on, None);
        assert_eq!(Contract { auto_renews: false, ..contract }.opt_out(end), None);
    }

    #[test]
    fn a_line_renews_on_the_end_written_down_or_a_term_after_its_first_day() {
        let on =
            |contract: Contract, today: &str| contract.renewal_day(day(today)).map(|renewal| (renewal.on.to_string(), renewal.computed));
        assert_eq!(on(ending("2026-04-01"), "2026-01-01"), Some(("2026-04-01".into(), false)));
        assert_eq!(on(ending("2026-04-01"), "2026-09-01"), Some(("2026-04-01".into(), false)), "it ended");
        let open = Contract { starts_on: Some(day("2024-02-29")), term_months: Some(12), ..Contract::default() };
        assert_eq!(on(open, "2024-06-01"), Some(("2025-02-28".into(), true)));
        assert_eq!(on(Contract { term_months: None, ..open }, "2024-06-01"), None);
        assert_eq!(on(Contract { term_months: Some(-1), ..open }, "2024-06-01"), None);
    }

    #[test]
    fn what_renews_by_itself_goes_on_from_the_end_that_was_written_down() {
        let monthly = Contract { auto_renews: true, term_months: Some(1), ..ending("2026-01-31") };
        let on = |today: &str| monthly.renewal_day(day(today)).unwrap();
        assert_eq!(on("2026-01-31"), RenewalDay { on: day("2026-01-31"), computed: false, renewed_from: None });
        assert_eq!(on("2026-02-01"), RenewalDay { on: day("2026-02-28"), computed: true, renewed_from: Some(day("2026-01-31")) });
        assert_eq!(on("2026-03-01").on, day("2026-03-31"), "the end of February does not wear it down");
        let three_years = Contract { auto_renews: true, term_months: Some(36), renewal_months: Some(12), ..ending("2026-02-01") };
        let later = three_years.renewal_day(day("2027-06-01")).unwrap();
        assert_eq!((later.on, later.renewed_from), (day("2028-02-01"), Some(day("2027-02-01"))));
        let unknown = Contract { auto_renews: true, ..ending("2026-01-31") };
        assert_eq!(unknown.renewal_day(day("2026-03-01")).unwrap().on, day("2026-01-31"), "nobody says for how long");
    }

    #[test]
    fn terms_of_several_years_are_counted_in_years() {
        let contract = Contract { starts_on: Some(day("2024-02-29")), ends_on: Some(day("2027-02-28")), ..Contract::default() };
        assert_eq!(contract.months_of_term(), Some(36));
        let year = |today: &str| contract.year_of_term(day(today));
        assert_eq!(year("2024-02-29"), Some((1, 3)));
        assert_eq!([year("2025-02-27"), year("2025-02-28"), year("2027-02-27")], [Some((1, 3)), Some((2, 3)), Some((3, 3))]);
        assert_eq!([year("2024-02-28"), year("2027-02-28")], [None, None]);
        assert_eq!(Contract { term_months: Some(12), ..contract }.year_of_term(day("2024-06-01")), None);
        let eighteen = Contract { term_months: Some(18), ..contract };
        assert_eq!(eighteen.year_of_term(day("2025-06-01")), Some((2, 2)));
    }

    #[test]
    fn an_end_that_moves_is_shortened_slipped_or_renewed() {
        let moved = |from: &str, to: &str, term| EndMove::of(day(from), day(to), term);
        assert_eq!(moved("2026-04-01", "2026-04-01", Some(12)), None);
        assert_eq!(moved("2026-04-01", "2026-03-01", Some(12)), Some(EndMove::Shortened));
        assert_eq!(moved("2026-04-01", "2026-06-30", Some(12)), Some(EndMove::Slipped));
        assert_eq!(moved("2026-04-01", "2026-07-01", Some(12)), Some(EndMove::Renewed));
        assert_eq!(moved("2026-01-31", "2026-02-28", Some(1)), Some(EndMove::Renewed), "a month on a term of a month");
        assert_eq!(moved("2026-01-31", "2026-02-27", Some(1)), Some(EndMove::Slipped));
        assert_eq!(moved("2026-04-01", "2027-04-01", None), Some(EndMove::Renewed));
    }

    proptest! {
        #[test]
        fn a_renewal_is_never_behind_and_less_than_a_term_ahead(
            start in 0..40_000_i32, length in 1..2_000_i32, months in 1..61_i32, passed in 0..30_000_i32
        ) {
            let end = Day(start + length);
            let contract = Contract {
                starts_on: Some(Day(start)), ends_on: Some(end), term_months: Some(months), auto_renews: true, ..Contract::default()
            };
            let today = end.plus(passed);
            let renewal = contract.renewal_day(today).unwrap();
            prop_assert!(renewal.on >= today);
            prop_assert!(renewal.renewed_from.is_none_or(|from| from < today && from.plus_months(months) >= renewal.on.plus(-3)));
            prop_assert_eq!(renewal.renewed_from.is_none(), passed == 0);
        }

        #[test]
        fn notice_always_ends_before_the_line_and_the_window_holds_its_last_day(
            end in 0..40_000_i32, months in -2..30_i32, days in -5..400_i32, opens in proptest::option::of(-5..800_i32)
        ) {
            let contract = Contract {
                auto_renews: true, notice_months: months, notice_days: days, opt_out_days: opens, ..Contract::default()
            };
            let window = contract.opt_out(Day(end)).unwrap();
            prop_assert!(window.closes_on < Day(end));
            prop_assert!(window.opens_on.is_none_or(|open| open <= window.closes_on));
            // Whoever gives notice on the last day leaves at least the days agreed between it and the end.
            prop_assert!(Day(end).since(window.closes_on) > days);
        }

        #[test]
        fn a_term_found_from_two_days_leads_from_one_to_the_other(start in 0..40_000_i32, months in 1..241_i32) {
            let contract = Contract { starts_on: Some(Day(start)), ends_on: Some(Day(start).plus_months(months)), ..Contract::default() };
            prop_assert_eq!(contract.months_of_term(), Some(months));
        }
    }
}
