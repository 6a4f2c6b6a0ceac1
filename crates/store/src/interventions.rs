//! The log of interventions: what was done for an account, by whom, what came of it, what was learned.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::{Statement, Value, for_rows};

/// One line of the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Intervention {
    /// The id; the same id twice is one line.
    pub id: String,
    /// The account.
    pub account_id: String,
    /// The run it belongs to.
    pub run_id: Option<String>,
    /// The task it came of.
    pub task_id: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The person or the play.
    pub who: String,
    /// What was done.
    pub what: String,
    /// What came of it.
    pub outcome: Option<String>,
    /// What was learned.
    pub learned: Option<String>,
}

/// Which lines to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct InterventionFilter {
    /// Of this account.
    pub account_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// At this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// Adds a line to the log; answers whether it was not there before.
    pub async fn add_intervention(&self, intervention: &Intervention) -> Result<bool> {
        const ADD: &str = "log an intervention";
        let mut connection = self.pool.acquire().await.attempt(ADD)?;
        let rows = vec![intervention_values(intervention)];
        let added = for_rows(&mut connection, INSERT_INTERVENTION, rows, " on conflict (id) do nothing returning id").await;
        Ok(!added.attempt(ADD)?.is_empty())
    }

    /// The lines of a filter, the latest first.
    pub async fn interventions(&self, filter: &InterventionFilter) -> Result<Vec<Intervention>> {
        const READ: &str = "list interventions";
        let statement = Statement::new("select * from interventions where at >= ")
            .value(filter.since.map_or(i64::MIN, Timestamp::micros))
            .and("account_id =", filter.account_id.as_ref())
            .and("run_id =", filter.run_id.as_ref())
            .text(" order by at desc, id limit ")
            .value(i64::from(filter.limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_intervention)
    }
}

pub(crate) const INSERT_INTERVENTION: &str = "insert into interventions (id, account_id, run_id, task_id, at, who, what, outcome, learned)";

pub(crate) fn intervention_values(intervention: &Intervention) -> [Value; 9] {
    [
        Value::from(&intervention.id),
        Value::from(&intervention.account_id),
        Value::from(&intervention.run_id),
        Value::from(&intervention.task_id),
        Value::from(intervention.at),
        Value::from(&intervention.who),
        Value::from(&intervention.what),
        Value::from(&intervention.outcome),
        Value::from(&intervention.learned),
    ]
}

pub(crate) fn read_intervention(row: Fields<'_>) -> Result<Intervention> {
    Ok(Intervention {
        id: row.text("id")?,
        account_id: row.text("account_id")?,
        run_id: row.text_if_any("run_id")?,
        task_id: row.text_if_any("task_id")?,
        at: row.at("at")?,
        who: row.text("who")?,
        what: row.text("what")?,
        outcome: row.text_if_any("outcome")?,
        learned: row.text_if_any("learned")?,
    })
}
