//! Checks the health models of a workspace and turns them into the model's.

use std::collections::BTreeMap;

use mainstay_model::expression::ExpressionTypes;
use mainstay_model::health::{Guard, HealthModel};
use mainstay_model::signal::Subject;

use super::{GuardDoc, HealthDoc, component, variants};
use crate::document::{At, Place};
use crate::expressions::{self, Scope};
use crate::kinds::settings::share_of_one;
use crate::kinds::signals::build::Built;
use crate::names::{self, Declared};
use crate::problem::{Code, Report};

/// The share of weight that must have a value where a model does not say (`semantics` section 4).
const DEFAULT_MIN_COVERAGE: f64 = 0.5;

/// The longest `hold`.
const MAX_HOLD_DAYS: u32 = 366;

/// What models are checked against.
pub(crate) struct Context<'a> {
    pub(crate) signals: &'a Built,
    /// What conditions over accounts may name.
    pub(crate) accounts: &'a Scope<'a>,
    /// What conditions over products may name.
    pub(crate) products: &'a Scope<'a>,
    pub(crate) types: &'a dyn ExpressionTypes,
}

impl<'a> Context<'a> {
    pub(super) const fn scope(&self, subject: Subject) -> &'a Scope<'a> {
        match subject {
            Subject::Account => self.accounts,
            Subject::Product => self.products,
        }
    }
}

/// The models in the order they are asked, each with its place. Their versions are not set yet.
pub(crate) fn check(declared: &BTreeMap<String, Declared<HealthDoc>>, context: &Context, report: &mut Report) -> Vec<(HealthModel, Place)> {
    let mut families = Vec::new();
    for (name, declared) in declared {
        let Some(doc) = &declared.doc else { continue };
        let model = check_model(name, doc, declared.place, context, report);
        let variants = variants::check(name, doc, model.as_ref(), context, report);
        families.extend(model.map(|model| (model, declared.place, variants)));
    }
    families.sort_by(|(a, ..), (b, ..)| b.priority.cmp(&a.priority).then_with(|| a.name.cmp(&b.name)));
    families.into_iter().flat_map(|(model, place, variants)| variants.into_iter().chain([(model, place)])).collect()
}

fn check_model(name: &str, doc: &HealthDoc, place: Place, context: &Context, report: &mut Report) -> Option<HealthModel> {
    let subject = doc.per.map_or(Subject::Account, |per| per.value);
    if doc.components.items.is_empty() && !doc.components.lost {
        report.error(Code::MissingKey, place, format!("the model `{name}` has no `components`, so it has no score"));
    }
    let applies_to = match &doc.applies_to {
        Some(sql) => expressions::condition(sql, context.scope(subject), context.types, report).map(Some),
        None => Some(None),
    };
    let components = component::check_all(&doc.components, subject, context, report).filter(|components| !components.is_empty());
    let guards: Vec<Option<Guard>> = doc.guards.items.iter().map(|guard| check_guard(guard, subject, context, report)).collect();
    let min_coverage = doc.min_coverage.0.map_or(Some(DEFAULT_MIN_COVERAGE), |share| share_of_one(share, "`min_coverage`", report));
    let hold_days = doc.hold.as_ref().map_or(Some(0), |hold| hold_days(hold, report));
    Some(HealthModel {
        name: name.to_owned(),
        label: names::label(doc.label.as_ref(), name),
        variant: None,
        applies_to: applies_to?,
        priority: doc.priority.0.as_ref().map_or(0, |priority| priority.value),
        subject,
        components: components?,
        guards: guards.into_iter().collect::<Option<Vec<_>>>()?,
        min_coverage: min_coverage?,
        hold_days: hold_days?,
        version: String::new(),
    })
}

fn check_guard(doc: &GuardDoc, subject: Subject, context: &Context, report: &mut Report) -> Option<Guard> {
    let when = expressions::condition(&doc.when, context.scope(subject), context.types, report);
    if !(0.0..=100.0).contains(&doc.cap.value) {
        report.error(Code::BadValue, doc.cap.place, format!("a cap lies between 0 and 100, not {}", doc.cap.value));
        return None;
    }
    if doc.because.value.is_empty() {
        report.error(Code::BadValue, doc.because.place, "say why in words; the explanation of a score names it");
        return None;
    }
    when.map(|when| Guard { when, cap: doc.cap.value, because: doc.because.value.clone() })
}

fn hold_days(hold: &At<String>, report: &mut Report) -> Option<u32> {
    let days = match hold.value.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["none"] => Some(0),
        [count, "day" | "days"] => count.parse().ok().filter(|days| *days <= MAX_HOLD_DAYS),
        _ => None,
    };
    if days.is_none() {
        let message = format!("`{}` is no length of time for `hold`", hold.value);
        report.error_with(Code::BadValue, hold.place, message, format!("write it like `2 days`, at most {MAX_HOLD_DAYS}, or `none`"));
    }
    days
}
