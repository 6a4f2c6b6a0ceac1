//! Every SQL table and column, documented as data. The reference page is made from it, and so are the schemas of the product's own tables.

mod accounts;
mod events;
mod quarantine;
mod score_components;
mod scores;
mod signals;
mod sources;

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use mainstay_model::entity::built_in;
use mainstay_model::{Entity, FieldType};

use crate::expressions::types::field_type;
use crate::functions::DOCUMENTED;

/// One documented table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TableDoc {
    /// The SQL name.
    pub name: String,
    /// What one row is.
    pub description: String,
    /// The columns, in order.
    pub columns: Vec<ColumnDoc>,
}

/// One documented column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ColumnDoc {
    /// The SQL name.
    pub name: String,
    /// The type.
    pub kind: ColumnKind,
    /// What it means, with its unit.
    pub description: String,
}

/// The type of a column, as the reference page says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ColumnKind {
    /// Any text.
    Text,
    /// JSON as text.
    Json,
    /// A whole number.
    Integer,
    /// An exact number with 9 decimals.
    Decimal,
    /// A floating number.
    Number,
    /// True or false.
    Boolean,
    /// An instant, microseconds UTC.
    Timestamp,
    /// A calendar day.
    Date,
}

impl ColumnKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Timestamp => "timestamp",
            Self::Date => "date",
        }
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Number => DataType::Float64,
            Self::Text => field_type(FieldType::Text),
            Self::Json => field_type(FieldType::Json),
            Self::Integer => field_type(FieldType::Integer),
            Self::Decimal => field_type(FieldType::Decimal),
            Self::Boolean => field_type(FieldType::Boolean),
            Self::Timestamp => field_type(FieldType::Timestamp),
            Self::Date => field_type(FieldType::Date),
        }
    }

    const fn of(kind: FieldType) -> Self {
        match kind {
            FieldType::Text => Self::Text,
            FieldType::Json => Self::Json,
            FieldType::Integer => Self::Integer,
            FieldType::Decimal => Self::Decimal,
            FieldType::Boolean => Self::Boolean,
            FieldType::Timestamp => Self::Timestamp,
            FieldType::Date => Self::Date,
        }
    }
}

impl TableDoc {
    /// A table from its description and its columns, each `(name, type, description)`.
    fn declared(name: &str, description: &str, columns: &[(&str, ColumnKind, &str)]) -> Self {
        let column = |(name, kind, description): &(&str, ColumnKind, &str)| ColumnDoc {
            name: (*name).into(),
            kind: *kind,
            description: (*description).into(),
        };
        Self { name: name.into(), description: description.into(), columns: columns.iter().map(column).collect() }
    }

    /// The Arrow schema, every column nullable.
    #[must_use]
    pub fn schema(&self) -> SchemaRef {
        let field = |column: &ColumnDoc| Field::new(&column.name, column.kind.data_type(), true);
        Arc::new(Schema::new(self.columns.iter().map(field).collect::<Vec<_>>()))
    }
}

/// The tables that every workspace has; `accounts` without the workspace's own signals and segments.
#[must_use]
pub fn all() -> Vec<TableDoc> {
    let mut tables = vec![accounts::table()];
    tables.extend(built_in().iter().filter(|entity| entity.name != "accounts").map(entity_table));
    tables.extend([events::table(), signals::table(), scores::table(), score_components::table(), quarantine::table(), sources::table()]);
    tables
}

/// A table by its name.
#[must_use]
pub fn find(name: &str) -> Option<TableDoc> {
    all().into_iter().find(|table| table.name == name)
}

/// The schema of one of the product's own tables; an empty one where there is no such table.
#[must_use]
pub fn schema(name: &str) -> SchemaRef {
    find(name).map_or_else(|| Arc::new(Schema::empty()), |table| table.schema())
}

/// The table of an entity, a workspace's own among them.
#[must_use]
pub fn entity_table(entity: &Entity) -> TableDoc {
    let mut columns = vec![column("id", ColumnKind::Text, "the record's id in its source")];
    columns.extend(entity.fields.iter().map(|field| column(&field.name, ColumnKind::of(field.kind), &field.description)));
    columns.extend([
        column("source", ColumnKind::Text, "the source of the latest version"),
        column("occurred_at", ColumnKind::Timestamp, "when the latest version became true"),
        column("received_at", ColumnKind::Timestamp, "when the latest version was learned"),
        column("as_of", ColumnKind::Timestamp, "the instant asked about"),
        column("today", ColumnKind::Date, "its day in the workspace's zone"),
    ]);
    TableDoc { name: entity.name.clone(), description: entity.description.clone(), columns }
}

fn column(name: &str, kind: ColumnKind, description: &str) -> ColumnDoc {
    ColumnDoc { name: name.into(), kind, description: description.into() }
}

/// `docs/reference/sql.md`.
#[must_use]
pub fn reference_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    for table in all() {
        let _ = write!(page, "\n## {}\n\n{}.\n\n| column | type | meaning |\n|---|---|---|\n", table.name, table.description);
        for column in &table.columns {
            let _ = writeln!(page, "| `{}` | {} | {} |", column.name, column.kind.as_str(), column.description.replace('|', "\\|"));
        }
    }
    page.push_str("\n## Functions and operators\n\nBeside those of [DataFusion](https://datafusion.apache.org/user-guide/sql/scalar_functions.html):\n\n| function | meaning |\n|---|---|\n");
    for function in DOCUMENTED {
        let _ = writeln!(page, "| `{}` | {} |", function.usage.replace('|', "\\|"), function.description.replace('|', "\\|"));
    }
    page
}

const INTRODUCTION: &str = "# SQL tables

`mainstay sql \"...\"` reads these tables as of any instant (`--as-of`), and as they were then known (`--known`). SQL is that of Apache
DataFusion. Nothing can be changed through it. Entities that the workspace declares are tables too, and `accounts` has one more column
for each of the workspace's signals and segments.

<!-- Made from the product's own description of its tables; a test compares. -->
";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_and_column_is_named_once_and_explained() {
        let tables = all();
        let names: BTreeSet<&str> = tables.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names.len(), tables.len());
        for table in &tables {
            let columns: BTreeSet<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
            assert_eq!(columns.len(), table.columns.len(), "{}", table.name);
            assert!(table.columns.iter().all(|column| !column.description.is_empty()), "{}", table.name);
        }
    }

    #[test]
    fn records_have_the_documented_columns() {
        for entity in built_in() {
            assert_eq!(entity_table(&entity).schema(), crate::records::schema(&entity), "{}", entity.name);
        }
    }
}
