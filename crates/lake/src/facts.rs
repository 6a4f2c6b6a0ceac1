//! Facts as columns: the schemas of the `events` and `records` tables and the batches made of facts.

use std::sync::{Arc, OnceLock};

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use mainstay_model::{Event, Fact, RecordVersion, Timestamp};

use crate::error::LakeError;

/// The table of events.
pub const EVENTS: &str = "events";
/// The table of record versions.
pub const RECORDS: &str = "records";

/// The type of every instant in the lake: microseconds, UTC.
#[must_use]
pub fn timestamp_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The columns of events, in files and in memory. On disk they are partitioned by `month`, which the files do not repeat.
#[must_use]
pub fn events_schema() -> SchemaRef {
    static SCHEMA: OnceLock<SchemaRef> = OnceLock::new();
    Arc::clone(SCHEMA.get_or_init(|| {
        let text = |name: &str, nullable| Field::new(name, DataType::Utf8, nullable);
        Arc::new(Schema::new(vec![
            Field::new("position", DataType::Int64, false),
            text("source", false),
            text("message_id", false),
            text("kind", false),
            text("name", false),
            text("account_id", true),
            text("user_id", true),
            text("anonymous_id", true),
            Field::new("occurred_at", timestamp_type(), false),
            Field::new("received_at", timestamp_type(), false),
            text("properties", false),
        ]))
    }))
}

/// The columns of record versions in memory. On disk they are partitioned by `entity`, which the files do not repeat.
#[must_use]
pub fn records_schema() -> SchemaRef {
    static SCHEMA: OnceLock<SchemaRef> = OnceLock::new();
    Arc::clone(SCHEMA.get_or_init(|| {
        let text = |name: &str| Field::new(name, DataType::Utf8, false);
        Arc::new(Schema::new(vec![
            Field::new("position", DataType::Int64, false),
            text("source"),
            text("entity"),
            text("external_id"),
            Field::new("occurred_at", timestamp_type(), false),
            Field::new("received_at", timestamp_type(), false),
            text("fields"),
        ]))
    }))
}

/// Events with their positions, as columns.
///
/// # Errors
/// [`LakeError::Arrow`] when the columns are too large for one batch.
pub fn events_batch<'a>(events: impl Iterator<Item = (u64, &'a Event)>) -> Result<RecordBatch, LakeError> {
    let mut position = Int64Builder::new();
    let mut texts: [StringBuilder; 8] = std::array::from_fn(|_| StringBuilder::new());
    let mut occurred_at = TimestampMicrosecondBuilder::new();
    let mut received_at = TimestampMicrosecondBuilder::new();
    for (at, event) in events {
        position.append_value(at as i64);
        let [source, message_id, kind, name, account_id, user_id, anonymous_id, properties] = &mut texts;
        source.append_value(&event.source);
        message_id.append_value(&event.message_id);
        kind.append_value(event.kind.as_str());
        name.append_value(&event.name);
        account_id.append_option(event.account_id.as_deref());
        user_id.append_option(event.user_id.as_deref());
        anonymous_id.append_option(event.anonymous_id.as_deref());
        properties.append_value(&event.properties);
        occurred_at.append_value(event.occurred_at.0);
        received_at.append_value(event.received_at.0);
    }
    let [source, message_id, kind, name, account_id, user_id, anonymous_id, properties] = texts.map(finish_text);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(position.finish()),
        source,
        message_id,
        kind,
        name,
        account_id,
        user_id,
        anonymous_id,
        Arc::new(occurred_at.finish().with_timezone("UTC")),
        Arc::new(received_at.finish().with_timezone("UTC")),
        properties,
    ];
    Ok(RecordBatch::try_new(events_schema(), columns)?)
}

/// Record versions with their positions, as columns.
///
/// # Errors
/// [`LakeError::Arrow`] when the columns are too large for one batch.
pub fn records_batch<'a>(records: impl Iterator<Item = (u64, &'a RecordVersion)>) -> Result<RecordBatch, LakeError> {
    let mut position = Int64Builder::new();
    let mut texts: [StringBuilder; 4] = std::array::from_fn(|_| StringBuilder::new());
    let mut occurred_at = TimestampMicrosecondBuilder::new();
    let mut received_at = TimestampMicrosecondBuilder::new();
    for (at, record) in records {
        position.append_value(at as i64);
        let [source, entity, external_id, fields] = &mut texts;
        source.append_value(&record.source);
        entity.append_value(&record.entity);
        external_id.append_value(&record.external_id);
        fields.append_value(&record.fields);
        occurred_at.append_value(record.occurred_at.0);
        received_at.append_value(record.received_at.0);
    }
    let [source, entity, external_id, fields] = texts.map(finish_text);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(position.finish()),
        source,
        entity,
        external_id,
        Arc::new(occurred_at.finish().with_timezone("UTC")),
        Arc::new(received_at.finish().with_timezone("UTC")),
        fields,
    ];
    Ok(RecordBatch::try_new(records_schema(), columns)?)
}

fn finish_text(mut builder: StringBuilder) -> ArrayRef {
    Arc::new(builder.finish())
}

/// Facts that became durable together. Their positions follow each other: `first_position`, the next, and so on.
#[derive(Debug)]
pub struct DurableFacts {
    /// The position of the first fact.
    pub first_position: u64,
    /// The facts, in the order of their positions.
    pub facts: Vec<Fact>,
}

impl DurableFacts {
    /// The position of the last fact; that before the first where there are none.
    #[must_use]
    pub fn last_position(&self) -> u64 {
        (self.first_position + self.facts.len() as u64).saturating_sub(1)
    }

    /// The facts with their positions.
    pub fn iter(&self) -> impl Iterator<Item = (u64, &Fact)> {
        (self.first_position..).zip(&self.facts)
    }

    /// The events among them with their positions.
    pub fn events(&self) -> impl Iterator<Item = (u64, &Event)> {
        self.iter().filter_map(|(position, fact)| match fact {
            Fact::Event(event) => Some((position, event)),
            Fact::Record(_) => None,
        })
    }

    /// The record versions among them with their positions.
    pub fn records(&self) -> impl Iterator<Item = (u64, &RecordVersion)> {
        self.iter().filter_map(|(position, fact)| match fact {
            Fact::Record(record) => Some((position, record)),
            Fact::Event(_) => None,
        })
    }
}

/// When a fact was received.
pub(crate) const fn received_at(fact: &Fact) -> Timestamp {
    match fact {
        Fact::Event(event) => event.received_at,
        Fact::Record(record) => record.received_at,
    }
}

/// The month of an instant in UTC, `YYYY-MM`: the partition of the events table.
#[must_use]
pub fn month_of(at: Timestamp) -> String {
    let instant = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    let date = jiff::tz::TimeZone::UTC.to_datetime(instant);
    format!("{:04}-{:02}", date.year(), date.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_an_instant_is_that_of_utc() {
        assert_eq!(month_of(Timestamp::parse("2026-03-01T00:00:00+02:00").unwrap()), "2026-02");
        assert_eq!(month_of(Timestamp::parse("2025-12-31T23:59:59.999999Z").unwrap()), "2025-12");
    }
}
