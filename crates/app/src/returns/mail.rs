//! Mail that comes in: which of our messages it is about, and what it says to the run that sent it.

use mainstay_connect::inbound::{self, Bounce, Inbound, Kind};
use mainstay_connect::maildir::Maildir;
use mainstay_model::{FactDigest, Timestamp};
use mainstay_store::{Intervention, Message, Response};
use serde::Serialize;

use super::Responded;
use crate::app::{App, blocking};
use crate::error::{AppError, ErrorCode, Result};
use crate::plays::MAIL;

/// Mails of the folder that are taken in at one look.
const MAILS_AT_ONCE: usize = 100;

/// What a mail that came in was taken as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TakenAs {
    /// A person answered a message.
    Reply,
    /// A machine answered for a person; nobody has answered.
    AutoReply,
    /// A message was not delivered; later ones may be.
    Bounce,
    /// The address is dead: nothing more goes there.
    DeadAddress,
    /// A message is late; its relay goes on trying.
    Late,
    /// The person took a message for spam: nothing more goes there.
    Complaint,
    /// The person wants no more.
    Unsubscribe,
    /// It is about no message that was sent from here.
    Unknown,
}

/// What became of a mail that came in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct MailTaken {
    /// What it was taken as.
    pub taken_as: TakenAs,
    /// The key of the message that it is about.
    pub key: Option<String>,
    /// The account of that message.
    pub account_id: Option<String>,
}

impl App {
    /// Takes in one mail as it came over the wire (RFC 5322). The same mail again changes nothing.
    ///
    /// # Errors
    /// [`ErrorCode::Invalid`] when the bytes are no mail; when the store or the facts cannot be written.
    pub async fn take_mail(&self, raw: &[u8]) -> Result<MailTaken> {
        let mail = inbound::read(raw).ok_or_else(|| {
            AppError::invalid("these bytes are no mail").hint("hand the mail in as it came, with its headers, at most 25 MB of it")
        })?;
        let message = self.answered(&mail).await?;
        let taken_as = match &message {
            Some(message) => self.hear_mail(&mail, message, self.now()).await?,
            None => self.hear_stranger(&mail).await?,
        };
        let (key, account_id) = message.map(|message| (message.key, message.account_id)).unzip();
        Ok(MailTaken { taken_as, key, account_id })
    }

    /// The first message of ours that a mail names.
    async fn answered(&self, mail: &Inbound) -> Result<Option<Message>> {
        for id in &mail.answers {
            if let Some(message) = self.store().message_by_message_id(&format!("<{id}>")).await? {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    async fn hear_mail(&self, mail: &Inbound, message: &Message, now: Timestamp) -> Result<TakenAs> {
        match &mail.kind {
            Kind::AutoReply => Ok(TakenAs::AutoReply),
            Kind::Reply => {
                self.state_response(message, Responded::Replied).await?;
                self.note_response(message, Response::Replied).await?;
                self.store().add_intervention(&line_of(mail, message, now)).await?;
                Ok(TakenAs::Reply)
            }
            Kind::Bounce(bounce) => self.hear_bounce(bounce, message, now).await,
            Kind::Complaint => {
                self.withdraw_consent(&message.address, MAIL, "", "complaint", now).await?;
                Ok(TakenAs::Complaint)
            }
            Kind::Unsubscribe => {
                self.withdraw_consent(&message.address, MAIL, "", "unsubscribed by mail", now).await?;
                Ok(TakenAs::Unsubscribe)
            }
        }
    }

    /// Whose address is dead is said by the message that came back, not by the report: reports are easily made up.
    async fn hear_bounce(&self, bounce: &Bounce, message: &Message, now: Timestamp) -> Result<TakenAs> {
        if !bounce.permanent {
            return Ok(TakenAs::Late);
        }
        self.note_response(message, Response::Bounced).await?;
        if !bounce.dead_address {
            return Ok(TakenAs::Bounce);
        }
        let why = [bounce.status.as_str(), bounce.why.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ");
        self.bury_address(&message.address, &why, now).await?;
        Ok(TakenAs::DeadAddress)
    }

    /// A mail that names no message of ours: only the wish to get no more is heard.
    async fn hear_stranger(&self, mail: &Inbound) -> Result<TakenAs> {
        match (&mail.kind, &mail.from) {
            (Kind::Unsubscribe, Some(from)) => {
                self.withdraw_consent(from, MAIL, "", "unsubscribed by mail", self.now()).await?;
                Ok(TakenAs::Unsubscribe)
            }
            _ => Ok(TakenAs::Unknown),
        }
    }

    /// Takes in what lies in the folder for mail that comes in, each mail once; answers how many there were.
    ///
    /// # Errors
    /// When the folder cannot be read, or what a mail says cannot be kept: it then lies there for the next look.
    pub async fn take_mail_inbox(&self) -> Result<usize> {
        let Some(inbox) = self.channels().mail_inbox.clone() else { return Ok(0) };
        let waiting = in_folder(&inbox, |inbox| inbox.waiting(MAILS_AT_ONCE)).await?;
        let many = waiting.len();
        for mail in waiting {
            let one = mail.clone();
            let raw = in_folder(&inbox, move |_| one.read()).await?;
            match self.take_mail(&raw).await {
                Ok(taken) => tracing::debug!(mail = mail.name(), taken_as = ?taken.taken_as, "a mail was taken in"),
                Err(error) if error.code == ErrorCode::Invalid => {
                    tracing::warn!(mail = mail.name(), %error, "a file of the mail folder was passed over");
                }
                Err(error) => return Err(error),
            }
            in_folder(&inbox, move |inbox| inbox.taken(&mail)).await?;
        }
        Ok(many)
    }
}

async fn in_folder<T: Send + 'static>(inbox: &Maildir, work: impl FnOnce(&Maildir) -> std::io::Result<T> + Send + 'static) -> Result<T> {
    let inbox = inbox.clone();
    blocking(move || {
        work(&inbox).map_err(|error| {
            AppError::new(ErrorCode::Unavailable, format!("the mail folder {} cannot be used", inbox.folder().display())).caused_by(error)
        })
    })
    .await
}

/// The answer as the account's log has it.
fn line_of(mail: &Inbound, message: &Message, now: Timestamp) -> Intervention {
    let from = mail.from.clone().unwrap_or_else(|| message.address.clone());
    let own = mail.message_id.clone().unwrap_or_else(|| mail.text.clone());
    Intervention {
        id: format!("{}/reply/{:032x}", message.key, FactDigest::of_event(&from, &own).0),
        account_id: message.account_id.clone(),
        run_id: message.run_id.clone(),
        task_id: None,
        at: now,
        who: from,
        what: format!("Answered \"{}\": {}", message.subject, mail.text),
        outcome: None,
        learned: None,
    }
}
