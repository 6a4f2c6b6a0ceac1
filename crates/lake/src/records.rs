//! Every version of every record in memory, and what a record was as of an instant.
//!
//! Versions come in any order and are kept as the JSON text that came in. A record as of an instant is its versions up to then, laid over
//! each other in the order of `occurred_at` and, within one instant, of the source's name: an absent field keeps its earlier value, `null`
//! takes it away. That order depends on the facts alone, never on their arrival.

mod table;

use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_model::{Entity, RecordVersion, Timestamp, Zone};
use serde_json::{Map, Value};

use crate::json;

use table::States;

pub use table::schema;

/// The records of all entities.
#[derive(Debug, Default)]
pub struct Records {
    entities: HashMap<String, EntityRecords>,
    sources: Vec<Arc<str>>,
}

/// The records of one entity.
#[derive(Debug, Default)]
struct EntityRecords {
    numbers: HashMap<Box<str>, u32>,
    /// The versions of each record, in order.
    versions: Vec<Vec<Version>>,
    ids: Vec<Box<str>>,
    /// Records that ever named an account.
    by_account: HashMap<Box<str>, Vec<u32>>,
    /// The last version's `occurred_at` over all records.
    newest: Timestamp,
    /// The folded present state, while nothing changes it.
    present: Mutex<Option<Present>>,
}

/// One version; which source said it is a number.
#[derive(Clone, Debug)]
struct Version {
    occurred_at: Timestamp,
    received_at: Timestamp,
    source: u16,
    fields: Box<str>,
}

/// A folded table, for the fields it was folded for.
#[derive(Debug)]
struct Present {
    entity: Entity,
    batch: RecordBatch,
}

/// As of which instant, as known when, for which accounts, in which zone.
#[derive(Clone, Copy, Debug)]
pub struct RecordsQuery<'a> {
    /// Versions that were true by then.
    pub as_of: Timestamp,
    /// Versions that were known by then; today's knowledge where absent.
    pub known: Option<Timestamp>,
    /// Only records of these accounts; all where absent.
    pub accounts: Option<&'a [&'a str]>,
    /// The zone that `today` is a day of.
    pub zone: &'a Zone,
}

impl Records {
    /// No records.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many records an entity has.
    #[must_use]
    pub fn count(&self, entity: &str) -> usize {
        self.entities.get(entity).map_or(0, |records| records.versions.len())
    }

    /// Adds a version. The same identity twice is one version.
    pub fn apply(&mut self, version: &RecordVersion) {
        let source = self.source_number(&version.source);
        let sources = &self.sources;
        let records = match self.entities.get_mut(version.entity.as_str()) {
            Some(records) => records,
            None => self.entities.entry(version.entity.clone()).or_default(),
        };
        records.insert(sources, source, version);
    }

    fn source_number(&mut self, name: &str) -> u16 {
        let known = self.sources.iter().position(|source| source.as_ref() == name);
        let number = known.unwrap_or_else(|| {
            self.sources.push(name.into());
            self.sources.len() - 1
        });
        u16::try_from(number).unwrap_or(u16::MAX)
    }

    /// The fields of a record as of an instant, or `None` where nothing was known of it.
    #[must_use]
    pub fn fold(&self, entity: &str, id: &str, as_of: Timestamp, known: Option<Timestamp>) -> Option<Map<String, Value>> {
        let versions = self.entities.get(entity)?.find(id)?;
        let mut fields = Map::new();
        let mut any = false;
        for version in visible(versions, as_of, known) {
            any = true;
            for (name, raw) in json::Members::of(&version.fields) {
                match serde_json::from_str(raw) {
                    Ok(Value::Null) | Err(_) => fields.shift_remove(name.text().as_ref()),
                    Ok(value) => fields.insert(name.text().into_owned(), value),
                };
            }
        }
        any.then_some(fields)
    }

    /// When the record was first true, by the facts.
    #[must_use]
    pub fn first_seen(&self, entity: &str, id: &str) -> Option<Timestamp> {
        self.entities.get(entity)?.find(id)?.first().map(|version| version.occurred_at)
    }

    /// Every `(occurred_at, received_at, source, fields)` of a record, in order.
    pub fn versions(&self, entity: &str, id: &str) -> impl Iterator<Item = (Timestamp, Timestamp, &str, &str)> {
        let versions = self.entities.get(entity).and_then(|records| records.find(id)).unwrap_or_default();
        versions.iter().map(|version| (version.occurred_at, version.received_at, self.source_name(version.source), version.fields.as_ref()))
    }

    /// Whether a version with these fields (a JSON object) at `as_of` would change the record: for sources that send whole states again.
    #[must_use]
    pub fn would_change(&self, entity: &str, id: &str, as_of: Timestamp, fields: &str) -> bool {
        let Some(state) = self.fold(entity, id, as_of, None) else { return true };
        json::Members::of(fields).any(|(name, raw)| {
            let value = serde_json::from_str(raw).unwrap_or(Value::Null);
            state.get(name.text().as_ref()).unwrap_or(&Value::Null) != &value
        })
    }

