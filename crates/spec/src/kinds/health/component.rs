//! One component of a health model, checked.

use std::collections::BTreeSet;

use mainstay_model::expression::ValueType;
use mainstay_model::health::{Component, Missing, Reads};
use mainstay_model::signal::{Signal, Subject};

use super::levels::{self, DEFAULT_POINTS};
use super::{ComponentDoc, build::Context};
use crate::decode::Several;
use crate::document::{At, Place};
use crate::names;
use crate::nearest;
use crate::problem::{Code, Report};

/// Weights are read to this many decimals.
const WEIGHT_DECIMALS: f64 = 1e6;

/// The largest weight.
const MAX_WEIGHT: f64 = 1_000_000.0;

/// A component with its place, so that its neighbours can be compared with it.
type Checked = (Component, Place);

/// Checks the components of a model or group: each of them, and their names and weights together.
pub(crate) fn check_all(docs: &Several<ComponentDoc>, subject: Subject, context: &Context, report: &mut Report) -> Option<Vec<Component>> {
    let lost = docs.lost;
    let docs = docs.items.as_slice();
    let checked: Vec<Option<Checked>> = docs.iter().map(|doc| check(doc, subject, context, report)).collect();
    let weights: Option<Vec<&At<f64>>> = docs.iter().map(|doc| doc.weight.0.as_ref()).collect();
    let weights = weights.filter(|_| !lost).unwrap_or_default();
    let total: f64 = weights.iter().map(|weight| weight.value.max(0.0)).sum();
    if let Some(first) = weights.first().filter(|_| total <= 0.0) {
        report.error(Code::Weight, first.place, "the weights sum to nothing, so there is no score; give at least one a positive weight");
        return None;
    }
    let mut names = BTreeSet::new();
    let mut components = Vec::new();
    for (component, place) in checked.into_iter().collect::<Option<Vec<Checked>>>()? {
        if !names.insert(component.name.clone()) {
            let message = format!("two components are named `{}`", component.name);
            report.error_with(Code::DuplicateName, place, message, "give one a `name` of its own".to_owned());
            return None;
        }
        components.push(component);
    }
    Some(components)
}

fn check(doc: &ComponentDoc, subject: Subject, context: &Context, report: &mut Report) -> Option<Checked> {
    let weight = check_weight(doc, report);
    let kinds = [("signal", doc.signal.is_some()), ("group", doc.group.is_some()), ("products", doc.products.is_some())];
    let stated: Vec<&str> = kinds.iter().filter(|(_, stated)| *stated).map(|(key, _)| *key).collect();
    if stated.len() != 1 {
        let message = match stated.as_slice() {
            [] => "a component reads one thing: `signal`, `group` or `products`".to_owned(),
            several => format!("a component reads one thing, not {}", several.join(" and ")),
        };
        report.error(Code::BadValue, doc.place, message);
        return None;
    }
    let made = if let Some(written) = &doc.signal {
        of_signal(doc, written, subject, context, report)
    } else if let Some(group) = &doc.group {
        of_group(doc, group, subject, context, report)
    } else {
        of_products(doc, subject, report)
    };
    let (name, label, reads, place) = made?;
    let missing = check_missing(doc, &reads, report)?;
    let label = doc.label.as_ref().map_or(label, |label| label.value.clone());
    Some((Component { name, label, weight: weight?, reads, missing }, place))
}

fn check_weight(doc: &ComponentDoc, report: &mut Report) -> Option<f64> {
    let At { value: weight, place } = doc.weight.0.as_ref()?;
    let weight = *weight;
    let fault = if weight < 0.0 {
        "a weight cannot be negative; to count against the score, give bad values few points"
    } else if weight == 0.0 {
        "a weight of zero counts for nothing; remove the component or give it a positive weight"
    } else if weight > MAX_WEIGHT {
        "a weight is at most 1000000"
    } else if ((weight * WEIGHT_DECIMALS).round() / WEIGHT_DECIMALS - weight).abs() > 1e-12 * weight {
        "a weight has at most six decimals"
    } else {
        return Some(weight);
    };
    report.error(Code::Weight, *place, fault);
    None
}

type Made = (String, String, Reads, Place);

fn of_signal(doc: &ComponentDoc, written: &At<String>, subject: Subject, context: &Context, report: &mut Report) -> Option<Made> {
    let own = doc.name.as_ref();
    let name = own.map_or_else(|| written.value.clone(), |name| name.value.clone());
    let place = own.map_or(written.place, |name| name.place);
    let named = own.is_none_or(|name| names::check_name(name, "component", report));
    let signal = find_signal(written, subject, context, report)?;
    let reads = match (&doc.curve, has_levels(doc)) {
        (Some(_), true) => {
            report.error(Code::BadValue, doc.place, "a component has either a `curve` or levels");
            return None;
        }
        (None, false) => {
            report.error(
                Code::MissingKey,
                doc.place,
                "say what values are worth: healthy, at_risk and critical, or `levels`, or a `curve`",
            );
            return None;
        }
        (Some(curve), false) => Reads::Curve { signal: signal.name.clone(), points: check_curve(curve, signal, doc, report)? },
        (None, true) => Reads::Levels { signal: signal.name.clone(), levels: levels::check(doc, signal, report)? },
    };
    named.then(|| (name, signal.label.clone(), reads, place))
}

