//! Scores: exact, over what is known, in bands of the unrounded number.

use mainstay_health::{Column, ColumnRef, CompiledModel, Fraction, HealthError, Inputs, ProductScores, UNKNOWN, override_in_force};
use mainstay_model::health::{Component, Guard, HealthModel, Missing, Override, Reads, Rollup};
use mainstay_model::{BandScale, Timestamp};
use proptest::prelude::*;

use crate::support::{SIGNALS, columns, compile, component, default_model, model, range};

fn curve(name: &str, weight: f64, points: &[(f64, f64)]) -> Component {
    Component {
        name: name.into(),
        label: name.into(),
        weight,
        reads: Reads::Curve { signal: name.into(), points: points.to_vec() },
        missing: Missing::Skip,
    }
}

fn group(name: &str, weight: f64, components: Vec<Component>) -> Component {
    Component { name: name.into(), label: name.into(), weight, reads: Reads::Group { components }, missing: Missing::Skip }
}

/// A component whose points are its signal's value.
fn identity(name: &str, weight: f64) -> Component {
    curve(name, weight, &[(0.0, 0.0), (100.0, 100.0)])
}

fn numbers(values: &[Option<f64>]) -> Column {
    Column::Numbers(values.iter().copied().collect())
}

fn band_of(score: f64) -> u8 {
    let model = compile(&model(vec![identity("a", 1.0)]), &["a"]);
    model.score_all(&Inputs { columns: &[numbers(&[Some(score)])], ..Inputs::default() }, 1).band[0]
}

#[test]
fn bands_are_half_open_over_the_unrounded_score() {
    assert_eq!(band_of(79.99), 1);
    assert_eq!(band_of(79.999_999), 1);
    assert_eq!(band_of(80.0), 0);
    assert_eq!(band_of(100.0), 0);
    assert_eq!(band_of(60.0), 1);
    assert_eq!(band_of(59.999_999), 2);
    assert_eq!(band_of(40.0), 2);
    assert_eq!(band_of(39.999_999), 3);
    assert_eq!(band_of(0.0), 3);
}

#[test]
fn thirds_that_make_eighty_are_healthy() {
    let parts = || vec![identity("a", 1.0), identity("b", 2.0)];
    let flat = compile(&model(parts()), &["a", "b"]);
    let nested = compile(&model(vec![group("g", 7.0, parts()), identity("c", 3.0)]), &["a", "b", "c"]);
    let columns = [numbers(&[Some(100.0)]), numbers(&[Some(70.0)]), numbers(&[Some(80.0)])];
    for model in [flat, nested] {
        let scores = model.score_all(&Inputs { columns: &columns, ..Inputs::default() }, 1);
        assert_eq!((scores.shown.get(0), scores.band[0]), (Some(80.0), 0));
    }
}

#[test]
fn below_the_least_coverage_there_is_no_score_and_at_it_there_is() {
    let cells = [["16", "5", "", "", "", ""], ["16", "", "", "9", "", "0"], ["", "", "", "", "", ""]];
    let model = compile(&default_model(), &SIGNALS);
    let columns = columns(&cells);
    let scores = model.score_all(&Inputs { columns: &columns, ..Inputs::default() }, 3);
    assert_eq!((scores.shown.get(0), scores.band[0], scores.coverage.get(0)), (None, UNKNOWN, Some(0.45)));
    assert_eq!((scores.shown.get(1), scores.band[1], scores.coverage.get(1)), (Some(100.0), 0, Some(0.5)));
    assert_eq!((scores.shown.get(2), scores.band[2], scores.coverage.get(2)), (None, UNKNOWN, Some(0.0)));
}

#[test]
fn a_missing_value_counts_as_the_level_the_component_says_but_covers_nothing() {
    let mut healthy = default_model();
    healthy.components[3].missing = Missing::Level("critical".into());
    let columns = columns(&[["12", "5", "neutral", "", "sporadic", "0"]]);
    let scores = compile(&healthy, &SIGNALS).score_all(&Inputs { columns: &columns, ..Inputs::default() }, 1);
    assert_eq!((scores.shown.get(0), scores.coverage.get(0)), (Some(65.0), Some(0.85)));
}

#[test]
fn a_word_that_no_level_names_is_not_known() {
    let columns = columns(&[["12", "5", "neutral", "6", "asleep", "0"]]);
    let scores = compile(&default_model(), &SIGNALS).score_all(&Inputs { columns: &columns, ..Inputs::default() }, 1);
    assert_eq!(scores.coverage.get(0), Some(0.85));
}

