//! `mainstay show`: a thing of the workspace with every default filled in, as YAML that reads back to it; plays, scenarios and templates, and
//! a variant of a health model by itself, as the product has read them.

use mainstay_model::Workspace;
use mainstay_model::health::HealthModel;

use crate::kinds::{entities, health, segments, settings, signals, sources, thresholds};
use crate::nearest;
use crate::yaml::{Node, write};

/// There is no thing of that name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("there is nothing named `{thing}` to show{}", .hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct ShowError {
    /// What was asked for.
    pub thing: String,
    /// The nearest known name, or what can be shown.
    pub hint: Option<String>,
}

/// Kinds of things that can be shown, beside `mainstay`.
const KINDS: [&str; 9] = ["entities", "sources", "signals", "thresholds", "segments", "health", "plays", "scenarios", "templates"];

/// Shows `mainstay`, a kind (`signals`) or one thing of it (`signals.logins_30d`).
///
/// # Errors
/// [`ShowError`] where the workspace has no such thing.
pub fn show(workspace: &Workspace, thing: &str) -> Result<String, ShowError> {
    let thing = thing.trim();
    if thing == "mainstay" {
        return Ok(write::node(settings::to_node(workspace)));
    }
    let (kind, name) = thing.split_once('.').map_or((thing, None), |(kind, name)| (kind, Some(name)));
    if !KINDS.contains(&kind) {
        return Err(unknown(workspace, thing));
    }
    let mut chosen: Vec<(String, Node)> =
        things(workspace, kind).into_iter().filter(|(known, _)| name.is_none_or(|name| name == known)).collect();
    chosen.extend(name.filter(|_| kind == "health").and_then(|name| variant(workspace, name)));
    if chosen.is_empty() && name.is_some() {
        return Err(unknown(workspace, thing));
    }
    Ok(write::node(Node::map_of([(kind.to_owned(), Node::map_of(chosen, false))], false)))
}

fn things(workspace: &Workspace, kind: &str) -> Vec<(String, Node)> {
    match kind {
        "entities" => workspace.entities.iter().map(|(name, entity)| (name.clone(), entities::to_node(entity))).collect(),
        "sources" => workspace.sources.iter().map(|(name, source)| (name.clone(), sources::write::to_node(source))).collect(),
        "signals" => workspace.signals.iter().map(|(name, signal)| (name.clone(), signals::write::to_node(signal))).collect(),
        "thresholds" => workspace.thresholds.iter().map(|(name, threshold)| (name.clone(), thresholds::to_node(threshold))).collect(),
        "segments" => workspace.segments.iter().map(|(name, segment)| (name.clone(), segments::to_node(segment))).collect(),
        "health" => models(workspace),
        "plays" => workspace.plays.iter().map(|(name, play)| (name.clone(), as_read(play))).collect(),
        "scenarios" => workspace.scenarios.iter().map(|scenario| (scenario.name.clone(), as_read(scenario))).collect(),
        "templates" => workspace.templates.iter().map(|(name, template)| (name.clone(), as_read(template))).collect(),
        _ => Vec::new(),
    }
}

/// The models as they are declared, each with its variants.
fn models(workspace: &Workspace) -> Vec<(String, Node)> {
    let declared = workspace.models.iter().filter(|model| model.variant.is_none());
    let shown = |model: &HealthModel| {
        let variants: Vec<&HealthModel> =
            workspace.models.iter().filter(|other| other.variant.is_some() && other.declared_as() == model.name).collect();
        (model.name.clone(), health::write::to_node(model, &variants))
    };
    declared.map(shown).collect()
}

/// A variant as the model that it makes.
fn variant(workspace: &Workspace, name: &str) -> Option<(String, Node)> {
    let model = workspace.models.iter().find(|model| model.variant.is_some() && model.name == name)?;
    Some((model.name.clone(), health::write::to_node(model, &[])))
}

/// A thing as the product has read it, where its written form is not made from that again: plays, scenarios, templates.
fn as_read<T: serde::Serialize>(thing: &T) -> Node {
    node_of(serde_json::to_value(thing).unwrap_or_default())
}

fn node_of(value: serde_json::Value) -> Node {
    use serde_json::Value;
    match value {
        Value::Null => Node::text(""),
        Value::String(text) => Node::text(text),
        Value::Array(items) => Node::list(items.into_iter().map(node_of), false),
        Value::Object(fields) => {
            let known = fields.into_iter().filter(|(_, value)| !value.is_null());
            Node::map_of(known.map(|(name, value)| (name, node_of(value))), false)
        }
        other => Node::text(other.to_string()),
    }
}

fn unknown(workspace: &Workspace, thing: &str) -> ShowError {
    let full = |kind: &str| things(workspace, kind).into_iter().map(|(name, _)| format!("{kind}.{name}")).collect::<Vec<_>>();
    let mut known: Vec<String> = KINDS.iter().flat_map(|kind| full(kind)).collect();
    // A name alone is meant as the thing of that name.
    let bare = known.iter().find(|full| full.split_once('.').is_some_and(|(_, name)| name == thing)).cloned();
    known.extend(KINDS.iter().map(|kind| (*kind).to_owned()));
    known.push("mainstay".to_owned());
    let near = bare.or_else(|| nearest::nearest(thing, known.iter().map(String::as_str)).map(str::to_owned));
    let hint = near.map_or_else(|| format!("what can be shown: mainstay, {}", KINDS.join(", ")), |near| format!("did you mean `{near}`?"));
    ShowError { thing: thing.to_owned(), hint: Some(hint) }
}
