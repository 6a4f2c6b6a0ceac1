//! Reads typed things from a tree, collecting every problem instead of stopping at the first.

mod shapes;
mod values;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::document::At;
use crate::nearest;
use crate::problem::{Code, Report};
use crate::yaml::{Content, Entry, Node, Scalar};

pub(crate) use shapes::{Json, Many, Read, Reads};
pub(crate) use values::{Expression, Share, Word, Words, number};

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
#[derive(Clone, Debug)]
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
