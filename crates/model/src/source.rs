//! Sources: where facts come from and how their records map to the model.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::entity::FieldType;

/// A checked source.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Source {
    /// The name; part of every fact's identity.
    pub name: String,
    /// What people read.
    pub label: String,
    /// Which door it uses.
    pub kind: SourceKind,
    /// How old the newest fact may be before the source counts as stale, in hours.
    pub fresh_within_hours: Option<u32>,
    /// For tracking sources: the product these events are of, where the events do not say.
    pub product: Option<String>,
    /// For tracking sources: names in the source to names in the workspace, e.g. `Login: Signed In`.
    pub rename_events: BTreeMap<String, String>,
    /// For file sources: one mapping per kind of file.
    pub files: Vec<FileMapping>,
    /// Validation rules: a fact for which one is false (or not known) is quarantined.
    pub rules: Vec<Rule>,
}

/// Which door a source uses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The tracking API over HTTP.
    Tracking,
    /// Files given to `mainstay import`.
    Files,
}

/// How the rows of a file become facts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct FileMapping {
    /// File names it is for: a glob such as `accounts*.csv`.
    pub matches: String,
    /// What each row is.
    pub rows: RowKind,
    /// For events: the column with the message id, or `None` to make a stable one from the row's content (equal rows in one file stay apart).
    pub id: Option<Value>,
    /// When it was true. Absent for records: the row is the state as of the import, and a new version only where it differs.
    pub occurred_at: Option<Value>,
    /// The zone of times that carry none, an IANA name.
    pub time_zone: Option<String>,
    /// The account.
    pub account: Option<Value>,
    /// For events: the user.
    pub user: Option<Value>,
    /// For events: the name.
    pub name: Option<Value>,
    /// For records: field to where it comes from. For events: property to where it comes from.
    pub fields: BTreeMap<String, Value>,
    /// Types of properties or fields that are not plain text, where the entity does not say.
    pub types: BTreeMap<String, FieldType>,
}

/// What each row of a file is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RowKind {
    /// An event.
    Events,
    /// A record version of that entity.
    Records(String),
}

/// Where a value comes from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Value {
    /// A column of the file.
    Column(String),
    /// The same text for every row.
    Constant(String),
    /// Several columns joined by a separator: for ids made of parts.
    Joined(Vec<String>, String),
}

/// A validation rule of a source.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Rule {
    /// What it applies to: `events` or an entity.
    pub on: String,
    /// Which facts it applies to (SQL); all where absent.
    pub where_: Option<String>,
    /// What must be true (SQL over the fact's columns).
    pub require: String,
    /// Said to whoever looks at the quarantine.
    pub because: String,
}
