//! What an evaluation answered, as plain values: exact numbers, floats, texts, truths, days, instants.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{cast, filter_record_batch};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use mainstay_model::{Day, Timestamp, Zone};

use super::types::{DECIMALS, decimal_type, float_of_nanos, instant_type, nanos_of_float, nanos_of_text};

/// The rows of a batch that a mask selects.
///
/// # Errors
/// Where mask and batch differ in length.
pub fn select(batch: &RecordBatch, mask: &BooleanArray) -> Result<RecordBatch, ArrowError> {
    if mask.true_count() == batch.num_rows() && mask.len() == batch.num_rows() {
        Ok(batch.clone())
    } else {
        filter_record_batch(batch, mask)
    }
}

/// Numbers in units of the ninth decimal place. Exact from decimal and whole numbers, rounded from floats; texts are read.
#[must_use]
pub fn nanos(array: &ArrayRef) -> Vec<Option<i128>> {
    match array.data_type() {
        DataType::Decimal128(_, DECIMALS) => array.as_primitive::<Decimal128Type>().iter().collect(),
        DataType::Utf8 => array.as_string::<i32>().iter().map(|text| nanos_of_text(text?)).collect(),
        kind if kind.is_floating() => {
            as_type(array, &DataType::Float64).as_primitive::<Float64Type>().iter().map(|value| nanos_of_float(value?)).collect()
        }
        kind if kind.is_numeric() => as_type(array, &decimal_type()).as_primitive::<Decimal128Type>().iter().collect(),
        DataType::Boolean => array.as_boolean().iter().map(|truth| truth.map(|truth| if truth { super::types::ONE } else { 0 })).collect(),
        _ => vec![None; array.len()],
    }
}

/// Numbers as floats; what is no number, or not finite, is `None`.
#[must_use]
pub fn numbers(array: &ArrayRef) -> Vec<Option<f64>> {
    match array.data_type() {
        DataType::Float64 => array.as_primitive::<Float64Type>().iter().map(|value| value.filter(|value| value.is_finite())).collect(),
        DataType::Int64 => array.as_primitive::<Int64Type>().iter().map(|value| value.map(|value| value as f64)).collect(),
        _ => nanos(array).into_iter().map(|value| value.map(float_of_nanos)).collect(),
    }
}

/// Texts; other values as they are written in SQL.
#[must_use]
pub fn texts(array: &ArrayRef) -> Vec<Option<String>> {
    if array.data_type() == &DataType::Utf8 {
        return array.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect();
    }
    (0..array.len()).map(|row| crate::format::cell_text(array, row)).collect()
}

/// Truths; anything else is `None`.
#[must_use]
pub fn booleans(array: &ArrayRef) -> Vec<Option<bool>> {
    match array.data_type() {
        DataType::Boolean => array.as_boolean().iter().collect(),
        _ => vec![None; array.len()],
    }
}

/// Days of days or instants, in a zone.
#[must_use]
pub fn days(array: &ArrayRef, zone: &Zone) -> Vec<Option<Day>> {
    match crate::functions::days::days_of(array, zone) {
        Ok(days) => days.iter().map(|day| day.map(Day)).collect(),
        Err(_) => vec![None; array.len()],
    }
}

/// Instants.
#[must_use]
pub fn instants(array: &ArrayRef) -> Vec<Option<Timestamp>> {
    match array.data_type() {
        DataType::Timestamp(..) => {
            as_type(array, &instant_type()).as_primitive::<TimestampMicrosecondType>().iter().map(|at| at.map(Timestamp)).collect()
        }
        _ => vec![None; array.len()],
    }
}

/// A conversion between numbers (or instants) that answers null for what does not fit.
fn as_type(array: &ArrayRef, kind: &DataType) -> ArrayRef {
    cast(array, kind).unwrap_or_else(|_| arrow::array::new_null_array(kind, array.len()))
}
