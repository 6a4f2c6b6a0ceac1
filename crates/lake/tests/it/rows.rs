//! Tables of the application: rows are appended once per transaction number, and compacted without loss.

use std::sync::Arc;

use arrow::array::{Date32Array, Float64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use mainstay_lake::{Lake, LakeError, LakeOptions, TableSpec};
use mainstay_model::Day;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::support::{block_on, clock, quiet};

fn schema() -> SchemaRef {
    let field = |name, kind| Field::new(name, kind, true);
    Arc::new(Schema::new(vec![field("account_id", DataType::Utf8), field("day", DataType::Date32), field("score", DataType::Float64)]))
}

fn scores(day: i32) -> RecordBatch {
    let accounts: Vec<String> = (0..5).map(|number| format!("a{number}")).collect();
    RecordBatch::try_new(
        schema(),
        vec![Arc::new(StringArray::from(accounts)), Arc::new(Date32Array::from(vec![day; 5])), Arc::new(Float64Array::from(vec![72.5; 5]))],
    )
    .unwrap()
}

fn open(folder: &std::path::Path) -> Lake {
    let tables = vec![TableSpec::new("scores", schema(), &["account_id", "day"])];
    Lake::open(folder, LakeOptions { tables, ..quiet() }, clock()).unwrap()
}

#[test]
fn rows_of_a_transaction_number_are_appended_once_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    assert!(block_on(lake.append_rows("scores", scores(1), Some(1))).unwrap());
    assert!(!block_on(lake.append_rows("scores", scores(1), Some(1))).unwrap());
    assert!(block_on(lake.append_rows("scores", scores(2), None)).unwrap());
    drop(lake);
    let lake = open(folder.path());
    assert!(!block_on(lake.append_rows("scores", scores(1), Some(1))).unwrap());
    let snapshot = lake.snapshot().unwrap();
    let files = snapshot.files("scores");
    assert_eq!(
        files.iter().map(|file| (file.rows, file.days("day"))).collect::<Vec<_>>(),
        [(5, Some((Day(2), Day(2)))), (5, Some((Day(1), Day(1))))]
    );
    let unknown = block_on(lake.append_rows("none", scores(1), None)).unwrap_err();
    assert!(matches!(unknown, LakeError::NoSuchTable { .. }));
    assert!(block_on(lake.append_rows("events", scores(1), None)).is_err(), "facts come through the inbox only");
}

#[test]
fn many_small_files_become_one_in_the_declared_order() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path());
    for day in 0..20 {
        block_on(lake.append_rows("scores", scores(day), Some(day as u64 + 1))).unwrap();
    }
    let done = block_on(lake.compact()).unwrap();
    assert_eq!((done.files_before, done.files_after, done.rows), (20, 1, 100));
    let file = &lake.files("scores")[0];
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&file.path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let rows = arrow::compute::concat_batches(&batches[0].schema(), &batches).unwrap();
    let accounts: Vec<_> = rows.column(0).as_any().downcast_ref::<StringArray>().unwrap().iter().flatten().map(str::to_owned).collect();
    assert!(accounts.is_sorted() && accounts.len() == 100);
}
