//! Reference values computed elsewhere: subscription lines, and what became of every account in fifteen periods.

use std::collections::BTreeMap;

use mainstay_metrics::{Line, Period, Revenue, Terms};
use mainstay_model::fraction::{NANO, nano_of};
use mainstay_model::{Day, Fraction};
use serde::Deserialize;

const CLOSE: f64 = 0.000_001;

#[derive(Deserialize)]
struct Cases {
    lines: Vec<Given>,
    expect: Vec<Expected>,
}

#[derive(Deserialize)]
struct Given {
    account: String,
    status: String,
    amount: String,
    quantity: i128,
    discount: String,
    interval: String,
    starts_on: String,
    ends_on: Option<String>,
}

#[derive(Deserialize)]
struct Expected {
    start: String,
    end: String,
    opening_mrr: f64,
    closing_mrr: f64,
    new: f64,
    reactivation: f64,
    expansion: f64,
    contraction: f64,
    churn: f64,
    grr: f64,
    nrr: f64,
    logo_churn: f64,
    revenue_churn: f64,
    accounts_at_start: usize,
    movement_by_account: BTreeMap<String, String>,
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

fn number(text: &str) -> Fraction {
    Fraction::new(nano_of(text.parse().unwrap()).unwrap(), NANO)
}

fn terms(given: &Given) -> Terms {
    let months = [("month", 1), ("quarter", 3), ("half_year", 6), ("year", 12), ("two_years", 24)];
    Terms {
        counts: ["active", "past_due"].contains(&given.status.as_str()),
        amount: number(&given.amount),
        quantity: Fraction::new(given.quantity, 1),
        discount: number(&given.discount),
        interval_months: months.iter().find(|(name, _)| *name == given.interval).unwrap().1,
        starts_on: day(&given.starts_on),
        ends_on: given.ends_on.as_deref().map(day),
    }
}

#[test]
fn movements_and_rates_of_all_periods_agree_account_by_account() {
    let cases: Cases = serde_json::from_str(include_str!("../data/movements.json")).unwrap();
    assert_eq!((cases.lines.len(), cases.expect.len()), (72, 15));
    let accounts: Vec<&String> = cases.expect[0].movement_by_account.keys().collect();
    let place = |account: &String| accounts.iter().position(|known| *known == account).unwrap();
    let line = |given: &Given| Line { subject: place(&given.account), versions: vec![(day(&given.starts_on), Some(terms(given)))] };
    let lines: Vec<Line> = cases.lines.iter().map(line).collect();
    for expected in &cases.expect {
        let found = Revenue::of(&lines, accounts.len(), Period { start: day(&expected.start), end: day(&expected.end) });
        let numbers = [
            ("opening", found.opening, expected.opening_mrr),
            ("closing", found.closing, expected.closing_mrr),
            ("new", found.new, expected.new),
            ("reactivation", found.reactivation, expected.reactivation),
            ("expansion", found.expansion, expected.expansion),
            ("contraction", found.contraction, expected.contraction),
            ("churn", found.churn, expected.churn),
            ("grr", found.grr().unwrap(), expected.grr),
            ("nrr", found.nrr().unwrap(), expected.nrr),
            ("logo churn", found.logo_churn().unwrap(), expected.logo_churn),
            ("revenue churn", found.revenue_churn().unwrap(), expected.revenue_churn),
        ];
        for (name, found, wanted) in numbers {
            assert!(
                (found.to_f64() - wanted).abs() < CLOSE,
                "{name} of {}..{}: {} for {wanted}",
                expected.start,
                expected.end,
                found.to_f64()
            );
        }
        assert_eq!(found.paying, expected.accounts_at_start);
        let movements: Vec<&str> = found.changes.iter().map(|change| change.movement.as_str()).collect();
        let wanted: Vec<&String> = expected.movement_by_account.values().collect();
        assert_eq!(movements, wanted, "{}..{}", expected.start, expected.end);
    }
}
