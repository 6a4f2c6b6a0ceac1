//! One message: its fields as they stand in the JSON, and the event they make.

use std::borrow::Cow;

use mainstay_model::{Event, EventKind, ReasonCode, Rejection, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use xxhash_rust::xxh3::Xxh3;

use super::{Door, MESSAGE_LIMIT_BYTES, clock};

/// The longest id or name, in bytes.
const TEXT_LIMIT_BYTES: usize = 512;

/// Objects and lists that are certainly not nested too deeply to be read.
const OPENINGS_UNSUSPICIOUS: usize = 100;

/// A message, read as far as every call needs it. Everything borrows from the body where it can.
#[derive(Debug)]
pub(super) struct Message<'a> {
    pub(super) kind: EventKind,
    pub(super) id: Option<Cow<'a, str>>,
    pub(super) user_id: Option<Cow<'a, str>>,
    pub(super) group_id: Option<Cow<'a, str>>,
    /// The traits of `identify` and `group`, the properties of the others: a JSON object.
    pub(super) facts: &'a str,
    anonymous_id: Option<Cow<'a, str>>,
    previous_id: Option<Cow<'a, str>>,
    name: Option<Cow<'a, str>>,
    /// The field and the text of the time.
    time: Option<(&'static str, Cow<'a, str>)>,
    sent_at: Option<&'a RawValue>,
}

/// The fields as they stand, each checked by itself so that a refusal names it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Option<&'a RawValue>,
    #[serde(borrow)]
    message_id: Option<&'a RawValue>,
    #[serde(borrow)]
    user_id: Option<&'a RawValue>,
    #[serde(borrow)]
    anonymous_id: Option<&'a RawValue>,
    #[serde(borrow)]
    previous_id: Option<&'a RawValue>,
    #[serde(borrow)]
    group_id: Option<&'a RawValue>,
    #[serde(borrow)]
    event: Option<&'a RawValue>,
    #[serde(borrow)]
    name: Option<&'a RawValue>,
    #[serde(borrow)]
    category: Option<&'a RawValue>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
    #[serde(borrow)]
    traits: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    original_timestamp: Option<&'a RawValue>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
}

/// The two things of a context that say something about customers.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Context<'a> {
    #[serde(borrow)]
    group_id: Option<&'a RawValue>,
    #[serde(borrow)]
    traits: Option<&'a RawValue>,
}

impl<'a> Message<'a> {
    /// Reads a message; `kind` is what the address says, absent in a batch.
    pub(super) fn parse(kind: Option<EventKind>, raw: &'a str) -> Result<Self, Rejection> {
        if raw.len() > MESSAGE_LIMIT_BYTES {
            let shown = format!("{} bytes", raw.len());
            let message = format!("a message may have {MESSAGE_LIMIT_BYTES} bytes; leave out what nobody will count");
            return Err(Rejection::new(ReasonCode::TooLarge, "", &shown, message));
        }
        if !raw.starts_with('{') {
            return Err(Rejection::new(ReasonCode::WrongType, "", raw, "a message is a JSON object"));
        }
        let wire: Wire<'a> = serde_json::from_str(raw)
            .map_err(|error| Rejection::new(ReasonCode::MalformedJson, "", raw, format!("the message is not JSON: {error}")))?;
        let kind = match kind {
            Some(kind) => kind,
            None => kind_of(wire.kind)?,
        };
        let context = context(wire.context, kind)?;
        let time = match (wire.timestamp, wire.original_timestamp) {
            (Some(raw), _) => Some(("timestamp", raw)),
            (None, Some(raw)) => Some(("originalTimestamp", raw)),
            (None, None) => None,
        };
        let group_id = match id("groupId", wire.group_id)? {
            Some(id) => Some(id),
            None => id("context.groupId", context.group_id)?,
        };
        Ok(Self {
            kind,
            id: id("messageId", wire.message_id)?,
            user_id: id("userId", wire.user_id)?,
            group_id,
            facts: facts(kind, &wire, &context)?,
            anonymous_id: id("anonymousId", wire.anonymous_id)?,
            previous_id: id("previousId", wire.previous_id)?,
            name: name(kind, &wire)?,
            time: time.map(|(field, raw)| Ok((field, written_time(field, raw)?))).transpose()?,
            sent_at: wire.sent_at,
        })
    }

    /// The fields that the kind of message cannot do without.
    fn check(&self) -> Result<(), Rejection> {
        let missing = |field: &str, message: &str| Err(Rejection::new(ReasonCode::MissingField, field, "", message));
        match self.kind {
            EventKind::Track if self.name.is_none() => missing("event", "a track call needs `event`: what the user did"),
            EventKind::Group if self.group_id.is_none() => missing("groupId", "a group call needs `groupId`: the account"),
            EventKind::Alias if self.previous_id.is_none() => missing("previousId", "an alias call needs `previousId`: the id before"),
            EventKind::Alias if self.user_id.is_none() => missing("userId", "an alias call needs `userId`: the id from now on"),
            // A group call without a user still says what the account is like.
            EventKind::Group => Ok(()),
            _ if self.user_id.is_none() && self.anonymous_id.is_none() => {
                missing("userId", "a call needs `userId` or `anonymousId`: who did it")
            }
            _ => Ok(()),
        }
    }

