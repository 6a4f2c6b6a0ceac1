//! Reads typed things from a tree, collecting every problem instead of stopping at the first.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::document::{At, Place};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::yaml::{Content, Entry, Node, Scalar, Style};

/// Something that can be read from a node. `None` means a problem has been reported.
pub(crate) trait Decode: Sized {
    fn decode(node: &Node, report: &mut Report) -> Option<Self>;

    /// What an absent key means; `None` where the key is needed.
    fn absent() -> Option<Self> {
        None
    }

    /// What stands for a needed key that is absent, after that has been reported.
    fn failed() -> Option<Self> {
        None
    }
}

/// A thing with fixed keys, in canonical order.
pub(crate) trait Keys {
    const KEYS: &'static [&'static str];
}

/// Declares a thing of the language once: its Rust type, its reader, its keys in canonical order and its JSON Schema.
macro_rules! document {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: $kind,)*
            #[schemars(skip)]
            #[allow(dead_code, reason = "most readers point at a key, some at the whole thing")]
            pub(crate) place: $crate::document::Place,
        }

        impl $crate::decode::Keys for $name {
            const KEYS: &'static [&'static str] = &[$($crate::decode::bare(stringify!($field)),)*];
        }

        impl $crate::decode::Decode for $name {
            fn decode(node: &$crate::yaml::Node, report: &mut $crate::problem::Report) -> Option<Self> {
                let keys = <Self as $crate::decode::Keys>::KEYS;
                let entries = $crate::decode::known_entries(node, keys, report)?;
                $(let $field: Option<$kind> = $crate::decode::key(node, entries, $crate::decode::bare(stringify!($field)), report);)*
                Some(Self { $($field: $field?,)* place: node.place })
            }
        }
    };
}
pub(crate) use document;

/// The key of a field whose name is a Rust keyword (`r#where`).
pub(crate) const fn bare(field: &'static str) -> &'static str {
    match field.as_bytes() {
        [b'r', b'#', ..] => field.split_at(2).1,
        _ => field,
    }
}

/// The entries of a map, after every unknown or repeated key has been reported.
pub(crate) fn known_entries<'n>(node: &'n Node, keys: &[&str], report: &mut Report) -> Option<&'n [Entry]> {
    let Content::Map { entries, .. } = &node.content else {
        report.error_with(
            Code::WrongType,
            node.place,
            format!("expected keys, found {}", node.describe()),
            format!("keys: {}", keys.join(", ")),
        );
        return None;
    };
    for entry in entries {
        let key = entry.key.text.as_str();
        if !keys.contains(&key) {
            report.error_with(Code::UnknownKey, entry.key_place, format!("unknown key `{key}`"), nearest::hint(key, keys, "keys"));
        }
    }
    for key in keys {
        known_key_once(entries, key, report);
    }
    Some(entries)
}

/// Reports every repetition of a key.
pub(crate) fn known_key_once(entries: &[Entry], key: &str, report: &mut Report) {
    let mut stated = entries.iter().filter(|entry| entry.key.text == key);
    let Some(first) = stated.next() else { return };
    for entry in stated {
        let place = report.describe(first.key_place);
        report.error(Code::DuplicateName, entry.key_place, format!("`{key}` is stated twice; the first is at {place}"));
    }
}

/// The value of one key, or what its absence means.
pub(crate) fn key<T: Decode>(node: &Node, entries: &[Entry], key: &str, report: &mut Report) -> Option<T> {
    match entries.iter().find(|entry| entry.key.text == key && !entry.value.is_null()) {
        Some(entry) => T::decode(&entry.value, report),
        None => T::absent().or_else(|| {
            let first = entries.first().map_or(node.place, |entry| entry.key_place);
            report.error(Code::MissingKey, first, format!("`{key}` is missing here"));
            T::failed()
        }),
    }
}

