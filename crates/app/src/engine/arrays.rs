//! Between the columns of signals and the arrays of expressions.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, StringArray, TimestampMicrosecondArray};
use mainstay_health::{Column, NumberColumn, TextColumn};
use mainstay_lake::expressions::values;
use mainstay_model::Zone;
use mainstay_model::expression::ValueType;

/// A column as an array; not known is null.
pub(crate) fn to_array(column: &Column) -> ArrayRef {
    match column {
        Column::Numbers(numbers) => Arc::new(numbers.0.iter().map(|value| (!value.is_nan()).then_some(*value)).collect::<Float64Array>()),
        Column::Texts(texts) => Arc::new((0..texts.codes().len()).map(|row| texts.get(row).map(AsRef::as_ref)).collect::<StringArray>()),
        Column::Booleans(truths) => Arc::new(truths.iter().copied().collect::<BooleanArray>()),
        Column::Days(days) => Arc::new(days.iter().map(|day| day.map(|day| day.0)).collect::<Date32Array>()),
        Column::Instants(instants) => {
            Arc::new(instants.iter().map(|at| at.map(|at| at.0)).collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        }
    }
}

/// An array as a column of the wanted type.
pub(crate) fn to_column(array: &ArrayRef, kind: ValueType, zone: &Zone) -> Column {
    match kind {
        ValueType::Number => Column::Numbers(values::numbers(array).into_iter().collect::<NumberColumn>()),
        ValueType::Text => {
            let texts = values::texts(array);
            Column::Texts(texts.iter().map(|text| text.as_deref()).collect::<TextColumn>())
        }
        ValueType::Boolean => Column::Booleans(values::booleans(array)),
        ValueType::Date => Column::Days(values::days(array, zone)),
        ValueType::Timestamp => Column::Instants(values::instants(array)),
    }
}

/// The type of a column's values.
pub(crate) const fn kind_of(column: &Column) -> ValueType {
    match column {
        Column::Numbers(_) => ValueType::Number,
        Column::Texts(_) => ValueType::Text,
        Column::Booleans(_) => ValueType::Boolean,
        Column::Days(_) => ValueType::Date,
        Column::Instants(_) => ValueType::Timestamp,
    }
}

/// A column of that type with no rows.
pub(crate) fn empty(kind: ValueType) -> Column {
    match kind {
        ValueType::Number => Column::Numbers(NumberColumn::default()),
        ValueType::Text => Column::Texts(TextColumn::default()),
        ValueType::Boolean => Column::Booleans(Vec::new()),
        ValueType::Date => Column::Days(Vec::new()),
        ValueType::Timestamp => Column::Instants(Vec::new()),
    }
}

/// The rows of a column that belong to these subjects, in their order; a subject beyond its end is not known.
pub(crate) fn gather(column: &Column, subjects: &[u32], kind: ValueType) -> Column {
    if let Column::Numbers(numbers) = column {
        let picked = subjects.iter().map(|subject| numbers.0.get(*subject as usize).copied().unwrap_or(f64::NAN)).collect();
        return Column::Numbers(NumberColumn(picked));
    }
    let mut picked = empty(kind);
    for (row, subject) in subjects.iter().enumerate() {
        picked.set(row, column.get(*subject as usize).as_ref());
    }
    picked
}

/// Writes rows into the rows of their subjects.
pub(crate) fn scatter(into: &mut Column, subjects: &[u32], rows: &Column) {
    if let (Column::Numbers(into), Column::Numbers(rows)) = (&mut *into, rows) {
        let needed = subjects.iter().max().map_or(0, |subject| *subject as usize + 1);
        if into.0.len() < needed {
            into.0.resize(needed, f64::NAN);
        }
        for (subject, value) in subjects.iter().zip(&rows.0) {
            if let Some(slot) = into.0.get_mut(*subject as usize) {
                *slot = *value;
            }
        }
        return;
    }
    for (row, subject) in subjects.iter().enumerate() {
        into.set(*subject as usize, rows.get(row).as_ref());
    }
}
