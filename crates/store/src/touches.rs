//! When something was done for accounts: messages that reached their people, tasks that were done.

use mainstay_model::Timestamp;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::runs::LOOKUP_CHUNK;
use crate::statement::Statement;

/// Something that was done for an account.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Touch {
    /// The account.
    pub account_id: String,
    /// When it was sent, or done.
    pub at: Timestamp,
    /// The kind of the task that was done; none for a message.
    pub task_kind: Option<String>,
}

impl Store {
    /// What was done for accounts since an instant: messages that were sent to their people and did not come back, and tasks that were done. In no
    /// order.
    pub async fn touches_of_accounts(&self, account_ids: &[String], since: Timestamp) -> Result<Vec<Touch>> {
        const READ: &str = "list what was done for accounts";
        let mut touches = Vec::new();
        for ids in account_ids.chunks(LOOKUP_CHUNK) {
            let sent =
                Statement::new("select account_id, sent_at from messages where bounced_at is null and to_colleague = 0 and sent_at >= ")
                    .value(since)
                    .text(" and account_id in ")
                    .list(ids);
            let read = |row: Fields<'_>| Ok(Touch { account_id: row.text("account_id")?, at: row.at("sent_at")?, task_kind: None });
            touches.extend(read_all(&sent.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read)?);
            let done = Statement::new("select account_id, kind, done_at from tasks where status = 'done' and done_at >= ")
                .value(since)
                .text(" and account_id in ")
                .list(ids);
            let read = |row: Fields<'_>| {
                Ok(Touch { account_id: row.text("account_id")?, at: row.at("done_at")?, task_kind: Some(row.text("kind")?) })
            };
            touches.extend(read_all(&done.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read)?);
        }
        Ok(touches)
    }
}