/// The scalar of a node, or a report that it is none.
pub(crate) fn scalar<'n>(node: &'n Node, what: &str, report: &mut Report) -> Option<&'n Scalar> {
    match &node.content {
        Content::Scalar(scalar) if !node.is_null() => Some(scalar),
        _ => {
            report.error(Code::WrongType, node.place, format!("expected {what}, found {}", node.describe()));
            None
        }
    }
}

impl<T: Decode> Decode for Option<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        T::decode(node, report).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let Content::List { items, .. } = &node.content else {
            report.error(Code::WrongType, node.place, format!("expected a list, found {}", node.describe()));
            return None;
        };
        let decoded: Vec<Option<T>> = items.iter().map(|item| T::decode(&item.node, report)).collect();
        decoded.into_iter().collect()
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// A value whose fault must not hide the faults of its neighbours: a key that may be absent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Soft<T>(pub(crate) Option<T>);

/// The same for a key that is needed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Needed<T>(pub(crate) Option<T>);

/// A list whose good elements are kept when others could not be read.
#[derive(Debug)]
pub(crate) struct Several<T> {
    pub(crate) items: Vec<T>,
    /// Whether some element could not be read.
    pub(crate) lost: bool,
}

impl<T> Default for Soft<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for Several<T> {
    fn default() -> Self {
        Self { items: Vec::new(), lost: false }
    }
}

impl<T: Decode> Decode for Soft<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        Some(Self(T::decode(node, report)))
    }

    fn absent() -> Option<Self> {
        Some(Self(None))
    }
}

impl<T: Decode> Decode for Needed<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        Some(Self(T::decode(node, report)))
    }

    fn failed() -> Option<Self> {
        Some(Self(None))
    }
}

impl<T: Decode> Decode for Several<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let Content::List { items, .. } = &node.content else {
            report.error(Code::WrongType, node.place, format!("expected a list, found {}", node.describe()));
            return Some(Self { items: Vec::new(), lost: true });
        };
        let read: Vec<T> = items.iter().filter_map(|item| T::decode(&item.node, report)).collect();
        let lost = read.len() < items.len();
        Some(Self { items: read, lost })
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

macro_rules! schema_of_inner {
    ($($outer:ident => $inner:ty,)*) => {$(
        impl<T: JsonSchema> JsonSchema for $outer<T> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <$inner>::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$inner>::json_schema(generator)
            }

            fn inline_schema() -> bool {
                <$inner>::inline_schema()
            }
        }
    )*};
}
schema_of_inner! { Soft => T, Needed => T, Several => Vec<T>, }

/// A map from names to things, in the order written. A thing that could not be read keeps its name, so that who refers to it is not blamed.
#[derive(Debug)]
pub(crate) struct Named<T>(pub(crate) Vec<(At<String>, Option<T>)>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Decode> Decode for Named<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let Content::Map { entries, .. } = &node.content else {
            report.error(Code::WrongType, node.place, format!("expected names, found {}", node.describe()));
            return None;
        };
        let read = |entry: &Entry| {
            let name = At { value: entry.key.text.clone(), place: entry.key_place };
            (name, T::decode(&entry.value, report))
        };
        Some(Self(entries.iter().map(read).collect()))
    }

    fn absent() -> Option<Self> {
        Some(Self(Vec::new()))
    }
}

impl<T: JsonSchema> JsonSchema for Named<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("Named{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": generator.subschema_for::<T>() })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl Decode for At<String> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let scalar = scalar(node, "a text", report)?;
        Some(Self { value: scalar.text.trim().to_owned(), place: node.place })
    }
}

impl Decode for At<bool> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let value = match scalar(node, "true or false", report)?.text.as_str() {
            "true" => true,
            "false" => false,
            other => {
                report.error(Code::WrongType, node.place, format!("expected true or false, found `{other}`"));
                return None;
            }
        };
        Some(Self { value, place: node.place })
    }
}

impl Decode for At<f64> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let text = scalar(node, "a number", report)?.text.trim();
        let value = number(text);
        if value.is_none() {
            report.error(Code::WrongType, node.place, format!("expected a number, found `{text}`"));
        }
        value.map(|value| Self { value, place: node.place })
    }
}

