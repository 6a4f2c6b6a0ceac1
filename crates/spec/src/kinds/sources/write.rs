//! A source written back: by `mainstay show`, and by `mainstay import --guess` for a proposed mapping.

use mainstay_model::source::{FileMapping, RowKind, Rule, Source, Value};

use crate::decode::Words;
use crate::yaml::{Node, write};

/// The document `sources: <name>: ...` of a source, as a text that reads back to it.
#[must_use]
pub fn source_yaml(source: &Source) -> String {
    write::node(Node::map(vec![("sources", Node::map_of([(source.name.clone(), to_node(source))], false))]))
}

pub(crate) fn to_node(source: &Source) -> Node {
    let mut entries = vec![("label", Node::text(&source.label)), ("kind", Node::text(source.kind.word()))];
    if let Some(hours) = source.fresh_within_hours {
        let text = if hours % 24 == 0 { plural(hours / 24, "day") } else { plural(hours, "hour") };
        entries.push(("fresh_within", Node::text(text)));
    }
    if let Some(product) = &source.product {
        entries.push(("product", Node::text(product)));
    }
    if !source.rename_events.is_empty() {
        let names = source.rename_events.iter().map(|(from, to)| (from.clone(), Node::text(to)));
        entries.push(("rename_events", Node::map_of(names, false)));
    }
    if !source.files.is_empty() {
        entries.push(("files", Node::list(source.files.iter().map(file_node), false)));
    }
    if !source.rules.is_empty() {
        entries.push(("rules", Node::list(source.rules.iter().map(rule_node), false)));
    }
    Node::map(entries)
}

fn plural(count: u32, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn file_node(file: &FileMapping) -> Node {
    let rows = match &file.rows {
        RowKind::Events => "events",
        RowKind::Records(entity) => entity,
    };
    let mut entries = vec![("matches", Node::text(&file.matches)), ("rows", Node::text(rows))];
    let mut push = |key, value: &Option<Value>| entries.extend(value.as_ref().map(|value| (key, value_node(value))));
    push("id", &file.id);
    push("occurred_at", &file.occurred_at);
    entries.extend(file.time_zone.as_ref().map(|zone| ("time_zone", Node::text(zone))));
    let mut push = |key, value: &Option<Value>| entries.extend(value.as_ref().map(|value| (key, value_node(value))));
    push("account", &file.account);
    push("user", &file.user);
    push("name", &file.name);
    if !file.fields.is_empty() {
        entries.push(("fields", Node::map_of(file.fields.iter().map(|(name, value)| (name.clone(), value_node(value))), false)));
    }
    if !file.types.is_empty() {
        entries.push(("types", Node::map_of(file.types.iter().map(|(name, kind)| (name.clone(), Node::text(kind.word()))), false)));
    }
    Node::map(entries)
}

fn value_node(value: &Value) -> Node {
    match value {
        Value::Column(column) => Node::text(column),
        Value::Constant(text) => Node::flow_map(vec![("constant", Node::text(text))]),
        Value::Joined(columns, separator) => {
            let columns = Node::list(columns.iter().map(Node::text), true);
            let mut entries = vec![("join", columns)];
            if !separator.is_empty() {
                // A separator is white space or punctuation, which only quotes keep.
                entries.push(("with", Node::quoted(separator)));
            }
            Node::flow_map(entries)
        }
    }
}

fn rule_node(rule: &Rule) -> Node {
    let mut entries = vec![("on", Node::text(&rule.on))];
    entries.extend(rule.where_.as_ref().map(|condition| ("where", Node::text(condition))));
    entries.push(("require", Node::text(&rule.require)));
    entries.push(("because", Node::text(&rule.because)));
    Node::map(entries)
}