fn has_levels(doc: &ComponentDoc) -> bool {
    doc.healthy.is_some() || doc.at_risk.is_some() || doc.critical.is_some() || doc.levels.is_some()
}

fn find_signal<'a>(written: &At<String>, subject: Subject, context: &Context<'a>, report: &mut Report) -> Option<&'a Signal> {
    let name = written.value.as_str();
    let Some(signal) = context.signals.signals.get(name) else {
        if !context.signals.broken.contains(name) {
            let known: Vec<&str> = context.signals.signals.keys().chain(&context.signals.broken).map(String::as_str).collect();
            report.error_with(
                Code::UnknownName,
                written.place,
                format!("there is no signal `{name}`"),
                nearest::hint(name, &known, "signals"),
            );
        }
        return None;
    };
    if signal.subject == subject {
        return Some(signal);
    }
    let (message, hint) = match subject {
        Subject::Account => (
            format!("`{name}` has one value per product, and this model scores accounts"),
            "read it in a model with `per: product`, and bring its scores here with `products: worst`",
        ),
        Subject::Product => {
            (format!("`{name}` has one value per account, and this model scores products"), "declare it with `per: product`")
        }
    };
    report.error_with(Code::BadValue, written.place, message, hint.to_owned());
    None
}

fn check_curve(curve: &[Vec<At<f64>>], signal: &Signal, doc: &ComponentDoc, report: &mut Report) -> Option<Vec<(f64, f64)>> {
    if signal.kind != ValueType::Number {
        report.error(Code::BadValue, doc.place, format!("a curve needs a number, and `{}` is a {}", signal.name, signal.kind.as_str()));
        return None;
    }
    let mut points: Vec<(f64, f64)> = Vec::new();
    for pair in curve {
        let [value, worth] = pair.as_slice() else {
            let place = pair.first().map_or(doc.place, |first| first.place);
            report.error(Code::BadValue, place, "each point of a curve is a pair: [value, points]");
            return None;
        };
        if !(0.0..=100.0).contains(&worth.value) {
            report.error(Code::BadValue, worth.place, format!("points lie between 0 and 100, not {}", worth.value));
            return None;
        }
        if let Some((before, _)) = points.last()
            && *before >= value.value
        {
            report.error(Code::BadValue, value.place, format!("the values of a curve rise: {} does not come after {before}", value.value));
            return None;
        }
        points.push((value.value, worth.value));
    }
    if points.len() < 2 {
        report.error(Code::BadValue, doc.place, "a curve needs two points or more");
        return None;
    }
    Some(points)
}

fn of_group(doc: &ComponentDoc, group: &Several<ComponentDoc>, subject: Subject, context: &Context, report: &mut Report) -> Option<Made> {
    if has_levels(doc) || doc.curve.is_some() {
        report.error(Code::BadValue, doc.place, "a group is the weighted average of its parts; levels and curves belong to the parts");
        return None;
    }
    let components = check_all(group, subject, context, report);
    let Some(name) = &doc.name else {
        report.error(Code::MissingKey, doc.place, "a group needs a `name`");
        return None;
    };
    if group.items.is_empty() && !group.lost {
        report.error(Code::MissingKey, name.place, "a group without parts");
        return None;
    }
    let named = names::check_name(name, "component", report);
    let components = components.filter(|_| named)?;
    Some((name.value.clone(), names::label(None, &name.value), Reads::Group { components }, name.place))
}

fn of_products(doc: &ComponentDoc, subject: Subject, report: &mut Report) -> Option<Made> {
    let rollup = doc.products?.value;
    if subject == Subject::Product {
        report.error(Code::BadValue, doc.place, "a model per product cannot roll up products; do it in a model of accounts");
        return None;
    }
    if has_levels(doc) || doc.curve.is_some() {
        report.error(Code::BadValue, doc.place, "`products` rolls scores up; levels and curves belong to the model per product");
        return None;
    }
    let name = doc.name.as_ref().map_or_else(|| "products".to_owned(), |name| name.value.clone());
    let place = doc.name.as_ref().map_or(doc.place, |name| name.place);
    Some((name.clone(), names::label(None, &name), Reads::Products { rollup }, place))
}

fn check_missing(doc: &ComponentDoc, reads: &Reads, report: &mut Report) -> Option<Missing> {
    let Some(written) = doc.missing.as_ref().filter(|written| written.value != "skip") else { return Some(Missing::Skip) };
    let known: Vec<&str> = match reads {
        Reads::Levels { levels, .. } => levels.iter().map(|level| level.name.as_str()).collect(),
        _ => Vec::new(),
    };
    if known.contains(&written.value.as_str()) {
        return Some(Missing::Level(written.value.clone()));
    }
    let message = if known.is_empty() {
        "without levels a missing value can only be skipped".to_owned()
    } else if DEFAULT_POINTS.iter().any(|(name, _)| *name == written.value) {
        format!("the component has no level `{}`", written.value)
    } else {
        format!("a missing value is either `skip` or a level, not `{}`", written.value)
    };
    let known: Vec<&str> = std::iter::once("skip").chain(known).collect();
    report.error_with(Code::UnknownName, written.place, message, nearest::hint(&written.value, &known, "choices"));
    None
}
