//! Why a score is what it is: components whose printed contributions sum exactly to the printed score, what limits it, and what would lift it.

mod apportion;
mod lifts;
mod products;

use mainstay_model::Timestamp;
use mainstay_model::fraction::Fraction;
use mainstay_model::health::{Override, Rollup};
use serde::{Deserialize, Serialize};

pub use lifts::{Lifts, Move, Need};
pub use products::ProductBehind;

use crate::model::CompiledModel;
use crate::printed::Printed;
use crate::score::{Inputs, override_in_force, override_score};
use crate::tree::{Kind, Leaf, Node, Outcome, average};
use crate::value::Value;
use apportion::apportion;

/// Whose score is to be explained, when, and how it is printed.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The subject's row in the inputs.
    pub subject: usize,
    /// The instant, which decides which override holds.
    pub as_of: Timestamp,
    /// The subject's overrides.
    pub overrides: &'a [Override],
    /// Places after the point of everything printed.
    pub decimals: u8,
    /// The subject's products, in the order of their scores in the inputs. Without them a component that rolls products up has no parts.
    pub products: &'a [ProductBehind<'a>],
}

/// An explanation. The components' contributions and the adjustments sum to the shown score, in the decimals printed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Explanation {
    /// The model.
    pub model: String,
    /// Its version.
    pub version: String,
    /// The weighted average; none where too little is known.
    pub computed: Option<Printed>,
    /// The score shown, under guards and overrides.
    pub shown: Option<Printed>,
    /// The unrounded shown score.
    pub exact: Option<f64>,
    /// The name of the shown score's band; `unknown` without one.
    pub band: String,
    /// The share of weight that had a value, 0 to 1.
    pub coverage: f64,
    /// The least coverage for a score.
    pub min_coverage: f64,
    /// The components, in the model's order.
    pub components: Vec<Part>,
    /// What guards and overrides take or add, in the order applied.
    pub adjustments: Vec<Adjustment>,
    /// The names of components (nested ones as well) without a value, and of products without a score.
    pub missing: Vec<String>,
    /// What would lift the score to the next band; none at the top or without a score.
    pub lifts: Option<Lifts>,
}

/// One component, or one part of a group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// The signal it reads, if it reads one.
    pub signal: Option<String>,
    /// The signal's value.
    #[serde(serialize_with = "Value::serialize_plain", deserialize_with = "Value::deserialize_plain")]
    pub value: Option<Value>,
    /// The level of the value, or of its absence where the model says what that means.
    pub level: Option<String>,
    /// Whether there is no value, whatever the model makes of that.
    pub missing: bool,
    /// Its points, unrounded; none where it drops out.
    pub points: Option<f64>,
    /// Its weight as declared, among its siblings.
    pub weight: f64,
    /// The share of the whole score that it decides here, 0 to 1, missing ones left out.
    pub effective_weight: f64,
    /// What it puts into the computed score.
    pub contribution: Printed,
    /// What it could put in at most.
    pub max_contribution: Printed,
    /// The product that it is about; none for the subject's own.
    pub product: Option<String>,
    /// The parts of a group; the products of a component that rolls them up, each with the components of its own score.
    pub parts: Vec<Part>,
    /// The guard that caps a product's score; with the parts it sums to the contribution.
    pub adjustments: Vec<Adjustment>,
}

/// A guard or an override.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Adjustment {
    /// Which of the two.
    pub kind: AdjustmentKind,
    /// The guard's or the author's reason.
    pub because: String,
    /// Who overrode it.
    pub author: Option<String>,
    /// The cap, or the score stated.
    pub score: f64,
    /// What it takes or adds; 0 for a guard that holds and limits nothing.
    pub amount: Printed,
}

/// What adjusts a score.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// A cap of the model.
    Guard,
    /// A person's judgement.
    Override,
}

impl CompiledModel {
    /// Explains one subject's score.
    #[must_use]
    pub fn explain(&self, inputs: &Inputs<'_>, question: &Question<'_>) -> Explanation {
        let leaves = self.leaf_outcomes(inputs, question.subject);
        let outcome = average(&self.nodes, &leaves);
        let computed = self.published(outcome);
        let decimals = question.decimals;
        let printed = computed.map(|score| Printed::round(score, decimals));
        let explaining =
            Explaining { model: self, inputs, subject: question.subject, leaves: &leaves, decimals, products: question.products };
        let components = explaining.parts(&self.nodes, Fraction::ONE, printed);
        let (adjustments, shown) = self.adjustments(inputs, question, computed);
        let mut missing = Vec::new();
        name_missing(&components, &mut missing);
        let lifts = computed.and_then(|score| lifts::find(&explaining, score));
        Explanation {
            model: self.name.clone(),
            version: self.version.clone(),
            computed: printed,
            shown: shown.map(|score| Printed::round(score, decimals)),
            exact: shown.map(Fraction::to_f64),
            band: self.band_name(shown),
            coverage: outcome.coverage.to_f64(),
            min_coverage: Fraction::from_micro(self.min_coverage).to_f64(),
            components,
            adjustments,
            missing,
            lifts,
        }
    }

    /// The name of an exact score's band.
    #[must_use]
    pub fn band_name(&self, score: Option<Fraction>) -> String {
        let band = score.and_then(|score| self.scale.0.get(self.band_of(score)));
        band.map_or_else(|| mainstay_model::band::UNKNOWN_BAND.to_owned(), |band| band.name.clone())
    }

