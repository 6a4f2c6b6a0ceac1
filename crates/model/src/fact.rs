//! Facts: events and record versions. They are only ever added; the same identity twice is one fact.

use blake2::{Blake2b128, Digest};
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The call of the tracking API that an event came by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Something a user did.
    Track,
    /// Who a user is.
    Identify,
    /// Which account a user belongs to.
    Group,
    /// A page of a web site was seen.
    Page,
    /// A screen of an app was seen.
    Screen,
    /// Two ids are one user.
    Alias,
}

impl EventKind {
    /// The word used in the API and in the `kind` column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Track => "track",
            Self::Identify => "identify",
            Self::Group => "group",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Alias => "alias",
        }
    }

    /// The kind of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Track, Self::Identify, Self::Group, Self::Page, Self::Screen, Self::Alias].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Something happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Event {
    /// The source it came by; part of its identity.
    pub source: String,
    /// The sender's id of the message; part of its identity.
    pub message_id: String,
    /// Which call it came by.
    pub kind: EventKind,
    /// What happened, e.g. `Signed In`; for pages and screens their name.
    pub name: String,
    /// The account as the sender named it, where it did.
    pub account_id: Option<String>,
    /// The product user as the sender named them.
    pub user_id: Option<String>,
    /// The browser's or device's id before sign-in.
    pub anonymous_id: Option<String>,
    /// When it was true, from the source.
    pub occurred_at: Timestamp,
    /// When we learned it.
    pub received_at: Timestamp,
    /// Properties (or traits) as a JSON object in text; `{}` where there are none.
    pub properties: String,
}

/// An entity had these fields.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RecordVersion {
    /// The source it came by; part of its identity.
    pub source: String,
    /// The entity's name, e.g. `accounts`; part of its identity.
    pub entity: String,
    /// The record's id in the source; part of its identity.
    pub external_id: String,
    /// When it became true; part of its identity.
    pub occurred_at: Timestamp,
    /// When we learned it.
    pub received_at: Timestamp,
    /// The fields this version states, a JSON object in text. A field that is absent keeps its earlier value; `null` takes it away.
    pub fields: String,
}

/// A fact is an event or a record version.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Fact {
    /// Something happened.
    Event(Event),
    /// An entity had these fields.
    Record(RecordVersion),
}

/// A 128-bit digest of a fact's identity: source and message id for events; source, entity, external id and `occurred_at` for records.
///
/// It is `BLAKE2b`: whoever sends facts cannot make two identities meet (docs/decisions/0007), and it is the same on every machine, so that ties
/// are broken alike everywhere.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FactDigest(pub u128);

impl FactDigest {
    /// The digest of an event's identity.
    #[must_use]
    pub fn of_event(source: &str, message_id: &str) -> Self {
        digest_of(b'e', &[source, message_id], 0)
    }

    /// The digest of a record version's identity.
    #[must_use]
    pub fn of_record(source: &str, entity: &str, external_id: &str, occurred_at: Timestamp) -> Self {
        digest_of(b'r', &[source, entity, external_id], occurred_at.0)
    }
}

impl Fact {
    /// The digest of the fact's identity.
    #[must_use]
    pub fn digest(&self) -> FactDigest {
        match self {
            Self::Event(event) => event.digest(),
            Self::Record(record) => record.digest(),
        }
    }

    /// The source the fact came by.
    #[must_use]
    pub fn source(&self) -> &str {
        match self {
            Self::Event(event) => &event.source,
            Self::Record(record) => &record.source,
        }
    }

    /// When it was true.
    #[must_use]
    pub const fn occurred_at(&self) -> Timestamp {
        match self {
            Self::Event(event) => event.occurred_at,
            Self::Record(record) => record.occurred_at,
        }
    }

    /// Writes when we learned it; done once, by the writer that makes it durable.
    pub const fn set_received_at(&mut self, at: Timestamp) {
        match self {
            Self::Event(event) => event.received_at = at,
            Self::Record(record) => record.received_at = at,
        }
    }
}

impl Event {
    /// The digest of (source, message id).
    #[must_use]
    pub fn digest(&self) -> FactDigest {
        FactDigest::of_event(&self.source, &self.message_id)
    }
}

impl RecordVersion {
    /// The digest of (source, entity, external id, `occurred_at`).
    #[must_use]
    pub fn digest(&self) -> FactDigest {
        FactDigest::of_record(&self.source, &self.entity, &self.external_id, self.occurred_at)
    }
}

fn digest_of(kind: u8, parts: &[&str], at: i64) -> FactDigest {
    let mut hash = Blake2b128::new();
    hash.update([kind]);
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(at.to_le_bytes());
    FactDigest(u128::from_be_bytes(hash.finalize().into()))
}
