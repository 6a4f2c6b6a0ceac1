//! Writes query results: a table for people, CSV, JSON, or JSON a line.
//!
//! Instants are RFC 3339, days ISO, exact numbers without trailing zeros, nulls empty (CSV, table) or `null` (JSON).

use std::io::{self, Write};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use mainstay_model::{Day, Timestamp};

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Aligned columns.
    Table,
    /// Comma-separated values with a header.
    Csv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// The words of the command line.
    pub const ALL: [(&'static str, Self); 4] = [("table", Self::Table), ("csv", Self::Csv), ("json", Self::Json), ("ndjson", Self::Ndjson)];

    /// The format of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, format)| format)
    }
}

/// Results as text.
#[must_use]
pub fn format_batches(columns: &[String], batches: &[RecordBatch], format: Format) -> String {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = write_batches(&mut out, columns, batches, format);
    String::from_utf8_lossy(&out).into_owned()
}

/// Writes results.
///
/// # Errors
/// What the writer says.
pub fn write_batches(out: &mut dyn Write, columns: &[String], batches: &[RecordBatch], format: Format) -> io::Result<()> {
    match format {
        Format::Table => write_table(out, columns, batches),
        Format::Csv => write_csv(out, columns, batches),
        Format::Json => {
            out.write_all(b"[")?;
            write_objects(out, columns, batches, b",\n ")?;
            out.write_all(b"]\n")
        }
        Format::Ndjson => {
            write_objects(out, columns, batches, b"\n")?;
            if batches.iter().any(|batch| batch.num_rows() > 0) { out.write_all(b"\n") } else { Ok(()) }
        }
    }
}

/// A cell as a person reads it; `None` for null.
#[must_use]
pub fn cell_text(array: &ArrayRef, row: usize) -> Option<String> {
    if array.is_null(row) || row >= array.len() {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Decimal128(_, scale) => decimal_text(array.as_primitive::<Decimal128Type>().value(row), *scale),
        DataType::Float64 => float_text(array.as_primitive::<Float64Type>().value(row)),
        DataType::Float32 => float_text(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Date32 => Day(array.as_primitive::<Date32Type>().value(row)).to_string(),
        DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, _) => {
            Timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row)).to_rfc3339()
        }
        _ => {
            let options = FormatOptions::default().with_null("");
            ArrayFormatter::try_new(array, &options).map_or_else(|_| String::new(), |formatter| formatter.value(row).to_string())
        }
    })
}

fn decimal_text(value: i128, scale: i8) -> String {
    let Ok(scale) = usize::try_from(scale) else { return value.to_string() };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn float_text(value: f64) -> String {
    if value == 0.0 || (1e-6..1e16).contains(&value.abs()) { value.to_string() } else { format!("{value:e}") }
}

/// A cell as JSON: numbers and truths bare, JSON columns stay texts, the rest quoted.
fn cell_json(array: &ArrayRef, row: usize) -> String {
    let Some(text) = cell_text(array, row) else { return "null".to_owned() };
    match array.data_type() {
        kind if kind.is_floating() && !text.parse::<f64>().is_ok_and(f64::is_finite) => "null".to_owned(),
        kind if kind.is_numeric() || kind == &DataType::Boolean => text,
        _ => serde_json::Value::String(text).to_string(),
    }
}

fn write_objects(out: &mut dyn Write, columns: &[String], batches: &[RecordBatch], between: &[u8]) -> io::Result<()> {
    let names: Vec<String> = columns.iter().map(|name| serde_json::Value::String(name.clone()).to_string()).collect();
    let mut first = true;
    for batch in batches {
        for row in 0..batch.num_rows() {
            if !std::mem::take(&mut first) {
                out.write_all(between)?;
            }
            let members: Vec<String> =
                names.iter().zip(batch.columns()).map(|(name, array)| format!("{name}:{}", cell_json(array, row))).collect();
            write!(out, "{{{}}}", members.join(","))?;
        }
    }
    Ok(())
}

fn write_csv(out: &mut dyn Write, columns: &[String], batches: &[RecordBatch]) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(columns)?;
    for batch in batches {
        for row in 0..batch.num_rows() {
            writer.write_record(batch.columns().iter().map(|array| cell_text(array, row).unwrap_or_default()))?;
        }
    }
    writer.flush()
}

fn write_table(out: &mut dyn Write, columns: &[String], batches: &[RecordBatch]) -> io::Result<()> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for batch in batches {
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|array| one_line(&cell_text(array, row).unwrap_or_default())).collect());
        }
    }
    let right: Vec<bool> =
        (0..columns.len()).map(|column| batches.first().is_some_and(|batch| batch.column(column).data_type().is_numeric())).collect();
    let mut widths: Vec<usize> = columns.iter().map(|name| name.chars().count()).collect();
    for row in &rows {
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = (*width).max(cell.chars().count()));
    }
    write_line(out, columns, &widths, &right)?;
    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    write_line(out, &rules, &widths, &right)?;
    rows.iter().try_for_each(|row| write_line(out, row, &widths, &right))?;
    writeln!(out, "({} {})", rows.len(), if rows.len() == 1 { "row" } else { "rows" })
}

fn write_line(out: &mut dyn Write, cells: &[String], widths: &[usize], right: &[bool]) -> io::Result<()> {
    let padded = cells.iter().zip(widths).zip(right).map(|((cell, width), right)| {
        let gap = " ".repeat(width.saturating_sub(cell.chars().count()));
        if *right { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
    });
    let line = padded.collect::<Vec<_>>().join("  ");
    writeln!(out, "{}", line.trim_end())
}

/// A cell on one line, without what would steer a terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{BooleanArray, Decimal128Array, Float64Array, StringArray, TimestampMicrosecondArray};

    use super::*;

    fn sample() -> (Vec<String>, RecordBatch) {
        let batch = RecordBatch::try_from_iter([
            ("id", Arc::new(StringArray::from(vec![Some("a,\"b\""), None])) as ArrayRef),
            ("amount", Arc::new(Decimal128Array::from(vec![Some(1_500_000_000), Some(-3)]).with_precision_and_scale(38, 9).unwrap())),
            ("score", Arc::new(Float64Array::from(vec![Some(72.5), Some(f64::NAN)]))),
            ("on", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![Some(0), None]).with_timezone("UTC"))),
        ])
        .unwrap();
        (batch.schema().fields().iter().map(|field| field.name().clone()).collect(), batch)
    }

    #[test]
    fn every_format_writes_every_kind_of_cell() {
        let (columns, batch) = sample();
        let all: Vec<String> = Format::ALL
            .iter()
            .map(|(name, format)| format!("{name}:\n{}", format_batches(&columns, std::slice::from_ref(&batch), *format)))
            .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn nothing_is_still_valid_output() {
        assert_eq!(format_batches(&["a".into()], &[], Format::Json), "[]\n");
        assert_eq!(format_batches(&["a".into()], &[], Format::Csv), "a\n");
        assert_eq!(format_batches(&["a".into()], &[], Format::Ndjson), "");
    }
}
