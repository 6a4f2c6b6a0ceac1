//! Variants of a health model: the same model with other levels for some of its accounts. Each becomes a model of its own that is asked
//! before the one of which it is a variant, so nothing behind the checker knows of them.

use std::collections::BTreeSet;

use mainstay_model::expression::bracketed;
use mainstay_model::health::{Component, HealthModel, Variant};
use mainstay_model::signal::Subject;

use super::build::Context;
use super::{ComponentDoc, HealthDoc, ReplacementDoc, VariantDoc, component};
use crate::decode::{Needed, Several};
use crate::document::{At, Place};
use crate::expressions;
use crate::names;
use crate::nearest;
use crate::problem::{Code, Report};

/// The variants of a model in the order in which they are written, each with its place. They are checked even where the model itself is
/// wrong (`base` is absent), so that all their problems are said at once.
pub(super) fn check(
    name: &str,
    doc: &HealthDoc,
    base: Option<&HealthModel>,
    context: &Context,
    report: &mut Report,
) -> Vec<(HealthModel, Place)> {
    let mut seen = BTreeSet::new();
    let mut variants = Vec::new();
    for (own, variant) in doc.variants.iter().flat_map(|named| &named.0) {
        let free = names::check_name(own, "variant", report);
        if !seen.insert(own.value.as_str()) {
            report.error(Code::DuplicateName, own.place, format!("the variant `{}` of `{name}` is declared twice", own.value));
        }
        let Some(variant) = variant else { continue };
        let parts = parts(name, doc, variant, own, context, report);
        if let (Some((when, components)), Some(base)) = (parts, base.filter(|_| free)) {
            variants.push((lowered(base, own, variant, when, components), own.place));
        }
    }
    variants
}

/// What a variant has of its own: its condition, and all components with what it replaces.
fn parts(
    name: &str,
    doc: &HealthDoc,
    variant: &VariantDoc,
    own: &At<String>,
    context: &Context,
    report: &mut Report,
) -> Option<(String, Vec<Component>)> {
    let subject = doc.per.map_or(Subject::Account, |per| per.value);
    let when = expressions::condition(&variant.when, context.scope(subject), context.types, report);
    if variant.components.0.is_empty() {
        report.error(
            Code::MissingKey,
            own.place,
            format!("the variant `{}` replaces nothing; name a component under `components`", own.value),
        );
        return None;
    }
    let chosen = chosen(name, doc, variant, report);
    let components = component::check_all(&replaced(&doc.components, &chosen?), subject, context, report);
    when.zip(components.filter(|components| !components.is_empty()))
}

fn lowered(base: &HealthModel, own: &At<String>, variant: &VariantDoc, when: String, components: Vec<Component>) -> HealthModel {
    let applies_to = match &base.applies_to {
        Some(of_base) => format!("{} and {}", bracketed(of_base), bracketed(&when)),
        None => when.clone(),
    };
    HealthModel {
        name: format!("{}.{}", base.name, own.value),
        label: names::label(variant.label.as_ref(), &own.value),
        variant: Some(Variant { of: base.name.clone(), name: own.value.clone(), when }),
        applies_to: Some(applies_to),
        components,
        ..base.clone()
    }
}

/// Which component of the model, by its place, each replacement is for; `None` after a report.
fn chosen<'v>(name: &str, doc: &HealthDoc, variant: &'v VariantDoc, report: &mut Report) -> Option<Vec<(Place, &'v ReplacementDoc)>> {
    let mut all = Vec::new();
    gather(&doc.components, &mut all);
    let mut chosen: Vec<(Place, &ReplacementDoc)> = Vec::new();
    let mut ok = true;
    for (key, replacement) in &variant.components.0 {
        let found = find(name, key, &all, doc.components.lost, report).map(|component| component.place);
        let (Some(place), Some(replacement)) = (found, replacement) else {
            ok = false;
            continue;
        };
        if replacement.weight.is_none() && replacement.missing.is_none() && !replacement.has_worth() {
            let message =
                format!("this replaces nothing of `{}`: state levels, a curve, a weight or what a missing value means", key.value);
            report.error(Code::MissingKey, key.place, message);
            ok = false;
        }
        if chosen.iter().any(|(earlier, _)| *earlier == place) {
            report.error(Code::DuplicateName, key.place, format!("the component `{}` is replaced twice", key.value));
            ok = false;
        }
        chosen.push((place, replacement));
    }
    ok.then_some(chosen)
}

