//! What the pages of the life cycle show of accounts, column by column: whose they are, where they stand, how they are.

use arrow::array::RecordBatch;
use mainstay_lake::expressions::values;
use mainstay_lake::records::{Records, RecordsQuery};
use mainstay_model::lifecycle::CHURNED;
use mainstay_model::{Day, Timestamp, Zone};

use crate::accounts::AsOf;
use crate::engine::{State, texts_of, unsorted};
use crate::error::Result;
use crate::revenue::lines::cell;

/// The records of accounts as a table.
pub(crate) fn table_of(state: &State, records: &Records, entity: &str, at: &AsOf, as_of: Timestamp) -> Result<Option<RecordBatch>> {
    let workspace = &state.plan.workspace;
    let Some(entity) = workspace.entities.get(entity) else { return Ok(None) };
    let query = RecordsQuery { as_of, known: at.known, accounts: None, zone: &workspace.zone };
    records.table(entity, query).map(Some).map_err(unsorted)
}

/// Whether an account has left by a day: its stage says so, or the day on which it left has come.
pub(crate) fn gone(stage: Option<&str>, churned_on: Option<Day>, today: Day) -> bool {
    stage == Some(CHURNED) || churned_on.is_some_and(|day| day <= today)
}

/// The columns of accounts that are shown.
#[derive(Default)]
pub(super) struct Accounts<'a> {
    ids: Vec<Option<&'a str>>,
    name: Vec<Option<&'a str>>,
    owner: Vec<Option<&'a str>>,
    stage: Vec<Option<&'a str>>,
    churned_on: Vec<Option<Day>>,
}

impl<'a> Accounts<'a> {
    /// The columns of a table of accounts, which is in the order of their ids.
    pub(super) fn of(table: &'a RecordBatch, zone: &Zone) -> Self {
        Self {
            ids: texts_of(table, "id"),
            name: texts_of(table, "name"),
            owner: texts_of(table, "owner"),
            stage: texts_of(table, "stage"),
            churned_on: table.column_by_name("churned_on").map(|array| values::days(array, zone)).unwrap_or_default(),
        }
    }

    fn row(&self, account: &str) -> Option<usize> {
        self.ids.binary_search(&Some(account)).ok()
    }

    /// What people call it; its id where nobody said.
    pub(super) fn name<'b>(&'b self, account: &'b str) -> &'b str {
        self.row(account).and_then(|row| cell(&self.name, row)).unwrap_or(account)
    }

    /// Who looks after it.
    pub(super) fn owner(&self, account: &str) -> Option<&'a str> {
        cell(&self.owner, self.row(account)?)
    }

    /// Whether it has left by a day.
    pub(super) fn has_left(&self, account: &str, today: Day) -> bool {
        let Some(row) = self.row(account) else { return false };
        gone(cell(&self.stage, row), cell(&self.churned_on, row), today)
    }

    /// The accounts that are in a stage.
    pub(super) fn in_stage(&self, stage: &str) -> impl Iterator<Item = &'a str> {
        let rows = self.ids.iter().zip(&self.stage);
        rows.filter(move |(_, of)| **of == Some(stage)).filter_map(|(id, _)| *id)
    }
}

/// An account's shown score: the present one, or that at the end of the day asked for.
pub(super) fn score_of(state: &State, account: &str, at: &AsOf) -> Option<f64> {
    let subject = state.subjects.find(account)?;
    match at.at {
        None => state.scores.shown.get(subject as usize),
        Some(at) => state.history.score(state.plan.workspace.zone.day_of(at), subject),
    }
}
