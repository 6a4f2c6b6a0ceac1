//! Worked examples and laws of what a line bills next.

use proptest::prelude::*;

use super::*;
use crate::{Tier, TierMode};

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn whole(number: i128) -> Fraction {
    Fraction::new(number, 1)
}

fn used(units: i128, through: &str) -> Usage {
    Usage { used: whole(units), through: day(through) }
}

/// 500 a month from the first of January, with 10,000 calls; each call beyond costs 0.02.
fn plan() -> Billing {
    Billing {
        price: Some(Tiers::flat(whole(500))),
        quantity: Some(Fraction::ONE),
        minimum: Fraction::ZERO,
        discount: Fraction::ZERO,
        discount_until: None,
        interval_months: 1,
        starts_on: day("2026-01-01"),
        ends_on: None,
        limit: Some(whole(10_000)),
        overage: Some(Fraction::new(2, 100)),
        usage: None,
    }
}

fn shown(billing: &Billing, today: &str) -> Outlook {
    billing.outlook(day(today)).unwrap()
}

#[test]
fn use_goes_on_at_its_pace_and_what_is_beyond_the_limit_is_billed_with_the_next_interval() {
    // 6,000 calls in the first 15 of 30 days are 12,000 by the end: 2,000 beyond, 40 of overage.
    let outlook = shown(&Billing { usage: Some(used(6_000, "2026-04-15")), ..plan() }, "2026-04-16");
    assert_eq!(outlook.interval, Period { start: day("2026-04-01"), end: day("2026-05-01") });
    let pace = outlook.pace.unwrap();
    assert_eq!((pace.days, pace.of_days, pace.expected), (15, 30, whole(12_000)));
    assert_eq!((outlook.beyond, outlook.overage, outlook.amount), (Some(whole(2_000)), Some(whole(40)), Some(whole(540))));
    assert_eq!(share_above(whole(540), whole(500)), Some(Fraction::new(8, 100)));
    assert_eq!(share_above(whole(540), Fraction::ZERO), None);
}

#[test]
fn without_use_of_this_interval_nothing_is_guessed() {
    let gap = |usage, today: &str| {
        let outlook = shown(&Billing { usage, ..plan() }, today);
        (outlook.amount, outlook.gap)
    };
    assert_eq!(gap(None, "2026-04-16"), (None, Some(Gap::Usage)));
    assert_eq!(gap(Some(used(6_000, "2026-03-31")), "2026-04-16"), (None, Some(Gap::OldUsage)));
    assert_eq!(gap(Some(used(6_000, "2026-04-17")), "2026-04-16"), (None, Some(Gap::OldUsage)), "it cannot be known yet");
    let unlimited = Billing { limit: None, ..plan() };
    assert_eq!(shown(&unlimited, "2026-04-16").amount, Some(whole(500)), "nothing is beyond no limit");
    let unpriced = Billing { overage: None, ..plan() };
    assert_eq!(shown(&unpriced, "2026-04-16").amount, Some(whole(500)), "nothing says that more would be billed");
    let no_price = Billing { price: None, limit: None, ..plan() };
    assert_eq!(shown(&no_price, "2026-04-16").gap, Some(Gap::Price));
}

#[test]
fn what_is_used_is_billed_by_tiers_with_a_minimum() {
    let tiers = [(Some(100), 12), (None, 9)].map(|(up_to, amount)| Tier { up_to: up_to.map(whole), amount: whole(amount) });
    let metered = Billing {
        price: Tiers::new(tiers.to_vec(), TierMode::Graduated),
        quantity: None,
        minimum: whole(50),
        limit: None,
        overage: None,
        ..plan()
    };
    let amount = |units| shown(&Billing { usage: Some(used(units, "2026-04-15")), ..metered.clone() }, "2026-04-16").amount;
    assert_eq!(amount(10), Some(whole(600)), "20 by the end, and 50 are paid for at least");
    assert_eq!(amount(75), Some(whole(1_650)), "150 by the end: 100 at 12 and 50 at 9");
    assert_eq!(shown(&metered, "2026-04-16").gap, Some(Gap::Usage));
    let capped = Billing { limit: Some(whole(120)), overage: Some(whole(20)), usage: Some(used(75, "2026-04-15")), ..metered };
    let outlook = shown(&capped, "2026-04-16");
    assert_eq!((outlook.base, outlook.overage), (Some(whole(1_380)), Some(whole(600))), "120 by tiers, 30 beyond the limit at 20");
}

#[test]
fn a_discount_counts_while_it_is_in_force_on_the_first_day_that_is_billed() {
    let line = |until: &str| Billing { discount: Fraction::new(1, 10), discount_until: Some(day(until)), limit: None, ..plan() };
    let amount = |until: &str| shown(&line(until), "2026-04-16").amount;
    assert_eq!(amount("2026-05-02"), Some(whole(450)), "May begins with it");
    assert_eq!(amount("2026-05-01"), Some(whole(500)), "the first day without it");
    let outlook = shown(&line("2026-05-02"), "2026-04-16");
    assert_eq!((outlook.discount_ends_on, outlook.full), (Some(day("2026-05-02")), Some(whole(500))));
    assert_eq!(shown(&line("2026-04-16"), "2026-04-16").discount_ends_on, None, "it has ended");
    assert_eq!(shown(&Billing { discount: Fraction::ZERO, ..line("2026-05-02") }, "2026-04-16").discount_ends_on, None);
}

