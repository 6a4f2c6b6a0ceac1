//! `score_components`: what each score is made of.

use super::ColumnKind::{Number, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "score_components",
        "One part of a score, of an account or of one of its products, as of the instant; the contributions add up to the computed score",
        &[
            ("account_id", Text, "the account"),
            ("product", Text, "the product, for parts of a product's score; null for parts of the account's own"),
            ("model", Text, "the model"),
            ("component", Text, "the component's name, nested ones as `group/name`"),
            ("signal", Text, "the signal it reads"),
            ("value", Number, "the signal's value where it is a number"),
            ("text", Text, "the signal's value where it is a word"),
            ("level", Text, "the level the value lies in"),
            ("points", Number, "points of the level, 0 to 100"),
            ("weight", Number, "weight in the model"),
            ("effective_weight", Number, "share of the score after missing components dropped out, 0 to 1"),
            ("contribution", Number, "points of the score that come from it"),
            ("as_of", Timestamp, "the instant asked about"),
        ],
    )
}
