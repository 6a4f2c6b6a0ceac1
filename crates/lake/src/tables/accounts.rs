//! `accounts`: every field, signal, segment and the health of each account in one row.

use super::ColumnKind::{Number, Text, Timestamp};
use super::{TableDoc, column, entity_table};
use mainstay_model::entity::built_in;

/// The health columns that follow an account's fields; signals and segments come after them.
const HEALTH: &[(&str, super::ColumnKind, &str)] = &[
    ("health_score", Number, "the score shown, 0 to 100; null where too little is known"),
    ("health_band", Text, "the band of the score, `unknown` without one"),
    ("health_coverage", Number, "share of the model's weight that had a value, 0 to 1"),
    ("health_model", Text, "the model that made the score"),
    ("health_computed", Number, "the score before guards and overrides"),
    ("health_scored_at", Timestamp, "the instant the score is of"),
];

pub(super) fn table() -> TableDoc {
    let mut table =
        built_in().iter().find(|entity| entity.name == "accounts").map_or_else(|| TableDoc::declared("accounts", "", &[]), entity_table);
    table.description = "A company that is a customer, or may become one, with everything known of it".into();
    table.columns.extend(HEALTH.iter().map(|(name, kind, description)| column(name, *kind, description)));
    table
}
