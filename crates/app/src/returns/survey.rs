//! Answers to surveys: a signed link asks one question, and what is answered becomes a record like any other survey's.

use std::sync::PoisonError;

use mainstay_connect::tracking::Touch;
use mainstay_model::{Fact, FactDigest, RecordVersion};
use mainstay_store::Response;
use serde_json::{Value, json};

use super::written;
use crate::app::App;
use crate::error::{AppError, Result};
use crate::ingest::OWN_SOURCE;
use crate::runs::not_ours;

/// The entity that answers are records of.
const ENTITY: &str = "surveys";
/// The longest comment.
pub const MAX_COMMENT_CHARACTERS: usize = 4_000;

/// One question to one person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Survey {
    /// What is asked: nps, csat, ces, `follow_up`.
    pub kind: String,
    /// The company that asks.
    pub company: String,
    /// What was answered before, if anything.
    pub answer: Option<SurveyAnswer>,
}

/// What somebody answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SurveyAnswer {
    /// From the lowest to the highest of the scale.
    pub score: u8,
    /// In their own words; empty where they said nothing.
    pub comment: String,
}

impl Survey {
    /// The lowest and the highest score.
    #[must_use]
    pub fn scale(&self) -> (u8, u8) {
        match self.kind.as_str() {
            "nps" => (0, 10),
            "ces" => (1, 7),
            _ => (1, 5),
        }
    }
}

/// Who was asked what, from the link.
struct Asked {
    key: String,
    kind: String,
    account: String,
    person: String,
}

impl Asked {
    /// The id of the record that the answer is: one for each message.
    fn record(&self) -> String {
        format!("{:032x}", FactDigest::of_event(ENTITY, &self.key).0)
    }
}

impl App {
    /// The question behind a link, with the answer that was given before. Nothing is changed.
    ///
    /// # Errors
    /// When the link is none of ours.
    pub fn survey(&self, token: &str) -> Result<Survey> {
        let asked = self.read_survey(token)?;
        let kept = {
            let state = self.state();
            let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
            records.fold(ENTITY, &asked.record(), self.now(), None)
        };
        let answer = kept.and_then(|fields| {
            let score = u8::try_from(fields.get("score")?.as_i64()?).ok()?;
            let comment = fields.get("comment").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some(SurveyAnswer { score, comment })
        });
        Ok(Survey { kind: asked.kind, company: self.workspace().name.clone(), answer })
    }

    /// Keeps an answer; another one by the same link corrects it.
    ///
    /// # Errors
    /// When the link is none of ours, the score is not on the scale, the comment is too long, or nothing can be written.
    pub async fn answer_survey(&self, token: &str, answer: &SurveyAnswer) -> Result<()> {
        let asked = self.read_survey(token)?;
        let (lowest, highest) = self.survey(token)?.scale();
        if !(lowest..=highest).contains(&answer.score) {
            return Err(AppError::invalid(format!("{} is not on the scale from {lowest} to {highest}", answer.score))
                .hint("Choose one of the numbers."));
        }
        if answer.comment.chars().count() > MAX_COMMENT_CHARACTERS {
            return Err(AppError::invalid(format!("The comment is longer than {MAX_COMMENT_CHARACTERS} characters"))
                .hint("Go back and say it shorter."));
        }
        let now = self.now();
        let comment = Some(answer.comment.trim()).filter(|comment| !comment.is_empty());
        let fields = json!({
            "account_id": asked.account, "user_id": asked.person, "kind": asked.kind, "score": answer.score, "comment": comment,
            "answered_at": written(now),
        });
        let version = RecordVersion {
            source: OWN_SOURCE.to_owned(),
            entity: ENTITY.to_owned(),
            external_id: asked.record(),
            occurred_at: now,
            received_at: now,
            fields: fields.to_string(),
        };
        self.state_own(Fact::Record(version), fields.to_string()).await?;
        if let Some(message) = self.store().message(&asked.key).await? {
            self.note_response(&message, Response::Clicked).await?;
        }
        // Whoever looks at the page again sees what they said.
        self.settle().await;
        Ok(())
    }

    fn read_survey(&self, token: &str) -> Result<Asked> {
        let channels = self.channels();
        match channels.tracker.as_ref().and_then(|tracker| tracker.read_survey(token)) {
            Some(Touch::Survey { key, question, account, person }) => Ok(Asked { key, kind: question, account, person }),
            _ => Err(not_ours()),
        }
    }
}
