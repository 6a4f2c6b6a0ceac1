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
}

/// What a user did with a message, each the first time.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct InAppReceipt {
    /// The message.
    pub message_key: String,
    /// The user: whom the message is for, or one of those who see what is for everybody of the account.
    pub user_id: String,
    /// When it was shown to them.
    pub shown_at: Option<Timestamp>,
    /// When they followed it. It is not shown to them again.
    pub clicked_at: Option<Timestamp>,
    /// When they closed it. It is not shown to them again.
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

    /// What a user is to be shown at `now`, the latest first: what is for them or for everybody of the account, and neither over nor closed
    /// or followed by them. They are known by each of `user_ids`, of which there is at least one.
    pub async fn in_app_messages_for(
        &self,
        account_id: &str,
        user_ids: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InAppMessage>> {
        const READ: &str = "list in-app messages";
        let statement = Statement::new("select * from in_app_messages where account_id = ")
            .value(account_id)
            .text(" and (user_id is null or user_id in ")
            .list(user_ids)
            .text(") and created_at <= ")
            .value(now)
            .text(" and (expires_at is null or expires_at > ")
            .value(now)
            .text(") and not exists (select 1 from in_app_receipts where in_app_receipts.message_key = in_app_messages.key")
            .text(" and (in_app_receipts.clicked_at is not null or in_app_receipts.dismissed_at is not null)")
            .text(" and in_app_receipts.user_id in ")
            .list(user_ids)
            .text(") order by created_at desc, key limit ")
            .value(i64::from(limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_in_app)
    }

    /// The users for whom alone an account has messages at `now` that are not over, in order.
    pub async fn in_app_addressees(&self, account_id: &str, now: Timestamp) -> Result<Vec<String>> {
        const READ: &str = "list the users whom in-app messages are for";
        let rows = sqlx::query(
            "select distinct user_id from in_app_messages where account_id = $1 and user_id is not null and created_at <= $2 \
             and (expires_at is null or expires_at > $2) order by user_id",
        )
        .bind(account_id)
        .bind(now.micros())
        .fetch_all(&self.pool)
        .await
        .attempt(READ)?;
        read_all(&rows, READ, |row| row.text("user_id"))
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

    /// Keeps what a user did with a message; what is known already stays as it is.
    pub async fn keep_in_app_receipt(&self, receipt: &InAppReceipt) -> Result<()> {
        let done = sqlx::query(
            "insert into in_app_receipts (message_key, user_id, shown_at, clicked_at, dismissed_at) values ($1, $2, $3, $4, $5) \
             on conflict (message_key, user_id) do update set shown_at = coalesce(in_app_receipts.shown_at, excluded.shown_at), \
             clicked_at = coalesce(in_app_receipts.clicked_at, excluded.clicked_at), \
             dismissed_at = coalesce(in_app_receipts.dismissed_at, excluded.dismissed_at)",
        )
        .bind(&receipt.message_key)
        .bind(&receipt.user_id)
        .bind(receipt.shown_at.map(Timestamp::micros))
        .bind(receipt.clicked_at.map(Timestamp::micros))
        .bind(receipt.dismissed_at.map(Timestamp::micros))
        .execute(&self.pool)
        .await;
        done.attempt("keep what was done with an in-app message").map(drop)
    }

    /// What users did with a message, by user.
    pub async fn in_app_receipts(&self, message_key: &str) -> Result<Vec<InAppReceipt>> {
        const READ: &str = "list what was done with an in-app message";
        let rows = sqlx::query("select * from in_app_receipts where message_key = $1 order by user_id")
            .bind(message_key)
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(InAppReceipt {
                message_key: row.text("message_key")?,
                user_id: row.text("user_id")?,
                shown_at: row.at_if_any("shown_at")?,
                clicked_at: row.at_if_any("clicked_at")?,
                dismissed_at: row.at_if_any("dismissed_at")?,
            })
        };
        read_all(&rows, READ, read)
    }
}

pub(crate) const INSERT_IN_APP: &str = "insert into in_app_messages (key, account_id, user_id, title, body, url, created_at, expires_at)";

pub(crate) fn in_app_values(message: &InAppMessage) -> [Value; 8] {
    [
        Value::from(&message.key),
        Value::from(&message.account_id),
        Value::from(&message.user_id),
        Value::from(&message.title),
        Value::from(&message.body),
        Value::from(&message.url),
        Value::from(message.created_at),
        Value::from(message.expires_at),
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
    })
}
