//! Checks the signals of a workspace and turns them into the model's.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Entity;
use mainstay_model::expression::{ExpressionTypes, ValueType};
use mainstay_model::signal::{Aggregate, Measure, Signal, Subject, Unit};

use super::measure::{Derived, OverFacts};
use super::{SignalDoc, SignalType, measure, order};
use crate::columns::{HEALTH_COLUMNS, field_columns};
use crate::document::Place;
use crate::identifiers::columns_read;
use crate::names::{self, Declared};
use crate::problem::{Code, Report};

/// What signals are checked against.
pub(crate) struct Context<'a> {
    pub(crate) entities: &'a BTreeMap<String, Entity>,
    pub(crate) segments: &'a BTreeSet<String>,
    /// The names of the thresholds, which no signal can read.
    pub(crate) thresholds: &'a BTreeSet<String>,
    pub(crate) types: &'a dyn ExpressionTypes,
}

/// The signals that could be built, and the names of those that could not.
#[derive(Default)]
pub(crate) struct Built {
    pub(crate) signals: BTreeMap<String, Signal>,
    pub(crate) broken: BTreeSet<String>,
    pub(crate) places: BTreeMap<String, Place>,
}

/// How a signal is written, before anything is known of its types.
enum Shape {
    Facts(OverFacts),
    Derived(Derived),
}

pub(crate) fn build(declared: &BTreeMap<String, Declared<SignalDoc>>, context: &Context, report: &mut Report) -> Built {
    let mut built = Built::default();
    let mut shapes: BTreeMap<&str, (&SignalDoc, Shape)> = BTreeMap::new();
    for (name, declared) in declared {
        built.places.insert(name.clone(), declared.place);
        let free = is_free_name(name, declared.place, context, report);
        let shape = declared.doc.as_ref().and_then(|doc| shape_of(doc, report).map(|shape| (doc, shape)));
        match shape {
            Some(shape) if free => drop(shapes.insert(name, shape)),
            _ => drop(built.broken.insert(name.clone())),
        }
    }
    let reads = shapes.iter().map(|(name, (_, shape))| ((*name).to_owned(), reads_of(shape))).collect();
    let (ordered, circles) = order::order(&reads);
    for circle in circles {
        let place = circle.first().and_then(|name| built.places.get(name)).copied().unwrap_or_default();
        report.error(Code::Circle, place, format!("these signals read each other in a circle: {}", circle.join(" -> ")));
        built.broken.extend(circle);
    }
    // Those over facts first: every formula then finds what it reads, and hints know all names.
    let (facts, derived): (Vec<_>, Vec<_>) =
        ordered.iter().partition(|name| matches!(shapes.get(name.as_str()), Some((_, Shape::Facts(_)))));
    let all_names: Vec<String> = declared.keys().cloned().collect();
    for name in facts.into_iter().chain(derived) {
        let Some((doc, shape)) = shapes.get(name.as_str()).filter(|_| !built.broken.contains(name)) else { continue };
        let builder = Builder { name, doc, context, built: &built, all_names: &all_names };
        match builder.signal(shape, report) {
            Some(signal) => drop(built.signals.insert(name.clone(), signal)),
            None => drop(built.broken.insert(name.clone())),
        }
    }
    built
}

fn is_free_name(name: &str, place: Place, context: &Context, report: &mut Report) -> bool {
    let taken = if field_columns(context.entities.get("accounts")).iter().any(|column| column.name == name) {
        "a column of accounts"
    } else if HEALTH_COLUMNS.iter().any(|(column, _)| *column == name) {
        "a column of the account's health"
    } else if context.segments.contains(name) {
        "a segment"
    } else {
        return true;
    };
    report.error(Code::BadName, place, format!("`{name}` is {taken} already; name the signal otherwise"));
    false
}

fn shape_of(doc: &SignalDoc, report: &mut Report) -> Option<Shape> {
    if doc.from.is_some() {
        return measure::over_facts(&doc.measure, report).map(Shape::Facts);
    }
    let derived = measure::derived(&doc.measure, report)?;
    if let Some(condition) = &doc.r#where {
        report.error(Code::BadValue, condition.place, "`where` chooses facts, so the signal needs `from`: events, or an entity");
        return None;
    }
    if let Some(window) = &doc.window {
        let hint = "leave `window` out: the signals it reads have their own".to_owned();
        report.error_with(Code::Window, window.place, "a window needs facts, and this signal has no `from`", hint);
        return None;
    }
    Some(Shape::Derived(derived))
}

