//! NDJSON: one JSON object a line; each names its own columns.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use hashbrown::HashMap;
use serde::de::IgnoredAny;

use super::{BATCH_ROWS, CellColumn, Counted, FileError, LINE_BYTES, Opened, RowBatch, RowFault, TextColumn, shown};
use crate::json;

pub(super) fn open(path: &Path, file: Counted) -> Opened {
    let batches =
        Batches { path: path.to_owned(), reader: BufReader::with_capacity(1 << 18, file), line: Vec::new(), number: 0, done: false };
    (Vec::new(), Box::new(batches))
}

struct Batches {
    path: PathBuf,
    reader: BufReader<Counted>,
    line: Vec<u8>,
    number: u64,
    done: bool,
}

impl Iterator for Batches {
    type Item = Result<RowBatch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut rows = Rows::default();
        while rows.numbers.len() + rows.faults.len() < BATCH_ROWS {
            match self.next_line() {
                Ok(Some(whole)) => rows.push(self.number, &self.line, whole),
                Ok(None) => {
                    self.done = true;
                    break;
                }
                Err(source) => {
                    self.done = true;
                    return Some(Err(FileError::Io { path: self.path.clone(), source }));
                }
            }
        }
        Some(Ok(rows.finish()))
    }
}

impl Batches {
    /// Reads the next line; answers whether it is whole, or `None` at the end. What is beyond the limit of a line is passed over.
    fn next_line(&mut self) -> std::io::Result<Option<bool>> {
        self.line.clear();
        let mut whole = true;
        let mut any = false;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            let room = LINE_BYTES.saturating_sub(self.line.len());
            whole &= part.len() <= room;
            self.line.extend_from_slice(part.get(..part.len().min(room)).unwrap_or_default());
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number += u64::from(any);
        Ok(any.then_some(whole))
    }
}

#[derive(Default)]
struct Rows {
    numbers: Vec<u64>,
    names: Vec<String>,
    places: HashMap<String, usize>,
    cells: Vec<TextColumn>,
    faults: Vec<RowFault>,
}

impl Rows {
    fn push(&mut self, number: u64, line: &[u8], whole: bool) {
        let fault = |message: String| RowFault { number, message, raw: shown(line) };
        if !whole {
            return self.faults.push(fault(format!("the line is longer than {} MB", LINE_BYTES >> 20)));
        }
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.trim_start_matches('\u{feff}').trim(),
            Err(error) => {
                return self
                    .faults
                    .push(fault(format!("the line is not UTF-8 at byte {}; save the file as UTF-8", error.valid_up_to() + 1)));
            }
        };
        if text.is_empty() {
            return;
        }
        if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
            return self.faults.push(fault(format!("the line is not JSON: {error}")));
        }
        if !text.starts_with('{') {
            return self.faults.push(fault("the line is not a JSON object; write one object a line, like {\"id\": 1}".into()));
        }
        let row = self.numbers.len();
        self.numbers.push(number);
        for (name, raw) in json::Members::of(text) {
            self.put(row, &name.text(), raw);
        }
        for column in self.cells.iter_mut().filter(|column| column.len() == row) {
            column.push_null();
        }
    }

    fn put(&mut self, row: usize, name: &str, raw: &str) {
        let place = if let Some(place) = self.places.get(name) {
            *place
        } else {
            self.names.push(name.to_owned());
            self.places.insert(name.to_owned(), self.names.len() - 1);
            self.cells.push(TextColumn::with_nulls(row));
            self.names.len() - 1
        };
        let Some(column) = self.cells.get_mut(place).filter(|column| column.len() == row) else { return };
        match json::text_of(raw) {
            None => column.push_null(),
            Some(text) if raw.starts_with('"') => column.push_text(&text),
            Some(_) => column.push_json(raw),
        }
    }

    fn finish(self) -> RowBatch {
        RowBatch {
            names: self.names.into(),
            numbers: self.numbers,
            cells: self.cells.into_iter().map(CellColumn::Texts).collect(),
            faults: self.faults,
        }
    }
}
