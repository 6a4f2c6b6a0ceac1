//! Guesses what the columns of a file hold, from its first rows.

use std::path::Path;

use mainstay_model::{Day, FieldType, Timestamp};

use super::{Cell, FileError, RowBatch, read_file};
use crate::expressions::types::nanos_of_text;

/// What a column seems to hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GuessedColumn {
    /// Its name.
    pub name: String,
    /// The narrowest type that fits every value seen; text where there was none.
    pub kind: FieldType,
    /// Whether times were seen without a zone.
    pub naive_times: bool,
    /// Whether each value was seen once.
    pub unique: bool,
    /// Whether every row seen had a value.
    pub complete: bool,
    /// Up to three different values.
    pub samples: Vec<String>,
}

/// What the columns of a file seem to hold, from its first rows.
///
/// # Errors
/// [`FileError`] where the file cannot be read.
pub fn guess(path: &Path) -> Result<Vec<GuessedColumn>, FileError> {
    let mut reader = read_file(path)?;
    let header = reader.columns().to_vec();
    let first = reader.next().transpose()?;
    let Some(batch) = first else { return Ok(header.into_iter().map(empty).collect()) };
    Ok((0..batch.columns().len()).map(|column| guess_column(&batch, column)).collect())
}

fn empty(name: String) -> GuessedColumn {
    GuessedColumn { name, kind: FieldType::Text, naive_times: false, unique: false, complete: false, samples: Vec::new() }
}

fn guess_column(batch: &RowBatch, column: usize) -> GuessedColumn {
    let mut guessed = empty(batch.columns().get(column).cloned().unwrap_or_default());
    let mut candidates = CANDIDATES.to_vec();
    let mut seen = std::collections::HashSet::new();
    let mut count = 0;
    for row in 0..batch.len() {
        let Some(cell) = batch.cell(row, column) else { continue };
        count += 1;
        candidates.retain(|(_, fits)| fits(&cell));
        guessed.naive_times |= matches!(cell, Cell::Civil(_)) || civil(&cell.text());
        let text = cell.text().into_owned();
        if !seen.contains(&text) {
            if guessed.samples.len() < 3 {
                guessed.samples.push(text.clone());
            }
            seen.insert(text);
        }
    }
    guessed.complete = count == batch.len() && count > 0;
    guessed.unique = seen.len() == count && count > 0;
    if let Some((kind, _)) = candidates.first().filter(|_| count > 0) {
        guessed.kind = *kind;
    }
    guessed.naive_times &= guessed.kind == FieldType::Timestamp;
    guessed
}

type Fits = fn(&Cell<'_>) -> bool;

/// The types from the narrowest to the widest; text is left when none fits.
const CANDIDATES: [(FieldType, Fits); 6] = [
    (FieldType::Boolean, |cell| matches!(cell.text().as_ref(), "true" | "false")),
    (FieldType::Integer, |cell| is_number(cell) && cell.text().parse::<i64>().is_ok_and(|number| number.unsigned_abs() < 10_u64.pow(18))),
    (FieldType::Decimal, is_number),
    (FieldType::Date, |cell| Day::parse(&cell.text()).is_ok()),
    (FieldType::Timestamp, |cell| {
        matches!(cell, Cell::Instant(_) | Cell::Civil(_))
            || Timestamp::parse(&cell.text()).is_ok()
            || civil(&cell.text())
            || Day::parse(&cell.text()).is_ok()
    }),
    (FieldType::Json, |cell| matches!(cell, Cell::Json(raw) if raw.starts_with(['{', '[']))),
];

/// A number as people write quantities: `007` is a code, not a number.
fn is_number(cell: &Cell<'_>) -> bool {
    let text = cell.text();
    let digits = text.trim_start_matches('-');
    let code = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    !code && !matches!(cell, Cell::Instant(_) | Cell::Civil(_)) && nanos_of_text(&text).is_some()
}

/// A time without a zone.
fn civil(text: &str) -> bool {
    text.len() > 10 && matches!(Timestamp::parse(text), Err(mainstay_model::TimeError::Naive { .. }))
}
