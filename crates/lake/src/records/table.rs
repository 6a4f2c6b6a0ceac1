//! Folds records into typed columns.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Array, Date32Builder, Decimal128Builder, Int64Builder, RecordBatch, StringBuilder,
    TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use hashbrown::{HashMap, HashSet};
use mainstay_model::{Day, Entity, FieldType, Timestamp};

use super::{Records, RecordsQuery, Version, visible};
use crate::expressions::types::{ONE, decimal_type, field_type, instant_type, nanos_of_text};
use crate::json;

/// The columns of an entity's table.
#[must_use]
pub fn schema(entity: &Entity) -> SchemaRef {
    let mut fields = vec![Field::new("id", DataType::Utf8, true)];
    fields.extend(entity.fields.iter().map(|field| Field::new(&field.name, field_type(field.kind), true)));
    fields.extend([
        Field::new("source", DataType::Utf8, true),
        Field::new("occurred_at", instant_type(), true),
        Field::new("received_at", instant_type(), true),
        Field::new("as_of", instant_type(), true),
        Field::new("today", DataType::Date32, true),
    ]);
    Arc::new(Schema::new(fields))
}

/// Which of a record's states are rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum States {
    /// The last one: what the record is.
    Last,
    /// Each one, from the version that made it on.
    Every,
}

/// The table of some records.
pub(super) fn build<'a>(
    store: &Records,
    entity: &Entity,
    query: RecordsQuery<'_>,
    states: States,
    records: impl Iterator<Item = (&'a str, &'a [Version])>,
) -> Result<RecordBatch, ArrowError> {
    let places: HashMap<&str, usize> = entity.fields.iter().enumerate().map(|(place, field)| (field.name.as_str(), place)).collect();
    let account = if entity.name == "accounts" { None } else { places.get("account_id").copied() };
    let mut columns: Vec<Cells> = entity.fields.iter().map(|field| Cells::new(field.kind)).collect();
    let (mut ids, mut sources) = (StringBuilder::new(), StringBuilder::new());
    let (mut occurred, mut received) = (TimestampMicrosecondBuilder::new(), TimestampMicrosecondBuilder::new());
    let accounts: Option<HashSet<&str>> = query.accounts.filter(|_| account.is_some()).map(|accounts| accounts.iter().copied().collect());
    let mut row: Vec<Option<&str>> = Vec::new();
    let mut places = Places { by_name: places, recent: Vec::new() };
    for (id, versions) in records {
        row.clear();
        row.resize(entity.fields.len(), None);
        let mut versions = visible(versions, query.as_of, query.known).peekable();
        while let Some(version) = versions.next() {
            lay(version, &mut places, entity, &mut row);
            let shown = states == States::Every || versions.peek().is_none();
            if !shown || !belongs(accounts.as_ref(), account.and_then(|place| row.get(place).copied().flatten())) {
                continue;
            }
            ids.append_value(id);
            sources.append_value(store.source_name(version.source));
            occurred.append_value(version.occurred_at.micros());
            received.append_value(version.received_at.micros());
            columns.iter_mut().zip(&row).for_each(|(column, raw)| column.push(*raw));
        }
    }
    let mut arrays: Vec<ArrayRef> = vec![Arc::new(ids.finish())];
    arrays.extend(columns.into_iter().map(Cells::finish));
    arrays.push(Arc::new(sources.finish()));
    arrays.push(Arc::new(occurred.finish().with_timezone("UTC")));
    arrays.push(Arc::new(received.finish().with_timezone("UTC")));
    let rows = arrays.first().map_or(0, |ids| ids.len());
    arrays.extend(moment(query, rows));
    RecordBatch::try_new(schema(entity), arrays)
}

/// A folded table at another instant: the same rows, another `as_of` and `today`.
pub(super) fn at(batch: &RecordBatch, query: RecordsQuery<'_>) -> Result<RecordBatch, ArrowError> {
    let mut arrays = batch.columns().to_vec();
    arrays.truncate(arrays.len().saturating_sub(2));
    arrays.extend(moment(query, batch.num_rows()));
    RecordBatch::try_new(batch.schema(), arrays)
}