/// Every component, those in groups too.
fn gather<'d>(docs: &'d Several<ComponentDoc>, all: &mut Vec<&'d ComponentDoc>) {
    for doc in &docs.items {
        all.push(doc);
        doc.group.iter().for_each(|group| gather(group, all));
    }
}

/// The component of a name, or the only one that reads the signal of that name.
fn find<'d>(model: &str, key: &At<String>, all: &[&'d ComponentDoc], lost: bool, report: &mut Report) -> Option<&'d ComponentDoc> {
    let of = |name: fn(&ComponentDoc) -> Option<&str>| -> Vec<&'d ComponentDoc> {
        all.iter().copied().filter(|doc| name(doc) == Some(key.value.as_str())).collect()
    };
    let named = of(name_of);
    let fitting = if named.is_empty() { of(signal_of) } else { named };
    match fitting.as_slice() {
        [only] => return Some(*only),
        [] if lost => {}
        [] => {
            let known: Vec<&str> = all.iter().filter_map(|doc| name_of(doc)).collect();
            let message = format!("the model `{model}` has no component `{}`", key.value);
            report.error_with(Code::UnknownName, key.place, message, nearest::hint(&key.value, &known, "components"));
        }
        _ => {
            let message = format!("the model `{model}` has several components `{}`", key.value);
            report.error_with(Code::BadValue, key.place, message, "give each a `name` of its own, and name that".to_owned());
        }
    }
    None
}

/// The name of a component as it is written.
fn name_of(doc: &ComponentDoc) -> Option<&str> {
    let products = doc.products.is_some().then_some("products");
    doc.name.as_ref().map(|name| name.value.as_str()).or_else(|| signal_of(doc)).or(products)
}

fn signal_of(doc: &ComponentDoc) -> Option<&str> {
    doc.signal.as_ref().map(|signal| signal.value.as_str())
}

/// The components with what is chosen replaced.
fn replaced(docs: &Several<ComponentDoc>, chosen: &[(Place, &ReplacementDoc)]) -> Several<ComponentDoc> {
    let replaced_one = |doc: &ComponentDoc| {
        let group = doc.group.as_ref().map(|group| replaced(group, chosen));
        let own = ComponentDoc { group, ..doc.clone() };
        match chosen.iter().find(|(place, _)| *place == doc.place) {
            Some((_, by)) => by.over(own),
            None => own,
        }
    };
    Several { items: docs.items.iter().map(replaced_one).collect(), lost: docs.lost }
}

impl ReplacementDoc {
    /// Whether it says what values are worth. Levels and curves are replaced as a whole: one of them alone says nothing of the rest.
    const fn has_worth(&self) -> bool {
        self.healthy.is_some() || self.at_risk.is_some() || self.critical.is_some() || self.levels.is_some() || self.curve.is_some()
    }

    /// The component with what is stated here. Faults of what is replaced are shown here, not where the model stands.
    fn over(&self, mut doc: ComponentDoc) -> ComponentDoc {
        if self.has_worth() {
            doc.healthy.clone_from(&self.healthy);
            doc.at_risk.clone_from(&self.at_risk);
            doc.critical.clone_from(&self.critical);
            doc.levels.clone_from(&self.levels);
            doc.curve.clone_from(&self.curve);
            // Whether the level that stands for a missing value is still there is a question of the new levels.
            doc.missing = doc.missing.map(|missing| At { place: self.place, ..missing });
            doc.place = self.place;
        }
        if let Some(weight) = &self.weight {
            doc.weight = Needed(Some(weight.clone()));
        }
        if let Some(missing) = &self.missing {
            doc.missing = Some(missing.clone());
        }
        doc
    }
}
