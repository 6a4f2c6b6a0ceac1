//! What the records say about some accounts as of an instant: fields, measures over records, overrides.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use hashbrown::HashMap;
use mainstay_health::{About, Column, Selection};
use mainstay_lake::expressions::values;
use mainstay_lake::records::{Records, RecordsQuery};
use mainstay_model::health::Override;
use mainstay_model::{Day, Entity, FactDigest, Timestamp};

use super::arrays::{empty, to_column};
use super::measure::{Placed, cannot_select, instants_of, measure_records, texts_of};
use super::plan::{How, Plan};
use crate::error::{AppError, ErrorCode, Result};

/// Records as of an instant, about all accounts or some.
pub(crate) struct RecordReader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) records: &'a Records,
    pub(crate) as_of: Timestamp,
    pub(crate) known: Option<Timestamp>,
    /// The accounts asked about, in the order of the rows.
    pub(crate) ids: &'a [Arc<str>],
    /// Whether these are all accounts there are.
    pub(crate) all: bool,
    /// When the first record of each entity was true.
    pub(crate) first_seen: &'a HashMap<String, Timestamp>,
}

impl RecordReader<'_> {
    pub(super) fn table(&self, entity: &Entity) -> Result<RecordBatch> {
        let accounts: Vec<&str> = self.ids.iter().map(AsRef::as_ref).collect();
        let query = RecordsQuery {
            as_of: self.as_of,
            known: self.known,
            accounts: if self.all { None } else { Some(&accounts) },
            zone: &self.plan.workspace.zone,
        };
        self.records.table(entity, query).map_err(|error| {
            AppError::new(ErrorCode::Unavailable, format!("the records of {} could not be read", entity.name)).caused_by(error)
        })
    }

    pub(super) fn rows(&self) -> HashMap<&str, u32> {
        self.ids.iter().enumerate().map(|(row, id)| (id.as_ref(), u32::try_from(row).unwrap_or(u32::MAX))).collect()
    }

    /// The account fields that expressions read, in the plan's order.
    pub(crate) fn fields(&self) -> Result<Vec<Column>> {
        let Some(accounts) = self.plan.workspace.entities.get("accounts").filter(|_| !self.plan.fields.is_empty()) else {
            return Ok(Vec::new());
        };
        let table = self.table(accounts)?;
        let rows = self.rows();
        let mut order = vec![None; self.ids.len()];
        for (at, id) in texts_of(&table, "id").into_iter().enumerate() {
            if let Some(slot) = id.and_then(|id| rows.get(id)).and_then(|row| order.get_mut(*row as usize)) {
                *slot = u32::try_from(at).ok();
            }
        }
        let order = UInt32Array::from(order);
        let column = |(name, kind): &(String, _)| {
            let Some(array) = table.column_by_name(name) else { return Ok(empty(*kind)) };
            let taken: ArrayRef = arrow::compute::take(array, &order, None).map_err(cannot_select)?;
            Ok(to_column(&taken, *kind, &self.plan.workspace.zone))
        };
        self.plan.fields.iter().map(column).collect()
    }

    /// The values of the measures over records, by their place among the plan's signals. Only those for which `wanted` holds.
    pub(crate) fn measures(&self, wanted: impl Fn(usize) -> bool) -> Result<Vec<(usize, Column)>> {
        let rows = self.rows();
        let zone = &self.plan.workspace.zone;
        let today = zone.day_of(self.as_of);
        let mut tables: HashMap<&str, RecordBatch> = HashMap::new();
        let mut found = Vec::new();
        for (place, planned) in self.plan.signals.iter().enumerate() {
            let How::Records(measure) = &planned.how else { continue };
            if !wanted(place) {
                continue;
            }
            let name = measure.entity.name.as_str();
            if !tables.contains_key(name) {
                tables.insert(name, self.table(&measure.entity)?);
            }
            let Some(table) = tables.get(name) else { continue };
            let about = About { connected: self.is_connected(&measure.entity), born: &[] };
            let subjects = texts_of(table, account_column(&measure.entity)).into_iter().map(|id| rows.get(id?).copied()).collect();
            let (chosen, placed) = self.place(&measure.entity, table, subjects)?;
            let placed = Placed { batch: &chosen, ..placed };
            let column = measure_records(measure, placed, today, &about, Selection::All(self.ids.len()), zone)?;
            found.push((place, column));
        }
        Ok(found)
    }

    /// Whether the entity had any record by then, of any account.
    pub(super) fn is_connected(&self, entity: &Entity) -> bool {
        self.first_seen.get(&entity.name).is_some_and(|first| *first <= self.as_of)
    }

    /// The records that belong to somebody asked about.
    pub(super) fn place(&self, entity: &Entity, table: &RecordBatch, subjects: Vec<Option<u32>>) -> Result<(RecordBatch, Placed<'static>)> {
        let mask = subjects.iter().map(|subject| Some(subject.is_some())).collect();
        let chosen = values::select(table, &mask).map_err(cannot_select)?;
        let zone = &self.plan.workspace.zone;
        let at = instants_of(&chosen, "occurred_at");
        let day: Vec<Day> = at.iter().map(|at| zone.day_of(*at)).collect();
        let ids = texts_of(&chosen, "id");
        let sources = texts_of(&chosen, "source");
        let digest = (0..chosen.num_rows())
            .map(|row| {
                let text = |column: &[Option<&str>]| column.get(row).copied().flatten().unwrap_or_default().to_owned();
                FactDigest::of_record(&text(&sources), &entity.name, &text(&ids), at.get(row).copied().unwrap_or_default())
            })
            .collect();
        let subject = subjects.into_iter().flatten().collect();
        Ok((chosen, Placed { batch: empty_batch(), subject, product: Vec::new(), day, at, digest }))
    }

    /// The overrides of each account asked about, by row.
    pub(crate) fn overrides(&self) -> Result<HashMap<usize, Vec<Override>>> {
        let mut found: HashMap<usize, Vec<Override>> = HashMap::new();
        let Some(entity) = self.plan.workspace.entities.get("score_overrides").filter(|entity| self.records.count(&entity.name) > 0) else {
            return Ok(found);
        };
        let table = self.table(entity)?;
        let rows = self.rows();
        let scores = table.column_by_name("score").map(values::numbers).unwrap_or_default();
        let from = table.column_by_name("from_at").map(values::instants).unwrap_or_default();
        let until = table.column_by_name("until_at").map(values::instants).unwrap_or_default();
        let (accounts, authors, reasons) = (texts_of(&table, "account_id"), texts_of(&table, "author"), texts_of(&table, "reason"));
        for row in 0..table.num_rows() {
            let known = || {
                let account = rows.get(accounts.get(row).copied().flatten()?)?;
                let text = |column: &[Option<&str>]| column.get(row).copied().flatten().unwrap_or_default().to_owned();
                let by = Override {
                    score: scores.get(row).copied().flatten()?,
                    author: text(&authors),
                    reason: text(&reasons),
                    from: from.get(row).copied().flatten()?,
                    until: until.get(row).copied().flatten()?,
                };
                Some((*account as usize, by))
            };
            if let Some((account, by)) = known() {
                found.entry(account).or_default().push(by);
            }
        }
        Ok(found)
    }
}

/// The column of an entity's records that says to which account each belongs.
pub(super) fn account_column(entity: &Entity) -> &'static str {
    if entity.name == "accounts" { "id" } else { "account_id" }
}

fn empty_batch() -> &'static RecordBatch {
    static EMPTY: std::sync::OnceLock<RecordBatch> = std::sync::OnceLock::new();
    EMPTY.get_or_init(|| RecordBatch::new_empty(Arc::new(arrow::datatypes::Schema::empty())))
}
