//! Single values and how they are written: texts, numbers, expressions, words, shares.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Decode, scalar};
use crate::document::{At, Place};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::written::Written;
use crate::yaml::{Node, Style};

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
    /// The SQL with thresholds and the dotted names of plays written out, once that has been done.
    pub(crate) written: Option<Written>,
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
            written: None,
        }
    }

    /// The SQL that is parsed and typed.
    pub(crate) fn plain(&self) -> &str {
        self.written.as_ref().map_or(&self.sql, |written| &written.sql)
    }
}

impl Decode for Expression {
    fn decode(node: &Node, report: &mut Report) -> Option<Self> {
        let scalar = scalar(node, "a SQL expression", report)?;
        let base = scalar.text.len() - scalar.text.trim_start().len();
        Some(Self {
            sql: scalar.text.trim().to_owned(),
            place: node.place,
            outer: scalar.text.clone(),
            base,
            style: scalar.style,
            written: None,
        })
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
