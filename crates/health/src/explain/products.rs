//! The products behind a component that rolls their scores up: what each puts in, and what its own score is made of.

use mainstay_model::health::Rollup;

use super::apportion::apportion;
use super::{Adjustment, AdjustmentKind, Explaining, Part};
use crate::model::CompiledModel;
use crate::printed::Printed;
use crate::score::Inputs;
use crate::tree::{Leaf, Node, average};
use crate::value::Value;
use mainstay_model::fraction::Fraction;

/// One product of the subject that is explained.
#[derive(Clone, Copy, Debug)]
pub struct ProductBehind<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The model that scores it, if one does.
    pub model: Option<&'a CompiledModel>,
    /// What that model scores it from.
    pub inputs: Inputs<'a>,
    /// Its row in those inputs.
    pub row: usize,
}

impl Explaining<'_> {
    /// The products of a component that decides `share` of the score and prints `total`; none for other components.
    pub(super) fn product_parts(&self, node: &Node, share: Fraction, total: Option<Printed>) -> Vec<Part> {
        let Some(Leaf::Products(rollup)) = self.leaf(node) else { return Vec::new() };
        let scores = self.inputs.products.of(self.subject);
        let shares = shares(scores, *rollup, share);
        let exact: Vec<Fraction> = shares.iter().zip(scores).map(|(share, score)| *share * score.unwrap_or(Fraction::ZERO)).collect();
        let units = total.map_or_else(|| vec![0; exact.len()], |total| apportion(&exact, total));
        let each = self.products.iter().zip(scores).zip(shares.into_iter().zip(units));
        each.map(|((product, score), (share, units))| {
            self.product(product, *score, share, total.map(|_| Printed { units, decimals: self.decimals }))
        })
        .collect()
    }

    fn product(&self, product: &ProductBehind<'_>, score: Option<Fraction>, share: Fraction, contribution: Option<Printed>) -> Part {
        let decimals = self.decimals;
        let (parts, adjustments) = match product.model {
            Some(model) => self.made_of(product, model, share, score.and(contribution)),
            None => (Vec::new(), Vec::new()),
        };
        Part {
            name: product.name.to_owned(),
            label: product.name.to_owned(),
            signal: None,
            value: score.map(|score| Value::Number(score.to_f64())),
            level: score.and_then(|score| product.model.map(|model| model.band_name(Some(score)))),
            missing: score.is_none(),
            points: score.map(Fraction::to_f64),
            weight: 1.0,
            effective_weight: share.to_f64(),
            contribution: contribution.unwrap_or(Printed { units: 0, decimals }),
            max_contribution: Printed::round(share * Fraction::new(100, 1), decimals),
            product: Some(product.name.to_owned()),
            parts,
            adjustments,
        }
    }

    /// The components of a product's score and the guard that caps it: together they print `contribution`.
    fn made_of(
        &self,
        product: &ProductBehind<'_>,
        model: &CompiledModel,
        share: Fraction,
        contribution: Option<Printed>,
    ) -> (Vec<Part>, Vec<Adjustment>) {
        let leaves = model.leaf_outcomes(&product.inputs, product.row);
        let inner =
            Explaining { model, inputs: &product.inputs, subject: product.row, leaves: &leaves, decimals: self.decimals, products: &[] };
        let computed = model.published(average(&model.nodes, &leaves));
        let (mut total, mut adjustments) = (contribution, Vec::new());
        let least = model.guards_held(&product.inputs, product.row).min_by_key(|(_, cap)| *cap);
        if let (Some((place, cap)), Some(computed), Some(printed)) = (least, computed, contribution)
            && cap < computed
        {
            let before = Printed::round(share * computed, self.decimals);
            adjustments.push(Adjustment {
                kind: AdjustmentKind::Guard,
                because: model.guards.get(place).map(|guard| guard.guard.because.clone()).unwrap_or_default(),
                author: None,
                score: cap.to_f64(),
                amount: Printed { units: printed.units - before.units, decimals: self.decimals },
            });
            total = Some(before);
        }
        let mut parts = inner.parts(&model.nodes, share, total);
        parts.iter_mut().for_each(|part| name_product(part, product.name));
        (parts, adjustments)
    }
}

/// What share of the score each product decides: those with a score alike, or the worst alone (of equals the first).
fn shares(scores: &[Option<Fraction>], rollup: Rollup, share: Fraction) -> Vec<Fraction> {
    let known = scores.iter().flatten().count() as i128;
    let worst = scores.iter().enumerate().filter_map(|(at, score)| Some(((*score)?, at))).min().map(|(_, at)| at);
    let of = |(at, score): (usize, &Option<Fraction>)| match rollup {
        Rollup::Average if score.is_some() => share / Fraction::new(known, 1),
        Rollup::Worst if worst == Some(at) => share,
        Rollup::Average | Rollup::Worst => Fraction::ZERO,
    };
    scores.iter().enumerate().map(of).collect()
}

fn name_product(part: &mut Part, name: &str) {
    part.product = Some(name.to_owned());
    part.parts.iter_mut().for_each(|inner| name_product(inner, name));
}