fn reads_of(shape: &Shape) -> BTreeSet<String> {
    match shape {
        Shape::Facts(_) => BTreeSet::new(),
        Shape::Derived(Derived::Change(of) | Derived::Trend(of)) => BTreeSet::from([of.sql.to_lowercase()]),
        Shape::Derived(Derived::Ratio(over, under)) => &columns_read(&over.sql) | &columns_read(&under.sql),
        Shape::Derived(Derived::Formula(formula)) => columns_read(&formula.sql),
    }
}

/// What a measure turned out to be.
pub(super) struct Made {
    pub(super) measure: Measure,
    pub(super) kind: ValueType,
    pub(super) integer: bool,
    pub(super) unit: Unit,
    pub(super) subject: Subject,
}

/// One signal being built.
pub(super) struct Builder<'a> {
    name: &'a str,
    pub(super) doc: &'a SignalDoc,
    pub(super) context: &'a Context<'a>,
    pub(super) built: &'a Built,
    pub(super) all_names: &'a [String],
}

impl Builder<'_> {
    fn signal(&self, shape: &Shape, report: &mut Report) -> Option<Signal> {
        let made = match shape {
            Shape::Facts(over) => self.over_facts(over, report),
            Shape::Derived(Derived::Change(of)) => self.compared(of, "change", report),
            Shape::Derived(Derived::Trend(of)) => self.compared(of, "trend", report),
            Shape::Derived(Derived::Ratio(over, under)) => self.ratio(over, under, report),
            Shape::Derived(Derived::Formula(formula)) => self.formula(formula, report),
        };
        let range = self.range(report);
        let made = made?;
        let (kind, integer) = self.declared_type(&made, report)?;
        let default_unit = match kind {
            ValueType::Text | ValueType::Boolean => Unit::Word,
            _ => made.unit,
        };
        Some(Signal {
            name: self.name.to_owned(),
            label: names::label(self.doc.label.as_ref(), self.name),
            description: self.doc.description.as_ref().map_or_else(String::new, |text| text.value.clone()),
            subject: made.subject,
            measure: made.measure,
            unit: self.doc.unit.0.map_or(default_unit, |unit| unit.value),
            kind,
            integer,
            range,
        })
    }

    pub(super) fn subject(&self) -> Subject {
        self.doc.per.map_or(Subject::Account, |per| per.value)
    }

    /// The declared range. A wrong one is reported and counts as none.
    fn range(&self, report: &mut Report) -> Option<(f64, f64)> {
        let range = self.doc.range.0.as_ref()?;
        match range.as_slice() {
            [from, to] if from.value < to.value => Some((from.value, to.value)),
            other => {
                let place = other.first().map_or(self.doc.place, |first| first.place);
                report.error(Code::BadValue, place, "`range` is the smallest and the largest value that can occur: [0, 10]");
                None
            }
        }
    }

    /// The declared type against the one the measure has. A free property takes the type that is declared.
    fn declared_type(&self, made: &Made, report: &mut Report) -> Option<(ValueType, bool)> {
        let Some(declared) = self.doc.r#type.0 else { return Some((made.kind, made.integer)) };
        let free = match &made.measure {
            Measure::Events { aggregate: Aggregate::Last(sql), .. } => sql.starts_with("properties."),
            _ => false,
        };
        let (kind, integer) = match declared.value {
            SignalType::Integer => (ValueType::Number, true),
            SignalType::Number => (ValueType::Number, false),
            SignalType::Text => (ValueType::Text, false),
            SignalType::Boolean => (ValueType::Boolean, false),
        };
        if kind == made.kind || free {
            return Some((kind, integer));
        }
        let message = format!("the measure gives a {}, not a {}", made.kind.as_str(), kind.as_str());
        report.error(Code::WrongType, declared.place, message);
        None
    }
}