#[test]
fn a_group_counts_as_one_and_covers_what_it_knows() {
    let parts = vec![identity("a", 3.0), identity("b", 1.0)];
    let model = compile(&model(vec![group("use", 60.0, parts), identity("c", 40.0)]), &["a", "b", "c"]);
    let columns = [numbers(&[Some(80.0), None]), numbers(&[None, None]), numbers(&[Some(30.0), Some(30.0)])];
    let scores = model.score_all(&Inputs { columns: &columns, ..Inputs::default() }, 2);
    assert_eq!((scores.shown.get(0), scores.coverage.get(0)), (Some(60.0), Some(0.85)));
    assert_eq!((scores.shown.get(1), scores.coverage.get(1)), (None, Some(0.4)));
}

#[test]
fn products_roll_up_to_their_mean_or_their_worst() {
    let products = |rollup| Component {
        name: "products".into(),
        label: "Products".into(),
        weight: 1.0,
        reads: Reads::Products { rollup },
        missing: Missing::Skip,
    };
    let third = |num| Some(Fraction::new(num, 3));
    let scores = [third(200), third(280), None, third(100)];
    let inputs = Inputs { products: ProductScores { starts: &[0, 3, 4, 4], scores: &scores }, ..Inputs::default() };
    let mean = compile(&model(vec![products(Rollup::Average)]), &[]).score_all(&inputs, 3);
    assert_eq!((mean.shown.get(0), mean.band[0], mean.coverage.get(0)), (Some(80.0), 0, Some(2.0 / 3.0)));
    assert_eq!(mean.shown.get(2), None);
    let worst = compile(&model(vec![products(Rollup::Worst)]), &[]).score_all(&inputs, 3);
    assert_eq!((worst.shown.get(0), worst.shown.get(1)), (Some(200.0 / 3.0), Some(100.0 / 3.0)));
}

fn guarded() -> HealthModel {
    let mut guarded = model(vec![identity("a", 1.0)]);
    guarded.guards = vec![
        Guard { when: "open_critical_escalations > 0".into(), cap: 59.0, because: "a critical escalation is open".into() },
        Guard { when: "late".into(), cap: 70.0, because: "payment is late".into() },
    ];
    guarded
}

#[test]
fn guards_cap_what_is_shown_and_leave_what_is_computed() {
    let model = compile(&guarded(), &["a"]);
    let columns = [numbers(&[Some(90.0), Some(90.0), Some(50.0), None])];
    let guards = [vec![true, false, true, true], vec![true, true]];
    let inputs = Inputs { columns: &columns, guards: &guards, ..Inputs::default() };
    let scores = model.score_all(&inputs, 4);
    assert_eq!(scores.computed.0[..3], [90.0, 90.0, 50.0]);
    assert_eq!(scores.shown.0[..3], [59.0, 70.0, 50.0]);
    assert_eq!(scores.band, [2, 1, 2, UNKNOWN]);
    assert_eq!(model.score_exactly(&inputs, &[1, 3]), [Some(Fraction::new(70, 1)), None]);
}

#[test]
fn an_override_holds_from_its_start_until_just_before_its_end() {
    let one = |score, from, until| Override {
        score,
        author: "ada@example.com".into(),
        reason: "renewed by phone".into(),
        from: Timestamp(from),
        until: Timestamp(until),
    };
    let overrides = [one(90.0, 10, 20), one(30.0, 15, 18)];
    let score_at = |at| override_in_force(&overrides, Timestamp(at)).map(|one| one.score);
    assert_eq!([9, 10, 15, 17, 18, 19, 20].map(score_at), [None, Some(90.0), Some(30.0), Some(30.0), Some(90.0), Some(90.0), None]);
    let model = compile(&guarded(), &["a"]);
    let mut scores = model.score_all(&Inputs { columns: &[numbers(&[Some(10.0)])], ..Inputs::default() }, 1);
    scores.override_row(0, &model, &overrides[0]);
    assert_eq!((scores.computed.get(0), scores.shown.get(0), scores.band[0]), (Some(10.0), Some(90.0), 0));
}

