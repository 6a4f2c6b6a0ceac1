//! Explanations add up, name what is missing, and say what would lift the score.

use mainstay_health::explain::{Explanation, Need, Part};
use mainstay_health::{Column, Inputs, Question};
use mainstay_model::Timestamp;
use mainstay_model::health::{Component, Guard, HealthModel, Missing, Override, Reads};
use proptest::prelude::*;

use crate::support::{SIGNALS, columns, compile, default_model, model};

fn question(overrides: &[Override], decimals: u8) -> Question<'_> {
    Question { subject: 0, as_of: Timestamp(100), overrides, decimals, products: &[] }
}

fn explained(model: &HealthModel, cells: [&str; 6], guards: &[Vec<bool>], overrides: &[Override]) -> Explanation {
    let columns = columns(&[cells]);
    let inputs = Inputs { columns: &columns, guards, ..Inputs::default() };
    compile(model, &SIGNALS).explain(&inputs, &question(overrides, 2))
}

const EXAMPLE: [&str; 6] = ["12", "5", "neutral", "6", "sporadic", "0"];

fn override_to(score: f64) -> Override {
    Override { score, author: "ada@example.com".into(), reason: "renewed by phone".into(), from: Timestamp(0), until: Timestamp(200) }
}

fn escalation_guard(model: &mut HealthModel) {
    model.guards.push(Guard { when: "escalated".into(), cap: 59.0, because: "a critical escalation is open".into() });
}

#[test]
fn the_worked_example_is_explained_part_by_part() {
    let explanation = explained(&default_model(), EXAMPLE, &[], &[]);
    let parts: Vec<(&str, String, String)> = explanation
        .components
        .iter()
        .map(|part| (part.name.as_str(), part.contribution.to_string(), part.max_contribution.to_string()))
        .collect();
    let expected = [
        ("logins_30d", "12.50", "25.00"),
        ("features_used_30d", "20.00", "20.00"),
        ("support_sentiment", "15.00", "15.00"),
        ("nps_latest", "7.50", "15.00"),
        ("engagement", "7.50", "15.00"),
        ("late_payments_12m", "10.00", "10.00"),
    ];
    assert_eq!(parts, expected.map(|(name, points, most)| (name, points.to_owned(), most.to_owned())));
    assert_eq!(explanation.shown.unwrap().to_string(), "72.50");
    assert_eq!(explanation.band, "monitor");
    assert!(explanation.missing.is_empty());
}

#[test]
fn without_an_answer_the_weight_is_shared_out_and_the_gap_is_named() {
    let explanation = explained(&default_model(), ["12", "5", "neutral", "", "sporadic", "0"], &[], &[]);
    assert_eq!(explanation.shown.unwrap().to_string(), "76.47");
    assert!((explanation.coverage - 0.85).abs() < 1e-12);
    assert_eq!(explanation.missing, ["nps_latest"]);
    let printed: i64 = explanation.components.iter().map(|part| part.contribution.units).sum();
    assert_eq!(printed, 7647);
}

