//! Which contract line takes the place of another one, and at which of its ends.

use mainstay_model::Day;

use crate::contract::Contract;

/// Another line of the same product that begins so near to the end takes this one's place.
const NEAR_DAYS: i32 = 31;

/// The line that takes the place of another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Follower<L> {
    /// What the caller calls it.
    pub line: L,
    /// Its first day.
    pub begins_on: Day,
    /// The end of the other line at which it takes the place: the first day that the other one no longer covers.
    pub takes_over_on: Day,
}

impl Contract {
    /// Which of the other lines of the same account and product takes the place of this one: it begins within 31 days of an end of this line, after
    /// this one did, and goes on beyond that end. A line that renews by itself has an end with every term, and the first at which another line takes
    /// over is its last. Of several that do so at the same end it is the one that begins first, then the first of them.
    #[must_use]
    pub fn follower<L>(&self, others: impl IntoIterator<Item = (L, Self)>) -> Option<Follower<L>> {
        let followers = others.into_iter().filter_map(|(line, other)| {
            let begins_on = other.starts_on?;
            Some(Follower { line, begins_on, takes_over_on: self.end_taken_over_by(begins_on, other.ends_on)? })
        });
        followers.min_by_key(|follower| (follower.takes_over_on, follower.begins_on))
    }

    /// The line as it stands once it is known that another one takes its place: it ends there and does not renew by itself.
    #[must_use]
    pub fn until(&self, takes_over_on: Day) -> Self {
        Self { ends_on: Some(takes_over_on), term_months: self.months_of_term(), auto_renews: false, ..*self }
    }

    /// Whether the line is in force on a day by its first day and its end: begun, and not over unless it renews by itself.
    #[must_use]
    pub fn covers(&self, today: Day) -> bool {
        self.starts_on.is_none_or(|start| start <= today) && (self.auto_renews || self.ends_on.is_none_or(|end| today < end))
    }

    /// The end at which a line with such days takes the place of this one: of the one before its first day and the one from then on the nearer.
    fn end_taken_over_by(&self, begins: Day, ends: Option<Day>) -> Option<Day> {
        let ahead = self.renewal_day(begins)?;
        let candidates = [ahead.renewed_from, Some(ahead.on)].into_iter().flatten();
        let near = candidates.filter(|end| follows(begins, ends, self.starts_on, *end));
        near.min_by_key(|end| begins.since(*end).abs())
    }
}

