//! `segments/*.yaml`: named conditions over accounts.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Entity;
use mainstay_model::expression::{Column, ExpressionTypes};
use mainstay_model::segment::Segment;

use crate::columns::{HEALTH_COLUMNS, field_columns};
use crate::decode::{Expression, document};
use crate::document::At;
use crate::expressions::{self, Scope};
use crate::names::{self, Declared};
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;
use crate::yaml::Node;

document! {
    /// A segment: a condition over accounts; membership is itself a true/false column of its name.
    SegmentDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// What it is for.
        description: Option<At<String>>,
        /// SQL over the account's columns and thresholds. Not known (null) is not a member.
        when: Expression,
    }
}

pub(crate) fn check(
    declared: &BTreeMap<String, Declared<SegmentDoc>>,
    scope: &Scope,
    accounts: Option<&Entity>,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> BTreeMap<String, Segment> {
    let taken = field_columns(accounts);
    let mut segments = BTreeMap::new();
    for (name, declared) in declared {
        let is_taken = taken.iter().any(|column| column.name == *name) || HEALTH_COLUMNS.iter().any(|(column, _)| column == name);
        if is_taken {
            report.error(Code::BadName, declared.place, format!("`{name}` is a column of accounts already; name the segment otherwise"));
        }
        let Some(doc) = &declared.doc else { continue };
        let Some(when) = expressions::condition(&doc.when, scope, types, report) else { continue };
        let segment = Segment {
            name: name.clone(),
            label: names::label(doc.label.as_ref(), name),
            description: doc.description.as_ref().map_or_else(String::new, |text| text.value.clone()),
            when,
        };
        segments.insert(name.clone(), segment);
    }
    segments
}

/// What a segment may read: fields, signals, health and thresholds, no other segment.
pub(crate) fn scope<'a>(
    columns: Vec<Column>,
    segments: &BTreeSet<String>,
    broken: &'a BTreeSet<String>,
    thresholds: &'a Thresholds,
) -> Scope<'a> {
    let reason = "a segment cannot read another segment; write the other's condition out";
    let refused = segments.iter().map(|name| (name.clone(), reason.to_owned())).collect();
    Scope { columns, about: "a segment".into(), broken, refused, hints: Vec::new(), thresholds: Some(thresholds) }
}

pub(crate) fn to_node(segment: &Segment) -> Node {
    let mut entries = vec![("label", Node::text(&segment.label))];
    if !segment.description.is_empty() {
        entries.push(("description", Node::text(&segment.description)));
    }
    entries.push(("when", Node::text(&segment.when)));
    Node::map(entries)
}
