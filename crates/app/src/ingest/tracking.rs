//! The tracking door: messages of the Segment tracking API become facts.
//!
//! One message yields one event, and records of what it says about an account or a user. How a message is read:
//!
//! - **Identity** is the source and `messageId`. Without a `messageId` it is made from the content and the `timestamp`; without either the
//!   message cannot be told from a repetition, and each one counts.
//! - **Time** is `timestamp` (or `originalTimestamp`), which needs an offset; the moment of arrival where there is none. See [`clock`].
//! - **Account** is `groupId`, else `context.groupId`, as the B2B events carry it; else the account that the user is tied to.
//! - **Records**: traits of `identify` are the user's, traits of `group` the account's, as far as the entity has a field of that name
//!   (`createdAt` is `created_at`); all traits stay in the event's properties. B2B events (`Account Created`, `Signed Up`, ...) state records too.
//!   A trait of a wrong type costs the record, never the event.

pub mod clock;
mod message;
mod records;

use std::ops::Range;

use mainstay_model::source::Source;
use mainstay_model::{Entity, EventKind, Fact, ReasonCode, Rejection, Timestamp, Workspace};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ingest::Candidate;
use message::Message;

/// The largest message, in bytes of JSON.
pub const MESSAGE_LIMIT_BYTES: usize = 32 * 1024;
/// The largest body of a request, in bytes after decompression.
pub const BODY_LIMIT_BYTES: usize = 500 * 1024;
/// The most messages in a batch.
pub const BATCH_LIMIT_MESSAGES: usize = 5_000;

/// The calls of the tracking API, by their address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Call {
    /// One message of that kind.
    One(EventKind),
    /// Many messages, each with its `type`.
    Batch,
}

impl Call {
    /// The call of the last part of an address: the full name, or the browser library's letter.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "track" | "t" => Self::One(EventKind::Track),
            "identify" | "i" => Self::One(EventKind::Identify),
            "group" | "g" => Self::One(EventKind::Group),
            "page" | "p" => Self::One(EventKind::Page),
            "screen" | "s" => Self::One(EventKind::Screen),
            "alias" | "a" => Self::One(EventKind::Alias),
            "batch" | "b" | "import" => Self::Batch,
            _ => return None,
        })
    }

    /// The name of the door, as the quarantine keeps it.
    #[must_use]
    pub const fn door(self) -> &'static str {
        match self {
            Self::One(kind) => kind.as_str(),
            Self::Batch => "batch",
        }
    }
}

/// What a request holds: every message in order, and the candidates they became.
#[derive(Debug, Default)]
pub struct Reading {
    /// One for each message, in the order of the request.
    pub messages: Vec<MessageRead>,
    /// What to ingest; the facts of one message stand together, its event first.
    pub candidates: Vec<Candidate>,
}

/// Where one message went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRead {
    /// The identity it was given; absent where the message could not be read that far.
    pub message_id: Option<String>,
    /// Its candidates: the event (or the refusal) first, then its records.
    pub candidates: Range<usize>,
}

/// Everything that is the same for all messages of a request.
#[derive(Debug)]
pub struct Door<'a> {
    pub(crate) source: &'a Source,
    pub(crate) accounts: Option<&'a Entity>,
    pub(crate) users: Option<&'a Entity>,
    pub(crate) received: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    #[serde(borrow)]
    batch: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keyed<'a> {
    #[serde(borrow)]
    write_key: Option<std::borrow::Cow<'a, str>>,
}

/// The write key that a body carries beside its messages, as the browser library sends it.
#[must_use]
pub fn write_key_in(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<Keyed<'_>>(body).ok()?.write_key.map(std::borrow::Cow::into_owned)
}

