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
            ("kind", Text, "tracking or files"),
            ("accepted", Integer, "facts accepted"),
            ("duplicates", Integer, "facts that were already there"),
            ("quarantined", Integer, "records refused and not yet replayed or discarded"),
            ("newest_occurred_at", Timestamp, "when its newest fact was true"),
            ("last_received_at", Timestamp, "when it last sent a fact"),
            ("fresh_within_hours", Integer, "how old the newest fact may be"),
            ("stale", Boolean, "whether it is older than that"),
        ],
    )
}