fn moment(query: RecordsQuery<'_>, rows: usize) -> [ArrayRef; 2] {
    let as_of = TimestampMicrosecondArray::from_value(query.as_of.micros(), rows).with_timezone("UTC");
    let today = Date32Array::from_value(query.zone.day_of(query.as_of).0, rows);
    [Arc::new(as_of), Arc::new(today)]
}

/// Where each field of an entity stands.
struct Places<'a> {
    by_name: HashMap<&'a str, usize>,
    /// The place of the member that came at each turn last: versions of one source name their fields in one order.
    recent: Vec<usize>,
}

impl Places<'_> {
    fn find(&mut self, entity: &Entity, turn: usize, name: json::Name<'_>) -> Option<usize> {
        if let Some(place) =
            self.recent.get(turn).copied().filter(|place| entity.fields.get(*place).is_some_and(|field| name.is(&field.name)))
        {
            return Some(place);
        }
        let place = *self.by_name.get(name.text().as_ref())?;
        if self.recent.len() <= turn {
            self.recent.resize(turn + 1, usize::MAX);
        }
        if let Some(recent) = self.recent.get_mut(turn) {
            *recent = place;
        }
        Some(place)
    }
}

/// Lays a version over the fields that the earlier ones left.
fn lay<'a>(version: &'a Version, places: &mut Places<'_>, entity: &Entity, row: &mut [Option<&'a str>]) {
    for (turn, (name, raw)) in json::Members::of(&version.fields).enumerate() {
        if let Some(cell) = places.find(entity, turn, name).and_then(|place| row.get_mut(place)) {
            *cell = (!json::is_null(raw)).then_some(raw);
        }
    }
}

fn belongs(accounts: Option<&HashSet<&str>>, raw: Option<&str>) -> bool {
    let Some(accounts) = accounts else { return true };
    raw.and_then(json::text_of).is_some_and(|account| accounts.contains(account.as_ref()))
}

/// A column being filled from raw JSON values. What is not of the type becomes null: intake has refused it long before.
enum Cells {
    Text(StringBuilder),
    Json(StringBuilder),
    Integer(Int64Builder),
    Decimal(Decimal128Builder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Date(Date32Builder),
}

impl Cells {
    fn new(kind: FieldType) -> Self {
        match kind {
            FieldType::Text => Self::Text(StringBuilder::new()),
            FieldType::Json => Self::Json(StringBuilder::new()),
            FieldType::Integer => Self::Integer(Int64Builder::new()),
            FieldType::Decimal => Self::Decimal(Decimal128Builder::new().with_data_type(decimal_type())),
            FieldType::Boolean => Self::Boolean(BooleanBuilder::new()),
            FieldType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            FieldType::Date => Self::Date(Date32Builder::new()),
        }
    }

    fn push(&mut self, raw: Option<&str>) {
        let text = || raw.and_then(json::text_of);
        match self {
            Self::Text(cells) => cells.append_option(text()),
            Self::Json(cells) => cells.append_option(raw),
            Self::Integer(cells) => cells.append_option(text().and_then(|text| whole(&text))),
            Self::Decimal(cells) => cells.append_option(text().and_then(|text| nanos_of_text(&text))),
            Self::Boolean(cells) => cells.append_option(text().and_then(|text| text.parse::<bool>().ok())),
            Self::Timestamp(cells) => cells.append_option(text().and_then(|text| Timestamp::parse(&text).ok()).map(Timestamp::micros)),
            Self::Date(cells) => cells.append_option(text().and_then(|text| Day::parse(&text).ok()).map(|day| day.0)),
        }
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut cells) | Self::Json(mut cells) => Arc::new(cells.finish()),
            Self::Integer(mut cells) => Arc::new(cells.finish()),
            Self::Decimal(mut cells) => Arc::new(cells.finish()),
            Self::Boolean(mut cells) => Arc::new(cells.finish()),
            Self::Timestamp(mut cells) => Arc::new(cells.finish()),
            Self::Date(mut cells) => Arc::new(cells.finish()),
        }
    }
}

/// A whole number, however it is written; `5.0` is one, `5.5` is not.
fn whole(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let nanos = nanos_of_text(text)?;
    if nanos % ONE == 0 { i64::try_from(nanos / ONE).ok() } else { None }
}
