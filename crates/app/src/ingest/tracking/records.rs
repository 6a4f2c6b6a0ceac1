//! What a message states about a user or an account: record versions beside its event.
//!
//! A record's identity has its instant, and senders' clocks often tick in milliseconds: `identify` and `group` of one user may carry the same one. So
//! a record's instant gets the microseconds that the sender left at zero from a digest of the message id: the same on every retry, another for
//! another message, and rising in the order of a batch.

use std::borrow::Cow;
use std::collections::BTreeMap;

use mainstay_model::{Entity, Event, EventKind, Fact, RecordVersion, Rejection, Timestamp};
use serde_json::value::RawValue;
use xxhash_rust::xxh3::xxh3_64;

use super::Door;
use super::message::Message;
use crate::ingest::Candidate;
use crate::ingest::typed::{quoted, typed_json};

const MILLISECOND: i64 = 1_000;

/// A JSON object by key; values stay as written.
type Object<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;
/// Fields of a record: name to JSON text.
type Fields = BTreeMap<String, String>;

/// The records that a message states; `before` are the candidates of the same request so far.
pub(super) fn of(
    door: &Door<'_>,
    message: &Message<'_>,
    event: &Event,
    said: Timestamp,
    before: &[Candidate],
) -> Vec<Result<Fact, Rejection>> {
    let writer = Writer { door, event, said, before };
    match message.kind {
        EventKind::Identify => writer.identify(message),
        EventKind::Group => writer.group(message),
        EventKind::Track => writer.track(message),
        EventKind::Page | EventKind::Screen | EventKind::Alias => Vec::new(),
    }
}

struct Writer<'a> {
    door: &'a Door<'a>,
    event: &'a Event,
    said: Timestamp,
    before: &'a [Candidate],
}

impl Writer<'_> {
    fn identify(&self, message: &Message<'_>) -> Vec<Result<Fact, Rejection>> {
        let traits = object(message.facts);
        let mut told = Fields::new();
        if let Some(account) = self.account().or_else(|| company_of(&traits)) {
            told.insert("account_id".to_owned(), account);
        }
        self.user(&traits, "traits", told).into_iter().collect()
    }

    fn group(&self, message: &Message<'_>) -> Vec<Result<Fact, Rejection>> {
        let account = self.account_record(&object(message.facts), "traits", Fields::new());
        account.into_iter().chain(self.member()).collect()
    }

    /// The events of the B2B vocabulary that say who belongs where.
    fn track(&self, message: &Message<'_>) -> Vec<Result<Fact, Rejection>> {
        let now = || quoted(&self.said.to_rfc3339());
        match self.event.name.as_str() {
            "Account Created" => {
                let properties = object(message.facts);
                let mut told = Fields::from([("created_at".to_owned(), now())]);
                if let Some(name) = properties.get("account_name").filter(|raw| raw.get().starts_with('"')) {
                    told.insert("name".to_owned(), name.get().to_owned());
                }
                self.account_record(&properties, "properties", told).into_iter().chain(self.member()).collect()
            }
            "Signed Up" => {
                let mut told = Fields::from([("created_at".to_owned(), now())]);
                if let Some(account) = self.account() {
                    told.insert("account_id".to_owned(), account);
                }
                self.user(&object(message.facts), "properties", told).into_iter().collect()
            }
            "Account Added User" => self.member().into_iter().collect(),
            "Account Removed User" => {
                let gone = Fields::from([("account_id".to_owned(), "null".to_owned())]);
                self.user(&Object::new(), "properties", gone).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// That the user belongs to the account of the message.
    fn member(&self) -> Option<Result<Fact, Rejection>> {
        let told = Fields::from([("account_id".to_owned(), self.account()?)]);
        self.user(&Object::new(), "traits", told)
    }

    fn account(&self) -> Option<String> {
        self.event.account_id.as_deref().map(quoted)
    }

    fn user(&self, traits: &Object<'_>, place: &str, mut told: Fields) -> Option<Result<Fact, Rejection>> {
        let (entity, id) = (self.door.users?, self.event.user_id.as_deref()?);
        if !traits.contains_key("name")
            && let Some(name) = full_name(traits)
        {
            told.insert("name".to_owned(), quoted(&name));
        }
        Some(self.record(entity, id, traits, place, told))
    }

    fn account_record(&self, traits: &Object<'_>, place: &str, told: Fields) -> Option<Result<Fact, Rejection>> {
        let (entity, id) = (self.door.accounts?, self.event.account_id.as_deref()?);
        Some(self.record(entity, id, traits, place, told))
    }

    /// The record of the traits that the entity has a field for; `told` are fields known otherwise, which traits outrank.
    fn record(&self, entity: &Entity, id: &str, traits: &Object<'_>, place: &str, told: Fields) -> Result<Fact, Rejection> {
        let mut fields = told;
        for (key, raw) in traits {
            let name = snake_case(key);
            let Some(field) = entity.field(&name) else { continue };
            let value = typed_json(field, raw.get()).map_err(|misfit| {
                let message = format!("{}; the event was kept, the record of `{}` was not", misfit.message, entity.name);
                Rejection::new(misfit.code, format!("{place}.{key}"), raw.get(), message)
            })?;
            fields.insert(name, value);
        }
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{value}", quoted(name))).collect();
        Ok(Fact::Record(RecordVersion {
            source: self.event.source.clone(),
            entity: entity.name.clone(),
            external_id: id.to_owned(),
            occurred_at: self.instant(entity, id),
            received_at: self.event.received_at,
            fields: format!("{{{}}}", pairs.join(",")),
        }))
    }

    fn instant(&self, entity: &Entity, id: &str) -> Timestamp {
        if self.said.0 % MILLISECOND != 0 {
            return self.said;
        }
        let own = i64::try_from(xxh3_64(self.event.message_id.as_bytes()) % 900).unwrap_or_default();
        let earlier = self.before.iter().filter_map(|candidate| match &candidate.fact {
            Ok(Fact::Record(record)) => Some(record),
            _ => None,
        });
        let next = earlier
            .filter(|record| record.occurred_at.0.div_euclid(MILLISECOND) == self.said.0.div_euclid(MILLISECOND))
            .filter(|record| record.entity == entity.name && record.external_id == id)
            .map(|record| record.occurred_at.0.rem_euclid(MILLISECOND) + 1)
            .max();
        Timestamp(self.said.0 + next.map_or(own, |next| next.max(own)).min(MILLISECOND - 1))
    }
}

fn object(json: &str) -> Object<'_> {
    // The door has checked that it is an object.
    serde_json::from_str(json).unwrap_or_default()
}

/// `company: {id}`, the trait by which `identify` says where a user works.
fn company_of(traits: &Object<'_>) -> Option<String> {
    let company = object(traits.get("company")?.get());
    let id = company.get("id")?.get();
    if id.starts_with('"') && id.len() > 2 { Some(id.to_owned()) } else { id.bytes().all(|byte| byte.is_ascii_digit()).then(|| quoted(id)) }
}

fn full_name(traits: &Object<'_>) -> Option<String> {
    let part = |keys: [&str; 2]| {
        let raw = keys.iter().find_map(|key| traits.get(*key))?;
        serde_json::from_str::<String>(raw.get()).ok()
    };
    let parts = [part(["firstName", "first_name"]), part(["lastName", "last_name"])];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!name.trim().is_empty()).then(|| name.trim().to_owned())
}

/// `createdAt` as `created_at`; names that are in snake case stay as they are.
fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        } else {
            snake.push(letter);
        }
    }
    snake
}
