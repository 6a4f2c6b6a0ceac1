//! The types that values have inside the SQL engine, and how the language's words map to them.

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use mainstay_model::FieldType;
use mainstay_model::expression::{Column, ValueType};
use std::sync::Arc;

/// Decimal places of every exact number.
pub const DECIMALS: i8 = 9;
/// One whole in units of the last decimal place.
pub const ONE: i128 = 1_000_000_000;
/// The smallest magnitude that no exact number reaches.
pub const LIMIT: i128 = 10_i128.pow(38);

/// The type of exact numbers: 29 digits before the point and 9 after.
#[must_use]
pub const fn decimal_type() -> DataType {
    DataType::Decimal128(38, DECIMALS)
}

/// The type of instants: microseconds UTC.
#[must_use]
pub fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The Arrow type of a declared field.
#[must_use]
pub fn field_type(kind: FieldType) -> DataType {
    match kind {
        FieldType::Text | FieldType::Json => DataType::Utf8,
        FieldType::Integer => DataType::Int64,
        FieldType::Decimal => decimal_type(),
        FieldType::Boolean => DataType::Boolean,
        FieldType::Timestamp => instant_type(),
        FieldType::Date => DataType::Date32,
    }
}

/// The Arrow schema of columns of which only the language's type is known; numbers are floating.
#[must_use]
pub fn schema_of(columns: &[Column]) -> SchemaRef {
    let field = |column: &Column| {
        let kind = match column.kind {
            ValueType::Number => DataType::Float64,
            ValueType::Text => DataType::Utf8,
            ValueType::Boolean => DataType::Boolean,
            ValueType::Timestamp => instant_type(),
            ValueType::Date => DataType::Date32,
        };
        Field::new(&column.name, kind, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

/// The language's word for an Arrow type; `None` for what has none, e.g. intervals.
#[must_use]
pub fn value_type(kind: &DataType) -> Option<ValueType> {
    match kind {
        kind if kind.is_numeric() => Some(ValueType::Number),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(ValueType::Text),
        DataType::Boolean => Some(ValueType::Boolean),
        DataType::Timestamp(..) => Some(ValueType::Timestamp),
        DataType::Date32 | DataType::Date64 => Some(ValueType::Date),
        DataType::Dictionary(_, inner) => value_type(inner),
        _ => None,
    }
}

/// A written number in units of the ninth decimal place, rounded half away from zero; `None` where it is no number or too large.
#[must_use]
pub fn nanos_of_text(text: &str) -> Option<i128> {
    let text = text.trim();
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if let Some(value) = short_nanos(unsigned) {
        return Some(if negative { -value } else { value });
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut digits = 0_i128;
    // Digits beyond what 38 places hold only decide the rounding, and only the first of them does.
    let mut left = i64::from(exponent) + i64::from(DECIMALS) + i64::try_from(whole.len()).ok()?;
    let mut round_up = false;
    for byte in whole.bytes().chain(fraction.bytes()) {
        if !byte.is_ascii_digit() {
            return None;
        }
        if left > 0 {
            digits = digits.checked_mul(10)?.checked_add(i128::from(byte - b'0'))?;
        } else if left == 0 {
            round_up = byte >= b'5';
        }
        left -= 1;
    }
    while left > 0 && digits != 0 {
        digits = digits.checked_mul(10)?;
        left -= 1;
    }
    let value = digits + i128::from(round_up);
    (value < LIMIT).then_some(if negative { -value } else { value })
}

/// The common case: at most 18 digits before the point and 9 after, no exponent.
fn short_nanos(text: &str) -> Option<i128> {
    let (mut whole, mut fraction, mut places, mut after_point) = (0_u64, 0_u64, 0_u32, false);
    if text.len() > 18 {
        return None;
    }
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' if after_point => {
                fraction = fraction * 10 + u64::from(byte - b'0');
                places += 1;
            }
            b'0'..=b'9' => whole = whole * 10 + u64::from(byte - b'0'),
            b'.' if !after_point => after_point = true,
            _ => return None,
        }
    }
    let scale = 10_u64.pow(9_u32.checked_sub(places)?);
    (text.len() > usize::from(after_point)).then(|| i128::from(whole) * ONE + i128::from(fraction * scale))
}

/// A floating number in units of the ninth decimal place; `None` where it is no finite number or too large.
#[must_use]
pub fn nanos_of_float(value: f64) -> Option<i128> {
    if !value.is_finite() {
        return None;
    }
    // The shortest text that names the float is what a person meant by it; scaling in binary would add noise.
    if value.abs() < 1e15 && value.fract() == 0.0 {
        return Some(value as i128 * ONE);
    }
    nanos_of_text(&format!("{value:e}"))
}

/// An exact number as floating.
#[must_use]
pub fn float_of_nanos(nanos: i128) -> f64 {
    // Dividing the correctly rounded numerator by an exact power of ten is off by one rounding at most, and the same everywhere.
    nanos as f64 / ONE as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn written_numbers_are_read_exactly() {
        let cases = [
            ("0", Some(0)),
            ("12.34", Some(12_340_000_000)),
            ("-0.000000001", Some(-1)),
            (" 7 ", Some(7 * ONE)),
            ("1e3", Some(1000 * ONE)),
            ("1.5E-3", Some(1_500_000)),
            ("0.0000000005", Some(1)),
            ("0.00000000049", Some(0)),
            (".5", Some(500_000_000)),
            ("5.", Some(5 * ONE)),
            ("1e400", None),
            ("abc", None),
            ("", None),
            ("-", None),
            (".", None),
            ("1,5", None),
            ("NaN", None),
            ("0e99999", Some(0)),
            ("99999999999999999999999999999.999999999", Some(LIMIT - 1)),
            ("99999999999999999999999999999.9999999999", None),
        ];
        for (text, nanos) in cases {
            assert_eq!(nanos_of_text(text), nanos, "{text}");
        }
    }

    proptest! {
        #[test]
        fn floats_with_few_decimals_become_what_they_are_written_as(units in -1_000_000_000_000_i64..1_000_000_000_000, places in 0_u32..6) {
            let scale = 10_i64.pow(places);
            let value = units as f64 / scale as f64;
            prop_assert_eq!(nanos_of_float(value), Some(i128::from(units) * (ONE / i128::from(scale))));
        }

        #[test]
        fn the_common_case_reads_as_the_general_one(text in "-?[0-9]{0,12}\\.?[0-9]{0,11}") {
            prop_assert_eq!(nanos_of_text(&text), nanos_of_text(&format!("{text}e0")));
        }

        #[test]
        fn reading_survives_any_text(text in ".{0,40}") {
            let _ = nanos_of_text(&text);
        }
    }
}