    /// The identity of a message without `messageId`: what it says, and when; the moment and place of arrival where it says no time.
    fn made_id(&self, received: Timestamp, place: usize) -> String {
        let mut hash = Xxh3::new();
        let time = self.time.as_ref().map(|(_, text)| text.as_ref());
        let parts = [
            Some(self.kind.as_str()),
            self.user_id.as_deref(),
            self.anonymous_id.as_deref(),
            self.previous_id.as_deref(),
            self.group_id.as_deref(),
            self.name.as_deref(),
            Some(self.facts),
            time,
        ];
        for part in parts {
            hash.update(&part.map_or(u64::MAX, |text| text.len() as u64).to_le_bytes());
            hash.update(part.unwrap_or_default().as_bytes());
        }
        if time.is_none() {
            hash.update(&received.0.to_le_bytes());
            hash.update(&(place as u64).to_le_bytes());
        }
        format!("made-{:032x}", hash.digest128())
    }
}

impl Door<'_> {
    /// The event of a message, and when it happened by the sender's word alone.
    pub(super) fn event(&self, message: &Message<'_>, sent_at: Option<Timestamp>, place: usize) -> Result<(Event, Timestamp), Rejection> {
        message.check()?;
        let sent = message.sent_at.and_then(clock::sent_at).or(sent_at);
        let said = match &message.time {
            Some((field, written)) => clock::occurred_at(field, written, sent, self.received)?,
            None => self.received,
        };
        let name = message.name.as_deref().unwrap_or(message.kind.as_str());
        let message_id = message.id.as_deref().map_or_else(|| message.made_id(self.received, place), str::to_owned);
        let before = if message.kind == EventKind::Alias { &message.previous_id } else { &message.anonymous_id };
        let event = Event {
            source: self.source.name.clone(),
            message_id,
            kind: message.kind,
            name: self.source.rename_events.get(name).map_or(name, String::as_str).to_owned(),
            account_id: message.group_id.as_deref().map(str::to_owned),
            user_id: message.user_id.as_deref().map(str::to_owned),
            anonymous_id: before.as_deref().map(str::to_owned),
            occurred_at: clock::not_ahead(said, self.received),
            received_at: self.received,
            properties: self.properties(message),
        };
        Ok((event, said))
    }

    /// The properties, with the source's product where the event does not say one.
    fn properties(&self, message: &Message<'_>) -> String {
        #[derive(Deserialize)]
        struct Product {
            #[serde(default, rename = "product", deserialize_with = "present")]
            is_said: bool,
        }
        let told = matches!(message.kind, EventKind::Track | EventKind::Page | EventKind::Screen);
        let Some(product) = self.source.product.as_deref().filter(|_| told) else { return message.facts.to_owned() };
        if serde_json::from_str::<Product>(message.facts).is_ok_and(|product| product.is_said) {
            return message.facts.to_owned();
        }
        let product = crate::ingest::typed::quoted(product);
        match message.facts.strip_prefix('{').map(str::trim_start) {
            Some(rest) if rest.starts_with('}') => format!("{{\"product\":{product}}}"),
            Some(rest) => format!("{{\"product\":{product},{rest}"),
            None => message.facts.to_owned(),
        }
    }
}

/// The id of a message that is otherwise not acceptable, so that its sender recognises it in the answer.
pub(super) fn id_in(raw: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named<'a> {
        #[serde(borrow)]
        message_id: Option<&'a RawValue>,
    }
    let named: Named<'_> = serde_json::from_str(raw).ok()?;
    id("messageId", named.message_id).ok()?.map(Cow::into_owned)
}

/// True for a key that is there, whatever its value.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    serde::de::IgnoredAny::deserialize(deserializer).map(|_| true)
}

fn kind_of(raw: Option<&RawValue>) -> Result<EventKind, Rejection> {
    let known = "track, identify, group, page, screen or alias";
    let Some(word) = text("type", raw, false)? else {
        return Err(Rejection::new(ReasonCode::MissingField, "type", "", format!("a message of a batch needs `type`: {known}")));
    };
    EventKind::parse(&word).ok_or_else(|| Rejection::new(ReasonCode::UnknownKind, "type", &word, format!("`type` must be {known}")))
}

