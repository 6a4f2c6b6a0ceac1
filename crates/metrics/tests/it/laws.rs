//! Laws: movements lead from the opening to the closing, periods join, order decides nothing, and the grain changes what cancels.

use mainstay_metrics::{Line, Movement, Period, Revenue, Step, Terms, compounded};
use mainstay_model::{Day, Fraction};
use proptest::prelude::*;

const SUBJECTS: usize = 4;

fn whole(number: i128) -> Fraction {
    Fraction::new(number, 1)
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let money = (any::<bool>(), 0_i128..100_000, 0_i128..20, 0_i128..=1000, prop::sample::select(vec![1_i64, 3, 6, 7, 12, 24]));
    (money, 0_i32..400, prop::option::of(1_i32..400)).prop_map(|((counts, cents, quantity, discount, interval_months), start, length)| {
        Terms {
            counts,
            amount: Fraction::new(cents, 100),
            quantity: whole(quantity),
            discount: Fraction::new(discount, 1000),
            interval_months,
            starts_on: Day(start),
            ends_on: length.map(|length| Day(start + length)),
        }
    })
}

fn any_line() -> impl Strategy<Value = Line> {
    (0..SUBJECTS, prop::collection::btree_map(0_i32..400, prop::option::weighted(0.9, any_terms()), 1..4))
        .prop_map(|(subject, versions)| Line { subject, versions: versions.into_iter().map(|(day, terms)| (Day(day), terms)).collect() })
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    prop::collection::vec(any_line(), 0..12)
}

fn period() -> impl Strategy<Value = Period> {
    (0_i32..400, 1_i32..400).prop_map(|(start, length)| Period { start: Day(start), end: Day(start + length) })
}

proptest! {
    #[test]
    fn movements_lead_exactly_from_the_opening_to_the_closing(lines in lines(), period in period()) {
        let revenue = Revenue::of(&lines, SUBJECTS, period);
        let led = revenue.opening + revenue.new + revenue.reactivation + revenue.expansion - revenue.contraction - revenue.churn;
        prop_assert_eq!(led, revenue.closing);
        if let (Some(grr), Some(nrr)) = (revenue.grr(), revenue.nrr()) {
            prop_assert!(Fraction::ZERO <= grr && grr <= Fraction::ONE && grr <= nrr);
        }
    }

    #[test]
    fn what_one_period_closes_with_the_next_opens_with(lines in lines(), period in period()) {
        let parts: Vec<Revenue> = period.parts(Step::Month).map(|part| Revenue::of(&lines, SUBJECTS, part)).collect();
        for pair in parts.windows(2) {
            prop_assert_eq!(pair[0].closing, pair[1].opening);
        }
        let all = Revenue::of(&lines, SUBJECTS, period);
        prop_assert_eq!(parts[0].opening, all.opening);
        prop_assert_eq!(parts.last().unwrap().closing, all.closing);
    }

    #[test]
    fn nobody_is_new_twice(lines in lines(), period in period()) {
        let parts: Vec<Revenue> = period.parts(Step::Month).map(|part| Revenue::of(&lines, SUBJECTS, part)).collect();
        for subject in 0..SUBJECTS {
            prop_assert!(parts.iter().filter(|part| part.changes[subject].movement == Movement::New).count() <= 1);
        }
    }

    #[test]
    fn whoever_was_ever_worth_something_has_paid_before(line in any_line(), day in 0_i32..900) {
        prop_assert_eq!(line.paid_before(Day(day)), (0..day).any(|before| line.mrr_on(Day(before)) > Fraction::ZERO));
    }

    #[test]
    fn the_order_of_lines_decides_nothing(lines in lines(), period in period()) {
        let backwards: Vec<Line> = lines.iter().rev().cloned().collect();
        prop_assert_eq!(Revenue::of(&lines, SUBJECTS, period), Revenue::of(&backwards, SUBJECTS, period));
    }
}

fn line(subject: usize, amount: i128, start: i32, end: i32) -> Line {
    let terms = Terms {
        counts: true,
        amount: whole(amount),
        quantity: whole(1),
        discount: Fraction::ZERO,
        interval_months: 3,
        starts_on: Day(start),
        ends_on: Some(Day(end)),
    };
    Line { subject, versions: vec![(Day(start), Some(terms))] }
}

#[test]
fn three_thirds_for_a_whole_are_unchanged() {
    let mut lines = vec![line(0, 300, 0, 10)];
    lines.extend((0..3).map(|_| line(0, 100, 10, 20)));
    let revenue = Revenue::of(&lines, 1, Period { start: Day(0), end: Day(10) });
    assert_eq!(revenue.changes[0].movement, Movement::Unchanged);
}

#[test]
fn a_downgrade_and_an_upgrade_cancel_for_one_who_pays_and_not_for_two() {
    let period = Period { start: Day(0), end: Day(10) };
    let products = |second: usize| [line(0, 300, 0, 10), line(0, 60, 10, 20), line(second, 30, 0, 10), line(second, 270, 10, 20)];
    let account = Revenue::of(&products(0), 1, period);
    assert_eq!((account.expansion, account.contraction), (Fraction::ZERO, Fraction::ZERO));
    let product = Revenue::of(&products(1), 2, period);
    assert_eq!((product.expansion, product.contraction), (whole(80), whole(80)));
    assert_eq!((account.grr(), product.grr()), (Some(Fraction::ONE), Some(Fraction::new(3, 11))));
}

#[test]
fn credits_that_outweigh_the_lines_are_no_payment() {
    let lines = [line(0, 30, 0, 20), line(0, -60, 5, 20)];
    let revenue = Revenue::of(&lines, 1, Period { start: Day(0), end: Day(10) });
    assert_eq!((revenue.changes[0].movement, revenue.closing), (Movement::Churn, Fraction::ZERO));
}

#[test]
fn no_opening_has_no_rates_and_rates_compound() {
    let revenue = Revenue::of(&[], SUBJECTS, Period { start: Day(0), end: Day(10) });
    assert_eq!([revenue.grr(), revenue.nrr(), revenue.logo_churn(), revenue.revenue_churn()], [None; 4]);
    let half = Some(Fraction::new(1, 2));
    assert_eq!(compounded([half, half, Some(whole(3))]), Some(Fraction::new(3, 4)));
    assert_eq!(compounded([half, None]), None);
}
