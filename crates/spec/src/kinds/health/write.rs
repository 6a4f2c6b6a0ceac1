//! A health model written back with every default filled in.

use mainstay_model::health::{Component, Covers, Guard, HealthModel, Level, Missing, Range, Reads, Variant};

use super::levels::{DEFAULT_POINTS, write_range};
use crate::decode::Words;
use crate::yaml::Node;

/// The document of a checked model with its variants, in the order in which they are asked.
pub(crate) fn to_node(model: &HealthModel, variants: &[&HealthModel]) -> Node {
    let mut entries = vec![("label", Node::text(&model.label))];
    entries.extend(model.applies_to.as_ref().map(|sql| ("applies_to", Node::text(sql))));
    entries.push(("priority", Node::text(model.priority.to_string())));
    entries.push(("per", Node::text(model.subject.word())));
    entries.push(("components", Node::list(model.components.iter().map(component_node), false)));
    if !model.guards.is_empty() {
        entries.push(("guards", Node::list(model.guards.iter().map(guard_node), false)));
    }
    entries.push(("min_coverage", Node::text(model.min_coverage.to_string())));
    let hold = match model.hold_days {
        0 => "none".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    entries.push(("hold", Node::text(hold)));
    if !variants.is_empty() {
        let named =
            variants.iter().filter_map(|other| other.variant.as_ref().map(|own| (own.name.clone(), variant_node(model, other, own))));
        entries.push(("variants", Node::map_of(named, false)));
    }
    Node::map(entries)
}

/// A variant: its condition, and the components that are not those of the model.
fn variant_node(base: &HealthModel, other: &HealthModel, own: &Variant) -> Node {
    let mut replaced = Vec::new();
    replacements(&base.components, &other.components, &mut replaced);
    Node::map(vec![("label", Node::text(&other.label)), ("when", Node::text(&own.when)), ("components", Node::map_of(replaced, false))])
}

/// The components that differ. Both models have the same ones in the same order.
fn replacements(base: &[Component], other: &[Component], replaced: &mut Vec<(String, Node)>) {
    for (before, component) in base.iter().zip(other) {
        let inner = |reads: &Reads| matches!(reads, Reads::Group { .. });
        let same_worth = before.reads == component.reads || inner(&component.reads);
        let same_weight = before.weight.total_cmp(&component.weight).is_eq();
        if !(same_worth && same_weight && before.missing == component.missing) {
            let mut entries = vec![("weight", Node::text(component.weight.to_string()))];
            worth(component, &mut entries);
            entries.push(missing(component));
            replaced.push((component.name.clone(), Node::map(entries)));
        }
        if let (Reads::Group { components: base }, Reads::Group { components: other }) = (&before.reads, &component.reads) {
            replacements(base, other, replaced);
        }
    }
}

fn guard_node(guard: &Guard) -> Node {
    Node::map(vec![("when", Node::text(&guard.when)), ("cap", Node::text(guard.cap.to_string())), ("because", Node::text(&guard.because))])
}

fn component_node(component: &Component) -> Node {
    let mut entries = Vec::new();
    if let Reads::Levels { signal, .. } | Reads::Curve { signal, .. } = &component.reads {
        entries.push(("signal", Node::text(signal)));
    }
    entries.push(("name", Node::text(&component.name)));
    entries.push(("label", Node::text(&component.label)));
    entries.push(("weight", Node::text(component.weight.to_string())));
    worth(component, &mut entries);
    match &component.reads {
        Reads::Levels { .. } | Reads::Curve { .. } => {}
        Reads::Group { components } => entries.push(("group", Node::list(components.iter().map(component_node), false))),
        Reads::Products { rollup } => entries.push(("products", Node::text(rollup.word()))),
    }
    entries.push(missing(component));
    Node::map(entries)
}

/// What the values of a component's signal are worth.
fn worth(component: &Component, entries: &mut Vec<(&'static str, Node)>) {
    match &component.reads {
        Reads::Levels { levels, .. } => levels_nodes(levels, entries),
        Reads::Curve { points, .. } => {
            let pair = |(value, worth): &(f64, f64)| Node::list([Node::text(value.to_string()), Node::text(worth.to_string())], true);
            entries.push(("curve", Node::list(points.iter().map(pair), true)));
        }
        Reads::Group { .. } | Reads::Products { .. } => {}
    }
}

fn missing(component: &Component) -> (&'static str, Node) {
    let word = match &component.missing {
        Missing::Skip => "skip",
        Missing::Level(name) => name,
    };
    ("missing", Node::text(word))
}

fn levels_nodes(levels: &[Level], entries: &mut Vec<(&'static str, Node)>) {
    let standard =
        |level: &Level| DEFAULT_POINTS.iter().find(|(name, points)| *name == level.name && level.points.total_cmp(points).is_eq());
    if levels.iter().all(|level| standard(level).is_some()) {
        let level = |level: &Level| standard(level).map(|(name, _)| (*name, covers_node(&level.covers)));
        entries.extend(levels.iter().filter_map(level));
        return;
    }
    let level = |level: &Level| {
        Node::flow_map(vec![
            ("name", Node::text(&level.name)),
            ("points", Node::text(level.points.to_string())),
            ("when", covers_node(&level.covers)),
        ])
    };
    entries.push(("levels", Node::list(levels.iter().map(level), false)));
}

fn covers_node(covers: &Covers) -> Node {
    let mut parts: Vec<Node> = match covers {
        Covers::Ranges(ranges) => ranges.iter().map(range_node).collect(),
        Covers::Words(words) => words.iter().map(Node::text).collect(),
    };
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => Node::list(parts.into_iter().chain(last), true),
    }
}

/// A range in quotes, as people write it; a single number without.
fn range_node(range: &Range) -> Node {
    let text = write_range(range);
    if text.parse::<f64>().is_ok() { Node::text(text) } else { Node::quoted(text) }
}
