//! Messages that reached people: what caps count, and what came back.

mod recorded;

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::statement::{Statement, Value};

pub use recorded::UnrecordedMessage;

words! {
    /// What a receiver did with a message.
    Response, "response to a message", {
        /// Opened it.
        Opened = "opened",
        /// Followed a link in it.
        Clicked = "clicked",
        /// Answered it.
        Replied = "replied",
        /// It could not be delivered.
        Bounced = "bounced",
    }
}

/// A message that was sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Message {
    /// The key of the outbox entry that it was.
    pub key: String,
    /// The channel.
    pub channel: String,
    /// What it is about, for caps and consent: marketing, success, transactional.
    pub category: String,
    /// The account.
    pub account_id: String,
    /// The person, where it is one we know.
    pub person: Option<String>,
    /// Where it went.
    pub address: String,
    /// Its subject line or title.
    pub subject: String,
    /// The run it comes from.
    pub run_id: Option<String>,
    /// The step it comes from.
    pub step: Option<String>,
    /// When it was decided to send it.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Timestamp,
    /// When it was first opened.
    pub opened_at: Option<Timestamp>,
    /// When a link in it was first followed.
    pub clicked_at: Option<Timestamp>,
    /// When it was first answered.
    pub replied_at: Option<Timestamp>,
    /// When it came back.
    pub bounced_at: Option<Timestamp>,
    /// The id under which the channel knows it, which replies refer to.
    pub message_id: Option<String>,
    /// Whether it went to a colleague: no fact about the account, and no contact with its people.
    pub to_colleague: bool,
    /// Whether its opening can be seen.
    pub tracked: bool,
}

/// Which messages to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MessageFilter {
    /// To this person.
    pub person: Option<String>,
    /// To this account.
    pub account_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// Sent at this instant or later.
    pub since: Option<Timestamp>,
    /// Sent before this instant.
    pub before: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

/// How many messages of a category.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct CategoryCount {
    /// The category.
    pub category: String,
    /// How many.
    pub messages: u64,
}

impl Store {
    /// The messages of a filter, the latest first.
    pub async fn messages(&self, filter: &MessageFilter) -> Result<Vec<Message>> {
        const READ: &str = "list messages";
        let statement = Statement::new("select * from messages where sent_at >= ")
            .value(filter.since.map_or(i64::MIN, Timestamp::micros))
            .and("sent_at <", filter.before)
            .and("person =", filter.person.as_ref())
            .and("account_id =", filter.account_id.as_ref())
            .and("run_id =", filter.run_id.as_ref())
            .text(" order by sent_at desc, key limit ")
            .value(i64::from(filter.limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_message)
    }

    /// The message of a key.
    pub async fn message(&self, key: &str) -> Result<Option<Message>> {
        const READ: &str = "read a message";
        let row = sqlx::query("select * from messages where key = $1").bind(key).fetch_optional(&self.pool).await.attempt(READ)?;
        row.map(|row| read_message(Fields::new(&row, READ))).transpose()
    }

    /// The message that a channel knows under an id.
    pub async fn message_by_message_id(&self, message_id: &str) -> Result<Option<Message>> {
        const READ: &str = "look a message up";
        let row = sqlx::query("select * from messages where message_id = $1 order by sent_at desc limit 1")
            .bind(message_id)
            .fetch_optional(&self.pool)
            .await
            .attempt(READ)?;
        row.map(|row| read_message(Fields::new(&row, READ))).transpose()
    }

    /// How many messages a person was sent at `since` or later, per category.
    pub async fn count_messages_to_person(&self, person: &str, since: Timestamp) -> Result<Vec<CategoryCount>> {
        const COUNT: &str = "count the messages to a person";
        let rows = sqlx::query(
            "select category, count(*) as messages from messages where person = $1 and sent_at >= $2 group by category order by category",
        )
        .bind(person)
        .bind(since.micros())
        .fetch_all(&self.pool)
        .await
        .attempt(COUNT)?;
        read_all(&rows, COUNT, read_count)
    }

    /// How many messages the people of an account were sent at `since` or later, per category.
    pub async fn count_messages_to_account(&self, account_id: &str, since: Timestamp) -> Result<Vec<CategoryCount>> {
        const COUNT: &str = "count the messages to an account";
        let rows = sqlx::query(
            "select category, count(*) as messages from messages where account_id = $1 and sent_at >= $2 group by category order by category",
        )
        .bind(account_id)
        .bind(since.micros())
        .fetch_all(&self.pool)
        .await
        .attempt(COUNT)?;
        read_all(&rows, COUNT, read_count)
    }

    /// Notes what came back, the first time it did, so that it is stated; answers whether that was news.
    pub async fn note_response(&self, key: &str, response: Response, at: Timestamp) -> Result<bool> {
        let statement = match response {
            Response::Opened => "update messages set opened_at = $2, changes = changes + 1 where key = $1 and opened_at is null",
            Response::Clicked => "update messages set clicked_at = $2, changes = changes + 1 where key = $1 and clicked_at is null",
            Response::Replied => "update messages set replied_at = $2, changes = changes + 1 where key = $1 and replied_at is null",
            Response::Bounced => "update messages set bounced_at = $2, changes = changes + 1 where key = $1 and bounced_at is null",
        };
        let done = sqlx::query(statement).bind(key).bind(at.micros()).execute(&self.pool).await.attempt("note a response")?;
        Ok(done.rows_affected() > 0)
    }
}

pub(crate) const INSERT_MESSAGE: &str = "insert into messages (key, channel, category, account_id, person, address, subject, run_id, step, \
    created_at, sent_at, opened_at, clicked_at, replied_at, bounced_at, message_id, to_colleague, tracked, changes)";

pub(crate) fn message_values(message: &Message) -> [Value; 19] {
    [
        Value::from(&message.key),
        Value::from(&message.channel),
        Value::from(&message.category),
        Value::from(&message.account_id),
        Value::from(&message.person),
        Value::from(&message.address),
        Value::from(&message.subject),
        Value::from(&message.run_id),
        Value::from(&message.step),
        Value::from(message.created_at),
        Value::from(message.sent_at),
        Value::from(message.opened_at),
        Value::from(message.clicked_at),
        Value::from(message.replied_at),
        Value::from(message.bounced_at),
        Value::from(&message.message_id),
        Value::from(message.to_colleague),
        Value::from(message.tracked),
        // Without a count of its changes a message is never stated.
        Value::Number((!message.to_colleague).then_some(1)),
    ]
}

fn read_count(row: Fields<'_>) -> Result<CategoryCount> {
    Ok(CategoryCount { category: row.text("category")?, messages: row.count("messages")? })
}

fn read_message(row: Fields<'_>) -> Result<Message> {
    Ok(Message {
        key: row.text("key")?,
        channel: row.text("channel")?,
        category: row.text("category")?,
        account_id: row.text("account_id")?,
        person: row.text_if_any("person")?,
        address: row.text("address")?,
        subject: row.text("subject")?,
        run_id: row.text_if_any("run_id")?,
        step: row.text_if_any("step")?,
        created_at: row.at("created_at")?,
        sent_at: row.at("sent_at")?,
        opened_at: row.at_if_any("opened_at")?,
        clicked_at: row.at_if_any("clicked_at")?,
        replied_at: row.at_if_any("replied_at")?,
        bounced_at: row.at_if_any("bounced_at")?,
        message_id: row.text_if_any("message_id")?,
        to_colleague: row.yes("to_colleague")?,
        tracked: row.yes("tracked")?,
    })
}
