//! Why plays did not start: of each play and subject the latest refusal, so that the table grows with the accounts and not with time.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all};
use crate::statement::{Statement, Value};

/// That a play did not start for somebody whom its trigger named.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct PlayRefusal {
    /// The play.
    pub play: String,
    /// The account.
    pub account_id: String,
    /// The account itself, or its subscription, person or user.
    pub subject: String,
    /// When it was refused last.
    pub at: Timestamp,
    /// Why it was then, as a word.
    pub reason: String,
    /// What belongs to the word, such as the play that excludes this one.
    pub detail: Option<String>,
    /// How often it was refused. What is written is added to what is kept.
    pub times: u64,
}

/// Which refusals to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RefusalFilter {
    /// Of this play.
    pub play: Option<String>,
    /// Of this account.
    pub account_id: Option<String>,
    /// Last refused at this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many.
    pub limit: u32,
}

impl Store {
    /// The refusals of a filter, the latest first.
    ///
    /// # Errors
    /// [`crate::StoreError::Query`] when they cannot be read.
    pub async fn play_refusals(&self, filter: &RefusalFilter) -> Result<Vec<PlayRefusal>> {
        const READ: &str = "list for whom plays did not start";
        let statement = Statement::new("select * from play_refusals where at >= ")
            .value(filter.since.map_or(i64::MIN, Timestamp::micros))
            .and("play =", filter.play.as_ref())
            .and("account_id =", filter.account_id.as_ref())
            .text(" order by at desc, play, account_id, subject limit ")
            .value(i64::from(filter.limit));
        read_all(&statement.query().fetch_all(&self.pool).await.attempt(READ)?, READ, read_refusal)
    }
}

/// What stands before and after the rows of [`refusal_values`].
pub(crate) const KEEP_REFUSALS: (&str, &str) = (
    "insert into play_refusals (play, account_id, subject, at, reason, detail, times)",
    " on conflict (play, account_id, subject) do update set at = excluded.at, reason = excluded.reason, detail = excluded.detail, \
     times = play_refusals.times + excluded.times",
);

/// One row per play and subject, since one statement must not write a row twice: of several refusals the last, with the times of all.
pub(crate) fn refusal_values(refusals: &[PlayRefusal]) -> Vec<[Value; 7]> {
    let mut latest: BTreeMap<(&str, &str, &str), (&PlayRefusal, u64)> = BTreeMap::new();
    for refusal in refusals {
        let key = (refusal.play.as_str(), refusal.account_id.as_str(), refusal.subject.as_str());
        let before = latest.get(&key).map_or(0, |(_, times)| *times);
        latest.insert(key, (refusal, before.saturating_add(refusal.times)));
    }
    let values = |(refusal, times): (&PlayRefusal, u64)| {
        [
            Value::from(&refusal.play),
            Value::from(&refusal.account_id),
            Value::from(&refusal.subject),
            Value::from(refusal.at),
            Value::from(&refusal.reason),
            Value::from(&refusal.detail),
            Value::from(times.cast_signed()),
        ]
    };
    latest.into_values().map(values).collect()
}

fn read_refusal(row: Fields<'_>) -> Result<PlayRefusal> {
    Ok(PlayRefusal {
        play: row.text("play")?,
        account_id: row.text("account_id")?,
        subject: row.text("subject")?,
        at: row.at("at")?,
        reason: row.text("reason")?,
        detail: row.text_if_any("detail")?,
        times: row.count("times")?,
    })
}
