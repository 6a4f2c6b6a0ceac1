//! `health/*.yaml`: health models.

pub(crate) mod build;
pub(crate) mod component;
pub(crate) mod levels;
mod variants;
pub(crate) mod version;
pub(crate) mod write;

use mainstay_model::health::Rollup;
use mainstay_model::signal::Subject;

use crate::decode::{Decode, Expression, Named, Needed, Several, Share, Soft, Word, Words, document, number};
use crate::document::{At, Place};
use crate::problem::{Code, Report};
use crate::yaml::{Content, Node};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

document! {
    /// A health model: which signals count how much.
    HealthDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// Which accounts it is for: SQL over the account's columns and thresholds. Absent: all. The first model that applies is used.
        applies_to: Option<Expression>,
        /// Models are asked in this order, the highest first; then by name. Default: 0.
        #[schemars(default)]
        priority: Soft<At<i32>>,
        /// Whether it scores accounts (default) or each account's products.
        per: Option<Word<Subject>>,
        /// The parts of the score.
        components: Several<ComponentDoc>,
        /// Caps on the score.
        #[schemars(default)]
        guards: Several<GuardDoc>,
        /// Share of the weight that must have a value for a score to be published. Default: 50%.
        #[schemars(default)]
        min_coverage: Soft<Share>,
        /// How long a band must last before plays count it as entered: `2 days`. Default: none.
        hold: Option<At<String>>,
        /// The same model with other levels, curves or weights for some of its accounts, by name; the first whose condition holds is used.
        variants: Option<Named<VariantDoc>>,
    }
}

document! {
    /// A variant of a health model: everything as in the model, but for what is replaced here.
    VariantDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// For which of the model's accounts: SQL over the account's columns and thresholds.
        when: Expression,
        /// What is replaced, by the component's name or signal.
        components: Named<ReplacementDoc>,
    }
}

document! {
    /// What a variant replaces of a component. Levels or a curve, where stated, replace all of the component's.
    ReplacementDoc {
        /// Share of the whole; any positive number.
        weight: Option<At<f64>>,
        /// Values worth 100 points.
        healthy: Option<CoversDoc>,
        /// Values worth 50 points.
        at_risk: Option<CoversDoc>,
        /// Values worth 0 points.
        critical: Option<CoversDoc>,
        /// Levels of the variant's own, instead of `healthy`, `at_risk` and `critical`.
        levels: Option<Vec<LevelDoc>>,
        /// Instead of levels: points by value, straight between.
        curve: Option<Vec<Vec<At<f64>>>>,
        /// What a missing value means: skip or the name of a level.
        missing: Option<At<String>>,
    }
}

document! {
    #[derive(Clone)]
    /// A part of a health score: a signal with levels or a curve, a group, or the account's products.
    ComponentDoc {
        /// The signal it reads.
        signal: Option<At<String>>,
        /// Unique in its model. Default: the signal's name.
        name: Option<At<String>>,
        /// What people read. Default: the signal's label.
        label: Option<At<String>>,
        /// Share of the whole; any positive number.
        weight: Needed<At<f64>>,
        /// Values worth 100 points: `"> 15"`, `"5..15"`, `">= 0.8"`, a number, or a list of words.
        healthy: Option<CoversDoc>,
        /// Values worth 50 points.
        at_risk: Option<CoversDoc>,
        /// Values worth 0 points.
        critical: Option<CoversDoc>,
        /// Levels of the model's own, instead of `healthy`, `at_risk` and `critical`.
        levels: Option<Vec<LevelDoc>>,
        /// Instead of levels: points by value, straight between: [[0, 0], [40, 50], [100, 100]].
        curve: Option<Vec<Vec<At<f64>>>>,
        /// Instead of a signal: parts with a weighted average of their own.
        group: Option<Several<ComponentDoc>>,
        /// Instead of a signal: the scores of the account's products, the worst or the average.
        products: Option<Word<Rollup>>,
        /// What a missing value means: skip (default; its weight is shared out) or the name of a level.
        missing: Option<At<String>>,
    }
}

document! {
    #[derive(Clone)]
    /// A level of a component.
    LevelDoc {
        /// Its name.
        name: At<String>,
        /// What it is worth, 0 to 100.
        points: At<f64>,
        /// The values it covers.
        when: CoversDoc,
    }
}

document! {
    /// A cap on the score while a condition holds.
    GuardDoc {
        /// SQL over the account's columns and thresholds.
        when: Expression,
        /// The highest score shown while it holds.
        cap: At<f64>,
        /// Why, in words.
        because: At<String>,
    }
}

/// The values a level covers, as written: one or several ranges or words.
#[derive(Clone)]
pub(crate) struct CoversDoc {
    pub(crate) parts: Vec<At<String>>,
    pub(crate) place: Place,
}

impl Decode for CoversDoc {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let parts = match &node.content {
            Content::List { .. } => Vec::<At<String>>::decode(node, report)?,
            _ => vec![At::<String>::decode(node, report)?],
        };
        if parts.is_empty() {
            report.error(Code::BadValue, node.place, "a level that covers nothing; leave it out");
            return None;
        }
        Some(Self { parts, place: node.place })
    }
}

impl JsonSchema for CoversDoc {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Covers".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let one = serde_json::json!(["string", "number", "boolean"]);
        json_schema!({
            "description": "A range such as \"> 15\" or \"5..15\", a value, or a list of them.",
            "anyOf": [{ "type": one }, { "type": "array", "items": { "type": one }, "minItems": 1 }]
        })
    }
}

impl Words for Rollup {
    const WORDS: &'static [(&'static str, Self)] = &[("worst", Self::Worst), ("average", Self::Average)];
}

/// A bound of a range: a number, or a share in percent.
pub(crate) fn bound(text: &str) -> Option<f64> {
    match text.trim().strip_suffix('%') {
        Some(percent) => number(percent.trim()).map(|percent| percent / 100.0),
        None => number(text.trim()),
    }
}
