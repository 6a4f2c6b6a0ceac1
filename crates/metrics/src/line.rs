//! Subscription lines: what they said when, and what they are worth on a day.

use mainstay_model::{Day, Fraction};

/// What a subscription line says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
    /// Whether its status counts: active or past due.
    pub counts: bool,
    /// Price of one unit for one billing interval.
    pub amount: Fraction,
    /// Units.
    pub quantity: Fraction,
    /// Share taken off, 0 to 1.
    pub discount: Fraction,
    /// Months in a billing interval.
    pub interval_months: i64,
    /// The first day.
    pub starts_on: Day,
    /// The first day no longer covered.
    pub ends_on: Option<Day>,
}

/// A subscription line with everything it ever said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Who pays for it, by number.
    pub subject: usize,
    /// What it said from which day on, in order; nothing where it had no price or no first day. Before the first of them it counts as the
    /// first says: a line that became known late was there all the same.
    pub versions: Vec<(Day, Option<Terms>)>,
}

impl Terms {
    /// Monthly recurring revenue on the days that it covers: amount x quantity x (1 - discount) / months in the billing interval.
    #[must_use]
    pub fn mrr(&self) -> Fraction {
        if !self.counts {
            return Fraction::ZERO;
        }
        self.amount * self.quantity * (Fraction::ONE - self.discount) / Fraction::new(i128::from(self.interval_months), 1)
    }

    fn covers(&self, day: Day) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|end| day < end)
    }

    /// Whether it covers and is worth something on a day of `from <= day < until`.
    fn pays_within(&self, from: Day, until: Day) -> bool {
        let first = self.starts_on.max(from);
        let end = self.ends_on.map_or(until, |end| end.min(until));
        first < end && self.mrr() > Fraction::ZERO
    }
}

impl Line {
    /// Monthly recurring revenue on a day, by what the line said by the end of it.
    #[must_use]
    pub fn mrr_on(&self, day: Day) -> Fraction {
        let place = self.versions.partition_point(|(from, _)| *from <= day).saturating_sub(1);
        let terms = self.versions.get(place).and_then(|(_, terms)| terms.as_ref());
        terms.filter(|terms| terms.covers(day)).map_or(Fraction::ZERO, Terms::mrr)
    }

    /// Whether it was worth something on any day before.
    #[must_use]
    pub fn paid_before(&self, day: Day) -> bool {
        self.versions.iter().enumerate().any(|(place, (said, terms))| {
            let from = if place == 0 { Day(i32::MIN) } else { *said };
            let until = self.versions.get(place + 1).map_or(day, |(next, _)| day.min(*next));
            terms.is_some_and(|terms| terms.pays_within(from, until))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(amount: i128) -> Terms {
        Terms {
            counts: true,
            amount: Fraction::new(amount, 1),
            quantity: Fraction::new(3, 1),
            discount: Fraction::new(1, 10),
            interval_months: 12,
            starts_on: Day(10),
            ends_on: Some(Day(20)),
        }
    }

    fn line(versions: Vec<(Day, Option<Terms>)>) -> Line {
        Line { subject: 0, versions }
    }

    #[test]
    fn a_line_is_worth_its_price_from_its_first_day_until_the_day_it_ends() {
        let line = line(vec![(Day(10), Some(terms(100)))]);
        let worth = Fraction::new(45, 2);
        assert_eq!([9, 10, 19, 20].map(|day| line.mrr_on(Day(day))), [Fraction::ZERO, worth, worth, Fraction::ZERO]);
        assert!(!line.paid_before(Day(10)));
        assert!(line.paid_before(Day(11)));
    }

    #[test]
    fn a_status_that_does_not_count_is_worth_nothing() {
        let line = line(vec![(Day(10), Some(Terms { counts: false, ..terms(100) }))]);
        assert_eq!(line.mrr_on(Day(15)), Fraction::ZERO);
        assert!(!line.paid_before(Day(30)));
    }

    #[test]
    fn a_line_counts_on_each_day_as_it_was_said_by_then_and_before_as_it_was_said_first() {
        let line = line(vec![(Day(12), Some(terms(100))), (Day(15), Some(terms(200))), (Day(15), Some(terms(300))), (Day(17), None)]);
        let on = |day| line.mrr_on(Day(day)) / Fraction::new(45, 200);
        assert_eq!([11, 14, 15, 16, 17].map(on), [100, 100, 300, 300, 0].map(|amount| Fraction::new(amount, 1)));
    }

    #[test]
    fn what_was_never_in_force_was_never_paid() {
        let corrected = line(vec![(Day(8), None), (Day(9), Some(Terms { counts: false, ..terms(100) })), (Day(15), Some(terms(0)))]);
        assert!(!corrected.paid_before(Day(30)));
        let late = line(vec![(Day(8), Some(Terms { starts_on: Day(12), ..terms(100) })), (Day(11), None)]);
        assert!(!late.paid_before(Day(30)), "taken back before it began");
    }
}