impl<'a> Door<'a> {
    /// The door of one source at one moment.
    #[must_use]
    pub fn new(workspace: &'a Workspace, source: &'a Source, received: Timestamp) -> Self {
        Self { source, accounts: workspace.entities.get("accounts"), users: workspace.entities.get("users"), received }
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// A [`Rejection`] of the body as a whole: no JSON, not the shape of the call, too many messages.
    pub fn read(&self, call: Call, body: &[u8]) -> Result<Reading, Rejection> {
        let mut reading = Reading::default();
        match call {
            Call::One(kind) => {
                let raw: &RawValue = serde_json::from_slice(body).map_err(|error| malformed(body, &error))?;
                self.read_message(Some(kind), raw.get(), None, &mut reading);
            }
            Call::Batch => {
                let wrapper: Batch<'_> = serde_json::from_slice(body).map_err(|error| malformed(body, &error))?;
                let Some(messages) = wrapper.batch else {
                    return Err(Rejection::new(ReasonCode::MissingField, "batch", "", "a batch needs its messages: {\"batch\": [...]}"));
                };
                if messages.len() > BATCH_LIMIT_MESSAGES {
                    let message = format!("a batch holds at most {BATCH_LIMIT_MESSAGES} messages; send several");
                    return Err(Rejection::new(ReasonCode::TooLarge, "batch", &messages.len().to_string(), message));
                }
                let sent_at = wrapper.sent_at.and_then(clock::sent_at);
                for raw in messages {
                    self.read_message(None, raw.get(), sent_at, &mut reading);
                }
            }
        }
        Ok(reading)
    }

    /// Reads one message again, as the quarantine kept it and perhaps a person mended it. `door` is what [`Call::door`] said.
    ///
    /// # Errors
    /// A [`Rejection`] when the text is still no JSON.
    pub fn read_again(&self, door: &str, raw: &str) -> Result<Reading, Rejection> {
        match Call::named(door) {
            Some(call @ Call::One(_)) => self.read(call, raw.as_bytes()),
            Some(Call::Batch) if serde_json::from_str::<Batch<'_>>(raw).is_ok_and(|body| body.batch.is_some()) => {
                self.read(Call::Batch, raw.as_bytes())
            }
            _ => {
                let message: &RawValue = serde_json::from_str(raw).map_err(|error| malformed(raw.as_bytes(), &error))?;
                let mut reading = Reading::default();
                self.read_message(None, message.get(), None, &mut reading);
                Ok(reading)
            }
        }
    }

    /// The text of a message is only for the quarantine; a message that cannot get there any more is spared the copy.
    fn candidate(&self, raw: &str, fact: Result<Fact, Rejection>) -> Candidate {
        let kept = fact.is_err() || !self.source.rules.is_empty();
        Candidate { raw: if kept { raw.to_owned() } else { String::new() }, fact }
    }

    fn read_message(&self, kind: Option<EventKind>, raw: &str, sent_at: Option<Timestamp>, reading: &mut Reading) {
        let first = reading.candidates.len();
        let refuse = |rejection| Candidate { raw: raw.to_owned(), fact: Err(rejection) };
        let read = Message::parse(kind, raw);
        let message_id = match read {
            Err(rejection) => {
                reading.candidates.push(refuse(rejection));
                message::id_in(raw)
            }
            Ok(message) => match self.event(&message, sent_at, reading.messages.len()) {
                Err(rejection) => {
                    reading.candidates.push(refuse(rejection));
                    message.id.map(std::borrow::Cow::into_owned)
                }
                Ok((event, said)) => {
                    let records = records::of(self, &message, &event, said, &reading.candidates);
                    let id = event.message_id.clone();
                    reading.candidates.push(self.candidate(raw, Ok(Fact::Event(event))));
                    reading.candidates.extend(records.into_iter().map(|fact| self.candidate(raw, fact)));
                    Some(id)
                }
            },
        };
        reading.messages.push(MessageRead { message_id, candidates: first..reading.candidates.len() });
    }
}

fn malformed(body: &[u8], error: &serde_json::Error) -> Rejection {
    let shown = String::from_utf8_lossy(body.get(..body.len().min(400)).unwrap_or_default());
    let message = if std::str::from_utf8(body).is_err() {
        "the body is not UTF-8; send JSON in UTF-8".to_owned()
    } else if error.is_data() {
        format!("the body has not the shape of this call: {error}")
    } else {
        format!("the body is not JSON: {error}")
    };
    Rejection::new(ReasonCode::MalformedJson, "", &shown, message)
}

#[cfg(test)]
mod tests;
