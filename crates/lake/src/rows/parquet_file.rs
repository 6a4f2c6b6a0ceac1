//! Parquet: columns of any type; nested ones become JSON.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::{BATCH_ROWS, CellColumn, FileError, Opened, RowBatch};

pub(super) fn open(path: &Path, file: File, read: Arc<AtomicU64>, bytes: u64) -> Result<Opened, FileError> {
    let damaged = |message: String| FileError::Damaged { path: path.to_owned(), message };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(error.to_string()))?;
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or_default().max(1);
    let names: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
    if let Some((place, name)) =
        names.iter().enumerate().find(|(place, name)| names.iter().position(|other| other == *name) != Some(*place))
    {
        let message = format!("two columns are named `{name}` (the second is column {}); rename one", place + 1);
        return Err(FileError::Header { path: path.to_owned(), message });
    }
    let reader = builder.with_batch_size(BATCH_ROWS).build().map_err(|error| damaged(error.to_string()))?;
    let batches = Batches { path: path.to_owned(), reader, names: names.clone().into(), row: 0, rows, read, bytes };
    Ok((names, Box::new(batches)))
}

struct Batches {
    path: PathBuf,
    reader: ParquetRecordBatchReader,
    names: Arc<[String]>,
    row: u64,
    rows: u64,
    read: Arc<AtomicU64>,
    bytes: u64,
}

impl Iterator for Batches {
    type Item = Result<RowBatch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?.and_then(|batch| self.batch(&batch));
        Some(batch.map_err(|error| FileError::Damaged { path: self.path.clone(), message: error.to_string() }))
    }
}

impl Batches {
    fn batch(&mut self, batch: &RecordBatch) -> Result<RowBatch, ArrowError> {
        let cells = batch.columns().iter().map(cells).collect::<Result<_, _>>()?;
        let first = self.row + 1;
        self.row += batch.num_rows() as u64;
        // Columns are read in turns, so the share of rows says more about progress than the place in the file.
        let done = u128::from(self.bytes) * u128::from(self.row) / u128::from(self.rows);
        self.read.store(u64::try_from(done).unwrap_or(self.bytes), Ordering::Relaxed);
        Ok(RowBatch { names: Arc::clone(&self.names), numbers: (first..=self.row).collect(), cells, faults: Vec::new() })
    }
}

fn cells(array: &ArrayRef) -> Result<CellColumn, ArrowError> {
    let texts = |array: &ArrayRef, json| Ok(CellColumn::Array { texts: cast(array, &DataType::Utf8)?.as_string::<i32>().clone(), json });
    match array.data_type() {
        DataType::Timestamp(_, zone) => {
            let zoned = zone.is_some();
            let micros = cast(array, &DataType::Timestamp(TimeUnit::Microsecond, zone.clone()))?;
            Ok(CellColumn::Times { at: micros.as_primitive::<TimestampMicrosecondType>().clone(), zoned })
        }
        kind if kind.is_floating() => Ok(CellColumn::Array { texts: floats(array)?, json: true }),
        kind if kind.is_numeric() || kind == &DataType::Boolean => texts(array, true),
        DataType::Struct(_) | DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::Map(..) => nested(array),
        DataType::Dictionary(_, inner) if inner.is_numeric() => texts(array, true),
        _ => texts(array, false),
    }
}

/// Floats as the shortest text that names them; what is no number is null, as JSON has none.
fn floats(array: &ArrayRef) -> Result<StringArray, ArrowError> {
    let single = array.data_type() == &DataType::Float32;
    let values = cast(array, &DataType::Float64)?;
    let text = |value: f64| if single { (value as f32).to_string() } else { value.to_string() };
    let rows = values.as_primitive::<arrow::datatypes::Float64Type>().iter();
    Ok(rows.map(|value| value.filter(|value| value.is_finite()).map(text)).collect())
}

/// Lists, structs and maps as JSON.
fn nested(array: &ArrayRef) -> Result<CellColumn, ArrowError> {
    let batch = RecordBatch::try_from_iter([("v", Arc::clone(array))])?;
    let mut out = Vec::new();
    let mut writer = arrow::json::WriterBuilder::new().with_explicit_nulls(true).build::<_, arrow::json::writer::LineDelimited>(&mut out);
    writer.write(&batch)?;
    writer.finish()?;
    let lines = String::from_utf8_lossy(&out);
    let texts: StringArray = lines.lines().map(|line| crate::json::member(line, "v").filter(|raw| !crate::json::is_null(raw))).collect();
    Ok(CellColumn::Array { texts, json: true })
}
