//! Why a message was delayed or not sent at all: every such decision, with its reason.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};
use crate::statement::{Statement, Value};

words! {
    /// What was decided about a message that was not sent at once.
    Verdict, "verdict on a message", {
        /// It waits until a cap or a window lets it go.
        Delayed = "delayed",
        /// It is not sent.
        Suppressed = "suppressed",
    }
}

/// One decision about one message.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MessageVerdict {
    /// The id; the same id twice is one decision.
    pub id: String,
    /// When it was decided.
    pub at: Timestamp,
    /// The account.
    pub account_id: String,
    /// The person it was for.
    pub person: Option<String>,
    /// The run it comes from.
    pub run_id: Option<String>,
    /// The step it comes from.
    pub step: Option<String>,
    /// The key of the outbox entry.
    pub key: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// Until when it waits.
    pub until_at: Option<Timestamp>,
}

/// Which decisions to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VerdictFilter {
    /// About this account.
    pub account_id: Option<String>,
    /// About this person.
    pub person: Option<String>,
    /// Of this run.
    pub run_id: Option<String>,
    /// Decided at this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// The decisions of a filter, the latest first.
    pub async fn message_verdicts(&self, filter: &VerdictFilter) -> Result<Vec<MessageVerdict>> {
        const READ: &str = "list what was delayed or suppressed";
        let statement = Statement::new("select * from decisions where at >= ")
            .value(filter.since.map_or(i64::MIN, Timestamp::micros))
            .and("account_id =", filter.account_id.as_ref())
            .and("person =", filter.person.as_ref())
            .and("run_id =", filter.run_id.as_ref())
            .text(" order by at desc, id limit ")
            .value(i64::from(filter.limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_verdict)
    }
}

pub(crate) const INSERT_VERDICT: &str = "insert into decisions (id, at, account_id, person, run_id, step, key, verdict, reason, until_at)";

pub(crate) fn verdict_values(verdict: &MessageVerdict) -> [Value; 10] {
    [
        Value::from(&verdict.id),
        Value::from(verdict.at),
        Value::from(&verdict.account_id),
        Value::from(&verdict.person),
        Value::from(&verdict.run_id),
        Value::from(&verdict.step),
        Value::from(&verdict.key),
        Value::from(verdict.verdict.as_str()),
        Value::from(&verdict.reason),
        Value::from(verdict.until_at),
    ]
}

pub(crate) fn read_verdict(row: Fields<'_>) -> Result<MessageVerdict> {
    Ok(MessageVerdict {
        id: row.text("id")?,
        at: row.at("at")?,
        account_id: row.text("account_id")?,
        person: row.text_if_any("person")?,
        run_id: row.text_if_any("run_id")?,
        step: row.text_if_any("step")?,
        key: row.text("key")?,
        verdict: row.word("verdict")?,
        reason: row.text("reason")?,
        until_at: row.at_if_any("until_at")?,
    })
}
