//! Signals over facts: events, or the records of an entity.

use std::collections::BTreeSet;

use mainstay_model::expression::{Column, ValueType, event_columns, record_columns};
use mainstay_model::signal::{Aggregate, Measure, Span, Subject, Unit, Window};
use mainstay_model::{Entity, FieldType};

use super::build::{Builder, Made};
use super::measure::OverFacts;
use super::window;
use crate::document::{At, Place};
use crate::expressions::{self, Scope, Want, whole};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::refused_in_facts;

impl Builder<'_> {
    pub(super) fn over_facts(&self, over: &OverFacts, report: &mut Report) -> Option<Made> {
        let from = self.doc.from.as_ref()?;
        let entity = if from.value == "events" { None } else { Some(self.entity(from, report)?) };
        let window = self.window(entity, over, report);
        let scope = fact_scope(entity, self.context.thresholds);
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

    fn entity(&self, from: &At<String>, report: &mut Report) -> Option<&Entity> {
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
            (Some(entity), Some(of)) => window_column(entity, of, written.place, report).then_some(window),
            (Some(_), None) => Some(window),
        }
    }
}

/// What the expressions of a signal over facts may name.
fn fact_scope(entity: Option<&Entity>, thresholds: &BTreeSet<String>) -> Scope<'static> {
    static NONE: BTreeSet<String> = BTreeSet::new();
    let mut refused = refused_in_facts(thresholds);
    if let Some(entity) = entity {
        return Scope {
            columns: record_columns(entity),
            about: format!("`{}`", entity.name),
            broken: &NONE,
            refused,
            hints: Vec::new(),
            thresholds: None,
        };
    }
    let reason = "signals over events are kept by day and cannot look at the instant asked for; use a window";
    refused.extend(["as_of", "today"].map(|name| (name.to_owned(), reason.to_owned())));
    let (columns, about, hints) = (event_columns(), "events".to_owned(), Vec::new());
    Scope { columns, about, broken: &NONE, refused, hints, thresholds: None }
}

fn window_column(entity: &Entity, of: &str, place: Place, report: &mut Report) -> bool {
    let days = instants(entity);
    if days.iter().any(|column| column.name == of) {
        return true;
    }
    let known: Vec<&str> = days.iter().map(|column| column.name.as_str()).collect();
    let message = format!("`{}` has no date or timestamp column `{of}`", entity.name);
    report.error_with(Code::UnknownName, place, message, nearest::hint(of, &known, "columns"));
    false
}

/// The columns that can place a record in a window.
fn instants(entity: &Entity) -> Vec<Column> {
    let is_instant = |column: &Column| {
        matches!(column.kind, ValueType::Timestamp | ValueType::Date) && !matches!(column.name.as_str(), "as_of" | "today" | "received_at")
    };
    record_columns(entity).into_iter().filter(is_instant).collect()
}
