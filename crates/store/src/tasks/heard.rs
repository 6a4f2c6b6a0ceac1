//! Ended tasks on their way to the runs that they come from: each is heard once, in the transaction that decides what follows.

use mainstay_model::Timestamp;

use super::{Task, read_task};
use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::read_all;
use crate::statement::Value;

/// Marks ended tasks as heard; one that was opened or ended again meanwhile is not.
pub(crate) const HEARD_TASKS: (&str, &str) = (
    "with heard (id, done_at) as (",
    ") update tasks set heard_at = heard.done_at from heard where tasks.id = heard.id and tasks.done_at = heard.done_at returning tasks.id",
);

/// Cancels open tasks of runs that end; the runs know of it.
pub(crate) const CANCEL_TASKS: (&str, &str) = (
    "with ending (run_id, by, note, at) as (",
    ") update tasks set status = 'cancelled', note = ending.note, done_by = ending.by, done_at = ending.at, heard_at = ending.at from ending \
     where tasks.run_id = ending.run_id and tasks.status = 'open' returning tasks.id",
);

pub(crate) fn heard_values((id, done_at): &(String, Timestamp)) -> [Value; 2] {
    [Value::from(id), Value::from(*done_at)]
}

impl Store {
    /// Tasks of runs that were ended and that their runs have not heard of, the first ended first.
    pub async fn unheard_tasks(&self, limit: u32) -> Result<Vec<Task>> {
        const READ: &str = "list tasks that were ended";
        let rows = sqlx::query(
            "select * from tasks where done_at is not null and heard_at is null and run_id is not null order by done_at, id limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, read_task)
    }
}
