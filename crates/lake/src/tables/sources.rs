//! `sources`: where facts come from, and how fresh each is.

use super::ColumnKind::{Boolean, Integer, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "sources",
        "Where facts come from, with what came and how fresh it is",
        &[
            ("name", Text, "the source's name"),
            ("label", Text, "what people read"),
            ("kind", Text, "tracking, files, or undeclared for one that only facts know"),
            ("events", Integer, "events accepted"),
            ("records", Integer, "record versions accepted"),
            ("quarantined", Integer, "records refused and not yet replayed or discarded"),
            ("newest_occurred_at", Timestamp, "when its newest fact was true"),
            ("last_received_at", Timestamp, "when it last sent a fact"),
            ("stale", Boolean, "whether it sent nothing for longer than it declares to be fresh"),
        ],
    )
}
