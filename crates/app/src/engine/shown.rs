//! What lists show, sort and search of every account beside its signals: the fields of its record, kept as columns by the account's number.

mod search;

use std::sync::{Arc, PoisonError};

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::DataType;
use hashbrown::HashSet;
use mainstay_health::Column;
use mainstay_lake::records::RecordsQuery;
use mainstay_model::Timestamp;
use mainstay_model::expression::record_columns;

pub(crate) use self::search::SearchText;
use super::arrays::{empty, kind_of, to_column};
use super::measure::cannot_select;
use super::measure::texts_of;
use super::plan::Plan;
use super::state::State;
use crate::error::Result;

/// The fields of all accounts and the text they are found by. Follows the records: only accounts whose records moved are read again.
pub(crate) struct Shown {
    fields: Vec<(String, Column)>,
    pub(crate) search: SearchText,
    /// Accounts whose records moved.
    due: HashSet<u32>,
}

impl Shown {
    /// No accounts yet.
    pub(crate) fn new(plan: &Plan) -> Self {
        let accounts = plan.workspace.entities.get("accounts");
        let columns = accounts.into_iter().flat_map(|entity| record_columns(entity).into_iter().map(move |column| (entity, column)));
        let fields = columns.filter(|(entity, column)| entity.field(&column.name).is_some());
        let fields = fields.map(|(_, column)| (column.name, empty(column.kind))).collect();
        Self { fields, search: SearchText::default(), due: HashSet::new() }
    }

    /// Says that the records of an account moved.
    pub(crate) fn is_due(&mut self, subject: u32) {
        self.due.insert(subject);
    }

    /// A field of all accounts; those beyond its end do not have it.
    pub(crate) fn field(&self, name: &str) -> Option<&Column> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }
}

impl State {
    /// Brings the shown fields of accounts up to date whose records moved.
    pub(super) fn show_fields(&mut self, now: Timestamp) -> Result<()> {
        let known = self.shown.search.len();
        let mut due: Vec<u32> = self.shown.due.drain().collect();
        due.sort_unstable();
        let plan = Arc::clone(&self.plan);
        if let Some(entity) = plan.workspace.entities.get("accounts").filter(|_| !due.is_empty()) {
            let ids: Vec<&str> = due.iter().map(|subject| self.subjects.id(*subject)).collect();
            let accounts = if due.len() == self.subjects.len() { None } else { Some(ids.as_slice()) };
            let query = RecordsQuery { as_of: now, known: None, accounts, zone: &plan.workspace.zone };
            let records = self.records.read().unwrap_or_else(PoisonError::into_inner);
            let table = records.table(entity, query).map_err(cannot_select)?;
            drop(records);
            self.show_table(&table);
        }
        // Accounts without a record are found by their ids.
        for subject in self.subjects.since(known) {
            if !self.shown.search.has(subject) {
                self.shown.search.set(subject, self.subjects.id(subject), None);
            }
        }
        Ok(())
    }

    fn show_table(&mut self, table: &RecordBatch) {
        let ids = texts_of(table, "id");
        let subjects: Vec<Option<usize>> = ids.iter().map(|id| Some(self.subjects.find((*id)?)? as usize)).collect();
        let rows = || subjects.iter().enumerate().filter_map(|(row, subject)| Some((row, (*subject)?)));
        for (name, column) in &mut self.shown.fields {
            let Some(array) = table.column_by_name(name) else { continue };
            if let (Column::Texts(texts), DataType::Utf8) = (&mut *column, array.data_type()) {
                let cells = array.as_string::<i32>();
                rows().for_each(|(row, subject)| texts.set_text(subject, cells.is_valid(row).then(|| cells.value(row))));
                continue;
            }
            let fresh = to_column(array, kind_of(column), &self.plan.workspace.zone);
            rows().for_each(|(row, subject)| column.set(subject, fresh.get(row).as_ref()));
        }
        let names = texts_of(table, "name");
        for (row, subject) in rows() {
            let Ok(subject) = u32::try_from(subject) else { continue };
            self.shown.search.set(subject, self.subjects.id(subject), names.get(row).copied().flatten());
        }
    }
}
