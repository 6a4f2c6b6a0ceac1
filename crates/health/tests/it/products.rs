//! The explanation of an account whose model rolls product scores up goes down to the components of each product, and still adds up.

use mainstay_health::explain::{Explanation, Part, ProductBehind};
use mainstay_health::{Column, CompiledModel, Inputs, NumberColumn, ProductScores, Question};
use mainstay_model::Timestamp;
use mainstay_model::health::{Component, Guard, HealthModel, Missing, Reads, Rollup};
use proptest::prelude::*;

use crate::support::{compile, model};

const NAMES: [&str; 4] = ["analytics", "core", "mobile", "web"];

fn curve(name: &str, weight: f64) -> Component {
    let reads = Reads::Curve { signal: name.into(), points: vec![(0.0, 0.0), (9.0, 100.0)] };
    Component { name: name.into(), label: name.into(), weight, reads, missing: Missing::Skip }
}

fn rolled_up(rollup: Rollup) -> Component {
    Component { name: "products".into(), label: "Products".into(), weight: 2.0, reads: Reads::Products { rollup }, missing: Missing::Skip }
}

fn product_model() -> HealthModel {
    let mut made = model(vec![curve("a", 3.0), curve("b", 7.0)]);
    made.name = "products".into();
    made.guards.push(Guard { when: "late".into(), cap: 40.0, because: "payment is late".into() });
    made
}

/// Values of `a` and `b` of each product, whether its guard holds, and of the account's own `c`.
type Cells = (Vec<(Option<f64>, Option<f64>, bool)>, Option<f64>);

fn numbers(values: impl Iterator<Item = Option<f64>>) -> Column {
    Column::Numbers(values.collect::<NumberColumn>())
}

fn explained(rollup: Rollup, (products, own): &Cells, decimals: u8) -> Explanation {
    let compiled: CompiledModel = compile(&product_model(), &["a", "b"]);
    let columns = [numbers(products.iter().map(|one| one.0)), numbers(products.iter().map(|one| one.1))];
    let guards = [products.iter().map(|one| one.2).collect::<Vec<bool>>()];
    let inputs = Inputs { columns: &columns, guards: &guards, ..Inputs::default() };
    let rows: Vec<u32> = (0..products.len() as u32).collect();
    let scores = compiled.score_exactly(&inputs, &rows);
    let behind: Vec<ProductBehind<'_>> =
        rows.iter().zip(NAMES).map(|(row, name)| ProductBehind { name, model: Some(&compiled), inputs, row: *row as usize }).collect();
    let columns = [numbers(std::iter::once(*own))];
    let starts = [0, products.len() as u32];
    let inputs = Inputs { columns: &columns, products: ProductScores { starts: &starts, scores: &scores }, ..Inputs::default() };
    let question = Question { subject: 0, as_of: Timestamp(0), overrides: &[], decimals, products: &behind };
    compile(&model(vec![rolled_up(rollup), curve("c", 1.0)]), &["c"]).explain(&inputs, &question)
}

fn adds_up(part: &Part) -> bool {
    let parts: i64 = part.parts.iter().map(|part| part.contribution.units).sum();
    let taken: i64 = part.adjustments.iter().map(|line| line.amount.units).sum();
    (part.parts.is_empty() || parts + taken == part.contribution.units) && part.parts.iter().all(adds_up)
}

#[test]
fn the_mean_of_products_is_shared_between_those_with_a_score() {
    let cells = (vec![(Some(9.0), Some(9.0), false), (None, None, false), (Some(0.0), Some(9.0), true)], Some(9.0));
    let explanation = explained(Rollup::Average, &cells, 2);
    let part = &explanation.components[0];
    let told: Vec<_> = part.parts.iter().map(|one| (one.name.as_str(), one.points, one.contribution.to_string(), one.missing)).collect();
    // 100 and, capped, 40: each decides half of two thirds of the score.
    let expected = [
        ("analytics", Some(100.0), "33.34".to_owned(), false),
        ("core", None, "0.00".to_owned(), true),
        ("mobile", Some(40.0), "13.33".to_owned(), false),
    ];
    assert_eq!(told, expected);
    assert_eq!(explanation.missing, ["core"]);
    let capped = &part.parts[2];
    assert_eq!(capped.level.as_deref(), Some("at_risk"));
    assert_eq!(capped.adjustments[0].because, "payment is late");
    assert!(capped.parts.iter().all(|inner| inner.product.as_deref() == Some("mobile")));
}

#[test]
fn the_worst_product_alone_decides_and_of_equals_the_first() {
    let cells = (vec![(Some(9.0), None, false), (Some(0.0), Some(3.0), false), (Some(0.0), Some(3.0), false)], None);
    let explanation = explained(Rollup::Worst, &cells, 2);
    let decides: Vec<f64> = explanation.components[0].parts.iter().map(|one| one.effective_weight).collect();
    assert_eq!(decides, [0.0, 1.0, 0.0]);
    assert_eq!(explanation.components[0].parts[1].contribution, explanation.shown.unwrap());
}

proptest! {
    #[test]
    fn products_and_their_components_sum_to_what_the_component_prints(
        products in proptest::collection::vec((proptest::option::of(0..10_i32), proptest::option::of(0..10_i32), any::<bool>()), 0..5),
        own in proptest::option::of(0..10_i32), worst in any::<bool>(), decimals in 0..5_u8,
    ) {
        let number = |value: Option<i32>| value.map(f64::from);
        let cells: Cells = (products.into_iter().map(|(a, b, held)| (number(a), number(b), held)).collect(), number(own));
        let explanation = explained(if worst { Rollup::Worst } else { Rollup::Average }, &cells, decimals);
        let sum: i64 = explanation.components.iter().map(|part| part.contribution.units).sum();
        prop_assert_eq!(sum, explanation.computed.map_or(0, |score| score.units));
        prop_assert!(explanation.components.iter().all(adds_up), "{:#?}", explanation);
    }
}
