//! The outbox: what is to leave the product, each under one key, until it has left or is given up.

mod settle;

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::runs::LOOKUP_CHUNK;
use crate::statement::{Statement, Value, for_rows};

pub use settle::Settlement;

words! {
    /// Where an entry stands.
    OutboxStatus, "status of an outbox entry", {
        /// It is to be sent at its time.
        Waiting = "waiting",
        /// A cap or a send window holds it until its time.
        Delayed = "delayed",
        /// The receiver has it.
        Sent = "sent",
        /// It is given up after too many attempts; a person can replay it.
        Dead = "dead",
        /// It was decided not to send it.
        Suppressed = "suppressed",
    }
}

/// An entry as stored.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct OutboxEntry {
    /// The idempotency key, which the receiver sees.
    pub key: String,
    /// The run it comes from.
    pub run_id: Option<String>,
    /// The step it comes from.
    pub step: Option<String>,
    /// The account it is about.
    pub account_id: String,
    /// The channel it leaves by.
    pub channel: String,
    /// What is sent, as JSON.
    pub payload: String,
    /// Where it stands.
    pub status: OutboxStatus,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried next.
    pub next_at: Timestamp,
    /// What went wrong last, or why it is delayed or suppressed.
    pub last_error: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// When the receiver had it.
    pub sent_at: Option<Timestamp>,
    /// Until when a sender holds it.
    pub claim_until: Option<Timestamp>,
}

/// Channels that reach people, as [`WITHDRAW`] names them too.
const TO_PEOPLE: [&str; 4] = ["email", "in_app", "notice", "slack"];

impl OutboxEntry {
    /// An entry that comes of no step and is to leave at once.
    #[must_use]
    pub fn waiting(key: String, account_id: String, channel: &str, payload: String, now: Timestamp) -> Self {
        Self {
            key,
            run_id: None,
            step: None,
            account_id,
            channel: channel.to_owned(),
            payload,
            status: OutboxStatus::Waiting,
            attempts: 0,
            next_at: now,
            last_error: None,
            created_at: now,
            sent_at: None,
            claim_until: None,
        }
    }

    /// Whether it is a message to people: those are withdrawn when their run ends early; what is for other systems leaves all the same.
    #[must_use]
    pub fn is_to_people(&self) -> bool {
        TO_PEOPLE.contains(&self.channel.as_str())
    }
}

/// Which entries to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OutboxFilter {
    /// That stand so.
    pub status: Option<OutboxStatus>,
    /// By this channel.
    pub channel: Option<String>,
    /// Of this account.
    pub account_id: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// At most so many.
    pub limit: u32,
    /// After so many.
    pub offset: u32,
}

impl Store {
    /// Adds entries that come of no run; one whose key is there already is left as it is. Answers how many were added.
    pub async fn add_outbox(&self, entries: &[OutboxEntry]) -> Result<usize> {
        const ADD: &str = "add to the outbox";
        let mut connection = self.pool.acquire().await.attempt(ADD)?;
        let rows = entries.iter().map(entry_values).collect();
        let added = for_rows(&mut connection, INSERT_OUTBOX, rows, " on conflict do nothing returning key").await;
        Ok(added.attempt(ADD)?.len())
    }

    /// Takes entries whose time has come, at most `limit`, the oldest first. Until `lease_until` no other sender gets them.
    pub async fn claim_outbox(&self, now: Timestamp, limit: u32, lease_until: Timestamp) -> Result<Vec<OutboxEntry>> {
        const CLAIM: &str = "claim what is to be sent";
        let statement =
            Statement::new("with due as materialized (select key from outbox where status in ('waiting', 'delayed') and next_at <= ")
                .value(now)
                .text(" and (claim_until is null or claim_until <= ")
                .value(now)
                .text(") order by next_at, key limit ")
                .value(i64::from(limit))
                .text(self.dialect.skip_locked())
                .text(") update outbox set claim_until = ")
                .value(lease_until)
                .text(" where key in (select key from due) and (claim_until is null or claim_until <= ")
                .value(now)
                .text(") returning *");
        let mut entries = read_all(&statement.query().fetch_all(&self.pool).await.attempt(CLAIM)?, CLAIM, read_entry)?;
        entries.sort_by(|a, b| (a.next_at, &a.key).cmp(&(b.next_at, &b.key)));
        Ok(entries)
    }