#[test]
fn guards_and_overrides_are_lines_of_their_own() {
    let mut guarded = default_model();
    escalation_guard(&mut guarded);
    let explanation = explained(&guarded, EXAMPLE, &[vec![true]], &[override_to(85.0)]);
    insta::assert_json_snapshot!(explanation.adjustments, @r#"
    [
      {
        "kind": "guard",
        "because": "a critical escalation is open",
        "author": null,
        "score": 59.0,
        "amount": -13.5
      },
      {
        "kind": "override",
        "because": "renewed by phone",
        "author": "ada@example.com",
        "score": 85.0,
        "amount": 26.0
      }
    ]
    "#);
    assert_eq!((explanation.computed.unwrap().units, explanation.shown.unwrap().units), (7250, 8500));
    assert_eq!(explanation.band, "healthy");
}

#[test]
fn a_lift_names_the_value_the_level_and_the_gain() {
    let explanation = explained(&default_model(), EXAMPLE, &[], &[]);
    let mut lifts = explanation.lifts.unwrap();
    assert_eq!(lifts.enough.iter().map(|set| set[0].component.as_str()).collect::<Vec<_>>(), ["logins_30d", "nps_latest", "engagement"]);
    lifts.enough.clear();
    insta::assert_json_snapshot!(lifts, @r#"
    {
      "band": "healthy",
      "from": 80.0,
      "gap": 7.5,
      "held_by": [],
      "each": [
        {
          "component": "logins_30d",
          "label": "logins_30d",
          "signal": "logins_30d",
          "current": 12.0,
          "need": {
            "at_least": 16.0
          },
          "level": "healthy",
          "gain": 12.5
        },
        {
          "component": "nps_latest",
          "label": "nps_latest",
          "signal": "nps_latest",
          "current": 6.0,
          "need": {
            "at_least": 8.0
          },
          "level": "healthy",
          "gain": 7.5
        },
        {
          "component": "engagement",
          "label": "engagement",
          "signal": "engagement",
          "current": "sporadic",
          "need": {
            "one_of": [
              "engaged"
            ]
          },
          "level": "healthy",
          "gain": 7.5
        }
      ],
      "enough": []
    }
    "#);
}

#[test]
fn where_no_single_change_is_enough_pairs_are() {
    let explanation = explained(&default_model(), ["3", "5", "neutral", "6", "sporadic", "0"], &[], &[]);
    assert_eq!(explanation.shown.unwrap().to_string(), "60.00");
    let lifts = explanation.lifts.unwrap();
    assert_eq!(lifts.band, "healthy");
    let singles: Vec<Vec<(&str, &Need)>> =
        lifts.enough.iter().map(|set| set.iter().map(|one| (one.component.as_str(), &one.need)).collect()).collect();
    assert_eq!(singles, [[("logins_30d", &Need::AtLeast(16.0))]]);
    let explanation = explained(&default_model(), ["12", "3", "neutral", "6", "sporadic", "0"], &[], &[]);
    let lifts = explanation.lifts.unwrap();
    assert_eq!((lifts.band.as_str(), lifts.gap.to_string().as_str()), ("healthy", "17.50"));
    let pairs: Vec<Vec<(&str, String)>> =
        lifts.enough.iter().map(|set| set.iter().map(|one| (one.component.as_str(), one.gain.to_string())).collect()).collect();
    let [logins, features, nps, engagement] =
        [("logins_30d", "12.50"), ("features_used_30d", "10.00"), ("nps_latest", "7.50"), ("engagement", "7.50")]
            .map(|(name, gain)| (name, gain.to_owned()));
    assert_eq!(
        pairs,
        [[&logins, &features], [&logins, &nps], [&logins, &engagement], [&features, &nps], [&features, &engagement]]
            .map(|pair| pair.map(Clone::clone).to_vec())
    );
}

#[test]
fn a_guard_in_the_way_is_named() {
    let mut guarded = default_model();
    escalation_guard(&mut guarded);
    let lifts = explained(&guarded, EXAMPLE, &[vec![true]], &[]).lifts.unwrap();
    assert_eq!(lifts.band, "monitor");
    assert_eq!(lifts.held_by, ["a critical escalation is open"]);
    assert!(lifts.enough.is_empty());
}

#[test]
fn the_best_band_and_no_score_have_no_lift() {
    assert!(explained(&default_model(), ["16", "5", "positive", "9", "engaged", "0"], &[], &[]).lifts.is_none());
    let unknown = explained(&default_model(), ["16", "", "", "", "", ""], &[], &[]);
    assert_eq!((unknown.shown, unknown.band.as_str(), unknown.lifts.is_none()), (None, "unknown", true));
    assert_eq!(unknown.missing.len(), 5);
    assert!(unknown.components.iter().all(|part| part.contribution.units == 0));
}

#[test]
fn on_a_curve_the_lift_is_the_very_value_that_reaches_the_band() {
    let mut one = default_model().components.remove(0);
    one.reads = Reads::Curve { signal: one.name.clone(), points: vec![(0.0, 0.0), (50.0, 100.0)] };
    let columns = [Column::Numbers([Some(10.0)].into_iter().collect())];
    let explanation =
        compile(&model(vec![one]), &["logins_30d"]).explain(&Inputs { columns: &columns, ..Inputs::default() }, &question(&[], 1));
    let lifts = explanation.lifts.unwrap();
    assert_eq!((lifts.band.as_str(), lifts.gap.to_string().as_str()), ("at_risk", "20.0"));
    assert_eq!(lifts.enough[0][0].need, Need::AtLeast(20.0));
}

fn any_model() -> impl Strategy<Value = HealthModel> {
    let weights = proptest::collection::vec((1..100_000_u32).prop_map(|weight| f64::from(weight) / 100.0), 9);
    (weights, proptest::collection::vec(any::<bool>(), 6), any::<bool>()).prop_map(|(weights, strict, nested)| {
        let mut default = default_model();
        for ((component, weight), strict) in default.components.iter_mut().zip(&weights).zip(strict) {
            component.weight = *weight;
            if strict {
                component.missing = Missing::Level("at_risk".into());
            }
        }
        if nested {
            let group = |name: &str, weight: f64, components| Component {
                name: name.into(),
                label: name.into(),
                weight,
                reads: Reads::Group { components },
                missing: Missing::Skip,
            };
            let tail = default.components.split_off(3);
            let inner = group("inner", weights[6], tail[..2].to_vec());
            let outer = group("outer", weights[7], vec![inner, tail[2].clone()]);
            default.components.push(outer);
        }
        default.min_coverage = 0.2;
        escalation_guard(&mut default);
        default
    })
}

fn any_cells() -> impl Strategy<Value = [&'static str; 6]> {
    (
        proptest::sample::select(vec!["", "3", "12", "16"]),
        proptest::sample::select(vec!["", "1", "3", "7"]),
        proptest::sample::select(vec!["", "positive", "some_negative", "mostly_negative"]),
        proptest::sample::select(vec!["", "2", "7", "10"]),
        proptest::sample::select(vec!["", "engaged", "sporadic", "non_responsive"]),
        proptest::sample::select(vec!["", "0", "1", "4"]),
    )
        .prop_map(|(a, b, c, d, e, f)| [a, b, c, d, e, f])
}

fn adds_up(parts: &[Part], total: i64) -> bool {
    let sum: i64 = parts.iter().map(|part| part.contribution.units).sum();
    sum == total && parts.iter().all(|part| part.parts.is_empty() || adds_up(&part.parts, part.contribution.units))
}

proptest! {
    #[test]
    fn contributions_and_adjustments_sum_to_the_printed_score(
        model in any_model(), cells in any_cells(), held in any::<bool>(), stated in proptest::option::of(0..=100_i32), decimals in 0..5_u8,
    ) {
        let columns = columns(&[cells]);
        let guards = [vec![held]];
        let overrides: Vec<Override> = stated.into_iter().map(|score| override_to(f64::from(score))).collect();
        let inputs = Inputs { columns: &columns, guards: &guards, ..Inputs::default() };
        let compiled = compile(&model, &SIGNALS);
        let explanation = compiled.explain(&inputs, &question(&overrides, decimals));
        let computed = explanation.computed.map_or(0, |score| score.units);
        prop_assert!(adds_up(&explanation.components, computed), "{:#?}", explanation);
        let adjusted: i64 = explanation.adjustments.iter().map(|line| line.amount.units).sum();
        prop_assert_eq!(computed + adjusted, explanation.shown.map_or(0, |score| score.units));
        let mut scores = compiled.score_all(&inputs, 1);
        for one in &overrides {
            scores.override_row(0, &compiled, one);
        }
        prop_assert_eq!(explanation.exact, scores.shown.get(0));
    }

    #[test]
    fn doing_what_a_lift_says_reaches_the_band(model in any_model(), cells in any_cells()) {
        let mut model = model;
        model.guards.clear();
        let explanation = explained(&model, cells, &[], &[]);
        let Some(lifts) = explanation.lifts else { return Ok(()) };
        for set in &lifts.enough {
            let mut better: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            for one in set {
                let at = SIGNALS.iter().position(|signal| *signal == one.signal).unwrap();
                better[at] = match &one.need {
                    Need::AtLeast(value) | Need::AtMost(value) => value.to_string(),
                    Need::Within(range) => range.from.map_or(0.0, |(from, inside)| if inside { from } else { from + 1.0 }).to_string(),
                    Need::OneOf(words) => words[0].clone(),
                    other => panic!("whole numbers need no open bound: {other:?}"),
                };
            }
            let better: Vec<&str> = better.iter().map(String::as_str).collect();
            let lifted = explained(&model, better.try_into().unwrap(), &[], &[]);
            prop_assert!(lifted.exact.unwrap() >= lifts.from, "{:?} {:?}", lifts, lifted.exact);
        }
    }
}