impl Decode for At<i32> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let text = scalar(node, "a whole number", report)?.text.trim();
        if let Ok(value) = text.parse() {
            return Some(Self { value, place: node.place });
        }
        report.error(Code::WrongType, node.place, format!("expected a whole number, found `{text}`"));
        None
    }
}

/// A plain decimal number; `inf`, `nan` and the like are none.
pub(crate) fn number(text: &str) -> Option<f64> {
    let starts = text.strip_prefix(['-', '+']).unwrap_or(text).starts_with(|c: char| c.is_ascii_digit() || c == '.');
    text.parse::<f64>().ok().filter(|value| starts && value.is_finite())
}

macro_rules! transparent_schema {
    ($($kind:ty => $type:literal,)*) => {$(
        impl JsonSchema for At<$kind> {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $type.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": $type })
            }

            fn inline_schema() -> bool {
                true
            }
        }
    )*};
}
transparent_schema! { bool => "boolean", f64 => "number", i32 => "integer", }

impl JsonSchema for At<String> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "text".into()
    }

    /// A text may look like a number or a truth value; the reader takes it as written.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A SQL expression and where it stands: the whole of a YAML text, or a part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Expression {
    pub(crate) sql: String,
    /// The place of the whole YAML text.
    pub(crate) place: Place,
    /// The whole YAML text, and where `sql` begins in it.
    pub(crate) outer: String,
    pub(crate) base: usize,
    pub(crate) style: Style,
}

impl Expression {
    /// A part of it as an expression of its own; white space around it is left out.
    pub(crate) fn part(&self, offset: usize, length: usize) -> Self {
        let text = self.sql.get(offset..offset + length).unwrap_or_default();
        let lead = text.len() - text.trim_start().len();
        Self {
            sql: text.trim().to_owned(),
            place: self.place,
            outer: self.outer.clone(),
            base: self.base + offset + lead,
            style: self.style,
        }
    }
}

impl Decode for Expression {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let scalar = scalar(node, "a SQL expression", report)?;
        let base = scalar.text.len() - scalar.text.trim_start().len();
        Some(Self { sql: scalar.text.trim().to_owned(), place: node.place, outer: scalar.text.clone(), base, style: scalar.style })
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"], "description": "A SQL expression over the documented columns." })
    }
}

/// One of a few fixed words.
pub(crate) trait Words: Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, value)| *value == self).map_or("", |(word, _)| word)
    }
}

/// A value written as one of a few words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word<T> {
    pub(crate) value: T,
    #[allow(dead_code, reason = "kept for symmetry with At; only some words are pointed at")]
    pub(crate) place: Place,
}

impl<T: Words> Decode for Word<T> {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let known: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        let written = scalar(node, "a word", report)?.text.trim();
        if let Some((_, value)) = T::WORDS.iter().find(|(word, _)| *word == written) {
            return Some(Self { value: *value, place: node.place });
        }
        let hint = nearest::hint(written, &known, "words");
        report.error_with(
            Code::BadValue,
            node.place,
            format!("`{written}` is none of: {}", known.join(", ")),
            hint.filter(|h| h.starts_with("did")),
        );
        None
    }
}

impl<T: Words> JsonSchema for Word<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Word".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        json_schema!({ "type": "string", "enum": words })
    }

    fn inline_schema() -> bool {
        true
    }
}

/// A share: `0.5` or `50%`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Share {
    pub(crate) value: f64,
    pub(crate) place: Place,
}

impl Decode for Share {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let text = scalar(node, "a share like 50%", report)?.text.trim();
        let value = match text.strip_suffix('%') {
            Some(percent) => number(percent.trim()).map(|percent| percent / 100.0),
            None => number(text),
        };
        if value.is_none() {
            report.error(Code::WrongType, node.place, format!("expected a share like 50% or 0.5, found `{text}`"));
        }
        value.map(|value| Self { value, place: node.place })
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number"], "description": "A share: 50% or 0.5." })
    }

    fn inline_schema() -> bool {
        true
    }
}
