//! What a contract line will bill next: its units at their price, and what is used beyond what is allowed, at the present pace.

use mainstay_model::{Day, Fraction};

use crate::{Period, Tiers};

/// Billing intervals looked for beyond those that are behind for certain: more than a line of the past can have had.
const INTERVALS: i32 = 4_000;

/// What a contract line says about its bills. Units that are bought are billed ahead, on the first day of the interval that they are for; what is
/// used is billed once the interval is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Billing {
    /// What units cost for one billing interval; none where it is not known.
    pub price: Option<Tiers>,
    /// Units that are bought; where absent, those that are used are billed.
    pub quantity: Option<Fraction>,
    /// Units that are paid for at least.
    pub minimum: Fraction,
    /// Share taken off the price, 0 to 1. What is used beyond the limit has its own price.
    pub discount: Fraction,
    /// The first day without it.
    pub discount_until: Option<Day>,
    /// Months in a billing interval.
    pub interval_months: i32,
    /// The first day, from which intervals are counted.
    pub starts_on: Day,
    /// The first day no longer covered; none where it goes on.
    pub ends_on: Option<Day>,
    /// Units that may be used in an interval.
    pub limit: Option<Fraction>,
    /// The price of a unit beyond them.
    pub overage: Option<Fraction>,
    /// What is used, where it is known.
    pub usage: Option<Usage>,
}

/// What was used in a billing interval so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
    /// Units.
    pub used: Fraction,
    /// The last day that is counted, to its end.
    pub through: Day,
}

/// Where the use of an interval leads if it goes on as it did: linear by days, the last day counted among those passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Units used so far.
    pub used: Fraction,
    /// The last day that is counted.
    pub through: Day,
    /// Days counted.
    pub days: i32,
    /// Days of the interval.
    pub of_days: i32,
    /// Units by its end: those used x its days / the days counted.
    pub expected: Fraction,
}

/// Why the next invoice is not known.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gap {
    /// The line's first day or its billing interval.
    Interval,
    /// What its units cost.
    Price,
    /// What is used.
    Usage,
    /// What is used in this interval: what is known is of another one.
    OldUsage,
}

impl Gap {
    /// Why, in words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Interval => "its first day or its billing interval is not known",
            Self::Price => "what its units cost is not known",
            Self::Usage => "what is used is not known",
            Self::OldUsage => "what is used in this billing interval is not known",
        }
    }
}

/// What a line will bill next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Outlook {
    /// The billing interval that runs; the next invoice is due for the day on which it closes.
    pub interval: Period,
    /// Whether the units that are used are billed, rather than those that are bought.
    pub by_use: bool,
    /// Whether the line ends with the interval.
    pub is_last: bool,
    /// Where the use of the interval leads, where it is known.
    pub pace: Option<Pace>,
    /// What the units of the next invoice cost without discount.
    pub full: Option<Fraction>,
    /// What they cost on it; zero where the line ends before and nothing but its overage is left to bill.
    pub base: Option<Fraction>,
    /// Units expected beyond those that may be used.
    pub beyond: Option<Fraction>,
    /// What these cost; zero where they have no price or nothing is limited.
    pub overage: Option<Fraction>,
    /// The next invoice of the line: units and overage.
    pub amount: Option<Fraction>,
    /// Why that is not known.
    pub gap: Option<Gap>,
    /// The first day without the discount, where one is in force and ends.
    pub discount_ends_on: Option<Day>,
}

/// How far an amount lies above another one, as a share of it: 0.5 is half as much again. None where the other is not above zero.
#[must_use]
pub fn share_above(amount: Fraction, last: Fraction) -> Option<Fraction> {
    (last > Fraction::ZERO).then(|| (amount - last) / last)
}