    /// Guards in the model's order, each on what the ones before left; then the override.
    fn adjustments(&self, inputs: &Inputs<'_>, question: &Question<'_>, computed: Option<Fraction>) -> (Vec<Adjustment>, Option<Fraction>) {
        let mut running = computed;
        let mut adjustments = Vec::new();
        let step = |from: Option<Fraction>, to: Fraction| {
            let units = |score| Printed::round(score, question.decimals).units;
            Printed { units: units(to) - from.map_or(0, units), decimals: question.decimals }
        };
        for (place, cap) in self.guards_held(inputs, question.subject) {
            let (Some(score), Some(guard)) = (running, self.guards.get(place)) else { continue };
            let capped = score.min(cap);
            adjustments.push(Adjustment {
                kind: AdjustmentKind::Guard,
                because: guard.guard.because.clone(),
                author: None,
                score: cap.to_f64(),
                amount: step(running, capped),
            });
            running = Some(capped);
        }
        if let Some(by) = override_in_force(question.overrides, question.as_of) {
            let stated = override_score(by);
            adjustments.push(Adjustment {
                kind: AdjustmentKind::Override,
                because: by.reason.clone(),
                author: Some(by.author.clone()),
                score: stated.to_f64(),
                amount: step(running, stated),
            });
            running = Some(stated);
        }
        (adjustments, running)
    }
}

fn name_missing(parts: &[Part], missing: &mut Vec<String>) {
    for part in parts {
        if part.missing {
            missing.push(part.name.clone());
        }
        if part.product.is_none() {
            name_missing(&part.parts, missing);
        }
    }
}

/// What an explanation is made from.
struct Explaining<'a> {
    model: &'a CompiledModel,
    inputs: &'a Inputs<'a>,
    subject: usize,
    leaves: &'a [Outcome],
    decimals: u8,
    products: &'a [ProductBehind<'a>],
}

impl Explaining<'_> {
    /// Siblings that decide `share` of the score and print `total` between them; without a score nothing is contributed.
    fn parts(&self, nodes: &[Node], share: Fraction, total: Option<Printed>) -> Vec<Part> {
        let outcomes: Vec<Outcome> = nodes.iter().map(|node| node.outcome(self.leaves)).collect();
        let counted = nodes.iter().zip(&outcomes).filter(|(_, outcome)| outcome.points.is_some());
        let weight: i128 = counted.map(|(node, _)| node.weight).sum();
        let share_of = |node: &Node, outcome: &Outcome| match outcome.points {
            Some(_) if weight > 0 => share * Fraction::new(node.weight, weight),
            _ => Fraction::ZERO,
        };
        let shares: Vec<Fraction> = nodes.iter().zip(&outcomes).map(|(node, outcome)| share_of(node, outcome)).collect();
        let exact: Vec<Fraction> =
            shares.iter().zip(&outcomes).map(|(share, outcome)| *share * outcome.points.unwrap_or(Fraction::ZERO)).collect();
        let units = total.map_or_else(|| vec![0; nodes.len()], |total| apportion(&exact, total));
        nodes
            .iter()
            .zip(outcomes.iter().zip(shares))
            .zip(units)
            .map(|((node, (outcome, share)), units)| {
                let contribution = Printed { units, decimals: self.decimals };
                self.part(node, outcome, share, total.map(|_| contribution))
            })
            .collect()
    }

    fn part(&self, node: &Node, outcome: &Outcome, share: Fraction, contribution: Option<Printed>) -> Part {
        let value = self.value(node);
        let parts = match &node.kind {
            Kind::Group(parts) => self.parts(parts, share, contribution),
            Kind::Leaf(_) => self.product_parts(node, share, contribution),
        };
        let known = match &node.kind {
            Kind::Leaf(at) => self.leaves.get(*at).copied().unwrap_or(Outcome::MISSING),
            Kind::Group(parts) => average(parts, self.leaves),
        };
        let missing = known.points.is_none();
        let level = if missing { node.missing.as_ref().map(|(_, level)| level.clone()) } else { self.level(node, value.as_ref()) };
        let best = Printed::round(share * Fraction::new(100, 1), self.decimals);
        let none = Printed { units: 0, decimals: self.decimals };
        Part {
            name: node.name.clone(),
            label: node.label.clone(),
            signal: self.leaf(node).and_then(|leaf| if let Leaf::Signal { signal, .. } = leaf { Some(signal.clone()) } else { None }),
            value,
            level,
            missing,
            points: outcome.points.map(Fraction::to_f64),
            weight: node.declared_weight,
            effective_weight: share.to_f64(),
            contribution: contribution.unwrap_or(none),
            max_contribution: best,
            product: None,
            parts,
            adjustments: Vec::new(),
        }
    }

    fn leaf(&self, node: &Node) -> Option<&Leaf> {
        if let Kind::Leaf(at) = node.kind { self.model.leaves.get(at) } else { None }
    }

    /// The value of the signal that a leaf reads; for products, the rolled-up score.
    fn value(&self, node: &Node) -> Option<Value> {
        match self.leaf(node)? {
            Leaf::Signal { column, .. } => self.inputs.columns.get(*column)?.get(self.subject),
            Leaf::Products(Rollup::Average | Rollup::Worst) => {
                let Kind::Leaf(at) = node.kind else { return None };
                self.leaves.get(at)?.points.map(|points| Value::Number(points.to_f64()))
            }
        }
    }

    fn level(&self, node: &Node, value: Option<&Value>) -> Option<String> {
        let Leaf::Signal { rule, .. } = self.leaf(node)? else { return None };
        rule.level(value?).map(|step| step.name.clone())
    }
}