    /// The records of an entity as a table: `id`, its fields, `source`, `occurred_at`, `received_at`, `as_of`, `today`; by id.
    ///
    /// # Errors
    /// Where the columns cannot be put together, which is a defect.
    pub fn table(&self, entity: &Entity, query: RecordsQuery<'_>) -> Result<RecordBatch, arrow::error::ArrowError> {
        let Some(records) = self.entities.get(entity.name.as_str()) else {
            return table::build(self, entity, query, States::Last, std::iter::empty());
        };
        let whole = query.accounts.is_none() && query.known.is_none() && query.as_of >= records.newest;
        if !whole {
            return table::build(self, entity, query, States::Last, records.chosen(entity, query.accounts));
        }
        let mut present = records.present.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(kept) = present.as_ref().filter(|kept| &kept.entity == entity) {
            return table::at(&kept.batch, query);
        }
        let batch = table::build(self, entity, query, States::Last, records.chosen(entity, None))?;
        *present = Some(Present { entity: entity.clone(), batch: batch.clone() });
        Ok(batch)
    }

    /// The states that the records of an entity went through, in the columns of [`Records::table`]: a row for each version with the fields as
    /// they were from its `occurred_at` on; by id, then in order.
    ///
    /// # Errors
    /// As [`Records::table`].
    pub fn states(&self, entity: &Entity, query: RecordsQuery<'_>) -> Result<RecordBatch, arrow::error::ArrowError> {
        let records = self.entities.get(entity.name.as_str());
        let chosen = records.into_iter().flat_map(|records| records.chosen(entity, query.accounts));
        table::build(self, entity, query, States::Every, chosen)
    }

    fn source_name(&self, number: u16) -> &str {
        self.sources.get(usize::from(number)).map_or("", AsRef::as_ref)
    }
}

impl EntityRecords {
    fn find(&self, id: &str) -> Option<&[Version]> {
        let number = self.numbers.get(id)?;
        self.versions.get(*number as usize).map(Vec::as_slice)
    }

    fn insert(&mut self, sources: &[Arc<str>], source: u16, version: &RecordVersion) {
        let number = match self.numbers.get(version.external_id.as_str()) {
            Some(number) => *number,
            None => self.add(&version.external_id),
        };
        let Some(versions) = self.versions.get_mut(number as usize) else { return };
        let name = |number: u16| sources.get(usize::from(number)).map_or("", AsRef::as_ref);
        let key = (version.occurred_at, version.source.as_str());
        let place = versions.partition_point(|other| (other.occurred_at, name(other.source)) < key);
        let new =
            Version { occurred_at: version.occurred_at, received_at: version.received_at, source, fields: version.fields.as_str().into() };
        match versions.get_mut(place) {
            Some(same) if (same.occurred_at, same.source) == (new.occurred_at, source) => {
                // The lake lets an identity in once. Should it ever come twice, the earlier one counts, whichever order they are read in.
                if (new.received_at, &new.fields) >= (same.received_at, &same.fields) {
                    return;
                }
                *same = new;
            }
            _ => versions.insert(place, new),
        }
        self.newest = self.newest.max(version.occurred_at);
        let first = versions.len() == 1;
        if version.entity != "accounts" {
            self.remember_account(number, first, &version.fields);
        }
        *self.present.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    fn add(&mut self, id: &str) -> u32 {
        let number = self.versions.len() as u32;
        self.numbers.insert(id.into(), number);
        self.ids.push(id.into());
        self.versions.push(Vec::with_capacity(1));
        number
    }

    fn remember_account(&mut self, number: u32, first: bool, fields: &str) {
        let Some(account) = json::member(fields, "account_id").and_then(json::text_of) else { return };
        let records = match self.by_account.get_mut(account.as_ref()) {
            Some(records) => records,
            None => self.by_account.entry(account.into()).or_default(),
        };
        if first || !records.contains(&number) {
            records.push(number);
        }
    }

    /// The records asked for, by id.
    fn chosen(&self, entity: &Entity, accounts: Option<&[&str]>) -> impl Iterator<Item = (&str, &[Version])> {
        let mut numbers: Vec<u32> = match accounts {
            None => (0..self.versions.len() as u32).collect(),
            Some(accounts) if entity.name == "accounts" => {
                accounts.iter().filter_map(|account| self.numbers.get(*account).copied()).collect()
            }
            Some(accounts) => accounts.iter().filter_map(|account| self.by_account.get(*account)).flatten().copied().collect(),
        };
        numbers.sort_unstable_by_key(|number| self.id(*number));
        numbers.dedup();
        numbers.into_iter().filter_map(|number| Some((self.id(number), self.versions.get(number as usize)?.as_slice())))
    }

    fn id(&self, number: u32) -> &str {
        self.ids.get(number as usize).map_or("", AsRef::as_ref)
    }
}

/// The versions that count as of an instant, as known at another, in order.
fn visible(versions: &[Version], as_of: Timestamp, known: Option<Timestamp>) -> impl Iterator<Item = &Version> {
    versions
        .iter()
        .take_while(move |version| version.occurred_at <= as_of)
        .filter(move |version| known.is_none_or(|known| version.received_at <= known))
}

#[cfg(test)]
mod tests;
