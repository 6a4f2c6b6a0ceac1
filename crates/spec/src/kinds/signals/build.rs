//! Checks the signals of a workspace and turns them into the model's.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::expression::{Column, ExpressionTypes, ValueType, event_columns, record_columns};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Subject, Unit, Window};
use mainstay_model::{Entity, FieldType};

use super::measure::{Derived, OverFacts};
use super::{SignalDoc, SignalType, measure, order, window};
use crate::columns::{HEALTH_COLUMNS, field_columns};
use crate::decode::Expression;
use crate::document::Place;
use crate::expressions::{self, Scope, Want, inner_place, whole};
use crate::identifiers::columns_read;
use crate::names::{self, Declared};
use crate::nearest;
use crate::problem::{Code, Report};

/// What signals are checked against.
pub(crate) struct Context<'a> {
    pub(crate) entities: &'a BTreeMap<String, Entity>,
    pub(crate) segments: &'a BTreeSet<String>,
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
struct Made {
    measure: Measure,
    kind: ValueType,
    integer: bool,
    unit: Unit,
    subject: Subject,
}

struct Builder<'a> {
    name: &'a str,
    doc: &'a SignalDoc,
    context: &'a Context<'a>,
    built: &'a Built,
    all_names: &'a [String],
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
            unit: self.doc.unit.map_or(default_unit, |unit| unit.value),
            kind,
            integer,
            range: range?,
        })
    }

    fn subject(&self) -> Subject {
        self.doc.per.map_or(Subject::Account, |per| per.value)
    }

    fn range(&self, report: &mut Report) -> Option<Option<(f64, f64)>> {
        let Some(range) = &self.doc.range else { return Some(None) };
        match range.as_slice() {
            [from, to] if from.value < to.value => Some(Some((from.value, to.value))),
            other => {
                let place = other.first().map_or(self.doc.place, |first| first.place);
                report.error(Code::BadValue, place, "`range` is the smallest and the largest value that can occur: [0, 10]");
                None
            }
        }
    }

    /// The declared type against the one the measure has. A free property takes the type that is declared.
    fn declared_type(&self, made: &Made, report: &mut Report) -> Option<(ValueType, bool)> {
        let Some(declared) = self.doc.r#type else { return Some((made.kind, made.integer)) };
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

    fn over_facts(&self, over: &OverFacts, report: &mut Report) -> Option<Made> {
        let from = self.doc.from.as_ref()?;
        let entity = if from.value == "events" { None } else { Some(self.entity(from, report)?) };
        let window = self.window(entity, over, report);
        let scope = self.fact_scope(entity);
        let types = self.context.types;
        let filter = self.doc.r#where.as_ref().map(|condition| expressions::check(condition, &scope, Want::Condition, types, report));
        let kind = self.aggregate_type(over, &scope, report);
        let subject = self.fact_subject(entity, report);
        let (window, kind, subject) = (window?, kind?, subject?);
        if filter.is_some_and(|kind| kind.is_none()) {
            return None;
        }
        let filter = self.doc.r#where.as_ref().map(|condition| condition.sql.clone());
        let aggregate = over.aggregate();
        let integer = match &aggregate {
            Aggregate::Count | Aggregate::CountDistinct(_) | Aggregate::ActiveDays | Aggregate::DaysSince(_) => true,
            Aggregate::Sum(sql) | Aggregate::Min(sql) | Aggregate::Max(sql) | Aggregate::Last(sql) => {
                entity.and_then(|entity| entity.field(sql)).is_some_and(|field| field.kind == FieldType::Integer)
            }
            Aggregate::Average(_) | Aggregate::Share(_) => false,
        };
        let unit = match &aggregate {
            Aggregate::Share(_) => Unit::Share,
            Aggregate::ActiveDays | Aggregate::DaysSince(_) => Unit::Days,
            _ => Unit::Number,
        };
        let measure = match entity {
            None => Measure::Events { filter, aggregate, window },
            Some(entity) => Measure::Records { entity: entity.name.clone(), filter, aggregate, window },
        };
        Some(Made { measure, kind, integer, unit, subject })
    }

    fn entity(&self, from: &crate::document::At<String>, report: &mut Report) -> Option<&Entity> {
        let entities = self.context.entities;
        let Some(entity) = entities.get(&from.value) else {
            let known: Vec<&str> = std::iter::once("events").chain(entities.keys().map(String::as_str)).collect();
            let message = format!("there are no facts `{}`", from.value);
            report.error_with(Code::UnknownName, from.place, message, nearest::hint(&from.value, &known, "facts"));
            return None;
        };
        if !entity.has_account() {
            let message = format!("records of `{}` belong to no account, so they cannot make a signal", from.value);
            report.error_with(Code::BadValue, from.place, message, "give the entity a field `account_id`".to_owned());
            return None;
        }
        Some(entity)
    }

    fn fact_scope(&self, entity: Option<&Entity>) -> Scope<'static> {
        static NONE: BTreeSet<String> = BTreeSet::new();
        let (columns, about, refused) = match entity {
            Some(entity) => (record_columns(entity), format!("`{}`", entity.name), Vec::new()),
            None => {
                let reason = "signals over events are kept by day and cannot look at the instant asked for; use a window";
                let refused = ["as_of", "today"].map(|name| (name.to_owned(), reason.to_owned()));
                (event_columns(), "events".to_owned(), refused.to_vec())
            }
        };
        Scope { columns, about, broken: &NONE, refused, hints: Vec::new() }
    }

    fn fact_subject(&self, entity: Option<&Entity>, report: &mut Report) -> Option<Subject> {
        let subject = self.subject();
        if subject == Subject::Product
            && let Some(entity) = entity
            && entity.field("product").is_none()
        {
            let place = self.doc.per.map_or(self.doc.place, |per| per.place);
            let message = format!("`{}` has no field `product`, so its signals cannot be per product", entity.name);
            report.error(Code::BadValue, place, message);
            return None;
        }
        Some(subject)
    }

    fn aggregate_type(&self, over: &OverFacts, scope: &Scope, report: &mut Report) -> Option<ValueType> {
        let Some(reads) = &over.reads else { return Some(ValueType::Number) };
        let want = match over.name {
            "sum" | "average" | "min" | "max" => Want::Number,
            "share" => Want::Condition,
            "days_since" => Want::Instant,
            _ => Want::Any,
        };
        let kind = expressions::check(reads, scope, want, self.context.types, report)?;
        match over.name {
            "last" if matches!(kind, ValueType::Timestamp | ValueType::Date) => {
                let message = format!("the last value is a {}, and signals are numbers, words or true/false", kind.as_str());
                report.error_with(Code::Expression, whole(reads, report), message, format!("write days_since({})", reads.sql));
                None
            }
            "last" => Some(kind),
            _ => Some(ValueType::Number),
        }
    }

    fn window(&self, entity: Option<&Entity>, over: &OverFacts, report: &mut Report) -> Option<Window> {
        let Some(written) = &self.doc.window else {
            if over.aggregate().may_be_windowless() {
                return Some(Window::all());
            }
            let message = format!("`{}` needs a `window`; there is no default", over.name);
            report.error_with(Code::Window, whole(&self.doc.measure, report), message, window::HELP.to_owned());
            return None;
        };
        let window = match window::parse(&written.value) {
            Ok(window) => window,
            Err(message) => {
                report.error_with(Code::Window, written.place, message, window::HELP.to_owned());
                return None;
            }
        };
        match (entity, &window.of) {
            (None, Some(of)) if of != "occurred_at" => {
                report.error(Code::Window, written.place, format!("events are placed by `occurred_at`; leave `of {of}` out"));
                None
            }
            (None, _) => Some(Window { of: None, ..window }),
            (Some(entity), None) if window.span != Span::All => {
                let days: Vec<String> = instants(entity).iter().map(|column| format!("`{}`", column.name)).collect();
                let message = format!("a window over `{}` must say of which column", entity.name);
                let hint = format!("write `{} of ...` with one of {}", written.value, days.join(", "));
                report.error_with(Code::Window, written.place, message, hint);
                None
            }
            (Some(entity), Some(of)) => self.window_column(entity, of, written.place, report).then_some(window),
            (Some(_), None) => Some(window),
        }
    }

    fn window_column(&self, entity: &Entity, of: &str, place: Place, report: &mut Report) -> bool {
        let days = instants(entity);
        if days.iter().any(|column| column.name == of) {
            return true;
        }
        let known: Vec<&str> = days.iter().map(|column| column.name.as_str()).collect();
        let message = format!("`{}` has no date or timestamp column `{of}`", entity.name);
        report.error_with(Code::UnknownName, place, message, nearest::hint(of, &known, "columns"));
        false
    }

    fn compared(&self, of: &Expression, how: &str, report: &mut Report) -> Option<Made> {
        let name = of.sql.to_lowercase();
        if self.built.broken.contains(&name) {
            return None;
        }
        let place = whole(of, report);
        let Some(base) = self.built.signals.get(&name) else {
            let known: Vec<&str> = self.all_names.iter().map(String::as_str).collect();
            report.error_with(
                Code::UnknownName,
                place,
                format!("there is no signal `{}`", of.sql),
                nearest::hint(&name, &known, "signals"),
            );
            return None;
        };
        let fits = matches!(&base.measure, Measure::Events { window: Window { span: Span::Days(_), .. }, .. });
        if !fits || base.kind != ValueType::Number {
            let message = format!("`{how}` compares a number over events with a window in days, and `{name}` is none");
            report.error(Code::BadValue, place, message);
            return None;
        }
        if let Some(per) = self.doc.per.filter(|per| per.value != base.subject) {
            report.error(Code::BadValue, per.place, format!("`{how}` is of the same subject as `{name}`; leave `per` out"));
            return None;
        }
        let (measure, unit) = match how {
            "change" => (Measure::Change { of: name }, Unit::Ratio),
            _ => (Measure::Trend { of: name }, Unit::Number),
        };
        Some(Made { measure, kind: ValueType::Number, integer: false, unit, subject: base.subject })
    }

    fn ratio(&self, over: &Expression, under: &Expression, report: &mut Report) -> Option<Made> {
        let scope = self.account_scope();
        let types = self.context.types;
        let over_kind = expressions::check(over, &scope, Want::Number, types, report);
        let under_kind = expressions::check(under, &scope, Want::Number, types, report);
        over_kind.and(under_kind)?;
        // The cast keeps two whole numbers from being divided as whole numbers.
        let sql = format!("cast({} as double) / nullif({}, 0)", over.sql, under.sql);
        self.account_subject(report)?;
        Some(Made {
            measure: Measure::Formula { sql },
            kind: ValueType::Number,
            integer: false,
            unit: Unit::Share,
            subject: Subject::Account,
        })
    }

    fn formula(&self, formula: &Expression, report: &mut Report) -> Option<Made> {
        let kind = expressions::check(formula, &self.account_scope(), Want::Any, self.context.types, report);
        self.account_subject(report)?;
        let kind = kind?;
        if matches!(kind, ValueType::Timestamp | ValueType::Date) {
            let message = format!("this gives a {}, and signals are numbers, words or true/false", kind.as_str());
            let hint = "days from then to today: (to_unixtime(today) - to_unixtime(x)) / 86400".to_owned();
            report.error_with(Code::Expression, inner_place(formula, 0, formula.sql.len(), report), message, hint);
            return None;
        }
        let sql = formula.sql.clone();
        Some(Made { measure: Measure::Formula { sql }, kind, integer: false, unit: Unit::Number, subject: Subject::Account })
    }

    fn account_subject(&self, report: &mut Report) -> Option<()> {
        match self.doc.per.filter(|per| per.value == Subject::Product) {
            None => Some(()),
            Some(per) => {
                report.error(
                    Code::BadValue,
                    per.place,
                    "a formula reads the account's columns; only signals over facts can be per product",
                );
                None
            }
        }
    }

    fn account_scope(&self) -> Scope<'_> {
        let mut columns = field_columns(self.context.entities.get("accounts"));
        let mut refused: Vec<(String, String)> = Vec::new();
        for signal in self.built.signals.values() {
            match signal.subject {
                Subject::Account => columns.push(Column::new(&signal.name, signal.kind)),
                Subject::Product => refused.push((signal.name.clone(), "it has one value per product, not per account".into())),
            }
        }
        let health = "health is computed from signals, so no signal can read it; write a segment instead";
        refused.extend(HEALTH_COLUMNS.map(|(name, _)| (name.to_owned(), health.to_owned())));
        let segment = "segments are computed after signals; write the segment's condition instead";
        refused.extend(self.context.segments.iter().map(|name| (name.clone(), segment.to_owned())));
        Scope { columns, about: "a signal's formula".into(), broken: &self.built.broken, refused, hints: self.all_names.to_vec() }
    }
}

/// The columns that can place a record in a window.
fn instants(entity: &Entity) -> Vec<Column> {
    let is_instant = |column: &Column| {
        matches!(column.kind, ValueType::Timestamp | ValueType::Date) && !matches!(column.name.as_str(), "as_of" | "today" | "received_at")
    };
    record_columns(entity).into_iter().filter(is_instant).collect()
}
