//! Files of every kind, whole and broken.

use std::io::Write;

use super::*;

fn file(ending: &str, content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::Builder::new().suffix(ending).tempfile().unwrap();
    file.write_all(content).unwrap();
    file
}

/// Rows as `number: json`, then the faults.
fn read(ending: &str, content: &[u8]) -> Result<Vec<String>, String> {
    let file = file(ending, content);
    let name = file.path().display().to_string();
    let mut seen = Vec::new();
    for batch in read_file(file.path()).map_err(|error| error.to_string().replace(&name, "file"))? {
        let batch = batch.map_err(|error| error.to_string().replace(&name, "file"))?;
        seen.extend((0..batch.len()).map(|row| format!("{}: {}", batch.number(row), batch.row_json(row))));
        seen.extend(batch.faults.iter().map(|fault| format!("{}: FAULT {} | {}", fault.number, fault.message, fault.raw)));
    }
    Ok(seen)
}

#[test]
fn csv_rows_come_with_their_lines_and_faults_do_not_stop_the_others() {
    let content = b"\xef\xbb\xbfid,name,amount\n1,\"Acme, \"\"Inc\"\"\",12.5\n2,short\n3,caf\xe9,1\n4,,\n5,a,b,c\n6,6\" pipe,7\n";
    insta::assert_snapshot!(read(".csv", content).unwrap().join("\n"));
}

#[test]
fn the_separator_is_the_one_the_header_uses() {
    assert_eq!(read(".csv", b"a;b\n1,5;x\n").unwrap(), [r#"2: {"a":"1,5","b":"x"}"#]);
    assert_eq!(read(".tsv", b"a\tb\n1\t2\n").unwrap(), [r#"2: {"a":"1","b":"2"}"#]);
    assert_eq!(read(".csv", b"a\n1\n").unwrap(), [r#"2: {"a":"1"}"#]);
}

#[test]
fn a_header_names_each_column_once() {
    let refusals: Vec<String> =
        [&b"a,b,a\n1,2,3\n"[..], b"a,,c\n", b"", b"a,\xff\n"].iter().map(|content| read(".csv", content).unwrap_err()).collect();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_file_cut_inside_quotes_says_so() {
    let seen = read(".csv", b"id,name\n1,\"whole\"\n2,\"cut in the mid").unwrap();
    assert_eq!(seen.first().map(String::as_str), Some(r#"2: {"id":"1","name":"whole"}"#));
    assert!(seen.get(1).is_some_and(|fault| fault.starts_with("3: FAULT the file ends inside a quoted text")), "{seen:?}");
    assert!(read(".csv", b"id,name\n1,whole\n2").unwrap().iter().any(|row| row.starts_with("3: FAULT the row has 1 cells")));
}

#[test]
fn ndjson_lines_name_their_own_columns() {
    let content = b"{\"a\":1,\"b\":\"x\\\"y\"}\n\n[1]\n{\"c\":{\"d\":[1,2]},\"a\":null}\n{\"a\":\n{\"a\":\"\xff\"}\n{\"a\":true}";
    insta::assert_snapshot!(read(".ndjson", content).unwrap().join("\n"));
}

#[test]
fn a_file_of_no_known_kind_is_refused() {
    assert!(read(".xlsx", b"PK").unwrap_err().contains("use .csv, .ndjson"));
    assert!(read(".parquet", b"PAR1 and no more").unwrap_err().contains("is damaged"));
    assert!(matches!(read_file(Path::new("/nowhere/file.csv")), Err(FileError::Io { .. })));
}

#[test]
fn long_files_come_in_batches_and_count_what_was_read() {
    let rows: Vec<String> = (0..20_000).map(|row| format!("{row},name {row}\n")).collect();
    let content = format!("id,name\n{}", rows.concat());
    let file = file(".csv", content.as_bytes());
    let mut reader = read_file(file.path()).unwrap();
    let mut rows = 0;
    for batch in reader.by_ref() {
        rows += batch.unwrap().len();
    }
    assert_eq!((rows, reader.bytes_read()), (20_000, content.len() as u64));
}

mod parquet_files {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
        TimestampMicrosecondArray,
    };
    use parquet::arrow::ArrowWriter;

    use super::*;

    fn sample() -> tempfile::NamedTempFile {
        let mut tags = ListBuilder::new(StringBuilder::new());
        tags.append_value([Some("a"), Some("b\"")]);
        tags.append_null();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("id", Arc::new(StringArray::from(vec!["x", "y"]))),
            ("count", Arc::new(Int64Array::from(vec![Some(7), None]))),
            ("share", Arc::new(Float64Array::from(vec![0.1, f64::NAN]))),
            ("on", Arc::new(BooleanArray::from(vec![true, false]))),
            ("day", Arc::new(Date32Array::from(vec![Some(19_723), None]))),
            ("zoned", Arc::new(TimestampMicrosecondArray::from(vec![1_700_000_000_000_000, 0]).with_timezone("UTC"))),
            ("naive", Arc::new(TimestampMicrosecondArray::from(vec![1_700_000_000_000_000, 0]))),
            ("tags", Arc::new(tags.finish())),
        ];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let file = tempfile::Builder::new().suffix(".parquet").tempfile().unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    }

    #[test]
    fn every_type_of_column_becomes_cells() {
        let file = sample();
        let batch = read_file(file.path()).unwrap().next().unwrap().unwrap();
        let naive = batch.column("naive").and_then(|column| batch.cell(0, column));
        assert!(matches!(naive, Some(Cell::Civil(_))), "{naive:?}");
        insta::assert_snapshot!((0..batch.len()).map(|row| batch.row_json(row)).collect::<Vec<_>>().join("\n"));
    }

    #[test]
    fn guesses_name_the_types() {
        let file = sample();
        insta::assert_debug_snapshot!(guess(file.path()).unwrap());
    }
}

#[test]
fn guesses_tell_codes_from_numbers_and_times_without_a_zone() {
    let content = b"id,zip,amount,at,day,flag,note\n1,01234,1.50,2026-01-01T10:00:00,2026-01-01,true,\n2,99999,2,2026-01-02T10:00:00,2026-01-02,false,hi\n";
    let file = file(".csv", content);
    let kinds: Vec<String> = guess(file.path())
        .unwrap()
        .iter()
        .map(|column| {
            format!("{}: {:?} naive={} unique={} complete={}", column.name, column.kind, column.naive_times, column.unique, column.complete)
        })
        .collect();
    insta::assert_snapshot!(kinds.join("\n"));
}
