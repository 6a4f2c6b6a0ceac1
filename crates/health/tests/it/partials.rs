//! Laws of partials: order, batching and storage change nothing.

use std::collections::BTreeSet;

use mainstay_health::{FactColumns, HealthError, SignalPartials, Values};
use mainstay_model::Day;
use mainstay_model::signal::Aggregate;
use proptest::prelude::*;

use crate::support::{Fact, add, aggregates, facts, partials_of};

fn bytes(partials: &SignalPartials) -> Vec<u8> {
    postcard::to_stdvec(partials).unwrap()
}

fn merged(a: &SignalPartials, b: &SignalPartials) -> SignalPartials {
    let mut both = a.clone();
    both.merge(b).unwrap();
    both
}

proptest! {
    #[test]
    fn any_order_and_any_batching_give_the_same_bytes(facts in facts(120), order in any::<u64>(), batch in 1..20_usize) {
        let mut shuffled = facts.clone();
        shuffled.sort_by_key(|fact| (fact.id as u64 + 1).wrapping_mul(order | 1));
        for aggregate in aggregates() {
            let at_once = partials_of(&aggregate, &facts);
            let mut in_batches = SignalPartials::new(&aggregate);
            shuffled.chunks(batch).for_each(|batch| add(&mut in_batches, &aggregate, batch));
            prop_assert_eq!(bytes(&at_once), bytes(&in_batches));
        }
    }

    #[test]
    fn merging_is_commutative_and_associative(facts in facts(90), cut in 0..90_usize, cut_again in 0..90_usize) {
        let (low, high) = (cut.min(cut_again).min(facts.len()), cut.max(cut_again).min(facts.len()));
        for aggregate in aggregates() {
            let [a, b, c] = [&facts[..low], &facts[low..high], &facts[high..]].map(|part| partials_of(&aggregate, part));
            prop_assert_eq!(bytes(&merged(&a, &b)), bytes(&merged(&b, &a)));
            prop_assert_eq!(bytes(&merged(&merged(&a, &b), &c)), bytes(&merged(&a, &merged(&b, &c))));
        }
    }

    #[test]
    fn months_written_and_read_back_are_the_whole(facts in facts(90)) {
        for aggregate in aggregates() {
            let whole = partials_of(&aggregate, &facts);
            let mut back = SignalPartials::new(&aggregate);
            for month in whole.months().into_iter().rev() {
                back.merge(&postcard::from_bytes(&bytes(&whole.month(month))).unwrap()).unwrap();
            }
            prop_assert_eq!(bytes(&whole), bytes(&back));
        }
    }

    #[test]
    fn cells_cleared_and_added_again_are_as_before(facts in facts(90), subject in 0..6_u32, day in -75..12_i32) {
        let gone = |fact: &&Fact| fact.subject == subject && fact.day >= day;
        let again: Vec<Fact> = facts.iter().filter(gone).cloned().collect();
        let days: BTreeSet<Day> = (day..12).map(Day).collect();
        for aggregate in aggregates() {
            let whole = partials_of(&aggregate, &facts);
            let mut mended = whole.clone();
            mended.clear(&BTreeSet::from([subject]), &days);
            let rest: Vec<Fact> = facts.iter().filter(|fact| !gone(fact)).cloned().collect();
            prop_assert_eq!(bytes(&mended), bytes(&partials_of(&aggregate, &rest)));
            add(&mut mended, &aggregate, &again);
            prop_assert_eq!(bytes(&mended), bytes(&whole));
        }
    }
}

#[test]
fn many_subjects_merge_like_few() {
    let facts: Vec<Fact> = (0..200_000_u32)
        .map(|id| Fact { id: u128::from(id), subject: id.wrapping_mul(7919) % 150_000, day: 0, micros: 0, number: Some(i64::from(id % 5)) })
        .collect();
    for aggregate in aggregates() {
        let at_once = partials_of(&aggregate, &facts);
        let mut in_batches = SignalPartials::new(&aggregate);
        facts.chunks(9_973).for_each(|batch| add(&mut in_batches, &aggregate, batch));
        for one in &facts[..40] {
            in_batches.clear(&BTreeSet::from([one.subject]), &BTreeSet::from([Day(0)]));
            let again: Vec<Fact> = facts.iter().filter(|fact| fact.subject == one.subject).cloned().collect();
            add(&mut in_batches, &aggregate, &again);
        }
        assert_eq!(bytes(&at_once), bytes(&in_batches), "{aggregate:?}");
    }
}

#[test]
fn a_measure_refuses_values_it_cannot_read_and_keeps_what_it_has() {
    let mut partials = SignalPartials::new(&Aggregate::Sum("amount".into()));
    let facts = FactColumns { subject: &[0], day: &[Day(0)], at: &[], digest: &[], value: Values::Texts(&[Some("12")]) };
    let error = partials.add(&facts).unwrap_err();
    insta::assert_snapshot!(error, @"cannot add facts to `sum`: it reads numbers, and was given texts; let its expression give numbers");
    let short = FactColumns { subject: &[0, 1], day: &[Day(0)], at: &[], digest: &[], value: Values::None };
    assert_eq!(partials.add(&short), Err(HealthError::Lengths { column: "day", expected: 2, found: 1 }));
    assert!(partials.is_empty());
    assert!(partials.merge(&SignalPartials::new(&Aggregate::Count)).is_err());
}

#[test]
fn old_days_can_be_dropped_and_come_back() {
    let facts: Vec<Fact> = (0..60).map(|day| Fact { id: day as u128, subject: 1, day, micros: 0, number: Some(1) }).collect();
    let whole = partials_of(&Aggregate::Count, &facts);
    let mut recent = whole.clone();
    recent.drop_before(Day(31));
    assert_eq!(recent.len(), 29);
    recent.merge(&whole.month(Day(0))).unwrap();
    assert_eq!(recent, whole);
}