    /// The entries of a filter, the latest first.
    pub async fn outbox(&self, filter: &OutboxFilter) -> Result<Vec<OutboxEntry>> {
        const READ: &str = "list the outbox";
        let statement = Statement::new("select * from outbox where 1 = 1")
            .and("status =", filter.status.map(OutboxStatus::as_str))
            .and("channel =", filter.channel.as_ref())
            .and("account_id =", filter.account_id.as_ref())
            .and("run_id =", filter.run_id.as_ref())
            .text(" order by created_at desc, key limit ")
            .value(i64::from(filter.limit))
            .text(" offset ")
            .value(i64::from(filter.offset));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_entry)
    }

    /// The entry of a key.
    pub async fn outbox_entry(&self, key: &str) -> Result<Option<OutboxEntry>> {
        const READ: &str = "read an outbox entry";
        let row = sqlx::query("select * from outbox where key = $1").bind(key).fetch_optional(&self.pool).await.attempt(READ)?;
        row.map(|row| read_entry(Fields::new(&row, READ))).transpose()
    }

    /// How many entries stand how.
    pub async fn count_outbox(&self) -> Result<Vec<(OutboxStatus, u64)>> {
        const READ: &str = "count the outbox";
        let rows = sqlx::query("select status, count(*) as entries from outbox group by status order by status")
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        read_all(&rows, READ, |row| Ok((row.word("status")?, row.count("entries")?)))
    }

    /// When the next entry is to be sent; none when none waits.
    pub async fn next_outbox_at(&self) -> Result<Option<Timestamp>> {
        let next: Option<i64> = sqlx::query_scalar("select min(next_at) from outbox where status in ('waiting', 'delayed')")
            .fetch_one(&self.pool)
            .await
            .attempt("read when to send next")?;
        Ok(next.map(Timestamp))
    }

    /// Puts entries that were given up back, to be sent from `at` on with attempts counted anew; answers how many there were.
    pub async fn replay_dead(&self, keys: &[String], at: Timestamp) -> Result<u64> {
        let mut replayed = 0;
        for keys in keys.chunks(LOOKUP_CHUNK) {
            let statement = Statement::new("update outbox set status = 'waiting', attempts = 0, claim_until = null, next_at = ")
                .value(at)
                .text(" where status = 'dead' and key in ")
                .list(keys);
            replayed += statement.query().execute(&self.pool).await.attempt("replay what was given up")?.rows_affected();
        }
        Ok(replayed)
    }
}

/// Withdraws messages of runs that have not left; what is for other systems still leaves.
pub(crate) const WITHDRAW: (&str, &str) = (
    "with ending (run_id, by, note, at) as (",
    ") update outbox set status = 'suppressed', last_error = ending.note, claim_until = null from ending \
     where outbox.run_id = ending.run_id and outbox.status in ('waiting', 'delayed') \
     and outbox.channel in ('email', 'in_app', 'notice', 'slack') returning outbox.key",
);

pub(crate) const INSERT_OUTBOX: &str = "insert into outbox (key, run_id, step, account_id, channel, payload, status, attempts, next_at, \
    last_error, created_at, sent_at)";

pub(crate) fn entry_values(entry: &OutboxEntry) -> [Value; 12] {
    [
        Value::from(&entry.key),
        Value::from(&entry.run_id),
        Value::from(&entry.step),
        Value::from(&entry.account_id),
        Value::from(&entry.channel),
        Value::from(&entry.payload),
        Value::from(entry.status.as_str()),
        Value::from(i64::from(entry.attempts)),
        Value::from(entry.next_at),
        Value::from(&entry.last_error),
        Value::from(entry.created_at),
        Value::from(entry.sent_at),
    ]
}

pub(crate) fn read_entry(row: Fields<'_>) -> Result<OutboxEntry> {
    Ok(OutboxEntry {
        key: row.text("key")?,
        run_id: row.text_if_any("run_id")?,
        step: row.text_if_any("step")?,
        account_id: row.text("account_id")?,
        channel: row.text("channel")?,
        payload: row.text("payload")?,
        status: row.word("status")?,
        attempts: u32::try_from(row.count("attempts")?).unwrap_or(u32::MAX),
        next_at: row.at("next_at")?,
        last_error: row.text_if_any("last_error")?,
        created_at: row.at("created_at")?,
        sent_at: row.at_if_any("sent_at")?,
        claim_until: row.at_if_any("claim_until")?,
    })
}
