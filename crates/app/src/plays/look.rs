//! Some accounts as they are at an instant, column after column.

use std::cell::RefCell;
use std::sync::{Arc, PoisonError};

use arrow::array::{Array as _, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::datatypes::{Field, Schema};
use hashbrown::HashMap;
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_lake::records::RecordsQuery;
use mainstay_model::{Timestamp, Zone};
use serde_json::Value;

use crate::engine::{Frame, Plan, State, faulty, texts_of, unsorted};
use crate::error::Result;

/// Some accounts at one instant. Columns are made when they are first asked for.
pub(crate) struct Look {
    pub(crate) plan: Arc<Plan>,
    frame: Frame,
    rows: HashMap<Arc<str>, usize>,
    records: Option<AccountRecords>,
    columns: RefCell<HashMap<String, Option<ArrayRef>>>,
}

impl Look {
    /// The accounts of these numbers as the state has them.
    pub(crate) fn new(state: &State, subjects: &[u32], now: Timestamp) -> Result<Self> {
        Self::of(state, state.present_of(subjects, now)?, None)
    }

    /// The accounts of a frame of the state, as of its instant; of what had been received by `known` where that is said.
    pub(crate) fn of(state: &State, frame: Frame, known: Option<Timestamp>) -> Result<Self> {
        let rows = frame.ids.iter().enumerate().map(|(row, id)| (Arc::clone(id), row)).collect();
        let records = account_records(state, &frame, known)?;
        Ok(Self { plan: Arc::clone(&state.plan), frame, rows, records, columns: RefCell::default() })
    }

    /// The accounts' ids, row by row.
    pub(crate) fn ids(&self) -> &[Arc<str>] {
        &self.frame.ids
    }

    /// The row of an account; none where it is not known.
    pub(crate) fn row(&self, account: &str) -> Option<usize> {
        self.rows.get(account).copied()
    }

    /// The band and score of a row.
    pub(crate) fn health(&self, row: usize) -> (String, Option<f64>) {
        (self.frame.band(&self.plan, row).to_owned(), self.score(row))
    }

    /// The score of a row.
    pub(crate) fn score(&self, row: usize) -> Option<f64> {
        self.frame.scores.shown.get(row)
    }

    /// A column of the accounts; none where there is no such column.
    pub(crate) fn column(&self, name: &str) -> Option<ArrayRef> {
        if let Some(known) = self.columns.borrow().get(name) {
            return known.clone();
        }
        let of_record = || self.records.as_ref().and_then(|records| records.column(name));
        let column = self.frame.array(&self.plan, name).or_else(of_record);
        self.columns.borrow_mut().insert(name.to_owned(), column.clone());
        column
    }

    /// For which rows a condition over accounts holds; not known counts as not.
    pub(crate) fn mask(&self, condition: &CompiledExpression) -> Result<BooleanArray> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for name in condition.columns_needed() {
            let Some(array) = self.column(name) else { return Ok(BooleanArray::from(vec![false; self.frame.len()])) };
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.frame.len()));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(unsorted)?;
        condition.evaluate_mask(&batch).map_err(faulty)
    }

    /// A column's value for a row, as JSON; null where it is not known.
    pub(crate) fn json(&self, row: usize, name: &str) -> Value {
        self.column(name).map_or(Value::Null, |column| json_at(&column, row))
    }

    /// The zone of an account: its own where it names one that exists, else the workspace's.
    pub(crate) fn zone(&self, row: usize) -> Zone {
        let named = self.json(row, "time_zone").as_str().and_then(|name| Zone::named(name).ok());
        named.unwrap_or_else(|| self.plan.workspace.zone.clone())
    }
}

/// The records of accounts.
struct AccountRecords {
    table: RecordBatch,
    /// The table's row for each row of the frame.
    rows: UInt32Array,
}

impl AccountRecords {
    /// A field, row by row of the frame.
    fn column(&self, name: &str) -> Option<ArrayRef> {
        let column = self.table.column_by_name(name)?;
        // The rows are the table's own, so they can be taken.
        arrow::compute::take(column, &self.rows, None).ok()
    }
}

/// One value of a column as JSON: numbers as numbers, truths as truths, everything else as it is written.
pub(crate) fn json_at(column: &ArrayRef, row: usize) -> Value {
    if row >= column.len() || column.is_null(row) {
        return Value::Null;
    }
    let one = column.slice(row, 1);
    if one.data_type().is_numeric() {
        return values::numbers(&one).into_iter().flatten().next().map_or(Value::Null, Value::from);
    }
    let truth = values::booleans(&one).into_iter().flatten().next().map(Value::from);
    truth.or_else(|| values::texts(&one).into_iter().flatten().next().map(Value::from)).unwrap_or_default()
}

fn account_records(state: &State, frame: &Frame, known: Option<Timestamp>) -> Result<Option<AccountRecords>> {
    let Some(entity) = state.plan.workspace.entities.get("accounts") else { return Ok(None) };
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let ids: Vec<&str> = frame.ids.iter().map(AsRef::as_ref).collect();
    let accounts = if frame.len() == state.subjects.len() { None } else { Some(ids.as_slice()) };
    let query = RecordsQuery { as_of: frame.as_of, known, accounts, zone: &state.plan.workspace.zone };
    let table = records.table(entity, query).map_err(unsorted)?;
    let rows: UInt32Array = {
        let places: HashMap<&str, u32> = texts_of(&table, "id").into_iter().zip(0..).filter_map(|(id, row)| Some((id?, row))).collect();
        frame.ids.iter().map(|id| places.get(id.as_ref()).copied()).collect()
    };
    Ok(Some(AccountRecords { table, rows }))
}
