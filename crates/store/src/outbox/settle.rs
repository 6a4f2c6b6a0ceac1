//! What became of entries that a sender held, written with what it means for the log of messages, in one transaction.

use mainstay_model::Timestamp;

use crate::Store;
use crate::dialect::{self, Connection};
use crate::error::{Attempt, Result};
use crate::messages::{INSERT_MESSAGE, Message, message_values};
use crate::statement::{Statement, for_rows};
use crate::verdicts::{INSERT_VERDICT, MessageVerdict, verdict_values};

const SETTLE: &str = "write what became of what was sent";

/// What became of one entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Settlement {
    /// The receiver has it.
    Sent {
        /// The entry.
        key: String,
        /// When.
        at: Timestamp,
        /// The message that it was, where it reached a person.
        message: Option<Message>,
    },
    /// It failed and is tried again.
    Retry {
        /// The entry.
        key: String,
        /// When.
        next_at: Timestamp,
        /// What went wrong.
        error: String,
    },
    /// It failed and is given up.
    Dead {
        /// The entry.
        key: String,
        /// What went wrong.
        error: String,
    },
    /// A cap or a window holds it, or it is not sent at all; logged with the reason.
    Held(MessageVerdict),
}

impl Store {
    /// Writes what became of entries, all or none. An entry that is sent, dead or suppressed already stays as it is.
    pub async fn settle(&self, settlements: &[Settlement]) -> Result<()> {
        let mut transaction = dialect::begin_write(&self.pool, self.dialect, SETTLE).await?;
        for settlement in settlements {
            settle_one(&mut transaction, settlement).await?;
        }
        transaction.commit().await.attempt(SETTLE)
    }

    /// Writes that the receiver has an entry that is no message to a person.
    pub async fn mark_sent(&self, key: &str, at: Timestamp) -> Result<()> {
        self.settle(&[Settlement::Sent { key: key.to_owned(), at, message: None }]).await
    }

    /// Writes that an entry failed and is to be tried again at `next_at`.
    pub async fn retry_later(&self, key: &str, next_at: Timestamp, error: &str) -> Result<()> {
        self.settle(&[Settlement::Retry { key: key.to_owned(), next_at, error: error.to_owned() }]).await
    }

    /// Gives an entry up.
    pub async fn bury(&self, key: &str, error: &str) -> Result<()> {
        self.settle(&[Settlement::Dead { key: key.to_owned(), error: error.to_owned() }]).await
    }
}

async fn settle_one(connection: &mut Connection, settlement: &Settlement) -> Result<()> {
    const OPEN: &str = " and status in ('waiting', 'delayed')";
    let statement = match settlement {
        Settlement::Sent { key, at, .. } => {
            Statement::new("update outbox set status = 'sent', claim_until = null, last_error = null, attempts = attempts + 1, sent_at = ")
                .value(*at)
                .text(" where key = ")
                .value(key)
        }
        Settlement::Retry { key, next_at, error } => {
            Statement::new("update outbox set status = 'waiting', claim_until = null, attempts = attempts + 1, next_at = ")
                .value(*next_at)
                .text(", last_error = ")
                .value(error)
                .text(" where key = ")
                .value(key)
        }
        Settlement::Dead { key, error } => {
            Statement::new("update outbox set status = 'dead', claim_until = null, attempts = attempts + 1, last_error = ")
                .value(error)
                .text(" where key = ")
                .value(key)
        }
        Settlement::Held(verdict) => Statement::new("update outbox set claim_until = null, status = ")
            .value(verdict.verdict.as_str())
            .text(", last_error = ")
            .value(&verdict.reason)
            .text(", next_at = coalesce(")
            .value(verdict.until_at)
            .text(", next_at) where key = ")
            .value(&verdict.key),
    };
    let changed = statement.text(OPEN).query().execute(&mut *connection).await.attempt(SETTLE)?.rows_affected() > 0;
    match settlement {
        Settlement::Sent { message: Some(message), .. } if changed => {
            for_rows(connection, INSERT_MESSAGE, vec![message_values(message)], " on conflict (key) do nothing").await.attempt(SETTLE)?;
        }
        Settlement::Held(verdict) if changed => {
            for_rows(connection, INSERT_VERDICT, vec![verdict_values(verdict)], " on conflict (id) do nothing").await.attempt(SETTLE)?;
        }
        _ => {}
    }
    Ok(())
}
