//! A signal written back with every default filled in.

use mainstay_model::expression::ValueType;
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Window};

use super::measure;
use super::window;
use crate::decode::Words;
use crate::yaml::Node;

/// The document of a checked signal.
pub(crate) fn to_node(signal: &Signal) -> Node {
    let mut entries = vec![("label", Node::text(&signal.label))];
    if !signal.description.is_empty() {
        entries.push(("description", Node::text(&signal.description)));
    }
    entries.push(("per", Node::text(signal.subject.word())));
    match &signal.measure {
        Measure::Events { filter, aggregate, window } => facts(&mut entries, "events", filter.as_deref(), aggregate, window),
        Measure::Records { entity, filter, aggregate, window } => facts(&mut entries, entity, filter.as_deref(), aggregate, window),
        Measure::Change { of } => entries.push(("measure", Node::text(format!("change({of})")))),
        Measure::Trend { of } => entries.push(("measure", Node::text(format!("trend({of})")))),
        Measure::Formula { sql } => entries.push(("measure", Node::text(sql))),
    }
    let kind = match signal.kind {
        ValueType::Number if signal.integer => "integer",
        ValueType::Text => "text",
        ValueType::Boolean => "boolean",
        _ => "number",
    };
    entries.push(("type", Node::text(kind)));
    if let Some((from, to)) = signal.range {
        entries.push(("range", Node::list([Node::text(from.to_string()), Node::text(to.to_string())], true)));
    }
    entries.push(("unit", Node::text(signal.unit.word())));
    Node::map(entries)
}

fn facts(entries: &mut Vec<(&str, Node)>, from: &str, filter: Option<&str>, aggregate: &Aggregate, over: &Window) {
    entries.push(("from", Node::text(from)));
    if let Some(filter) = filter {
        entries.push(("where", Node::text(filter)));
    }
    entries.push(("measure", Node::text(measure::write(aggregate))));
    if !(aggregate.may_be_windowless() && over.span == Span::All) {
        entries.push(("window", Node::text(window::write(over))));
    }
}
