//! `events`: what happened, each with the account it counts for.

use super::ColumnKind::{Integer, Json, Text, Timestamp};
use super::TableDoc;

pub(super) fn table() -> TableDoc {
    TableDoc::declared(
        "events",
        "Something that happened: a call of the tracking API or a row of an imported file",
        &[
            ("source", Text, "the source it came by"),
            ("message_id", Text, "the sender's id of the message; with the source, its identity"),
            ("kind", Text, "track, identify, group, page, screen or alias"),
            ("name", Text, "what happened, e.g. `Signed In`"),
            ("account_id", Text, "the account it counts for: the one it names, else its user's at the time"),
            ("user_id", Text, "the product user as the sender named them"),
            ("anonymous_id", Text, "the browser's or device's id before sign-in"),
            ("occurred_at", Timestamp, "when it was true"),
            ("received_at", Timestamp, "when it was learned"),
            ("properties", Json, "properties (or traits); `properties.name` reads one"),
            ("source_account_id", Text, "the account as the sender named it, where it did"),
            ("position", Integer, "its place in the order of arrival"),
        ],
    )
}
