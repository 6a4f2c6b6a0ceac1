//! Work for people: what is to be done for an account, by whom, until when, and what came of it.

mod change;
mod heard;
mod missed;

use mainstay_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::statement::{Statement, Value, for_rows};

pub use change::TaskEnd;
pub(crate) use heard::{CANCEL_TASKS, HEARD_TASKS, heard_values};
pub use missed::MISSED;

words! {
    /// Where a task stands.
    TaskStatus, "status of a task", {
        /// To be done.
        Open = "open",
        /// Done, with its outcome.
        Done = "done",
        /// Not needed any more.
        Cancelled = "cancelled",
    }
}

/// A task as stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Task {
    /// The id; a play's task has the key of its effect.
    pub id: String,
    /// The run it comes from.
    pub run_id: Option<String>,
    /// The step it comes from.
    pub step: Option<String>,
    /// The account.
    pub account_id: String,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub body: String,
    /// What kind of work: call, email, meeting, approval, research, other.
    pub kind: String,
    /// Whose it is; none when nobody holds the role.
    pub owner: Option<String>,
    /// The role that it was for.
    pub role: Option<String>,
    /// low, normal, high or urgent.
    pub priority: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// When the clock of its promise began to run.
    pub sla_started_at: Option<Timestamp>,
    /// Where it stands.
    pub status: TaskStatus,
    /// What came of it.
    pub outcome: Option<String>,
    /// What the person wrote about it.
    pub note: Option<String>,
    /// Who did or cancelled it.
    pub done_by: Option<String>,
    /// When.
    pub done_at: Option<Timestamp>,
    /// The yearly money that rides on it, as a decimal in the workspace's currency.
    pub money_at_stake: Option<String>,
}

/// Which tasks to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TaskFilter {
    /// Of this owner.
    pub owner: Option<String>,
    /// Of any of these owners; of any at all where there are none.
    pub owners: Vec<String>,
    /// Only those that are nobody's.
    pub unowned: bool,
    /// Only those with a promise whose clock began to run at this instant or later.
    pub promised_since: Option<Timestamp>,
    /// For this role.
    pub role: Option<String>,
    /// Of this account.
    pub account_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// That stand so.
    pub status: Option<TaskStatus>,
    /// Due before this instant.
    pub due_before: Option<Timestamp>,
    /// Done or cancelled at this instant or later; those come the latest first.
    pub done_since: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

/// How many open tasks somebody has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskCount {
    /// Whose; none for those that are nobody's.
    pub owner: Option<String>,
    /// All of them.
    pub open: u64,
    /// Those whose due time has passed.
    pub overdue: u64,
    /// Those that are due from now up to the instant asked about.
    pub due_soon: u64,
}

impl Store {
    /// Adds a task; answers whether there was none of that id.
    pub async fn add_task(&self, task: &Task) -> Result<bool> {
        const ADD: &str = "add a task";
        let mut connection = self.pool.acquire().await.attempt(ADD)?;
        let added = for_rows(&mut connection, INSERT_TASK, vec![task_values(task)], " on conflict (id) do nothing returning id").await;
        Ok(!added.attempt(ADD)?.is_empty())
    }

    /// The task of an id.
    pub async fn task(&self, id: &str) -> Result<Option<Task>> {
        const READ: &str = "read a task";
        let row = sqlx::query("select * from tasks where id = $1").bind(id).fetch_optional(&self.pool).await.attempt(READ)?;
        row.map(|row| read_task(Fields::new(&row, READ))).transpose()
    }

    /// The tasks of a filter, the earliest due first and those without a due time last.
    pub async fn tasks(&self, filter: &TaskFilter) -> Result<Vec<Task>> {
        const READ: &str = "list tasks";
        let mut statement = Statement::new("select * from tasks where 1 = 1");
        if !filter.owners.is_empty() {
            statement = statement.text(" and owner in ").list(&filter.owners);
        }
        if filter.unowned {
            statement = statement.text(" and owner is null");
        }
        let order = if filter.done_since.is_some() { " order by done_at desc, id" } else { " order by due_at nulls last, created_at, id" };
        let statement = statement
            .and("owner =", filter.owner.as_ref())
            .and("role =", filter.role.as_ref())
            .and("account_id =", filter.account_id.as_ref())
            .and("run_id =", filter.run_id.as_ref())
            .and("status =", filter.status.map(TaskStatus::as_str))
            .and("due_at <", filter.due_before)
            .and("done_at >=", filter.done_since)
            .and("sla_started_at >=", filter.promised_since)
            .text(order)
            .text(" limit ")
            .value(i64::from(filter.limit))
            .text(" offset ")
            .value(i64::from(filter.offset));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_task)
    }

    /// How many open tasks each owner has; those of nobody last.
    pub async fn count_open_tasks(&self, now: Timestamp, soon: Timestamp) -> Result<Vec<TaskCount>> {
        const COUNT: &str = "count open tasks";
        let rows = sqlx::query(
            "select owner, count(*) as open_tasks, count(case when due_at < $1 then 1 end) as overdue, \
             count(case when due_at >= $1 and due_at < $2 then 1 end) as due_soon \
             from tasks where status = 'open' group by owner order by owner nulls last",
        )
        .bind(now.micros())
        .bind(soon.micros())
        .fetch_all(&self.pool)
        .await
        .attempt(COUNT)?;
        let read = |row: Fields<'_>| {
            Ok(TaskCount {
                owner: row.text_if_any("owner")?,
                open: row.count("open_tasks")?,
                overdue: row.count("overdue")?,
                due_soon: row.count("due_soon")?,
            })
        };
        read_all(&rows, COUNT, read)
    }
}

pub(crate) const INSERT_TASK: &str = "insert into tasks (id, run_id, step, account_id, title, body, kind, owner, role, priority, created_at, \
    due_at, sla_started_at, status, outcome, note, done_by, done_at, money_at_stake)";

pub(crate) fn task_values(task: &Task) -> [Value; 19] {
    [
        Value::from(&task.id),
        Value::from(&task.run_id),
        Value::from(&task.step),
        Value::from(&task.account_id),
        Value::from(&task.title),
        Value::from(&task.body),
        Value::from(&task.kind),
        Value::from(&task.owner),
        Value::from(&task.role),
        Value::from(&task.priority),
        Value::from(task.created_at),
        Value::from(task.due_at),
        Value::from(task.sla_started_at),
        Value::from(task.status.as_str()),
        Value::from(&task.outcome),
        Value::from(&task.note),
        Value::from(&task.done_by),
        Value::from(task.done_at),
        Value::from(&task.money_at_stake),
    ]
}

fn read_task(row: Fields<'_>) -> Result<Task> {
    Ok(Task {
        id: row.text("id")?,
        run_id: row.text_if_any("run_id")?,
        step: row.text_if_any("step")?,
        account_id: row.text("account_id")?,
        title: row.text("title")?,
        body: row.text("body")?,
        kind: row.text("kind")?,
        owner: row.text_if_any("owner")?,
        role: row.text_if_any("role")?,
        priority: row.text("priority")?,
        created_at: row.at("created_at")?,
        due_at: row.at_if_any("due_at")?,
        sla_started_at: row.at_if_any("sla_started_at")?,
        status: row.word("status")?,
        outcome: row.text_if_any("outcome")?,
        note: row.text_if_any("note")?,
        done_by: row.text_if_any("done_by")?,
        done_at: row.at_if_any("done_at")?,
        money_at_stake: row.text_if_any("money_at_stake")?,
    })
}
