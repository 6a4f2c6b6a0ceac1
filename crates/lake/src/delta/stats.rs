//! The statistics of a data file, as the Delta log writes them: JSON with `numRecords`, `minValues`, `maxValues`, `nullCount`.

use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray as _, RecordBatch};
use arrow::compute::{max, max_string, min, min_string};
use arrow::datatypes::{DataType, Date32Type, Int64Type, SchemaRef, TimeUnit, TimestampMicrosecondType};
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value, json};

use crate::data_file::{Bound, ColumnRange};

/// Texts that say nothing about where to look.
const WITHOUT_RANGE: [&str; 3] = ["message_id", "properties", "fields"];
/// Bounds of text are cut to this many characters.
const TEXT_CHARS: usize = 64;
const MICROS_PER_MILLI: i64 = 1000;

/// What is known about the rows written so far.
#[derive(Default, Debug)]
pub(crate) struct Stats {
    pub(crate) rows: u64,
    pub(crate) ranges: BTreeMap<String, ColumnRange>,
}

impl Stats {
    /// Takes the rows of a batch into account.
    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        self.rows += batch.num_rows() as u64;
        for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
            if WITHOUT_RANGE.contains(&field.name().as_str()) {
                continue;
            }
            if !has_range(field.data_type()) {
                continue;
            }
            let range = self.ranges.entry(field.name().clone()).or_insert(ColumnRange { bounds: None, nulls: 0 });
            range.nulls += column.null_count() as u64;
            range.bounds = match (range.bounds.take(), bounds(column)) {
                (Some((min, max)), Some((low, high))) => Some((if low < min { low } else { min }, if high > max { high } else { max })),
                (before, found) => before.or(found),
            };
        }
    }

    /// The statistics as text for the log.
    pub(crate) fn to_json(&self) -> String {
        let (mut min, mut max, mut nulls) = (Map::new(), Map::new(), Map::new());
        for (column, range) in &self.ranges {
            if let Some((low, high)) = &range.bounds {
                min.insert(column.clone(), lower(low));
                max.insert(column.clone(), upper(high));
            }
            nulls.insert(column.clone(), range.nulls.into());
        }
        json!({"numRecords": self.rows, "minValues": min, "maxValues": max, "nullCount": nulls}).to_string()
    }

    /// Reads statistics from the log. Columns whose range cannot be read have none.
    pub(crate) fn from_json(text: &str, schema: &SchemaRef) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(text) else { return Self::default() };
        let rows = value.get("numRecords").and_then(Value::as_u64).unwrap_or(0);
        let mut ranges = BTreeMap::new();
        for field in schema.fields() {
            let at = |part: &str| value.get(part).and_then(|values| values.get(field.name()));
            let bound = |part| at(part).and_then(|value| read(value, field.data_type()));
            let bounds = bound("minValues").zip(bound("maxValues"));
            let nulls = at("nullCount").and_then(Value::as_u64);
            if let Some(nulls) = nulls.filter(|nulls| bounds.is_some() || *nulls == rows) {
                ranges.insert(field.name().clone(), ColumnRange { bounds, nulls });
            }
        }
        Self { rows, ranges }
    }
}

fn has_range(kind: &DataType) -> bool {
    matches!(kind, DataType::Int64 | DataType::Timestamp(TimeUnit::Microsecond, _) | DataType::Date32 | DataType::Utf8)
}

fn bounds(column: &ArrayRef) -> Option<(Bound, Bound)> {
    match column.data_type() {
        DataType::Int64 => {
            let values = column.as_primitive::<Int64Type>();
            Some((Bound::Integer(min(values)?), Bound::Integer(max(values)?)))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let values = column.as_primitive::<TimestampMicrosecondType>();
            Some((Bound::Instant(min(values)?), Bound::Instant(max(values)?)))
        }
        DataType::Date32 => {
            let values = column.as_primitive::<Date32Type>();
            Some((Bound::Day(min(values)?), Bound::Day(max(values)?)))
        }
        DataType::Utf8 => {
            let values = column.as_string::<i32>();
            Some((Bound::Text(min_string(values)?.to_owned()), Bound::Text(max_string(values)?.to_owned())))
        }
        _ => None,
    }
}

fn lower(bound: &Bound) -> Value {
    match bound {
        Bound::Instant(at) => instant(at.div_euclid(MICROS_PER_MILLI) * MICROS_PER_MILLI),
        Bound::Text(text) => text.chars().take(TEXT_CHARS).collect::<String>().into(),
        other => exact(other),
    }
}

fn upper(bound: &Bound) -> Value {
    match bound {
        // The next whole millisecond: the log knows no finer instants, and a bound that is too low would hide rows.
        Bound::Instant(at) => instant((at.saturating_add(MICROS_PER_MILLI - 1)).div_euclid(MICROS_PER_MILLI) * MICROS_PER_MILLI),
        Bound::Text(text) if text.chars().nth(TEXT_CHARS).is_some() => {
            let mut cut: String = text.chars().take(TEXT_CHARS).collect();
            cut.push(char::MAX);
            cut.into()
        }
        other => exact(other),
    }
}

fn exact(bound: &Bound) -> Value {
    match bound {
        Bound::Integer(number) => (*number).into(),
        Bound::Instant(at) => instant(*at),
        Bound::Day(day) => Day(*day).to_string().into(),
        Bound::Text(text) => text.as_str().into(),
    }
}

fn instant(micros: i64) -> Value {
    let instant = jiff::Timestamp::from_microsecond(micros).unwrap_or_default();
    format!("{instant:.3}").into()
}

fn read(value: &Value, kind: &DataType) -> Option<Bound> {
    match kind {
        DataType::Int64 => value.as_i64().map(Bound::Integer),
        DataType::Timestamp(..) => Timestamp::parse(value.as_str()?).ok().map(|at| Bound::Instant(at.0)),
        DataType::Date32 => Day::parse(value.as_str()?).ok().map(|day| Bound::Day(day.0)),
        DataType::Utf8 => value.as_str().map(|text| Bound::Text(text.to_owned())),
        _ => None,
    }
}
