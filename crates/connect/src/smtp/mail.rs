//! One mail as it goes over the wire: headers, text and HTML parts, an invitation.

use std::time::{Duration, UNIX_EPOCH};

use lettre::Message;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use mainstay_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::signing::short_digest;
use crate::templates::one_line;

/// The way out of further mails.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Unsubscribe {
    /// An https address that takes a `POST` without a page between (RFC 8058): [`crate::tracking::Tracker::unsubscribe_url`].
    pub url: String,
    /// An address that takes a mail instead.
    pub mailto: Option<String>,
}

/// One mail to one recipient.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Mail {
    /// The idempotency key; the Message-ID is made from it, so that every attempt carries the same.
    pub key: String,
    /// `Acme <success@acme.example>`
    pub from: String,
    /// `Ada Lovelace <ada@customer.example>`
    pub to: String,
    /// Where answers go; `from` when there is none.
    pub reply_to: Option<String>,
    /// The Message-ID this mail goes on from, with or without its angle brackets.
    pub in_reply_to: Option<String>,
    /// One line; line breaks in it become spaces.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
    /// iCalendar text with `METHOD:REQUEST` or `METHOD:CANCEL`: [`crate::calendar::Invitation`].
    pub invitation: Option<String>,
    /// `None` only for messages nobody can unsubscribe from.
    pub unsubscribe: Option<Unsubscribe>,
}

/// The Message-ID of the mail with this key from this sender, with its angle brackets.
#[must_use]
pub fn message_id(key: &str, from: &str) -> String {
    let domain = from.parse::<Mailbox>().map_or_else(|_| "mainstay.invalid".to_owned(), |mailbox| mailbox.email.domain().to_owned());
    format!("<{}@{domain}>", short_digest(key))
}

impl Mail {
    /// The Message-ID that this mail has.
    #[must_use]
    pub fn message_id(&self) -> String {
        message_id(&self.key, &self.from)
    }

    /// The mail as bytes, as it is sent at `now`.
    ///
    /// # Errors
    /// Why it cannot be sent at all, for people: an address that is none.
    pub fn to_bytes(&self, now: Timestamp) -> Result<Vec<u8>, String> {
        Ok(self.build(now)?.formatted())
    }

    pub(super) fn build(&self, now: Timestamp) -> Result<Message, String> {
        let date = UNIX_EPOCH + Duration::from_micros(u64::try_from(now.micros()).unwrap_or(0));
        let mut builder = Message::builder()
            .message_id(Some(self.message_id()))
            .date(date)
            .from(mailbox("sender", &self.from)?)
            .to(mailbox("recipient", &self.to)?)
            .subject(one_line(&self.subject));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox("reply address", reply_to)?);
        }
        if let Some(id) = &self.in_reply_to {
            let id = bracketed(id);
            builder = builder.in_reply_to(id.clone()).references(id);
        }
        // Machines that answer for people on leave do not answer a machine.
        builder = builder.raw_header(header("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(unsubscribe) = &self.unsubscribe {
            let mailto = unsubscribe.mailto.as_ref().map(|address| format!(", <mailto:{}>", one_word(address)));
            let value = format!("<{}>{}", one_word(&unsubscribe.url), mailto.unwrap_or_default());
            builder = builder
                .raw_header(header("List-Unsubscribe", value))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        let message = match self.parts() {
            Parts::One(part) => builder.singlepart(part),
            Parts::Several(parts) => builder.multipart(parts),
        };
        message.map_err(|error| format!("the mail cannot be written: {error}"))
    }

    fn parts(&self) -> Parts {
        let text = SinglePart::plain(self.text.clone());
        if self.html.is_none() && self.invitation.is_none() {
            return Parts::One(text);
        }
        // A boundary of its own for each mail, the same at every attempt.
        let boundary = short_digest(&format!("boundary of {}", self.key));
        let mut parts = MultiPart::alternative().boundary(boundary).singlepart(text);
        if let Some(html) = &self.html {
            parts = parts.singlepart(SinglePart::html(html.clone()));
        }
        if let Some(invitation) = &self.invitation {
            let method = if invitation.contains("METHOD:CANCEL") { "CANCEL" } else { "REQUEST" };
            let kind = ContentType::parse(&format!("text/calendar; charset=utf-8; method={method}")).unwrap_or(ContentType::TEXT_PLAIN);
            let part = SinglePart::builder().header(kind).header(ContentTransferEncoding::Base64).body(invitation.clone().into_bytes());
            parts = parts.singlepart(part);
        }
        Parts::Several(parts)
    }
}

enum Parts {
    One(SinglePart),
    Several(MultiPart),
}

fn mailbox(what: &str, text: &str) -> Result<Mailbox, String> {
    let line = one_line(text);
    line.parse().map_err(|_| format!("the {what} `{line}` is no mail address"))
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn bracketed(id: &str) -> String {
    format!("<{}>", one_word(id.trim_matches(['<', '>'])))
}

fn one_word(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control() && !matches!(letter, '<' | '>')).collect()
}
