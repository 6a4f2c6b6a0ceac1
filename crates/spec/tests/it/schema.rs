//! A small validator of the JSON Schema words that the generated schema uses, and a reader of YAML of its own.

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

/// What of a value does not fit a schema, each with its path.
pub(crate) fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    if let Some(name) = schema["$ref"].as_str() {
        return faults(root, &root["$defs"][name.trim_start_matches("#/$defs/")], value, path);
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fits = choices.iter().any(|choice| faults(root, choice, value, path).is_empty());
        return if fits { Vec::new() } else { vec![format!("{path}: fits no choice")] };
    }
    let mut found = Vec::new();
    if !type_fits(&schema["type"], value) {
        found.push(format!("{path}: {value} is not {}", schema["type"]));
    }
    if let Some(words) = schema["enum"].as_array().filter(|words| !words.contains(value)) {
        found.push(format!("{path}: {value} is none of {words:?}"));
    }
    if let Some(map) = value.as_object() {
        found.extend(map_faults(root, schema, map, path));
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(root, &schema["items"], item, &format!("{path}[{index}]")));
    }
    found
}

fn map_faults(root: &Value, schema: &Value, map: &Map<String, Value>, path: &str) -> Vec<String> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let missing = required.filter(|key| !map.contains_key(*key)).map(|key| format!("{path}.{key}: missing"));
    let mut found: Vec<String> = missing.collect();
    for (key, value) in map {
        let path = format!("{path}.{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => found.push(format!("{path}: unknown")),
            (Value::Null, other) => found.extend(faults(root, other, value, &path)),
            (known, _) => found.extend(faults(root, known, value, &path)),
        }
    }
    found
}

fn type_fits(kind: &Value, value: &Value) -> bool {
    let fits = |kind: &str| match kind {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "array" => value.is_array(),
        _ => value.is_object(),
    };
    match kind {
        Value::String(kind) => fits(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}

/// Reads a YAML text to JSON as editors do: plain scalars have the type they look like.
pub(crate) fn to_json(text: &str) -> Value {
    let mut stack: Vec<(Value, Option<String>)> = vec![(Value::Array(Vec::new()), None)];
    for event in Parser::new_from_str(text) {
        match event.unwrap().0 {
            Event::Scalar(text, style, ..) => {
                let is_key = matches!(stack.last(), Some((Value::Object(_), None)));
                let typed = style == ScalarStyle::Plain && !is_key;
                push(&mut stack, if typed { plain(&text) } else { Value::String(text.into_owned()) });
            }
            Event::SequenceStart(..) => stack.push((Value::Array(Vec::new()), None)),
            Event::MappingStart(..) => stack.push((Value::Object(Map::new()), None)),
            Event::SequenceEnd | Event::MappingEnd => {
                let (value, _) = stack.pop().unwrap();
                push(&mut stack, value);
            }
            _ => {}
        }
    }
    stack.pop().unwrap().0[0].clone()
}

fn push(stack: &mut [(Value, Option<String>)], value: Value) {
    let (top, key) = stack.last_mut().unwrap();
    match top {
        Value::Array(items) => items.push(value),
        Value::Object(map) => match key.take() {
            Some(key) => drop(map.insert(key, value)),
            None => *key = value.as_str().map(str::to_owned),
        },
        _ => unreachable!("only collections are open"),
    }
}

fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" => Value::Null,
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
            serde_json::from_str(text).ok().filter(Value::is_number).unwrap_or_else(|| Value::String(text.to_owned()))
        }
        _ => Value::String(text.to_owned()),
    }
}
