//! What people do with tasks: complete, cancel, hand over, postpone. Each only while the task is open.

use mainstay_model::Timestamp;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::tasks::TaskStatus;

/// The end of a task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskEnd {
    /// Done or cancelled.
    pub status: TaskStatus,
    /// What came of it.
    pub outcome: Option<String>,
    /// What the person wrote about it.
    pub note: Option<String>,
    /// Who ended it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Ends an open task; answers whether it was open.
    pub async fn end_task(&self, id: &str, end: &TaskEnd) -> Result<bool> {
        let done = sqlx::query(
            "update tasks set status = $2, outcome = $3, note = $4, done_by = $5, done_at = $6 where id = $1 and status = 'open'",
        )
        .bind(id)
        .bind(end.status.as_str())
        .bind(end.outcome.as_ref())
        .bind(end.note.as_ref())
        .bind(&end.by)
        .bind(end.at.micros())
        .execute(&self.pool)
        .await
        .attempt("end a task")?;
        Ok(done.rows_affected() > 0)
    }

    /// Opens a task again that was done or cancelled, as if it had not been; answers whether it could be. An approval whose answer its run has
    /// heard stays as it is.
    pub async fn reopen_task(&self, id: &str) -> Result<bool> {
        let done = sqlx::query(
            "update tasks set status = 'open', outcome = null, note = null, done_by = null, done_at = null, heard_at = null \
             where id = $1 and status <> 'open' and (kind <> 'approval' or heard_at is null)",
        )
        .bind(id)
        .execute(&self.pool)
        .await
        .attempt("open a task again")?;
        Ok(done.rows_affected() > 0)
    }

    /// Gives an open task to somebody else; answers whether it was open.
    pub async fn reassign_task(&self, id: &str, owner: &str) -> Result<bool> {
        let done = sqlx::query("update tasks set owner = $2 where id = $1 and status = 'open'").bind(id).bind(owner).execute(&self.pool);
        Ok(done.await.attempt("hand a task over")?.rows_affected() > 0)
    }

    /// Gives all open tasks of one owner to another; answers how many there were.
    pub async fn reassign_tasks_of(&self, owner: &str, to: &str) -> Result<u64> {
        let done = sqlx::query("update tasks set owner = $2 where owner = $1 and status = 'open'").bind(owner).bind(to).execute(&self.pool);
        Ok(done.await.attempt("hand tasks over")?.rows_affected())
    }

    /// Moves the due time of an open task; answers whether it was open.
    pub async fn postpone_task(&self, id: &str, due_at: Timestamp) -> Result<bool> {
        let done = sqlx::query("update tasks set due_at = $2 where id = $1 and status = 'open'")
            .bind(id)
            .bind(due_at.micros())
            .execute(&self.pool);
        Ok(done.await.attempt("postpone a task")?.rows_affected() > 0)
    }
}
