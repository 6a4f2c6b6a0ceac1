//! A column of cells: texts side by side in one buffer, or instants.

use arrow::array::{Array, StringArray, TimestampMicrosecondArray};
use mainstay_model::Timestamp;

use super::Cell;

/// The cells of one column.
#[derive(Clone, Debug)]
pub(crate) enum CellColumn {
    /// Texts.
    Texts(TextColumn),
    /// Texts as Arrow has them, all of them plain or all of them JSON.
    Array { texts: StringArray, json: bool },
    /// Instants, or civil times where there is no zone.
    Times { at: TimestampMicrosecondArray, zoned: bool },
}

impl CellColumn {
    pub(super) fn cell(&self, row: usize) -> Option<Cell<'_>> {
        match self {
            Self::Texts(texts) => texts.cell(row),
            Self::Array { texts, json } => {
                let text = (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))?;
                Some(if *json { Cell::Json(text) } else { Cell::Text(text) })
            }
            Self::Times { at, zoned } => {
                let at = (row < at.len() && at.is_valid(row)).then(|| Timestamp(at.value(row)))?;
                Some(if *zoned { Cell::Instant(at) } else { Cell::Civil(at) })
            }
        }
    }
}

/// What a cell of a text column is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Null,
    Text,
    Json,
}

/// Cells one after the other in one text.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextColumn {
    text: String,
    ends: Vec<(usize, Form)>,
}

impl TextColumn {
    /// A column that begins with so many nulls.
    pub(super) fn with_nulls(count: usize) -> Self {
        Self { text: String::new(), ends: vec![(0, Form::Null); count] }
    }

    pub(super) const fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn push_null(&mut self) {
        self.ends.push((self.text.len(), Form::Null));
    }

    pub(super) fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push((self.text.len(), Form::Text));
    }

    pub(super) fn push_json(&mut self, raw: &str) {
        self.text.push_str(raw);
        self.ends.push((self.text.len(), Form::Json));
    }

    fn cell(&self, row: usize) -> Option<Cell<'_>> {
        let (end, form) = *self.ends.get(row)?;
        let start = row.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(end, _)| *end);
        let text = self.text.get(start..end)?;
        match form {
            Form::Null => None,
            Form::Text => Some(Cell::Text(text)),
            Form::Json => Some(Cell::Json(text)),
        }
    }
}
