//! Shapes that values may have: one thing or a list of them, and texts that must read as something.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{Decode, scalar};
use crate::document::Place;
use crate::problem::{Code, Report};
use crate::yaml::{Content, Node, Style};

/// One thing, or a list of them.
#[derive(Debug)]
pub(crate) struct Many<T>(pub(crate) Vec<T>);

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Decode> Decode for Many<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        match &node.content {
            Content::List { .. } => Vec::decode(node, report).map(Self),
            _ => T::decode(node, report).map(|one| Self(vec![one])),
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl<T: JsonSchema> JsonSchema for Many<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Many{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// Any value, as JSON.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Json {
    pub(crate) value: Value,
    pub(crate) place: Place,
}

impl Decode for Json {
    fn decode(node: &Node, _: &mut Report) -> Option<Self> {
        Some(Self { value: json_of(node), place: node.place })
    }
}

/// A node as JSON: plain numbers and truth values are such, everything else is a text.
fn json_of(node: &Node) -> Value {
    match &node.content {
        _ if node.is_null() => Value::Null,
        Content::Scalar(text) => {
            let plain = text.style == Style::Plain;
            let typed = || serde_json::from_str::<Value>(&text.text).ok().filter(|value| value.is_number() || value.is_boolean());
            plain.then(typed).flatten().unwrap_or_else(|| Value::String(text.text.clone()))
        }
        Content::List { items, .. } => Value::Array(items.iter().map(|item| json_of(&item.node)).collect()),
        Content::Map { entries, .. } => {
            Value::Object(entries.iter().map(|entry| (entry.key.text.clone(), json_of(&entry.value))).collect())
        }
    }
}

impl JsonSchema for Json {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({})
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A text that reads as something of the model, and the words that say how it is written.
pub(crate) trait Reads: Sized {
    const WHAT: &'static str;
    const HOW: &'static str;

    fn read(text: &str) -> Option<Self>;
}

/// A value read from a text.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Read<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

impl<T: Reads> Decode for Read<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let text = scalar(node, T::WHAT, report)?.text.trim();
        let Some(value) = T::read(text) else {
            report.error_with(Code::BadValue, node.place, format!("`{text}` is not {}", T::WHAT), format!("write it like {}", T::HOW));
            return None;
        };
        Some(Self { value, place: node.place })
    }
}

impl<T: Reads> JsonSchema for Read<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Written".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "description": format!("{}, like {}", T::WHAT, T::HOW) })
    }

    fn inline_schema() -> bool {
        true
    }
}