/// Whether a line takes the place of another one that ends: it begins within a month of the end, after the other did, and covers days beyond.
fn follows(begins: Day, ends: Option<Day>, other_begins: Option<Day>, other_ends: Day) -> bool {
    let near = begins.since(other_ends).abs() <= NEAR_DAYS;
    near && other_begins.is_none_or(|other| other < begins) && ends.is_none_or(|end| end > other_ends)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    /// A line of the days between, that renews by itself.
    fn line(starts_on: &str, ends_on: &str) -> Contract {
        Contract { starts_on: Some(day(starts_on)), ends_on: Some(day(ends_on)), auto_renews: true, ..Contract::default() }
    }

    fn taken_over(line: &Contract, others: &[Contract]) -> Option<(usize, String)> {
        let follower = line.follower(others.iter().copied().enumerate())?;
        Some((follower.line, follower.takes_over_on.to_string()))
    }

    #[test]
    fn a_line_follows_another_where_it_begins_near_its_end_and_goes_on() {
        let (begins, end) = (Some(Day(0)), Day(365));
        assert!(follows(Day(365), Some(Day(730)), begins, end));
        assert!(follows(Day(334), None, begins, end) && follows(Day(396), None, begins, end));
        assert!(!follows(Day(333), None, begins, end) && !follows(Day(397), None, begins, end));
        assert!(!follows(Day(0), Some(Day(730)), begins, end), "it ran beside");
        assert!(!follows(Day(350), Some(Day(360)), begins, end), "it ended before");
    }

    #[test]
    fn of_the_terms_of_an_account_each_is_followed_by_the_next_at_its_end() {
        let terms = [line("2023-03-01", "2024-03-01"), line("2024-03-01", "2025-03-01"), line("2025-03-01", "2026-03-01")];
        let found = terms.each_ref().map(|term| taken_over(term, &terms));
        assert_eq!(found, [Some((1, "2024-03-01".into())), Some((2, "2025-03-01".into())), None]);
    }

    #[test]
    fn a_line_that_renewed_by_itself_is_followed_at_the_end_of_the_term_that_ran() {
        let rolled = line("2022-03-01", "2023-03-01");
        assert_eq!(taken_over(&rolled, &[line("2025-03-01", "2026-03-01")]), Some((0, "2025-03-01".into())));
        assert_eq!(taken_over(&rolled, &[line("2025-02-10", "2026-03-01")]), Some((0, "2025-03-01".into())), "signed to begin before");
        assert_eq!(taken_over(&rolled, &[line("2025-03-20", "2026-03-20")]), Some((0, "2025-03-01".into())), "with a gap");
        assert_eq!(taken_over(&rolled, &[line("2025-08-01", "2026-08-01")]), None, "bought beside it in the middle of a term");
        let once = Contract { auto_renews: false, ..rolled };
        assert_eq!(taken_over(&once, &[line("2025-03-01", "2026-03-01")]), None, "it had ended two years before");
    }

    #[test]
    fn a_line_of_a_month_is_followed_at_the_nearest_of_its_ends() {
        let monthly = line("2026-01-15", "2026-02-15");
        assert_eq!(taken_over(&monthly, &[line("2026-04-15", "2026-05-15")]), Some((0, "2026-04-15".into())));
        assert_eq!(taken_over(&monthly, &[line("2026-04-20", "2026-05-20")]), Some((0, "2026-04-15".into())));
        assert_eq!(taken_over(&monthly, &[line("2026-05-10", "2026-06-10")]), Some((0, "2026-05-15".into())));
    }

    #[test]
    fn the_first_to_begin_takes_the_place_where_several_could() {
        let first = line("2024-03-01", "2025-03-01");
        let others = [line("2025-03-20", "2026-03-20"), line("2025-03-01", "2026-03-01"), line("2025-03-01", "2027-03-01")];
        assert_eq!(taken_over(&first, &others), Some((1, "2025-03-01".into())));
        let bare = Contract { starts_on: None, ..others[1] };
        assert_eq!(taken_over(&first, &[bare]), None, "nobody says when it begins");
        assert_eq!(taken_over(&Contract::default(), &others), None, "nobody says when this one ends");
    }

    #[test]
    fn a_line_that_is_followed_covers_the_days_until_then_and_no_more() {
        let rolls = line("2022-03-01", "2023-03-01");
        assert!(["2022-03-01", "2023-03-01", "2031-01-01"].iter().all(|today| rolls.covers(day(today))));
        let followed = rolls.until(day("2025-03-01"));
        assert_eq!(
            ["2022-02-28", "2022-03-01", "2025-02-28", "2025-03-01"].map(|today| followed.covers(day(today))),
            [false, true, true, false]
        );
        assert_eq!(followed.renewal_day(day("2026-01-01")).map(|end| end.on), Some(day("2025-03-01")));
        assert_eq!((followed.months_of_term(), followed.opt_out(day("2025-03-01"))), (Some(12), None));
        assert!(Contract::default().covers(day("2026-01-01")), "nobody says when it begins or ends");
    }

    proptest! {
        #[test]
        fn of_successive_terms_one_line_covers_each_day(
            start in 0..30_000_i32, months in 1..37_i32, terms in 1..6_i32, passed in 0..2_000_i32
        ) {
            let first = Day(start);
            let term = |number: i32| Contract {
                starts_on: Some(first.plus_months(months * number)),
                ends_on: Some(first.plus_months(months * (number + 1))),
                term_months: Some(months),
                auto_renews: true,
                ..Contract::default()
            };
            let lines: Vec<Contract> = (0..terms).map(term).collect();
            let today = first.plus(passed);
            let standing = lines.iter().map(|line| {
                line.follower(lines.iter().copied().enumerate()).map_or(*line, |follower| line.until(follower.takes_over_on))
            });
            prop_assert_eq!(standing.filter(|line| line.covers(today)).count(), 1);
        }
    }
}
