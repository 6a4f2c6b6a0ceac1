//! Messages that a customer's product shows inside itself.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::{Statement, Value, for_rows};

/// One message inside the product.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InAppMessage {
    /// The key of the effect; the same key twice is one message.
    pub key: String,
    /// The account.
    pub account_id: String,
    /// The user; none means every user of the account.
    pub user_id: Option<String>,
    /// Its title.
    pub title: String,
    /// Its text, as Markdown.
    pub body: String,
    /// Where it leads.
    pub url: Option<String>,
    /// Since when it is shown.
    pub created_at: Timestamp,
    /// From when on it is not shown any more.
    pub expires_at: Option<Timestamp>,
    /// When it was first shown.
    pub seen_at: Option<Timestamp>,
    /// When it was closed.
    pub dismissed_at: Option<Timestamp>,
}

impl Store {
    /// Adds a message; answers whether it was not there before.
    pub async fn add_in_app_message(&self, message: &InAppMessage) -> Result<bool> {
        const ADD: &str = "add an in-app message";
        let mut connection = self.pool.acquire().await.attempt(ADD)?;
        let added =
            for_rows(&mut connection, INSERT_IN_APP, vec![in_app_values(message)], " on conflict (key) do nothing returning key").await;
        Ok(!added.attempt(ADD)?.is_empty())
    }

    /// What a user is to be shown at `now`, the latest first: what is for them or for everybody of the account, neither closed nor expired.
    pub async fn in_app_messages_for(&self, account_id: &str, user_id: &str, now: Timestamp, limit: u32) -> Result<Vec<InAppMessage>> {
        const READ: &str = "list in-app messages";
        let rows = sqlx::query(
            "select * from in_app_messages where account_id = $1 and (user_id = $2 or user_id is null) and created_at <= $3 \
             and (expires_at is null or expires_at > $3) and dismissed_at is null order by created_at desc, key limit $4",
        )
        .bind(account_id)
        .bind(user_id)
        .bind(now.micros())
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, read_in_app)
    }

    /// The latest messages of an account, whatever became of them.
    pub async fn in_app_messages_of(&self, account_id: &str, limit: u32) -> Result<Vec<InAppMessage>> {
        const READ: &str = "list the in-app messages of an account";
        let statement = Statement::new("select * from in_app_messages where account_id = ")
            .value(account_id)
            .text(" order by created_at desc, key limit ")
            .value(i64::from(limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_in_app)
    }

    /// The message of a key.
    pub async fn in_app_message(&self, key: &str) -> Result<Option<InAppMessage>> {
        const READ: &str = "read an in-app message";
        let row = sqlx::query("select * from in_app_messages where key = $1").bind(key).fetch_optional(&self.pool).await.attempt(READ)?;
        row.map(|row| read_in_app(Fields::new(&row, READ))).transpose()
    }

    /// Notes that a message was shown, the first time it was; answers whether that was news.
    pub async fn mark_in_app_seen(&self, key: &str, at: Timestamp) -> Result<bool> {
        let done = sqlx::query("update in_app_messages set seen_at = $2 where key = $1 and seen_at is null").bind(key).bind(at.micros());
        Ok(done.execute(&self.pool).await.attempt("note that a message was shown")?.rows_affected() > 0)
    }

    /// Notes that a message was closed; answers whether it was not before.
    pub async fn dismiss_in_app(&self, key: &str, at: Timestamp) -> Result<bool> {
        let done =
            sqlx::query("update in_app_messages set dismissed_at = $2 where key = $1 and dismissed_at is null").bind(key).bind(at.micros());
        Ok(done.execute(&self.pool).await.attempt("close a message")?.rows_affected() > 0)
    }
}

pub(crate) const INSERT_IN_APP: &str = "insert into in_app_messages (key, account_id, user_id, title, body, url, created_at, expires_at, \
    seen_at, dismissed_at)";

pub(crate) fn in_app_values(message: &InAppMessage) -> [Value; 10] {
    [
        Value::from(&message.key),
        Value::from(&message.account_id),
        Value::from(&message.user_id),
        Value::from(&message.title),
        Value::from(&message.body),
        Value::from(&message.url),
        Value::from(message.created_at),
        Value::from(message.expires_at),
        Value::from(message.seen_at),
        Value::from(message.dismissed_at),
    ]
}

fn read_in_app(row: Fields<'_>) -> Result<InAppMessage> {
    Ok(InAppMessage {
        key: row.text("key")?,
        account_id: row.text("account_id")?,
        user_id: row.text_if_any("user_id")?,
        title: row.text("title")?,
        body: row.text("body")?,
        url: row.text_if_any("url")?,
        created_at: row.at("created_at")?,
        expires_at: row.at_if_any("expires_at")?,
        seen_at: row.at_if_any("seen_at")?,
        dismissed_at: row.at_if_any("dismissed_at")?,
    })
}
