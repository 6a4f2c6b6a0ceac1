//! Messages on their way into the facts: each is stated when it has left, and again whenever something came back.

use super::{Message, read_message};
use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::{Value, for_rows};

/// Marks how much of each message is stated; what became of one meanwhile is still to be stated.
const RECORDED: (&str, &str) = (
    "with stated (key, changes) as (",
    ") update messages set recorded = stated.changes from stated \
     where messages.key = stated.key and messages.recorded < stated.changes returning messages.key",
);

/// A message of which something is not stated yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnrecordedMessage {
    /// The message, with what came back by now.
    pub message: Message,
    /// How much is known of it: that it left, and each thing that came back.
    pub changes: u64,
}

impl Store {
    /// Messages to people at the customer of which something is not stated yet, the first sent first.
    ///
    /// # Errors
    /// [`crate::StoreError::Query`] when they cannot be read.
    pub async fn unrecorded_messages(&self, limit: u32) -> Result<Vec<UnrecordedMessage>> {
        const READ: &str = "list messages that are not stated";
        let rows = sqlx::query("select * from messages where recorded < changes order by sent_at, key limit $1")
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        let read = |row: Fields<'_>| Ok(UnrecordedMessage { message: read_message(row)?, changes: row.count("changes")? });
        read_all(&rows, READ, read)
    }

    /// Notes that messages are stated as they were read.
    ///
    /// # Errors
    /// [`crate::StoreError::Query`] when that cannot be written; they are then read again.
    pub async fn mark_recorded(&self, stated: &[UnrecordedMessage]) -> Result<()> {
        const MARK: &str = "note that messages are stated";
        let mut connection = self.pool.acquire().await.attempt(MARK)?;
        let rows = stated.iter().map(|one| [Value::from(&one.message.key), Value::from(one.changes.cast_signed())]).collect();
        for_rows(&mut connection, RECORDED.0, rows, RECORDED.1).await.attempt(MARK).map(drop)
    }
}
