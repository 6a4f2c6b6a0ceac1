//! The columns that expressions over accounts may name.

use mainstay_model::Workspace;
use mainstay_model::expression::{Column, ValueType, record_columns};
use mainstay_model::segment::Segment;
use mainstay_model::signal::Subject;

use crate::identifiers::columns_read;

/// Columns of an account that come from its health.
pub const HEALTH_COLUMNS: [(&str, ValueType); 4] = [
    ("health_score", ValueType::Number),
    ("health_band", ValueType::Text),
    ("health_coverage", ValueType::Number),
    ("health_model", ValueType::Text),
];

/// The column of a product that holds its name.
pub const PRODUCT_COLUMN: &str = "product";

/// Which columns of an account an expression may name; each stage sees what is computed before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Formula signals: the account's fields and other signals.
    Signals,
    /// Health models (`applies_to`, guards): the same, and segments that do not read the health columns.
    Models,
    /// Health models per product: the same of the product's account, the product's name and its signals.
    ProductModels,
    /// Segments: fields, signals and health columns, no other segments.
    Segments,
    /// Everything that comes after: queries, plays, views.
    All,
}

impl Stage {
    /// What the conditions of health models see.
    #[must_use]
    pub const fn of_models(subject: Subject) -> Self {
        match subject {
            Subject::Account => Self::Models,
            Subject::Product => Self::ProductModels,
        }
    }
}

/// The columns for expressions over accounts, or their products, at a stage.
#[must_use]
pub fn expression_columns(workspace: &Workspace, stage: Stage) -> Vec<Column> {
    let mut columns = field_columns(workspace.entities.get("accounts"));
    let signals = workspace.signals.values().filter(|signal| signal.subject == Subject::Account);
    columns.extend(signals.map(|signal| Column::new(&signal.name, signal.kind)));
    if matches!(stage, Stage::Segments | Stage::All) {
        columns.extend(HEALTH_COLUMNS.map(|(name, kind)| Column::new(name, kind)));
    }
    let segments = workspace.segments.values().filter(|segment| match stage {
        Stage::Signals | Stage::Segments => false,
        Stage::Models | Stage::ProductModels => !segment_reads_health(segment),
        Stage::All => true,
    });
    columns.extend(segments.map(|segment| Column::new(&segment.name, ValueType::Boolean)));
    if stage == Stage::ProductModels {
        // An account's own field of that name is hidden by the product's name.
        columns.retain(|column| column.name != PRODUCT_COLUMN);
        columns.push(Column::new(PRODUCT_COLUMN, ValueType::Text));
        let signals = workspace.signals.values().filter(|signal| signal.subject == Subject::Product);
        columns.extend(signals.map(|signal| Column::new(&signal.name, signal.kind)));
    }
    columns
}

/// Whether a segment reads the health columns, so that it can only be decided after the score.
#[must_use]
pub fn segment_reads_health(segment: &Segment) -> bool {
    let read = columns_read(&segment.when);
    HEALTH_COLUMNS.iter().any(|(name, _)| read.contains(*name))
}

/// The account's own fields, `id`, `as_of` and `today`; not the times of its record.
pub(crate) fn field_columns(accounts: Option<&mainstay_model::Entity>) -> Vec<Column> {
    let columns = accounts.map(record_columns).unwrap_or_default();
    columns.into_iter().filter(|column| !matches!(column.name.as_str(), "source" | "occurred_at" | "received_at")).collect()
}
