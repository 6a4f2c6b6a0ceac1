//! What people say about an account: their word against the score, their sentiment, notes. Each is a fact like any other.

use mainstay_model::{Fact, RecordVersion, Timestamp};
use serde_json::{Map, Value, json};

use super::AsOf;
use crate::app::App;
use crate::error::{AppError, Result};
use crate::ingest::{Answer, Candidate};

/// The source of what people say in the console.
const SOURCE: &str = "console";
/// The longest text of a note or a reason, in characters.
const MAX_TEXT: usize = 4000;

impl App {
    /// Shows another score than the computed one until an instant. The computed score is kept beside it.
    ///
    /// # Errors
    /// When the account is not known, the score is not 0 to 100, the reason is empty or the end has passed.
    pub async fn override_score(&self, id: &str, score: f64, reason: &str, author: &str, until: Timestamp) -> Result<()> {
        let now = self.now();
        if !(0.0..=100.0).contains(&score) {
            return Err(AppError::invalid(format!("a score is 0 to 100, not {score}")));
        }
        if reason.trim().is_empty() {
            return Err(AppError::invalid("an override needs a reason").hint("say in a few words what the score does not see"));
        }
        if until <= now {
            return Err(AppError::invalid(format!("the override would end at {until}, which has passed")).hint("give a later day"));
        }
        let fields = json!({"account_id": id, "score": score, "author": author, "reason": reason.trim(), "from_at": now.to_string(), "until_at": until.to_string()});
        self.state_fact(id, "score_overrides", &format!("{id}@{now}"), fields, now).await
    }

    /// Ends the overrides of an account that are in force.
    ///
    /// # Errors
    /// When none is in force.
    pub async fn withdraw_override(&self, id: &str, author: &str) -> Result<()> {
        let now = self.now();
        let id_owned = id.to_owned();
        let stated = self.compute(move |app| app.records_now(&app.state(), &id_owned, "score_overrides", &AsOf::NOW)).await?;
        let in_force = |record: &&Map<String, Value>| {
            let until = record.get("until_at").and_then(Value::as_str).and_then(|text| Timestamp::parse(text).ok());
            until.is_some_and(|until| until > now)
        };
        let ended: Vec<String> = stated.iter().filter(in_force).filter_map(|record| Some(record.get("id")?.as_str()?.to_owned())).collect();
        if ended.is_empty() {
            return Err(AppError::not_found(format!("no override of the account {id} is in force")));
        }
        for record in ended {
            let fields = json!({"until_at": now.to_string(), "author": author});
            self.state_fact(id, "score_overrides", &record, fields, now).await?;
        }
        Ok(())
    }

    /// States what the account's manager thinks of it, beside the score: `good`, `neutral` or `bad`. Author and time are kept with it.
    ///
    /// # Errors
    /// When the account or the word is not known.
    pub async fn set_sentiment(&self, id: &str, word: &str, author: &str) -> Result<()> {
        if !["good", "neutral", "bad"].contains(&word) {
            return Err(AppError::invalid(format!("`{word}` is no sentiment")).hint("say good, neutral or bad"));
        }
        self.state_fact(id, "accounts", id, json!({"csm_sentiment": word, "csm_sentiment_by": author}), self.now()).await
    }

    /// Writes a note about an account.
    ///
    /// # Errors
    /// When the account is not known or the text is empty.
    pub async fn add_note(&self, id: &str, text: &str, author: &str) -> Result<()> {
        let now = self.now();
        if text.trim().is_empty() {
            return Err(AppError::invalid("a note needs some text"));
        }
        let fields = json!({"account_id": id, "author": author, "text": text.trim(), "written_at": now.to_string()});
        self.state_fact(id, "notes", &format!("{id}@{now}"), fields, now).await
    }

    pub(crate) async fn state_fact(&self, account: &str, entity: &str, record: &str, fields: Value, at: Timestamp) -> Result<()> {
        let long = |value: &Value| value.as_str().is_some_and(|text| text.chars().count() > MAX_TEXT);
        if fields.as_object().is_some_and(|fields| fields.values().any(long)) {
            return Err(AppError::invalid(format!("a text has at most {MAX_TEXT} characters")));
        }
        Self::subject(&self.state(), account, &AsOf::NOW)?;
        let raw = fields.to_string();
        let version = RecordVersion {
            source: SOURCE.into(),
            entity: entity.into(),
            external_id: record.into(),
            occurred_at: at,
            received_at: at,
            fields: raw.clone(),
        };
        let answers = self.ingest(SOURCE, SOURCE, vec![Candidate { raw, fact: Ok(Fact::Record(version)) }]).await?;
        if let Some(Answer::Rejected { reason, .. }) = answers.first() {
            return Err(AppError::invalid(reason.to_string()));
        }
        self.settle().await;
        Ok(())
    }
}
