//! `quarantine`: refused records, with the reason.

use super::ColumnKind::{Integer, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "quarantine",
        "A record that was refused, kept to be fixed and replayed",
        &[
            ("id", Integer, "number of the entry"),
            ("received_at", Timestamp, "when it came"),
            ("source", Text, "the source it came by"),
            ("door", Text, "where it came in: the call of the API, or the file and row"),
            ("reason", Text, "stable code of the reason, e.g. `missing_field`"),
            ("field", Text, "the field at fault, a dotted path"),
            ("value", Text, "the value at fault, shortened"),
            ("message", Text, "what is wrong and what to do about it"),
            ("status", Text, "open, replayed or discarded"),
            ("raw", Text, "the record as it came"),
        ],
    )
}
