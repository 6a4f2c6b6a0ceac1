//! Whether a person agreed to be written to, by channel and category: the last word counts.

use mainstay_model::Timestamp;
use serde::Serialize;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::fields::{Fields, read_all, words};

words! {
    /// What a person said.
    ConsentState, "state of a consent", {
        /// Agreed.
        Given = "given",
        /// Does not want it, or not any more.
        Withdrawn = "withdrawn",
    }
}

/// The last word of a person on a channel and a category.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Consent {
    /// The person.
    pub person: String,
    /// The channel.
    pub channel: String,
    /// The category.
    pub category: String,
    /// What they said.
    pub state: ConsentState,
    /// When.
    pub at: Timestamp,
    /// How it was learned: a form, a link in a mail, an import.
    pub how: String,
}

impl Store {
    /// Keeps what a person said, unless something later is known; answers whether it is now the last word.
    pub async fn save_consent(&self, consent: &Consent) -> Result<bool> {
        let done = sqlx::query(
            "insert into consents (person, channel, category, state, at, how) values ($1, $2, $3, $4, $5, $6) \
             on conflict (person, channel, category) do update set state = excluded.state, at = excluded.at, how = excluded.how \
             where consents.at <= excluded.at",
        )
        .bind(&consent.person)
        .bind(&consent.channel)
        .bind(&consent.category)
        .bind(consent.state.as_str())
        .bind(consent.at.micros())
        .bind(&consent.how)
        .execute(&self.pool)
        .await
        .attempt("keep a consent")?;
        Ok(done.rows_affected() > 0)
    }

    /// All that a person said, by channel and category.
    pub async fn consents_of(&self, person: &str) -> Result<Vec<Consent>> {
        const READ: &str = "list consents";
        let rows = sqlx::query("select * from consents where person = $1 order by channel, category")
            .bind(person)
            .fetch_all(&self.pool)
            .await
            .attempt(READ)?;
        let read = |row: Fields<'_>| {
            Ok(Consent {
                person: row.text("person")?,
                channel: row.text("channel")?,
                category: row.text("category")?,
                state: row.word("state")?,
                at: row.at("at")?,
                how: row.text("how")?,
            })
        };
        read_all(&rows, READ, read)
    }
}