#[test]
fn some_subjects_score_as_they_do_among_all() {
    let cells = [["12", "5", "neutral", "6", "sporadic", "0"], ["", "5", "positive", "9", "engaged", "0"], ["1", "1", "", "3", "", "2"]];
    let model = compile(&default_model(), &SIGNALS);
    let columns = columns(&cells);
    let inputs = Inputs { columns: &columns, ..Inputs::default() };
    let all = model.score_all(&inputs, 3);
    let mut placed = mainstay_health::Scores::default();
    placed.place(&[2, 0], &model.score_some(&inputs, &[2, 0]));
    placed.place(&[1], &model.score_some(&inputs, &[1]));
    assert_eq!(placed, all);
}

#[test]
fn nps_levels_detractors_and_the_risk_signal_are_three_separate_predicates() {
    let points = |nps: f64| {
        let cells = [["", "", "", &nps.to_string(), "", ""]];
        let mut model = default_model();
        model.min_coverage = 0.0;
        let columns = columns(&cells);
        compile(&model, &SIGNALS).score_all(&Inputs { columns: &columns, ..Inputs::default() }, 1).shown.get(0)
    };
    // 6 is a detractor, is no risk signal ("< 6"), and is at risk in the matrix; 7 is passive and at risk too.
    assert_eq!([5.0, 6.0, 7.0, 8.0].map(points), [Some(0.0), Some(50.0), Some(50.0), Some(100.0)]);
}

#[test]
fn unusable_models_are_refused_with_a_reason() {
    let compile = |model: &HealthModel| {
        CompiledModel::new(model, &BandScale::default(), |name| (name == "a").then_some(ColumnRef { index: 0, integer: false }))
    };
    let error = |model| compile(&model).unwrap_err().to_string();
    insta::assert_snapshot!(error(model(vec![identity("b", 1.0)])), @"model `standard`: component `b` reads `b`, and there is no such column");
    insta::assert_snapshot!(error(model(vec![identity("a", 0.0)])), @"model `standard`: the weight of `a` is 0; write a number above 0, up to 1000000");
    insta::assert_snapshot!(error(model(vec![identity("a", f64::NAN)])), @"model `standard`: the weight of `a` is NaN; write a number above 0, up to 1000000");
    insta::assert_snapshot!(error(model(vec![curve("a", 1.0, &[(2.0, 0.0), (1.0, 5.0)])])), @"model `standard`: the curve of `a` is out of order or empty; write one or more [value, points] by rising value");
    let mut missing = identity("a", 1.0);
    missing.missing = Missing::Level("fine".into());
    assert!(matches!(compile(&model(vec![missing])), Err(HealthError::NoLevel { .. })));
}

proptest! {
    #[test]
    fn a_score_is_the_weighted_mean_of_what_is_known(
        rows in proptest::collection::vec(proptest::collection::vec(proptest::option::weighted(0.7, 0..=100_i32), 4), 1..30),
        weights in proptest::collection::vec(1..100_u32, 4),
    ) {
        let names = ["a", "b", "c", "d"];
        let levels = |at: usize| component(names[at], f64::from(weights[at]), [
            range(Some((70.0, true)), None), range(Some((30.0, true)), Some((70.0, false))), range(None, Some((30.0, false))),
        ]);
        let columns: Vec<Column> =
            (0..4).map(|at| Column::Numbers(rows.iter().map(|row| row[at].map(f64::from)).collect())).collect();
        let inputs = Inputs { columns: &columns, ..Inputs::default() };
        let flat = compile(&model((0..4).map(levels).collect()), &names).score_all(&inputs, rows.len());
        // A group of everything is the same average, by the way that groups take.
        let nested = compile(&model(vec![group("all", 1.0, (0..4).map(levels).collect())]), &names).score_all(&inputs, rows.len());
        prop_assert_eq!(&flat, &nested);
        for (at, row) in rows.iter().enumerate() {
            let known = || row.iter().zip(&weights).filter_map(|(value, weight)| Some(((*value)?, u64::from(*weight))));
            let points = |value| if value >= 70 { 100 } else if value >= 30 { 50 } else { 0 };
            let (sum, weight): (u64, u64) = known().fold((0, 0), |(sum, all), (value, weight)| (sum + weight * points(value), all + weight));
            let all: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
            prop_assert_eq!(flat.coverage.get(at), Some(weight as f64 / all as f64));
            let expected = (2 * weight >= all).then(|| sum as f64 / weight as f64);
            prop_assert_eq!(flat.shown.get(at), expected);
            let band = if 2 * weight < all { UNKNOWN } else { [80, 60, 40, 0].iter().position(|bound| sum >= bound * weight).unwrap() as u8 };
            prop_assert_eq!(flat.band[at], band);
        }
    }
}
