//! Facts, signals and models for tests.

use mainstay_health::{Column, ColumnRef, CompiledModel, FactColumns, SignalPartials, Values};
use mainstay_model::expression::ValueType;
use mainstay_model::health::{Component, Covers, HealthModel, Level, Missing, Range, Reads};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Subject, Unit, Window};
use mainstay_model::{BandScale, Day, FactDigest, Timestamp};
use proptest::prelude::*;

/// A fact with a number, which tests also read as a text, a truth or a day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fact {
    pub(crate) id: u128,
    pub(crate) subject: u32,
    pub(crate) day: i32,
    pub(crate) micros: i64,
    pub(crate) number: Option<i64>,
}

impl Fact {
    pub(crate) fn at(&self) -> i64 {
        i64::from(self.day) * 86_400_000_000 + self.micros
    }

    /// A decimal with two places.
    pub(crate) fn decimal(&self) -> Option<f64> {
        self.number.map(|number| number as f64 / 100.0)
    }

    pub(crate) fn truth(&self) -> Option<bool> {
        self.number.map(|number| number % 2 == 0)
    }

    pub(crate) fn day_named(&self) -> Option<Day> {
        self.number.map(|number| Day(self.day - (number.rem_euclid(3)) as i32))
    }
}

pub(crate) fn facts(max: usize) -> impl Strategy<Value = Vec<Fact>> {
    let one = (0..6_u32, -75..12_i32, 0..50_i64, proptest::option::weighted(0.8, -5..8_i64));
    proptest::collection::vec(one, 0..max).prop_map(|facts| {
        let number = |(id, (subject, day, micros, number))| Fact { id, subject, day, micros, number };
        (0..).zip(facts).map(number).collect()
    })
}

pub(crate) fn aggregates() -> Vec<Aggregate> {
    let x = || "x".to_owned();
    vec![
        Aggregate::Count,
        Aggregate::CountDistinct(x()),
        Aggregate::Sum(x()),
        Aggregate::Average(x()),
        Aggregate::Min(x()),
        Aggregate::Max(x()),
        Aggregate::Last(x()),
        Aggregate::Share(x()),
        Aggregate::ActiveDays,
        Aggregate::DaysSince(x()),
    ]
}

pub(crate) fn add(partials: &mut SignalPartials, aggregate: &Aggregate, facts: &[Fact]) {
    let subject: Vec<u32> = facts.iter().map(|fact| fact.subject).collect();
    let day: Vec<Day> = facts.iter().map(|fact| Day(fact.day)).collect();
    let at: Vec<Timestamp> = facts.iter().map(|fact| Timestamp(fact.at())).collect();
    let digest: Vec<FactDigest> = facts.iter().map(|fact| FactDigest(fact.id)).collect();
    let numbers: Vec<f64> = facts.iter().map(|fact| fact.decimal().unwrap_or(f64::NAN)).collect();
    let texts: Vec<Option<String>> = facts.iter().map(|fact| fact.number.map(|number| format!("v{number}"))).collect();
    let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
    let truths: Vec<Option<bool>> = facts.iter().map(Fact::truth).collect();
    let days: Vec<Option<Day>> = facts.iter().map(Fact::day_named).collect();
    let value = match aggregate {
        Aggregate::Count | Aggregate::ActiveDays => Values::None,
        Aggregate::CountDistinct(_) => Values::Texts(&texts),
        Aggregate::Share(_) => Values::Booleans(&truths),
        Aggregate::DaysSince(_) => Values::Days(&days),
        _ => Values::Numbers(&numbers),
    };
    partials.add(&FactColumns { subject: &subject, day: &day, at: &at, digest: &digest, value }).unwrap();
}

pub(crate) fn partials_of(aggregate: &Aggregate, facts: &[Fact]) -> SignalPartials {
    let mut partials = SignalPartials::new(aggregate);
    add(&mut partials, aggregate, facts);
    partials
}

pub(crate) fn window(span: Span, complete: bool) -> Window {
    Window { span, complete, of: None }
}

