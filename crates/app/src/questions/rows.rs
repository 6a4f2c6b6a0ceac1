//! Builds a documented table row by row; what a row does not say is null.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, SchemaRef};
use mainstay_health::Value;
use mainstay_lake::tables as documented;
use mainstay_model::Timestamp;

use crate::engine::unsorted;
use crate::error::Result;

/// A table being built.
pub(super) struct Rows {
    schema: SchemaRef,
    cells: Vec<Cells>,
    rows: usize,
}

enum Cells {
    Text(StringBuilder),
    Number(Float64Builder),
    Integer(Int64Builder),
    Truth(BooleanBuilder),
    Instant(TimestampMicrosecondBuilder),
}

impl Rows {
    /// No rows yet.
    pub(super) fn new(table: &str) -> Self {
        let schema = documented::schema(table);
        let cells = schema.fields().iter().map(|field| match field.data_type() {
            DataType::Float64 => Cells::Number(Float64Builder::new()),
            DataType::Int64 => Cells::Integer(Int64Builder::new()),
            DataType::Boolean => Cells::Truth(BooleanBuilder::new()),
            DataType::Timestamp(..) => Cells::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            _ => Cells::Text(StringBuilder::new()),
        });
        let cells = cells.collect();
        Self { schema, cells, rows: 0 }
    }

    fn cell(&mut self, name: &str) -> Option<&mut Cells> {
        let at = self.schema.index_of(name).ok()?;
        self.cells.get_mut(at)
    }

    pub(super) fn text(&mut self, name: &str, text: Option<&str>) {
        if let Some(Cells::Text(cells)) = self.cell(name) {
            cells.append_option(text);
        }
    }

    pub(super) fn number(&mut self, name: &str, number: Option<f64>) {
        if let Some(Cells::Number(cells)) = self.cell(name) {
            cells.append_option(number);
        }
    }

    pub(super) fn integer(&mut self, name: &str, number: u64) {
        if let Some(Cells::Integer(cells)) = self.cell(name) {
            cells.append_value(i64::try_from(number).unwrap_or(i64::MAX));
        }
    }

    pub(super) fn truth(&mut self, name: &str, truth: bool) {
        if let Some(Cells::Truth(cells)) = self.cell(name) {
            cells.append_value(truth);
        }
    }

    pub(super) fn instant(&mut self, name: &str, at: Option<Timestamp>) {
        if let Some(Cells::Instant(cells)) = self.cell(name) {
            cells.append_option(at.map(|at| at.0));
        }
    }

    /// A signal's value: numbers and truths in `value`, everything else in `text`.
    pub(super) fn value(&mut self, value: Option<Value>) {
        match value {
            Some(Value::Number(number)) => self.number("value", Some(number)),
            Some(Value::Boolean(truth)) => self.number("value", Some(f64::from(u8::from(truth)))),
            Some(Value::Text(text)) => self.text("text", Some(&text)),
            Some(Value::Day(day)) => self.text("text", Some(&day.to_string())),
            Some(Value::Instant(at)) => self.text("text", Some(&at.to_string())),
            None => {}
        }
    }

    /// Ends a row.
    pub(super) fn end(&mut self) {
        self.rows += 1;
        for cells in &mut self.cells {
            match cells {
                Cells::Text(cells) => pad(self.rows, cells, StringBuilder::append_null),
                Cells::Number(cells) => pad(self.rows, cells, Float64Builder::append_null),
                Cells::Integer(cells) => pad(self.rows, cells, Int64Builder::append_null),
                Cells::Truth(cells) => pad(self.rows, cells, BooleanBuilder::append_null),
                Cells::Instant(cells) => pad(self.rows, cells, TimestampMicrosecondBuilder::append_null),
            }
        }
    }

    /// The table.
    pub(super) fn finish(self) -> Result<RecordBatch> {
        let arrays = self.cells.into_iter().map(|cells| -> ArrayRef {
            match cells {
                Cells::Text(mut cells) => Arc::new(cells.finish()),
                Cells::Number(mut cells) => Arc::new(cells.finish()),
                Cells::Integer(mut cells) => Arc::new(cells.finish()),
                Cells::Truth(mut cells) => Arc::new(cells.finish()),
                Cells::Instant(mut cells) => Arc::new(cells.finish()),
            }
        });
        let arrays = arrays.collect();
        RecordBatch::try_new(self.schema, arrays).map_err(unsorted)
    }
}

fn pad<B: ArrayBuilder>(rows: usize, cells: &mut B, null: impl Fn(&mut B)) {
    while cells.len() < rows {
        null(cells);
    }
}
