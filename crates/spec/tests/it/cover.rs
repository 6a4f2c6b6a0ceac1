//! The linter's proof that levels cover every value exactly once, against brute force.

use mainstay_spec::{Code, Document, check};
use proptest::prelude::*;

use crate::fake::FakeTypes;

/// A range over small whole numbers, as written and as a predicate on half steps.
#[derive(Clone, Debug)]
enum Written {
    Over(i32, bool),
    Under(i32, bool),
    Between(i32, i32, bool),
}

impl Written {
    fn text(&self) -> String {
        match self {
            Self::Over(from, inclusive) => format!(">{} {from}", if *inclusive { "=" } else { "" }),
            Self::Under(to, inclusive) => format!("<{} {to}", if *inclusive { "=" } else { "" }),
            Self::Between(from, to, inclusive) => format!("{from}..{}{to}", if *inclusive { "" } else { "<" }),
        }
    }

    fn contains(&self, value: f64) -> bool {
        match *self {
            Self::Over(from, inclusive) => value > f64::from(from) || (inclusive && value == f64::from(from)),
            Self::Under(to, inclusive) => value < f64::from(to) || (inclusive && value == f64::from(to)),
            Self::Between(from, to, inclusive) => {
                value >= f64::from(from) && (value < f64::from(to) || (inclusive && value == f64::from(to)))
            }
        }
    }
}

fn written() -> impl Strategy<Value = Written> {
    let between = (-6..6, 0..5, any::<bool>()).prop_map(|(from, more, inclusive)| {
        let to = from + more;
        Written::Between(from, to, inclusive || more == 0)
    });
    prop_oneof![
        (-6..6, any::<bool>()).prop_map(|(n, inclusive)| Written::Over(n, inclusive)),
        (-6..6, any::<bool>()).prop_map(|(n, inclusive)| Written::Under(n, inclusive)),
        between,
    ]
}

/// Random ranges, and such that meet where they should more often than chance has it.
fn levels() -> impl Strategy<Value = Vec<Vec<Written>>> {
    let neighbours = (-5..0, 0..5, any::<bool>(), any::<bool>(), 0..2).prop_map(|(low, high, a, b, slip)| {
        vec![vec![Written::Over(high, a)], vec![Written::Between(low, high, !a)], vec![Written::Under(low - slip, b)]]
    });
    prop_oneof![neighbours, prop::collection::vec(prop::collection::vec(written(), 1..3), 1..4)]
}

fn documents(levels: &[Vec<Written>], integer: bool, range: Option<(i32, i32)>) -> Vec<Document> {
    let kind = if integer { "integer" } else { "number" };
    let range = range.map(|(from, to)| format!("    range: [{from}, {to}]\n")).unwrap_or_default();
    let signal = format!("signals:\n  x:\n    measure: employees * 1\n    type: {kind}\n{range}");
    let mut model = String::from("health:\n  m:\n    components:\n      - signal: x\n        weight: 1\n        levels:\n");
    for (index, ranges) in levels.iter().enumerate() {
        let when: Vec<String> = ranges.iter().map(|range| format!("\"{}\"", range.text())).collect();
        model.push_str(&format!("          - {{ name: l{index}, points: {}, when: [{}] }}\n", 100 - index, when.join(", ")));
    }
    vec![
        Document::new("mainstay.yaml", "name: Test\ntime_zone: UTC\n"),
        Document::new("signals/x.yaml", signal),
        Document::new("health/m.yaml", model),
    ]
}

proptest! {
    #[test]
    fn a_gap_or_an_overlap_is_found_exactly_when_there_is_one(
        levels in levels(),
        integer in any::<bool>(),
        range in prop_oneof![Just(None), (-7..0, 1..7).prop_map(Some)],
    ) {
        let (from, to) = range.unwrap_or((-20, 20));
        let steps: Vec<f64> = (from * 4..=to * 4).map(|n| f64::from(n) / 4.0).filter(|v| !integer || v.fract() == 0.0).collect();
        let covering = |value: f64| levels.iter().flatten().filter(|range| range.contains(value)).count();
        let gap = steps.iter().any(|value| covering(*value) == 0);
        let overlap = steps.iter().any(|value| covering(*value) > 1);

        let checked = check(&documents(&levels, integer, range), &FakeTypes);
        let found = |code: Code| checked.problems.iter().any(|problem| problem.code == code);
        prop_assert_eq!(found(Code::LevelGap), gap, "gap: {:?}", checked.problems);
        prop_assert_eq!(found(Code::LevelOverlap), overlap, "overlap: {:?}", checked.problems);
        prop_assert_eq!(checked.workspace.is_some(), !gap && !overlap);
    }
}
