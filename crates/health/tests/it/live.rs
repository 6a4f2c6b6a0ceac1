//! Live values equal a recomputation, bit for bit: shuffled, repeated, late, with turns of the day between.

use std::collections::BTreeSet;

use mainstay_health::{About, AsOf, Column, Live, Reading, Selection, SignalPartials, evaluate};
use mainstay_model::Day;
use mainstay_model::expression::ValueType;
use mainstay_model::signal::{Measure, Span};
use proptest::prelude::*;

use crate::support::{Fact, add, aggregates, events, facts, partials_of, signal, window};

fn readings() -> Vec<Reading> {
    let mut readings = Vec::new();
    for aggregate in aggregates() {
        for (span, complete) in
            [(Span::Days(1), false), (Span::Days(9), false), (Span::Days(30), true), (Span::Months(1), false), (Span::All, false)]
        {
            let of = events("x", aggregate.clone(), window(span, complete));
            let same = |measure| Reading::new(&signal("y", measure), |_| Some(&of)).ok();
            readings.extend(Reading::new(&of, |_| None).ok());
            readings.extend(same(Measure::Change { of: "x".into() }));
            readings.extend(same(Measure::Trend { of: "x".into() }));
        }
    }
    readings
}

/// What happens to a running system.
#[derive(Clone, Debug)]
enum Step {
    /// A batch: so many of the facts that remain, and some that came before once more.
    Batch(usize, usize),
    /// The day turns, by so many days.
    Turn(i32),
    /// A subject's facts move away and back: its cells are cleared and computed again.
    Again(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..25_usize, 0..5_usize).prop_map(|(new, old)| Step::Batch(new, old)),
        3 => (1..4_i32).prop_map(Step::Turn),
        1 => (20..90_i32).prop_map(Step::Turn),
        1 => (-5..0_i32).prop_map(Step::Turn),
        1 => (0..6_u32).prop_map(Step::Again),
    ];
    proptest::collection::vec(step, 1..10)
}

struct Running {
    reading: Reading,
    partials: SignalPartials,
    live: Live,
    column: Column,
    seen: BTreeSet<u128>,
}

const ABOUT: About<'static> = About { connected: true, born: &[None, Some(Day(-20)), Some(Day(-60))] };

impl Running {
    fn new(reading: Reading, today: Day) -> Self {
        let partials = SignalPartials::new(&reading.aggregate);
        let live = Live::new(&reading, &partials, today, Selection::All(0)).unwrap();
        let column = live.column(&ABOUT);
        Self { reading, partials, live, column, seen: BTreeSet::new() }
    }

    /// Takes the batch in as the product does: repeats are dropped by identity, the rest is aggregated alone and merged.
    fn take(&mut self, facts: &[Fact]) {
        let new: Vec<Fact> = facts.iter().filter(|fact| self.seen.insert(fact.id)).cloned().collect();
        let batch = partials_of(&self.reading.aggregate, &new);
        self.live.apply(&self.partials, &batch).unwrap();
        self.partials.merge(&batch).unwrap();
        self.live.update(&mut self.column, &batch.subjects(), &ABOUT);
    }

    fn turn(&mut self, to_day: Day) {
        self.live.turn(&self.partials, to_day).unwrap();
        self.column = self.live.column(&ABOUT);
    }

    fn compute_again(&mut self, subject: u32, facts: &[Fact]) {
        let subjects = BTreeSet::from([subject]);
        self.partials.clear_subjects(&subjects);
        let theirs: Vec<Fact> = facts.iter().filter(|fact| fact.subject == subject && self.seen.contains(&fact.id)).cloned().collect();
        add(&mut self.partials, &self.reading.aggregate, &theirs);
        self.live.reset(&self.partials, &subjects).unwrap();
        self.live.update(&mut self.column, &[subject], &ABOUT);
    }

    fn recomputed(&self, facts: &[Fact], today: Day, count: usize) -> Column {
        let seen: Vec<Fact> = facts.iter().filter(|fact| self.seen.contains(&fact.id)).cloned().collect();
        let partials = partials_of(&self.reading.aggregate, &seen);
        let as_of = AsOf { today, today_override: None, about: ABOUT };
        evaluate(&self.reading, &partials, &as_of, Selection::All(count)).unwrap()
    }
}

/// Rows that a column has no subject for yet are not compared.
fn same(kept: &Column, recomputed: &Column) -> bool {
    (0..kept.len()).all(|row| match (kept.get(row), recomputed.get(row)) {
        (Some(mainstay_health::Value::Number(a)), Some(mainstay_health::Value::Number(b))) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn live_values_equal_recomputed_ones_bit_for_bit(facts in facts(120), steps in steps(), order in any::<u64>()) {
        let mut shuffled = facts.clone();
        shuffled.sort_by_key(|fact| (fact.id as u64 + 1).wrapping_mul(order | 1));
        for reading in readings() {
            let mut today = Day(-20);
            let mut running = Running::new(reading, today);
            let mut taken = 0;
            for step in &steps {
                match step {
                    Step::Batch(new, old) => {
                        let until = (taken + new).min(shuffled.len());
                        running.take(&shuffled[taken.saturating_sub(*old)..until]);
                        taken = until;
                    }
                    Step::Turn(days) => {
                        today = today.plus(*days);
                        running.turn(today);
                    }
                    Step::Again(subject) => running.compute_again(*subject, &facts),
                }
                let recomputed = running.recomputed(&facts, today, running.column.len());
                prop_assert!(same(&running.column, &recomputed), "{:?} after {:?}: {:?} {:?}", running.reading, step, running.column, recomputed);
                prop_assert!(same(&running.live.column(&ABOUT), &running.recomputed(&facts, today, 6)));
            }
        }
    }

    #[test]
    fn a_stored_live_state_goes_on_as_if_never_stopped(facts in facts(60), cut in 0..60_usize) {
        let cut = cut.min(facts.len());
        for reading in readings() {
            let mut running = Running::new(reading, Day(0));
            running.take(&facts[..cut]);
            running.live = postcard::from_bytes(&postcard::to_stdvec(&running.live).unwrap()).unwrap();
            running.take(&facts[cut..]);
            running.turn(Day(3));
            prop_assert!(same(&running.column, &running.recomputed(&facts, Day(3), 6)));
        }
    }
}

#[test]
fn the_last_text_is_the_latest_by_time_whatever_came_last() {
    let mut plan = events("plan", mainstay_model::signal::Aggregate::Last("plan".into()), window(Span::All, false));
    plan.kind = ValueType::Text;
    let reading = Reading::new(&plan, |_| None).unwrap();
    let mut partials = SignalPartials::new(&reading.aggregate);
    let mut live = Live::new(&reading, &partials, Day(9), Selection::All(2)).unwrap();
    for (at, text) in [(5, Some("pro")), (3, Some("free")), (7, None), (4, Some("trial"))] {
        let mut batch = partials.empty_like();
        let facts = mainstay_health::FactColumns {
            subject: &[1],
            day: &[Day(at)],
            at: &[mainstay_model::Timestamp(i64::from(at))],
            digest: &[mainstay_model::FactDigest(1)],
            value: mainstay_health::Values::Texts(&[text]),
        };
        batch.add(&facts).unwrap();
        live.apply(&partials, &batch).unwrap();
        partials.merge(&batch).unwrap();
    }
    let Column::Texts(texts) = live.column(&ABOUT) else { panic!("texts") };
    assert_eq!(texts.get(0), None);
    assert_eq!(texts.get(1).map(AsRef::as_ref), Some("pro"));
}