impl Billing {
    /// What the line will bill next, as of a day. None on days that it does not cover, and where its interval is not above zero.
    #[must_use]
    pub fn outlook(&self, today: Day) -> Option<Outlook> {
        let interval = self.interval(today)?;
        let pace = self.pace(interval, today);
        let expected = pace.map(|pace| pace.expected);
        let by_use = self.quantity.is_none();
        let units = self.units(expected);
        let full = units.zip(self.price.as_ref()).and_then(|(units, price)| price.price(units));
        let is_last = self.ends_on.is_some_and(|end| end <= interval.end);
        let billed_from = if by_use { interval.start } else { interval.end };
        let base = if is_last && !by_use { Some(Fraction::ZERO) } else { full.map(|full| full * self.share_paid(billed_from)) };
        let beyond = expected.zip(self.allowed()).map(|(used, allowed)| (used - allowed).max(Fraction::ZERO));
        let overage = match self.overage.filter(|_| self.limit.is_some()) {
            None => Some(Fraction::ZERO),
            Some(price) => beyond.map(|units| units * price),
        };
        let amount = base.zip(overage).map(|(base, overage)| base + overage);
        let gap = match amount {
            Some(_) => None,
            None if base.is_none() && units.is_some() => Some(Gap::Price),
            None if self.usage.is_none() => Some(Gap::Usage),
            None => Some(Gap::OldUsage),
        };
        let discounted = self.discount > Fraction::ZERO;
        let discount_ends_on = self.discount_until.filter(|until| discounted && *until > today);
        Some(Outlook { interval, by_use, is_last, pace, full, base, beyond, overage, amount, gap, discount_ends_on })
    }

    /// The billing interval that a day is in. Intervals are counted from the first day, so that the end of a month does not wear down; the last
    /// one ends where the line does.
    #[must_use]
    pub fn interval(&self, today: Day) -> Option<Period> {
        let covered = self.starts_on <= today && self.ends_on.is_none_or(|end| today < end);
        if self.interval_months <= 0 || !covered {
            return None;
        }
        let opening = |number: i32| self.starts_on.plus_months(number.saturating_mul(self.interval_months));
        // No month has more than 31 days, so that many intervals are behind for certain.
        let certain = today.since(self.starts_on) / self.interval_months.saturating_mul(31);
        let number = (certain..certain.saturating_add(INTERVALS)).find(|number| opening(number.saturating_add(1)) > today)?;
        let end = opening(number.saturating_add(1));
        Some(Period { start: opening(number), end: self.ends_on.map_or(end, |last| last.min(end)) })
    }

    /// Where the use leads, if what is known of it is of this interval.
    fn pace(&self, interval: Period, today: Day) -> Option<Pace> {
        let Usage { used, through } = self.usage?;
        if through < interval.start || through >= interval.end || through > today {
            return None;
        }
        let used = used.max(Fraction::ZERO);
        let (days, of_days) = (through.since(interval.start).saturating_add(1), interval.end.since(interval.start));
        let expected = used * Fraction::new(i128::from(of_days), i128::from(days));
        Some(Pace { used, through, days, of_days, expected })
    }

    /// The units that the price is for. Where what is used is billed, those beyond the limit have the price of the overage, if there is one.
    fn units(&self, expected: Option<Fraction>) -> Option<Fraction> {
        let units = match (self.quantity, expected) {
            (Some(quantity), _) => quantity,
            (None, Some(used)) => self.allowed().filter(|_| self.overage.is_some()).map_or(used, |allowed| used.min(allowed)),
            (None, None) => return None,
        };
        Some(units.max(self.minimum))
    }

    /// What may be used before it costs more: the limit; where what is used is billed, at least what is paid for anyhow.
    fn allowed(&self) -> Option<Fraction> {
        self.limit.map(|limit| if self.quantity.is_none() { limit.max(self.minimum) } else { limit })
    }

    /// The share of the price that is paid for an interval that begins on a day.
    fn share_paid(&self, from: Day) -> Fraction {
        if self.discount_until.is_none_or(|until| from < until) { Fraction::ONE - self.discount } else { Fraction::ONE }
    }
}

#[cfg(test)]
mod tests;