#[test]
fn intervals_are_counted_from_the_first_day_and_end_with_the_line() {
    let line = Billing { starts_on: day("2026-01-31"), ends_on: Some(day("2026-05-15")), ..plan() };
    let interval = |today: &str| line.interval(day(today)).map(|interval| format!("{}..{}", interval.start, interval.end));
    assert_eq!(interval("2026-02-27").as_deref(), Some("2026-01-31..2026-02-28"));
    assert_eq!(interval("2026-03-30").as_deref(), Some("2026-02-28..2026-03-31"), "the end of February does not wear it down");
    assert_eq!(interval("2026-05-14").as_deref(), Some("2026-04-30..2026-05-15"));
    assert_eq!([interval("2026-01-30"), interval("2026-05-15")], [None, None]);
    assert_eq!(Billing { interval_months: 0, ..line.clone() }.interval(day("2026-03-01")), None);
    let last = shown(&Billing { usage: Some(used(12_000, "2026-05-14")), ..line }, "2026-05-14");
    assert_eq!((last.is_last, last.base, last.amount), (true, Some(Fraction::ZERO), Some(whole(40))), "only the overage is left to bill");
}

/// A line without a limit, and what its units cost.
fn any_line() -> impl Strategy<Value = (Billing, Tiers)> {
    let tiers = proptest::collection::vec((1..1_000_i128, 0..10_000_i128), 1..5);
    (tiers, proptest::option::of(0..5_000_i128), 0..5_000_i128, 0..5_000_i128, 0..31_i32).prop_map(
        |(steps, quantity, minimum, units, passed)| {
            let mut up_to = 0;
            let mut tiers: Vec<Tier> = Vec::new();
            for (step, cents) in steps {
                up_to += step;
                tiers.push(Tier { up_to: Some(whole(up_to)), amount: Fraction::new(cents, 100) });
            }
            tiers.last_mut().unwrap().up_to = None;
            let tiers = Tiers::new(tiers, TierMode::Graduated).unwrap();
            let usage = Some(Usage { used: whole(units), through: day("2026-03-01").plus(passed) });
            let line = Billing {
                price: Some(tiers.clone()),
                quantity: quantity.map(whole),
                minimum: whole(minimum),
                limit: None,
                overage: None,
                usage,
                ..plan()
            };
            (line, tiers)
        },
    )
}

proptest! {
    #[test]
    fn a_minimum_is_a_floor((line, tiers) in any_line()) {
        let outlook = shown(&line, "2026-03-31");
        prop_assert!(outlook.amount.unwrap() >= tiers.price(line.minimum).unwrap());
        let units = line.quantity.unwrap_or(outlook.pace.unwrap().expected);
        prop_assert_eq!(outlook.amount, tiers.price(units.max(line.minimum)), "and nothing but a floor");
    }

    #[test]
    fn a_pace_is_linear_and_ends_at_what_was_used((line, _) in any_line()) {
        let pace = shown(&line, "2026-03-31").pace.unwrap();
        prop_assert_eq!(pace.expected * whole(i128::from(pace.days)), pace.used * whole(i128::from(pace.of_days)));
        prop_assert!(pace.expected >= pace.used);
        prop_assert!(pace.days < pace.of_days || pace.expected == pace.used);
    }

    #[test]
    fn more_use_never_makes_an_invoice_smaller((line, _) in any_line(), limit in 0..5_000_i128, more in 0..5_000_i128) {
        let line = Billing { limit: Some(whole(limit)), overage: Some(whole(7)), ..line };
        // Beyond the limit a unit has its own price, so that only what is bought can be compared.
        let line = Billing { quantity: Some(line.quantity.unwrap_or(Fraction::ONE)), ..line };
        let usage = line.usage.map(|usage| Usage { used: usage.used + whole(more), ..usage });
        let larger = Billing { usage, ..line.clone() };
        let (before, after) = (shown(&line, "2026-03-31"), shown(&larger, "2026-03-31"));
        prop_assert!(before.amount.unwrap() <= after.amount.unwrap());
        prop_assert!(before.pace.unwrap().expected > whole(limit) || before.overage == Some(Fraction::ZERO));
    }

    #[test]
    fn a_day_is_in_the_interval_that_is_found_for_it(start in 0..40_000_i32, months in 1..37_i32, passed in 0..20_000_i32) {
        let line = Billing { starts_on: Day(start), interval_months: months, ..plan() };
        let today = Day(start).plus(passed);
        let interval = line.interval(today).unwrap();
        prop_assert!(interval.start <= today && today < interval.end);
        prop_assert!(interval.end <= interval.start.plus_months(months).plus(3));
    }
}
