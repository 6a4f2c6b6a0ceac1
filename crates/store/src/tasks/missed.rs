//! Promises that were not kept, and who was told of them: the task that tells of another one has its id and what is added to it.

use mainstay_model::Timestamp;

use super::{Task, read_task};
use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::read_all;

/// What is added to the id of a task for the one that tells somebody that its promise was missed.
pub const MISSED: &str = "/missed";

impl Store {
    /// Open tasks whose promise was missed by `now` and of which nobody was told, the earliest due first. Those of the role `top` are left out:
    /// there is nobody above it.
    pub async fn missed_promises(&self, now: Timestamp, top: &str, limit: u32) -> Result<Vec<Task>> {
        const READ: &str = "list promises that were missed";
        let rows = sqlx::query(
            "select * from tasks where status = 'open' and sla_started_at is not null and due_at <= $1 and (role is null or role <> $2) \
             and not exists (select 1 from tasks told where told.id = tasks.id || $3) order by due_at, id limit $4",
        )
        .bind(now.micros())
        .bind(top)
        .bind(MISSED)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, read_task)
    }

    /// Cancels the open tasks that tell of a missed promise, once it has been kept after all or is not needed any more; answers how many there were.
    pub async fn cancel_told(&self, id: &str, by: &str, note: &str, at: Timestamp) -> Result<u64> {
        let told = format!("{id}{MISSED}");
        let done = sqlx::query(
            "update tasks set status = 'cancelled', note = $2, done_by = $3, done_at = $4, heard_at = $4 \
             where substr(id, 1, $5) = $1 and status = 'open'",
        )
        .bind(&told)
        .bind(note)
        .bind(by)
        .bind(at.micros())
        .bind(i64::try_from(told.chars().count()).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await
        .attempt("cancel what tells of a missed promise")?;
        Ok(done.rows_affected())
    }
}
