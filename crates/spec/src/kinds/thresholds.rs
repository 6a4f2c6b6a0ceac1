//! `thresholds/*.yaml`: numbers that conditions over accounts name, with other values for some accounts.

use std::collections::BTreeMap;

use mainstay_model::Workspace;
use mainstay_model::expression::{Column, ExpressionTypes, ValueType};
use mainstay_model::threshold::{Threshold, ThresholdOverride};

use super::plays::conditions::RUN_COLUMNS;
use super::segments::SegmentDoc;
use super::signals::build::Built;
use crate::columns::{HEALTH_COLUMNS, PRODUCT_COLUMN, Stage, expression_columns, field_columns};
use crate::decode::{Expression, Several, document};
use crate::document::{At, Place};
use crate::expressions::{self, Scope, Want};
use crate::names::{self, Declared};
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;
use crate::yaml::Node;

document! {
    /// A threshold: a number that conditions over accounts name like a column.
    ThresholdDoc {
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// What it is for.
        description: Option<At<String>>,
        /// The number where no override holds.
        value: At<f64>,
        /// Other numbers for some accounts: the first whose condition holds counts.
        #[schemars(default)]
        overrides: Several<OverrideDoc>,
    }
}

document! {
    /// Another number of a threshold, for some accounts.
    OverrideDoc {
        /// For which: SQL over the account's columns. Not known (null) does not hold.
        when: Expression,
        /// The number for them.
        value: At<f64>,
    }
}

/// What thresholds are checked against.
pub(crate) struct Context<'a> {
    /// Everything that is computed before segments.
    pub(crate) workspace: &'a Workspace,
    pub(crate) signals: &'a Built,
    pub(crate) segments: &'a BTreeMap<String, Declared<SegmentDoc>>,
    pub(crate) types: &'a dyn ExpressionTypes,
}

pub(crate) fn check(declared: &BTreeMap<String, Declared<ThresholdDoc>>, context: &Context, report: &mut Report) -> Thresholds {
    let mut columns = expression_columns(context.workspace, Stage::Segments);
    columns.extend(context.segments.keys().map(|name| Column::new(name, ValueType::Boolean)));
    let reason = "an override cannot read a threshold; write the number";
    let refused = declared.keys().map(|name| (name.clone(), reason.to_owned())).collect();
    let about = "an override of a threshold".to_owned();
    let scope = Scope { columns, about, broken: &context.signals.broken, refused, hints: Vec::new(), thresholds: None };
    let mut thresholds = Thresholds::default();
    for (name, declared) in declared {
        let free = is_free_name(name, declared.place, context, report);
        let threshold = declared.doc.as_ref().and_then(|doc| check_one(name, doc, &scope, context.types, report));
        match threshold.filter(|_| free) {
            Some(threshold) => drop(thresholds.known.insert(name.clone(), threshold)),
            None => drop(thresholds.broken.insert(name.clone())),
        }
    }
    thresholds
}

fn check_one(name: &str, doc: &ThresholdDoc, scope: &Scope, types: &dyn ExpressionTypes, report: &mut Report) -> Option<Threshold> {
    let overrides: Vec<Option<ThresholdOverride>> = doc
        .overrides
        .items
        .iter()
        .map(|other| {
            expressions::check(&other.when, scope, Want::Condition, types, report)?;
            Some(ThresholdOverride { when: other.when.sql.clone(), value: other.value.value })
        })
        .collect();
    let overrides = overrides.into_iter().collect::<Option<Vec<_>>>().filter(|_| !doc.overrides.lost)?;
    Some(Threshold {
        name: name.to_owned(),
        label: names::label(doc.label.as_ref(), name),
        description: doc.description.as_ref().map_or_else(String::new, |text| text.value.clone()),
        value: doc.value.value,
        overrides,
    })
}

/// Whether nothing that stands in conditions has the name already.
fn is_free_name(name: &str, place: Place, context: &Context, report: &mut Report) -> bool {
    let of_accounts = || field_columns(context.workspace.entities.get("accounts")).iter().any(|column| column.name == name);
    let taken = if of_accounts() {
        "a column of accounts".to_owned()
    } else if HEALTH_COLUMNS.iter().any(|(column, _)| *column == name) {
        "a column of the account's health".to_owned()
    } else if name == PRODUCT_COLUMN {
        "a column of products".to_owned()
    } else if name == "engaged" || RUN_COLUMNS.iter().any(|(column, _)| *column == name) {
        "a column of the runs of plays".to_owned()
    } else if let Some(signal) = context.signals.places.get(name) {
        format!("a signal ({})", report.describe(*signal))
    } else if let Some(segment) = context.segments.get(name) {
        format!("a segment ({})", report.describe(segment.place))
    } else {
        return true;
    };
    report.error(Code::BadName, place, format!("`{name}` is {taken} already; name the threshold otherwise"));
    false
}

/// Warns of thresholds that no condition names.
pub(crate) fn lint(places: &BTreeMap<String, Place>, report: &mut Report) {
    for (name, place) in places {
        if report.is_threshold_named(name) {
            continue;
        }
        let hint = "name it in a condition over accounts, or remove it".to_owned();
        report.warn(Code::Unread, *place, format!("no condition names the threshold `{name}`"), hint);
    }
}

pub(crate) fn to_node(threshold: &Threshold) -> Node {
    let mut entries = vec![("label", Node::text(&threshold.label))];
    if !threshold.description.is_empty() {
        entries.push(("description", Node::text(&threshold.description)));
    }
    entries.push(("value", Node::text(threshold.value.to_string())));
    if !threshold.overrides.is_empty() {
        let other =
            |other: &ThresholdOverride| Node::map(vec![("when", Node::text(&other.when)), ("value", Node::text(other.value.to_string()))]);
        entries.push(("overrides", Node::list(threshold.overrides.iter().map(other), false)));
    }
    Node::map(entries)
}
