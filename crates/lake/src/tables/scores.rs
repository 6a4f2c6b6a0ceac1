//! `scores`: every score ever published.

use super::ColumnKind::{Boolean, Date, Number, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "scores",
        "A health score of an account or of one of its products, kept for ever with the model version that made it",
        &[
            ("account_id", Text, "the account"),
            ("product", Text, "the product, for scores per product; null for the account's own score"),
            ("day", Date, "the day it is of, in the workspace's zone"),
            ("scored_at", Timestamp, "the instant it is of; the last of its day for the score a day ended with"),
            ("recorded_at", Timestamp, "when it was written; late facts write a day's score again, and the last one written counts"),
            ("model", Text, "the model"),
            ("model_version", Text, "the digest of everything in the model that decides a number"),
            ("score", Number, "the score shown, 0 to 100; null where too little is known"),
            ("computed", Number, "the score before guards and overrides"),
            ("band", Text, "the band of the score shown, `unknown` without one"),
            ("coverage", Number, "share of the model's weight that had a value, 0 to 1"),
            ("guard", Text, "why a guard capped the score, where one did"),
            ("overridden", Boolean, "whether a person's override was in force"),
        ],
    )
}
