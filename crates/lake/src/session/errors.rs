//! Says what is wrong with a query in the product's words.

use datafusion::common::{DataFusionError, SchemaError};
use datafusion::execution::session_state::SessionState;
use datafusion::sql::parser::Statement;

use crate::expressions::{find_mismatch, nearest, no_such, plain_message, syntax_parts};

/// Why a query was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It is not SQL.
    #[error("the query could not be read: {message}{}", .place.map(|(line, column)| format!(" (line {line}, column {column})")).unwrap_or_default())]
    Syntax {
        /// What was expected.
        message: String,
        /// Line and column, from 1.
        place: Option<(u64, u64)>,
    },
    /// It would change something.
    #[error("`{what}` is not possible here: SQL only reads; facts come in through `mainstay import` and the tracking API")]
    ReadOnly {
        /// What was attempted.
        what: String,
    },
    /// It names a table that does not exist.
    #[error("there is no table `{name}`; {hint}")]
    NoSuchTable {
        /// The name.
        name: String,
        /// The nearest table, or all of them.
        hint: String,
    },
    /// It names a column that does not exist.
    #[error("{message}")]
    NoSuchColumn {
        /// Which, with the nearest.
        message: String,
    },
    /// It makes no sense to the engine.
    #[error("{message}")]
    Refused {
        /// Why.
        message: String,
    },
    /// It ran too long.
    #[error("the query was stopped after {seconds} seconds; ask for fewer days or accounts")]
    TooSlow {
        /// The limit.
        seconds: u64,
    },
    /// It needed too much memory.
    #[error("the query needed more memory than it may use; group by fewer columns or ask for fewer days")]
    TooLarge,
    /// Something failed while it ran.
    #[error("the query failed: {message}")]
    Failed {
        /// What.
        message: String,
    },
}

impl QueryError {
    pub(super) fn read_only(what: &str) -> Self {
        Self::ReadOnly { what: what.to_owned() }
    }

    /// The engine's error in the product's words.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "made to be given to map_err")]
    pub(super) fn from_engine(error: DataFusionError) -> Self {
        if let Some(mismatch) = find_mismatch(&error) {
            return Self::Refused { message: mismatch.message.clone() };
        }
        match error.find_root() {
            DataFusionError::SchemaError(inner, _) => schema_error(inner),
            DataFusionError::SQL(..) => syntax(&error),
            DataFusionError::ResourcesExhausted(_) => Self::TooLarge,
            DataFusionError::Plan(_) | DataFusionError::NotImplemented(_) | DataFusionError::Configuration(_) => {
                Self::Refused { message: plain_message(&error) }
            }
            _ => Self::Failed { message: plain_message(&error) },
        }
    }
}

fn schema_error(error: &SchemaError) -> QueryError {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let known: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            QueryError::NoSuchColumn { message: no_such("column", &field.name, &known) }
        }
        SchemaError::AmbiguousReference { field } => QueryError::Refused {
            message: format!("`{}` could be a column of several tables; write the table before it, like `a.{}`", field.name, field.name),
        },
        other => QueryError::Refused { message: other.to_string() },
    }
}

/// A fault of spelling.
pub(super) fn syntax(error: &DataFusionError) -> QueryError {
    let (message, place) = syntax_parts(error);
    if message.contains("only supports a single SQL statement") {
        return QueryError::Syntax { message: "there are several questions; ask one at a time".to_owned(), place: None };
    }
    QueryError::Syntax { message, place }
}

/// Makes sure that every table named exists.
pub(super) fn check_tables(state: &SessionState, statement: &Statement, known: &[String]) -> Result<(), QueryError> {
    let references = state.resolve_table_references(statement).map_err(QueryError::from_engine)?;
    for reference in references {
        let name = reference.table();
        let computed = state.table_functions().contains_key(name);
        if computed || reference.schema().is_some() || known.iter().any(|table| table == name) {
            continue;
        }
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        let hint =
            nearest(name, &names).map_or_else(|| format!("the tables are {}", names.join(", ")), |near| format!("did you mean `{near}`?"));
        return Err(QueryError::NoSuchTable { name: name.to_owned(), hint });
    }
    Ok(())
}

/// The leading words of a statement, to name it by.
pub(super) fn first_words(statement: &str) -> String {
    statement.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}
