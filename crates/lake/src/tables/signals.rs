//! `signals`: every signal of every subject, one row each.

use super::ColumnKind::{Number, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "signals",
        "One signal of one subject as of the instant; not known is null",
        &[
            ("account_id", Text, "the account"),
            ("product", Text, "the product, for signals per product; null for those of the account"),
            ("signal", Text, "the signal's name"),
            ("label", Text, "what people read"),
            ("value", Number, "its value where it is a number, true as 1 and false as 0"),
            ("text", Text, "its value where it is a word, a day or an instant"),
            ("unit", Text, "number, share, ratio, days, money or word"),
            ("as_of", Timestamp, "the instant asked about"),
        ],
    )
}
