//! An export of another system: rows with the time from which each is true.

use mainstay_model::Timestamp;

/// One export, every version that ever is.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The entity, which is also the file's name: `accounts` is written to `accounts.csv`.
    pub entity: &'static str,
    /// The columns; `updated_at` comes last.
    pub columns: Vec<&'static str>,
    /// The rows, in order of time.
    pub rows: Vec<Row>,
}

/// One version of one record.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// From when it is true.
    pub at: Timestamp,
    /// The cells, without `updated_at`; the first is the record's id.
    pub cells: Vec<String>,
}

impl Table {
    /// A table of those columns.
    pub(crate) fn new(entity: &'static str, columns: &[&'static str]) -> Self {
        let mut columns = columns.to_vec();
        columns.push("updated_at");
        Self { entity, columns, rows: Vec::new() }
    }

    /// Adds a version.
    pub(crate) fn push(&mut self, at: Timestamp, cells: Vec<String>) {
        self.rows.push(Row { at, cells });
    }

    /// Puts the rows in order of time.
    pub(crate) fn in_order(mut self) -> Self {
        self.rows.sort_by(|a, b| (a.at, a.cells.first()).cmp(&(b.at, b.cells.first())));
        self
    }

    /// The versions that became true after `from` and up to `to`, as CSV with a header; `None` where there are none.
    #[must_use]
    pub fn csv(&self, from: Timestamp, to: Timestamp) -> Option<Vec<u8>> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let mut rows = self.rows.iter().filter(|row| row.at > from && row.at <= to).peekable();
        rows.peek()?;
        writer.write_record(&self.columns).ok()?;
        for row in rows {
            let updated_at = row.at.to_rfc3339();
            writer.write_record(row.cells.iter().map(String::as_str).chain([updated_at.as_str()])).ok()?;
        }
        writer.into_inner().ok()
    }
}