pub(crate) fn signal(name: &str, measure: Measure) -> Signal {
    Signal {
        name: name.into(),
        label: name.into(),
        description: String::new(),
        subject: Subject::Account,
        measure,
        unit: Unit::Number,
        kind: ValueType::Number,
        integer: false,
        range: None,
    }
}

pub(crate) fn events(name: &str, aggregate: Aggregate, window: Window) -> Signal {
    signal(name, Measure::Events { filter: None, aggregate, window })
}

/// The rows of a column of numbers.
pub(crate) fn numbers(column: &Column) -> Vec<Option<f64>> {
    let Column::Numbers(numbers) = column else { panic!("not numbers: {column:?}") };
    (0..column.len()).map(|row| numbers.get(row)).collect()
}

pub(crate) fn range(from: Option<(f64, bool)>, to: Option<(f64, bool)>) -> Covers {
    Covers::Ranges(vec![Range { from, to }])
}

pub(crate) fn words(words: &[&str]) -> Covers {
    Covers::Words(words.iter().map(|word| (*word).to_owned()).collect())
}

/// A component with the three standard levels.
pub(crate) fn component(name: &str, weight: f64, covers: [Covers; 3]) -> Component {
    let levels = ["healthy", "at_risk", "critical"].into_iter().zip([100.0, 50.0, 0.0]).zip(covers);
    let levels = levels.map(|((name, points), covers)| Level { name: name.into(), points, covers }).collect();
    Component {
        name: name.into(),
        label: name.into(),
        weight,
        reads: Reads::Levels { signal: name.into(), levels },
        missing: Missing::Skip,
    }
}

pub(crate) fn model(components: Vec<Component>) -> HealthModel {
    HealthModel {
        name: "standard".into(),
        label: "Standard".into(),
        variant: None,
        applies_to: None,
        priority: 0,
        subject: Subject::Account,
        components,
        guards: Vec::new(),
        min_coverage: 0.5,
        hold_days: 0,
        version: "000000000000".into(),
    }
}

/// The signals of the default model, in the order of its columns.
pub(crate) const SIGNALS: [&str; 6] =
    ["logins_30d", "features_used_30d", "support_sentiment", "nps_latest", "engagement", "late_payments_12m"];

/// The default model: the matrix of seed 003.
pub(crate) fn default_model() -> HealthModel {
    let [logins, features, sentiment, nps, engagement, late] = SIGNALS;
    let above = |bound| range(Some((bound, false)), None);
    let from = |bound| range(Some((bound, true)), None);
    let below = |bound| range(None, Some((bound, false)));
    let between = |from, to| range(Some((from, true)), Some((to, true)));
    let half_open = |from, to| range(Some((from, true)), Some((to, false)));
    model(vec![
        component(logins, 25.0, [above(15.0), between(5.0, 15.0), below(5.0)]),
        component(features, 20.0, [from(5.0), half_open(2.0, 5.0), below(2.0)]),
        component(sentiment, 15.0, [words(&["positive", "neutral"]), words(&["some_negative"]), words(&["mostly_negative"])]),
        component(nps, 15.0, [between(8.0, 10.0), between(6.0, 7.0), between(0.0, 5.0)]),
        component(engagement, 15.0, [words(&["engaged"]), words(&["sporadic"]), words(&["non_responsive"])]),
        component(late, 10.0, [below(1.0), half_open(1.0, 2.0), from(2.0)]),
    ])
}

pub(crate) fn compile(model: &HealthModel, signals: &[&str]) -> CompiledModel {
    let column = |name: &str| Some(ColumnRef { index: signals.iter().position(|signal| *signal == name)?, integer: true });
    CompiledModel::new(model, &BandScale::default(), column).unwrap()
}

/// One-row columns of the default model; empty where not known.
pub(crate) fn columns(cells: &[[&str; 6]]) -> Vec<Column> {
    let text = |at: usize| Column::Texts(cells.iter().map(|row| Some(row[at]).filter(|cell| !cell.is_empty())).collect());
    let number = |at: usize| Column::Numbers(cells.iter().map(|row| row[at].parse().ok()).collect());
    vec![number(0), number(1), text(2), number(3), text(4), number(5)]
}
