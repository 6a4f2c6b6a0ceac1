//! CSV: a header that names each column once, then a row a record. The separator is the one the header uses most.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use csv::{ByteRecord, Reader, ReaderBuilder};

use super::{BATCH_ROWS, CellColumn, Counted, FileError, Opened, RowBatch, RowFault, TextColumn, shown};

pub(super) fn open(path: &Path, file: Counted) -> Result<Opened, FileError> {
    let damaged = |error: &csv::Error| FileError::Damaged { path: path.to_owned(), message: error.to_string() };
    let mut buffered = BufReader::with_capacity(1 << 18, file);
    let head = buffered.fill_buf().map_err(|source| FileError::Io { path: path.to_owned(), source })?;
    let separator = separator(head);
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(buffered);
    let mut header = ByteRecord::new();
    if !reader.read_byte_record(&mut header).map_err(|error| damaged(&error))? {
        return Err(FileError::Header { path: path.to_owned(), message: "the file is empty; its first line must name the columns".into() });
    }
    let columns = names(path, &header)?;
    let batches = Batches { path: path.to_owned(), separator, reader, names: columns.clone().into(), records: Vec::new(), done: false };
    Ok((columns, Box::new(batches)))
}

fn separator(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let uses = |candidate: u8| memchr::memchr_iter(candidate, line).count();
    let most = [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|candidate| uses(*candidate)).unwrap_or(b',');
    if uses(most) == 0 { b',' } else { most }
}

fn names(path: &Path, header: &ByteRecord) -> Result<Vec<String>, FileError> {
    let refused = |message: String| FileError::Header { path: path.to_owned(), message };
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (place, raw) in header.iter().enumerate() {
        let name = std::str::from_utf8(raw)
            .map_err(|_| refused(format!("the name of column {} is not UTF-8; save the file as UTF-8", place + 1)))?;
        let name = name.trim_start_matches('\u{feff}').trim();
        if name.is_empty() {
            return Err(refused(format!("column {} has no name; name every column in the first line", place + 1)));
        }
        if let Some(first) = names.iter().position(|known| known == name) {
            return Err(refused(format!("columns {} and {} are both named `{name}`; rename one", first + 1, place + 1)));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

struct Batches {
    path: PathBuf,
    separator: u8,
    reader: Reader<BufReader<Counted>>,
    names: Arc<[String]>,
    /// Kept between batches for their buffers.
    records: Vec<ByteRecord>,
    done: bool,
}

impl Iterator for Batches {
    type Item = Result<RowBatch, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        Some(self.read())
    }
}

impl Batches {
    fn read(&mut self) -> Result<RowBatch, FileError> {
        let mut count = 0;
        while count < BATCH_ROWS {
            if self.records.len() == count {
                self.records.push(ByteRecord::new());
            }
            let Some(record) = self.records.get_mut(count) else { break };
            match self.reader.read_byte_record(record) {
                Ok(true) => count += 1,
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(error) => {
                    self.done = true;
                    return Err(FileError::Damaged { path: self.path.clone(), message: error.to_string() });
                }
            }
        }
        let mut rows = Rows::new(&self.names, self.separator);
        let (last, others) = match self.records.get(..count).and_then(<[ByteRecord]>::split_last) {
            Some((last, others)) if self.done => (Some(last), others),
            _ => (None, self.records.get(..count).unwrap_or_default()),
        };
        for record in others {
            rows.push(record);
        }
        if let Some(last) = last {
            if self.is_cut(last)? {
                rows.fault(last, "the file ends inside a quoted text: it was cut; ask its sender for a whole copy".into());
            } else {
                rows.push(last);
            }
        }
        Ok(rows.finish())
    }

    /// Whether the file ends inside quotes: the parser takes what there is, so the raw text of the last record is looked at.
    fn is_cut(&self, last: &ByteRecord) -> Result<bool, FileError> {
        let unreadable = |source| FileError::Io { path: self.path.clone(), source };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        file.seek(SeekFrom::Start(last.position().map_or(0, csv::Position::byte))).map_err(unreadable)?;
        let mut place = Place::Start;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let count = file.read(&mut buffer).map_err(unreadable)?;
            if count == 0 {
                return Ok(matches!(place, Place::Quoted));
            }
            let bytes = buffer.get(..count).unwrap_or_default();
            place = bytes.iter().fold(place, |place, byte| place.after(*byte, self.separator));
        }
    }
}

/// Where in a cell a byte stands.
#[derive(Clone, Copy)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// At a quote inside quotes: the end of the text, or the first of two that mean one.
    Closing,
}

impl Place {
    const fn after(self, byte: u8, separator: u8) -> Self {
        match (self, byte) {
            (Self::Quoted, b'"') => Self::Closing,
            (Self::Start | Self::Closing, b'"') | (Self::Quoted, _) => Self::Quoted,
            (_, b'\n' | b'\r') => Self::Start,
            (_, byte) if byte == separator => Self::Start,
            _ => Self::Plain,
        }
    }
}

struct Rows<'a> {
    names: &'a Arc<[String]>,
    separator: u8,
    numbers: Vec<u64>,
    cells: Vec<TextColumn>,
    faults: Vec<RowFault>,
}

impl<'a> Rows<'a> {
    fn new(names: &'a Arc<[String]>, separator: u8) -> Self {
        Self { names, separator, numbers: Vec::new(), cells: vec![TextColumn::default(); names.len()], faults: Vec::new() }
    }

    fn push(&mut self, record: &ByteRecord) {
        if record.len() != self.names.len() {
            let message = format!(
                "the row has {} cells, the header {}; a separator inside a text needs quotes around it",
                record.len(),
                self.names.len()
            );
            return self.fault(record, message);
        }
        if let Some(bad) = record.iter().position(|cell| std::str::from_utf8(cell).is_err()) {
            let name = self.names.get(bad).cloned().unwrap_or_default();
            return self.fault(record, format!("`{name}` is not UTF-8; save the file as UTF-8"));
        }
        self.numbers.push(record.position().map_or(0, csv::Position::line));
        for (column, cell) in self.cells.iter_mut().zip(record) {
            match std::str::from_utf8(cell) {
                Ok(text) if !text.is_empty() => column.push_text(text),
                _ => column.push_null(),
            }
        }
    }

    fn fault(&mut self, record: &ByteRecord, message: String) {
        let raw = record.iter().collect::<Vec<_>>().join(&self.separator);
        self.faults.push(RowFault { number: record.position().map_or(0, csv::Position::line), message, raw: shown(&raw) });
    }

    fn finish(self) -> RowBatch {
        RowBatch {
            names: Arc::clone(self.names),
            numbers: self.numbers,
            cells: self.cells.into_iter().map(CellColumn::Texts).collect(),
            faults: self.faults,
        }
    }
}
