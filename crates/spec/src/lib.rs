//! The workspace language: parse a folder of YAML, check everything at once with places, write it in canonical form.
//!
//! Nothing here does I/O but [`read_folder`]. SQL expressions are typed by whoever implements [`mainstay_model::expression::ExpressionTypes`].

mod check;
mod columns;
mod decode;
mod document;
mod documents;
mod dotted;
mod expressions;
mod folder;
mod format;
mod identifiers;
mod kinds;
mod lint;
mod names;
mod nearest;
mod problem;
mod render;
mod schema;
mod show;
mod thresholds;
mod written;
mod yaml;

pub use check::{Checked, check};
pub use columns::{HEALTH_COLUMNS, PRODUCT_COLUMN, Stage, expression_columns, segment_reads_health};
pub use document::Document;
pub use folder::{FolderError, read_folder};
pub use format::{FormatError, format};
pub use identifiers::{Ident, IdentifierError, MAX_EXPRESSION_BYTES, columns_read, identifiers};
pub use kinds::sources::write::source_yaml;
pub use nearest::nearest as nearest_name;
pub use problem::{Code, Problem, Severity, reference_markdown};
pub use render::render;
pub use schema::json_schema;
pub use show::{ShowError, show};
