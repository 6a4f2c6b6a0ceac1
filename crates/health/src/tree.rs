//! The weighted average at the heart of a score, exact, over components and nested groups.
//!
//! A group's value is its own weighted average over the parts that have a value; it is missing when none has. It then counts with its full weight in its
//! parent, while its coverage is the share of its own weight that had a value, so a group half known covers half its weight.

use mainstay_model::fraction::{Fraction, gcd};
use mainstay_model::health::Rollup;

use crate::levels::Rule;

/// One part of a model: a component that reads something, or a group.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) name: String,
    pub(crate) label: String,
    /// Weight among its siblings, in the smallest whole numbers that keep their proportions.
    pub(crate) weight: i128,
    /// The weight as declared.
    pub(crate) declared_weight: f64,
    /// Points and name of the level that a missing value counts as.
    pub(crate) missing: Option<(i64, String)>,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// Reads a signal or the products; its place among all leaves of the model.
    Leaf(usize),
    /// A nested group.
    Group(Vec<Node>),
}

/// What a leaf reads.
#[derive(Clone, Debug)]
pub(crate) enum Leaf {
    /// A signal's column.
    Signal { signal: String, column: usize, integer: bool, rule: Rule },
    /// The product scores.
    Products(Rollup),
}

/// What a leaf or group comes to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Outcome {
    /// Its points; none where missing.
    pub(crate) points: Option<Fraction>,
    /// The share of its weight that had a value.
    pub(crate) coverage: Fraction,
}

impl Outcome {
    pub(crate) const MISSING: Self = Self { points: None, coverage: Fraction::ZERO };

    pub(crate) const fn known(points: Fraction) -> Self {
        Self { points: Some(points), coverage: Fraction::ONE }
    }
}

/// The weighted average of siblings, from what each leaf of the model comes to.
pub(crate) fn average(nodes: &[Node], leaves: &[Outcome]) -> Outcome {
    let (mut sum, mut weight, mut covered, mut all) = (Fraction::ZERO, 0, Fraction::ZERO, 0);
    for node in nodes {
        let outcome = node.outcome(leaves);
        all += node.weight;
        covered = covered + Fraction::new(node.weight, 1) * outcome.coverage;
        if let Some(points) = outcome.points {
            weight += node.weight;
            sum = sum + Fraction::new(node.weight, 1) * points;
        }
    }
    let points = (weight > 0).then(|| sum / Fraction::new(weight, 1));
    Outcome { points, coverage: if all > 0 { covered / Fraction::new(all, 1) } else { Fraction::ZERO } }
}

impl Node {
    /// What the node comes to, its rule for missing values applied.
    pub(crate) fn outcome(&self, leaves: &[Outcome]) -> Outcome {
        let outcome = match &self.kind {
            Kind::Leaf(at) => leaves.get(*at).copied().unwrap_or(Outcome::MISSING),
            Kind::Group(parts) => average(parts, leaves),
        };
        match (&outcome.points, &self.missing) {
            (None, Some((points, _))) => Outcome { points: Some(Fraction::from_micro(*points)), ..outcome },
            _ => outcome,
        }
    }
}

/// Divides the weights of siblings by what they share: 25, 20, 15 become 5, 4, 3.
pub(crate) fn shrink(weights: &[i64]) -> Vec<i128> {
    let shared = weights.iter().fold(0, |shared, weight| gcd(shared, u128::from(weight.unsigned_abs())));
    let shared = i128::try_from(shared).unwrap_or(1).max(1);
    weights.iter().map(|weight| i128::from(*weight) / shared).collect()
}
