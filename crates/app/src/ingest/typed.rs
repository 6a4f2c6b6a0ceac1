//! Values as their field declares them: what a sender wrote, checked and written the one way the records keep it.

use std::str::FromStr;

use mainstay_model::{Day, Field, FieldType, ReasonCode, TimeError, Timestamp};
use rust_decimal::Decimal;

/// Why a value does not fit its field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Misfit {
    /// The stable code.
    pub code: ReasonCode,
    /// What is wrong and what to write instead.
    pub message: String,
}

/// The largest whole number, exclusive: 18 digits.
const INTEGER_LIMIT: i64 = 1_000_000_000_000_000_000;
/// Digits kept after the decimal point.
const DECIMAL_PLACES: u32 = 9;

/// A JSON value as the field declares it, as JSON text. Numbers and truths written as text are read where they are exact.
///
/// # Errors
/// [`Misfit`] when the value is of another type.
pub fn typed_json(field: &Field, json: &str) -> Result<String, Misfit> {
    let json = json.trim();
    if json == "null" || field.kind == FieldType::Json {
        return Ok(json.to_owned());
    }
    match json.as_bytes().first() {
        Some(b'"') => {
            let text: String = serde_json::from_str(json).map_err(|_| wrong(field, "text with valid escapes"))?;
            typed_text(field, &text)
        }
        Some(b'{' | b'[') => Err(wrong(field, expected(field.kind))),
        _ => match field.kind {
            FieldType::Text => Ok(quoted(json)),
            FieldType::Timestamp | FieldType::Date => Err(wrong(field, expected(field.kind))),
            _ => typed_text(field, json),
        },
    }
}

/// A text as the field declares it, as JSON text.
///
/// # Errors
/// [`Misfit`] when the text does not read as the field's type.
pub fn typed_text(field: &Field, text: &str) -> Result<String, Misfit> {
    let trimmed = text.trim();
    let no = || wrong(field, expected(field.kind));
    match field.kind {
        FieldType::Text => Ok(quoted(text)),
        FieldType::Integer => integer(trimmed).map(|number| number.to_string()).ok_or_else(no),
        FieldType::Decimal => decimal(trimmed).map(|number| number.to_string()).ok_or_else(no),
        FieldType::Boolean => match trimmed {
            "true" | "True" | "TRUE" => Ok("true".to_owned()),
            "false" | "False" | "FALSE" => Ok("false".to_owned()),
            _ => Err(no()),
        },
        FieldType::Timestamp => Timestamp::parse(trimmed).map(|at| quoted(&at.to_rfc3339())).map_err(|error| mistimed(&error)),
        FieldType::Date => Day::parse(trimmed).map(|day| quoted(&day.to_string())).map_err(|error| mistimed(&error)),
        FieldType::Json => match serde_json::from_str::<serde_json::Value>(trimmed) {
            Ok(_) => Ok(trimmed.to_owned()),
            Err(_) => Err(no()),
        },
    }
}

/// A text as a JSON string.
#[must_use]
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn integer(text: &str) -> Option<i64> {
    let number = text.parse::<i64>().ok().or_else(|| {
        let exact = decimal(text)?;
        if exact.fract().is_zero() { exact.trunc().to_string().parse().ok() } else { None }
    })?;
    (-INTEGER_LIMIT < number && number < INTEGER_LIMIT).then_some(number)
}

fn decimal(text: &str) -> Option<Decimal> {
    let number = Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()?;
    let limit = Decimal::from(INTEGER_LIMIT);
    (-limit < number && number < limit).then(|| number.round_dp(DECIMAL_PLACES).normalize())
}

fn mistimed(error: &TimeError) -> Misfit {
    Misfit { code: ReasonCode::InvalidTime, message: error.to_string() }
}

fn wrong(field: &Field, expected: &str) -> Misfit {
    Misfit { code: ReasonCode::WrongType, message: format!("`{}` must be {expected}", field.name) }
}

const fn expected(kind: FieldType) -> &'static str {
    match kind {
        FieldType::Text => "text",
        FieldType::Integer => "a whole number of at most 18 digits, like 120",
        FieldType::Decimal => "a number of at most 18 digits before the point, like 1250.50",
        FieldType::Boolean => "true or false",
        FieldType::Timestamp => "a time with its zone, like 2026-03-01T09:30:00Z",
        FieldType::Date => "a day, like 2026-03-01",
        FieldType::Json => "valid JSON",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldType) -> Field {
        Field { name: "f".into(), kind, description: String::new(), required: false, personal: false }
    }

    #[test]
    fn numbers_written_as_text_are_read_where_they_are_exact() {
        assert_eq!(typed_json(&field(FieldType::Integer), "\"120\""), Ok("120".into()));
        assert_eq!(typed_json(&field(FieldType::Integer), "120.0"), Ok("120".into()));
        assert_eq!(typed_json(&field(FieldType::Decimal), "\"12.50\""), Ok("12.5".into()));
        assert_eq!(typed_json(&field(FieldType::Decimal), "1e3"), Ok("1000".into()));
        assert_eq!(typed_json(&field(FieldType::Decimal), "0.30000000000000004"), Ok("0.3".into()));
        assert_eq!(typed_json(&field(FieldType::Boolean), "\"true\""), Ok("true".into()));
    }

    #[test]
    fn a_value_of_another_type_is_refused_with_what_to_write() {
        for (kind, json) in [
            (FieldType::Integer, "\"50-100\""),
            (FieldType::Integer, "1.5"),
            (FieldType::Integer, "1000000000000000000"),
            (FieldType::Decimal, "\"12,50\""),
            (FieldType::Boolean, "1"),
            (FieldType::Text, "{}"),
            (FieldType::Timestamp, "1700000000"),
            (FieldType::Date, "20260301"),
        ] {
            let misfit = typed_json(&field(kind), json).unwrap_err();
            assert_eq!(misfit.code, ReasonCode::WrongType, "{kind:?} {json}");
        }
        let naive = typed_json(&field(FieldType::Timestamp), "\"2026-03-01T09:30:00\"").unwrap_err();
        assert_eq!(naive.code, ReasonCode::InvalidTime);
    }

    #[test]
    fn times_are_kept_in_utc_and_null_stays_null() {
        assert_eq!(typed_json(&field(FieldType::Timestamp), "\"2026-03-01T09:30:00+02:00\""), Ok("\"2026-03-01T07:30:00Z\"".into()));
        assert_eq!(typed_json(&field(FieldType::Date), "null"), Ok("null".into()));
        assert_eq!(typed_json(&field(FieldType::Text), "42"), Ok("\"42\"".into()));
    }
}
