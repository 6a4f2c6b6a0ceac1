//! SQL expressions of the workspace, and what is asked of whoever can type them.

use serde::{Deserialize, Serialize};

/// The type of a column or expression as the language speaks of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// A number.
    Number,
    /// A text.
    Text,
    /// True, false or not known.
    Boolean,
    /// An instant.
    Timestamp,
    /// A calendar day.
    Date,
}

impl ValueType {
    /// The word used in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Boolean => "true/false",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
        }
    }
}

/// One column an expression may name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Column {
    /// The name.
    pub name: String,
    /// Its type.
    pub kind: ValueType,
}

impl Column {
    /// A column.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: ValueType) -> Self {
        Self { name: name.into(), kind }
    }
}

/// What is wrong with an expression. `at` is the byte offset and length inside its text, where known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExpressionFault {
    /// What is wrong, without the place.
    pub message: String,
    /// Byte offset and length inside the expression.
    pub at: Option<(usize, usize)>,
}

/// Types SQL expressions over given columns. The SQL engine implements it; the checker of the language asks it.
///
/// `properties.x` (any depth) is always allowed where a column `properties` exists and is a text that takes the type its use asks for.
pub trait ExpressionTypes {
    /// The type of `sql` over `columns`.
    ///
    /// # Errors
    /// The fault, with its place where it can be told.
    fn type_of(&self, columns: &[Column], sql: &str) -> Result<ValueType, ExpressionFault>;
}

/// An expression in brackets, so that it stands for one value wherever it is put. A remark at its end does not swallow the bracket.
#[must_use]
pub fn bracketed(sql: &str) -> String {
    let end = if sql.contains("--") { "\n" } else { "" };
    format!("({sql}{end})")
}

/// The columns an expression over events may name.
#[must_use]
pub fn event_columns() -> Vec<Column> {
    use ValueType::{Text, Timestamp};
    [
        ("source", Text),
        ("message_id", Text),
        ("kind", Text),
        ("name", Text),
        ("account_id", Text),
        ("user_id", Text),
        ("anonymous_id", Text),
        ("occurred_at", Timestamp),
        ("received_at", Timestamp),
        ("properties", Text),
    ]
    .into_iter()
    .map(|(name, kind)| Column::new(name, kind))
    .collect()
}

/// The columns an expression over the records of an entity may name: `id`, its fields, the record's own times, `as_of` and `today`.
#[must_use]
pub fn record_columns(entity: &crate::Entity) -> Vec<Column> {
    use crate::FieldType;
    let mut columns = vec![Column::new("id", ValueType::Text)];
    columns.extend(entity.fields.iter().map(|field| {
        let kind = match field.kind {
            FieldType::Text | FieldType::Json => ValueType::Text,
            FieldType::Integer | FieldType::Decimal => ValueType::Number,
            FieldType::Boolean => ValueType::Boolean,
            FieldType::Timestamp => ValueType::Timestamp,
            FieldType::Date => ValueType::Date,
        };
        Column::new(field.name.clone(), kind)
    }));
    columns.extend([
        Column::new("source", ValueType::Text),
        Column::new("occurred_at", ValueType::Timestamp),
        Column::new("received_at", ValueType::Timestamp),
        Column::new("as_of", ValueType::Timestamp),
        Column::new("today", ValueType::Date),
    ]);
    columns
}
