//! What comes back: answers to mails, bounces, answers to surveys, what users do with messages inside the product.
//!
//! Whatever somebody did becomes a fact, through the door that all facts take: plays hear it, scores may use it, and it can be asked for.

mod emails;
mod in_app;
mod links;
mod mail;
mod survey;

use mainstay_model::{Event, EventKind, Fact, Timestamp};
use mainstay_plays::Response;
use mainstay_store::Message;
use serde_json::{Value, json};

pub use in_app::{InAppAct, InAppUser};
pub use mail::{MailTaken, TakenAs};
pub use mainstay_connect::inbound::MOST_MAIL_BYTES;
pub use mainstay_store::InAppMessage;
pub use survey::{MAX_COMMENT_CHARACTERS, Survey, SurveyAnswer};

use crate::app::App;
use crate::error::Result;
use crate::ingest::{Candidate, OWN_SOURCE};

/// How somebody responded to a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Responded {
    /// Followed its link.
    Clicked,
    /// Answered it.
    Replied,
}

impl Responded {
    pub(crate) const ALL: [Self; 2] = [Self::Clicked, Self::Replied];

    /// The name of the event that says so.
    pub(crate) const fn event(self) -> &'static str {
        match self {
            Self::Clicked => "Message Clicked",
            Self::Replied => "Message Replied",
        }
    }

    /// What an event of ours says to runs.
    pub(crate) fn of_event(name: &str) -> Option<Response> {
        Self::ALL.into_iter().find(|one| one.event() == name).map(|one| match one {
            Self::Clicked => Response::Clicked,
            Self::Replied => Response::Replied,
        })
    }
}

impl App {
    /// States that somebody responded to a message. Stated again it is the same fact.
    pub(crate) async fn state_response(&self, message: &Message, how: Responded) -> Result<()> {
        let properties = json!({
            "channel": message.channel, "category": message.category, "subject": message.subject, "person_id": message.person,
            "run_id": message.run_id, "step": message.step,
        });
        self.state_event((&message.key, how), &message.account_id, None, &properties).await
    }

    /// States an event of the product's own; its identity is the message and what was done with it.
    async fn state_event(&self, (key, how): (&str, Responded), account: &str, user: Option<&str>, properties: &Value) -> Result<()> {
        let now = self.now();
        let event = Event {
            source: OWN_SOURCE.to_owned(),
            message_id: format!("{key}/{}", how.event()),
            kind: EventKind::Track,
            name: how.event().to_owned(),
            account_id: Some(account.to_owned()),
            user_id: user.map(str::to_owned),
            anonymous_id: None,
            occurred_at: now,
            received_at: now,
            properties: properties.to_string(),
        };
        self.state_own(Fact::Event(event), properties.to_string()).await
    }

    /// Takes in a fact of the product's own.
    pub(crate) async fn state_own(&self, fact: Fact, raw: String) -> Result<()> {
        self.ingest(OWN_SOURCE, "play", vec![Candidate { raw, fact: Ok(fact) }]).await.map(drop)
    }
}

/// An instant as records have it.
fn written(at: Timestamp) -> Value {
    Value::from(at.to_rfc3339())
}