fn name<'a>(kind: EventKind, wire: &Wire<'a>) -> Result<Option<Cow<'a, str>>, Rejection> {
    match kind {
        EventKind::Track => short("event", text("event", wire.event, false)?),
        EventKind::Page | EventKind::Screen => match short("name", text("name", wire.name, false)?)? {
            Some(name) => Ok(Some(name)),
            None => short("category", text("category", wire.category, false)?),
        },
        EventKind::Identify | EventKind::Group | EventKind::Alias => Ok(None),
    }
}

/// What the message says beside who and when: `RudderStack` puts the traits of a user into the context.
fn facts<'a>(kind: EventKind, wire: &Wire<'a>, context: &Context<'a>) -> Result<&'a str, Rejection> {
    let (field, raw) = match kind {
        EventKind::Identify if wire.traits.is_none() => ("context.traits", context.traits),
        EventKind::Identify | EventKind::Group => ("traits", wire.traits),
        _ => ("properties", wire.properties),
    };
    let Some(raw) = raw else { return Ok("{}") };
    let json = raw.get();
    if !json.starts_with('{') {
        return Err(Rejection::new(ReasonCode::WrongType, field, json, format!("`{field}` must be an object, like {{\"plan\": \"pro\"}}")));
    }
    // Raw JSON may hold what no reader of values accepts: half of a surrogate pair, a number beyond all bounds, nesting without end.
    let bytes = json.as_bytes();
    let suspicious = memchr::memmem::find(bytes, b"\\u").is_some() || has_exponent(bytes) || has_many_openings(bytes);
    if suspicious && let Err(error) = serde_json::from_str::<serde_json::Value>(json) {
        return Err(Rejection::new(ReasonCode::MalformedJson, field, json, format!("`{field}` cannot be read: {error}")));
    }
    Ok(json)
}

fn has_exponent(json: &[u8]) -> bool {
    memchr::memchr2_iter(b'e', b'E', json)
        .any(|place| place.checked_sub(1).and_then(|before| json.get(before)).is_some_and(u8::is_ascii_digit))
}

fn has_many_openings(json: &[u8]) -> bool {
    memchr::memchr2_iter(b'{', b'[', json).nth(OPENINGS_UNSUSPICIOUS).is_some()
}

fn context(raw: Option<&RawValue>, kind: EventKind) -> Result<Context<'_>, Rejection> {
    let Some(raw) = raw else { return Ok(Context::default()) };
    let json = raw.get();
    if !json.starts_with('{') {
        return Err(Rejection::new(ReasonCode::WrongType, "context", json, "`context` must be an object"));
    }
    // Most contexts tell about devices only; those are not read.
    if kind != EventKind::Identify && memchr::memmem::find(json.as_bytes(), b"groupId").is_none() {
        return Ok(Context::default());
    }
    serde_json::from_str(json)
        .map_err(|error| Rejection::new(ReasonCode::MalformedJson, "context", json, format!("`context` cannot be read: {error}")))
}

fn id<'a>(field: &str, raw: Option<&'a RawValue>) -> Result<Option<Cow<'a, str>>, Rejection> {
    short(field, text(field, raw, true)?)
}

fn written_time<'a>(field: &str, raw: &'a RawValue) -> Result<Cow<'a, str>, Rejection> {
    match text(field, Some(raw), false) {
        Ok(Some(text)) => Ok(text),
        _ => Err(Rejection::new(ReasonCode::InvalidTime, field, raw.get(), "a time is text with its zone, like 2026-03-01T09:30:00Z")),
    }
}

fn short<'a>(field: &str, text: Option<Cow<'a, str>>) -> Result<Option<Cow<'a, str>>, Rejection> {
    match text {
        Some(text) if text.len() > TEXT_LIMIT_BYTES => {
            Err(Rejection::new(ReasonCode::TextTooLong, field, &text, format!("`{field}` may have {TEXT_LIMIT_BYTES} bytes")))
        }
        other => Ok(other),
    }
}

/// A text field; empty text counts as absent. Ids may be whole numbers, as several SDKs send them.
fn text<'a>(field: &str, raw: Option<&'a RawValue>, numbers: bool) -> Result<Option<Cow<'a, str>>, Rejection> {
    let Some(raw) = raw else { return Ok(None) };
    let json = raw.get();
    let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let text = match inner {
        Some(inner) if memchr::memchr(b'\\', inner.as_bytes()).is_none() => Cow::Borrowed(inner),
        Some(_) => Cow::Owned(
            serde_json::from_str(json)
                .map_err(|error| Rejection::new(ReasonCode::MalformedJson, field, json, format!("`{field}` cannot be read: {error}")))?,
        ),
        None if numbers && json.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => Cow::Borrowed(json),
        None => return Err(Rejection::new(ReasonCode::WrongType, field, json, format!("`{field}` must be text"))),
    };
    Ok(if text.trim().is_empty() { None } else { Some(text) })
}
