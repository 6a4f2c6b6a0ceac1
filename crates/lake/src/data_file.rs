//! A data file of a table: where it is, what part of the table it holds, and the range of values of its columns.

use std::collections::BTreeMap;
use std::path::PathBuf;

use mainstay_model::{Day, Timestamp};

/// A value that bounds a column from below or above.
#[derive(Clone, PartialEq, PartialOrd, Debug)]
pub enum Bound {
    /// Of a whole number.
    Integer(i64),
    /// Of an instant, in microseconds; rounded outwards to milliseconds when it was read back from the log.
    Instant(i64),
    /// Of a calendar day.
    Day(i32),
    /// Of a text; long ones are cut, outwards.
    Text(String),
}

/// The range of a column in one file.
#[derive(Clone, PartialEq, Debug)]
pub struct ColumnRange {
    /// No value is smaller than the first or larger than the second; none where no row has a value.
    pub bounds: Option<(Bound, Bound)>,
    /// How many rows have no value.
    pub nulls: u64,
}

/// One Parquet file of a table. The partition column is not in the file.
#[derive(Clone, PartialEq, Debug)]
pub struct DataFile {
    /// The file.
    pub path: PathBuf,
    /// Its path inside the table's folder, as the table's log names it.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// How many rows it holds.
    pub rows: u64,
    /// The value of the partition column: the month of events, the entity of records.
    pub partition: Option<String>,
    /// The ranges of its columns, where they are known.
    pub ranges: BTreeMap<String, ColumnRange>,
}

impl DataFile {
    /// The first and last position in it.
    #[must_use]
    pub fn positions(&self) -> Option<(u64, u64)> {
        match self.range("position")? {
            (Bound::Integer(min), Bound::Integer(max)) => Some((u64::try_from(*min).ok()?, u64::try_from(*max).ok()?)),
            _ => None,
        }
    }

    /// The first and last instant at which something in it was true.
    #[must_use]
    pub fn occurred_at(&self) -> Option<(Timestamp, Timestamp)> {
        self.instants("occurred_at")
    }

    /// The first and last instant at which something in it was received.
    #[must_use]
    pub fn received_at(&self) -> Option<(Timestamp, Timestamp)> {
        self.instants("received_at")
    }

    /// The first and last calendar day in a column.
    #[must_use]
    pub fn days(&self, column: &str) -> Option<(Day, Day)> {
        match self.range(column)? {
            (Bound::Day(min), Bound::Day(max)) => Some((Day(*min), Day(*max))),
            _ => None,
        }
    }

    /// Whether a text may be in a column; true where nothing is known.
    #[must_use]
    pub fn may_hold(&self, column: &str, text: &str) -> bool {
        match self.ranges.get(column).map(|range| &range.bounds) {
            Some(Some((Bound::Text(min), Bound::Text(max)))) => min.as_str() <= text && text <= max.as_str(),
            Some(None) => false,
            _ => true,
        }
    }

    /// How many rows have no value in a column, where that is known.
    #[must_use]
    pub fn nulls(&self, column: &str) -> Option<u64> {
        self.ranges.get(column).map(|range| range.nulls)
    }

    fn range(&self, column: &str) -> Option<(&Bound, &Bound)> {
        self.ranges.get(column)?.bounds.as_ref().map(|(min, max)| (min, max))
    }

    fn instants(&self, column: &str) -> Option<(Timestamp, Timestamp)> {
        match self.range(column)? {
            (Bound::Instant(min), Bound::Instant(max)) => Some((Timestamp(*min), Timestamp(*max))),
            _ => None,
        }
    }
}
