//! Answers a run's conditions from the account as it is now, the run's own columns, its subject and the fact at hand.

use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema};
use mainstay_lake::expressions::values;
use mainstay_model::play::{Condition, ConditionId, ConditionScope};
use mainstay_model::{Day, Timestamp};
use mainstay_plays::{Answers, Run, run_columns};
use serde_json::{Map, Value};

use super::compiled::CompiledPlay;
use super::look::Look;
use crate::engine::array_type;

/// What a run's conditions are answered from.
pub(crate) struct RunAnswers<'a> {
    pub(crate) play: &'a CompiledPlay,
    pub(crate) look: &'a Look,
    /// The account's row in the look; none where the account is not known.
    pub(crate) row: Option<usize>,
    /// The fields of the subject's record, for runs whose subject is not the account.
    pub(crate) subject: Option<&'a Map<String, Value>>,
    /// The event or record that conditions of that scope are about: one row.
    pub(crate) fact: Option<&'a RecordBatch>,
}

impl Answers for RunAnswers<'_> {
    fn holds(&self, condition: ConditionId, run: &Run, now: Timestamp) -> Option<bool> {
        let compiled = self.play.condition(condition)?;
        let declared = self.play.play.condition(condition)?;
        let batch = match declared.scope {
            ConditionScope::Event | ConditionScope::Record(_) => self.fact?.clone(),
            ConditionScope::Account | ConditionScope::Run => self.row_for(declared, run, now)?,
        };
        let value = compiled.evaluate(&batch).ok()?;
        values::booleans(&value).into_iter().next().flatten()
    }
}

impl RunAnswers<'_> {
    /// One row with the columns that a condition reads.
    fn row_for(&self, condition: &Condition, run: &Run, now: Timestamp) -> Option<RecordBatch> {
        let own = run_columns(run, now);
        let word = self.play.play.per.word();
        let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
        for column in &condition.reads {
            let (name, kind) = (&column.name, array_type(column.kind));
            let of_subject = || {
                let name = name.strip_prefix(word)?.strip_prefix('.')?;
                Some(self.subject.and_then(|subject| subject.get(name)).cloned().unwrap_or_default())
            };
            let array = match own.get(name).cloned().or_else(of_subject) {
                Some(value) => array_of(&value, &kind),
                None => {
                    self.row.and_then(|row| Some(self.look.column(name)?.slice(row, 1))).unwrap_or_else(|| array_of(&Value::Null, &kind))
                }
            };
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).ok()
    }
}

/// One value as an array of a type; null where it does not fit.
pub(crate) fn array_of(value: &Value, kind: &DataType) -> ArrayRef {
    let text = value.as_str();
    match kind {
        DataType::Float64 => {
            let number = value.as_f64().or_else(|| text?.trim().parse().ok());
            Arc::new(Float64Array::from(vec![number]))
        }
        DataType::Boolean => {
            let truth = value.as_bool().or_else(|| text?.trim().parse().ok());
            Arc::new(BooleanArray::from(vec![truth]))
        }
        DataType::Date32 => Arc::new(Date32Array::from(vec![text.and_then(|text| Day::parse(text.get(..10)?).ok()).map(|day| day.0)])),
        DataType::Timestamp(..) => {
            let at = text.and_then(|text| Timestamp::parse(text).ok()).map(Timestamp::micros);
            Arc::new(TimestampMicrosecondArray::from(vec![at]).with_timezone("UTC"))
        }
        _ => {
            let written = match value {
                Value::Null => None,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
            Arc::new(StringArray::from(vec![written]))
        }
    }
}
