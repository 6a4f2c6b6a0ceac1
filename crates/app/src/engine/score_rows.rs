//! Scores as rows of the `scores` table, where they are kept for ever: those of accounts, and those of their products.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use mainstay_health::NumberColumn;
use mainstay_lake::tables;
use mainstay_model::{Day, Timestamp};

use super::frame::Frame;
use super::plan::Plan;
use super::scored::ScoredRows;
use crate::error::{AppError, ErrorCode, Result};

/// The scores of a frame at the end of a day; an account's row, and one for each of its products.
pub(crate) fn score_rows(plan: &Plan, frame: &Frame, day: Day, recorded_at: Timestamp) -> Result<RecordBatch> {
    let when = When { day, scored_at: frame.as_of, recorded_at };
    let accounts: Vec<&str> = frame.ids.iter().map(AsRef::as_ref).collect();
    let of_accounts = rows(&frame.scored(plan), when, &accounts, None)?;
    let products = &frame.products.rows;
    if products.len() == 0 {
        return Ok(of_accounts);
    }
    let owner = |row: &u32| frame.ids.get(*row as usize).map_or("", AsRef::as_ref);
    let accounts: Vec<&str> = products.owners.iter().map(owner).collect();
    let names: Vec<&str> = products.names.iter().map(AsRef::as_ref).collect();
    let of_products = rows(&frame.products.scored(plan), when, &accounts, Some(&names))?;
    arrow::compute::concat_batches(&of_accounts.schema(), [&of_accounts, &of_products]).map_err(unwritten)
}

/// The instants that all rows share.
#[derive(Clone, Copy)]
struct When {
    day: Day,
    scored_at: Timestamp,
    recorded_at: Timestamp,
}

fn rows(scored: &ScoredRows<'_>, when: When, accounts: &[&str], products: Option<&[&str]>) -> Result<RecordBatch> {
    let count = accounts.len();
    let numbers = |column: &NumberColumn| -> ArrayRef { Arc::new((0..count).map(|row| column.get(row)).collect::<Float64Array>()) };
    let words = |word: &dyn Fn(usize) -> Option<String>| -> ArrayRef { Arc::new((0..count).map(word).collect::<StringArray>()) };
    let instants = |at: Timestamp| -> ArrayRef { Arc::new(TimestampMicrosecondArray::from(vec![at.0; count]).with_timezone("UTC")) };
    let named = |name: &str| Some(name.to_owned()).filter(|name| !name.is_empty());
    let schema = tables::schema("scores");
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match (field.name().as_str(), products) {
            ("account_id", _) => Arc::new(StringArray::from_iter_values(accounts)),
            ("product", Some(products)) => Arc::new(StringArray::from_iter_values(products)),
            ("day", _) => Arc::new(Date32Array::from(vec![when.day.0; count])),
            ("scored_at", _) => instants(when.scored_at),
            ("recorded_at", _) => instants(when.recorded_at),
            ("model", _) => words(&|row| named(scored.model(row).0)),
            ("model_version", _) => words(&|row| named(scored.model(row).1)),
            ("score", _) => numbers(&scored.scores.shown),
            ("computed", _) => numbers(&scored.scores.computed),
            ("band", _) => words(&|row| named(scored.band(row))),
            ("coverage", _) => numbers(&scored.scores.coverage),
            ("guard", _) => words(&|row| scored.guard(row)),
            ("overridden", _) => Arc::new((0..count).map(|row| Some(scored.is_overridden(row))).collect::<BooleanArray>()),
            _ => arrow::array::new_null_array(field.data_type(), count),
        }
    });
    let columns = columns.collect();
    RecordBatch::try_new(schema, columns).map_err(unwritten)
}

fn unwritten(error: arrow::error::ArrowError) -> AppError {
    AppError::new(ErrorCode::Unavailable, "scores could not be written down").caused_by(error)
}
