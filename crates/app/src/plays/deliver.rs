//! What is in the outbox leaves: each entry under its key, at least once, until the receiver has it or it is given up.

mod account;
mod colleague;
mod in_app;
mod mail;
mod webhook;

use std::time::Duration;

use mainstay_connect::{Answer, Backoff};
use mainstay_model::Timestamp;
use mainstay_store::{Message, MessageVerdict, OutboxEntry, Settlement};
use serde::Serialize;
use serde_json::Value;

use crate::app::App;
use crate::error::Result;

/// Entries that are sent at one look.
const MAX_ENTRIES: u32 = 200;
/// How long a sender holds entries before they are taken again. 15 minutes: longer than the longest time-out of a channel.
const LEASE_SECONDS: i64 = 900;
/// How long an entry waits for a channel that is not connected. 1 hour.
const NOT_CONNECTED_SECONDS: i64 = 3_600;

/// What a delivery led to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Delivered {
    /// The receiver has them.
    pub sent: usize,
    /// They are tried again.
    pub later: usize,
    /// They are delayed or suppressed by caps, windows or consent.
    pub held: usize,
    /// They are given up; a person can replay them.
    pub dead: usize,
}

/// What became of an entry.
enum Fate {
    Answered(Answer, Option<Box<Message>>),
    Held(MessageVerdict),
    /// The channel is not connected.
    Waits(&'static str),
}

impl App {
    /// Sends what is due in the outbox by now, and states what has left to people at the customer.
    ///
    /// # Errors
    /// When the store or the facts cannot be read or written; what was sent meanwhile is sent again under the same key, or stated by the next look.
    pub async fn deliver(&self) -> Result<Delivered> {
        let now = self.now();
        let entries = self.store().claim_outbox(now, MAX_ENTRIES, now.plus_seconds(LEASE_SECONDS)).await?;
        let (mut delivered, mut later) = (Delivered::default(), Vec::new());
        for entry in entries {
            let fate = self.send(&entry, now).await?;
            match settlement(&entry, fate, now, &mut delivered) {
                // What has left is noted before the next one leaves; what has not can wait.
                sent @ Settlement::Sent { .. } => self.store().settle(&[sent]).await?,
                other => later.push(other),
            }
        }
        if !later.is_empty() {
            self.store().settle(&later).await?;
        }
        self.record_mails().await?;
        Ok(delivered)
    }

    async fn send(&self, entry: &OutboxEntry, now: Timestamp) -> Result<Fate> {
        let payload: Value = match serde_json::from_str(&entry.payload) {
            Ok(payload) => payload,
            Err(_) => return Ok(refused("the entry cannot be read")),
        };
        match entry.channel.as_str() {
            "email" => self.send_mail(entry, payload, now).await,
            "notice" => self.send_notice(entry, &payload, now).await,
            "slack" => self.send_slack(entry, &payload, now).await,
            "webhook" => self.send_webhook(entry, &payload, now).await,
            "crm" => self.send_to_crm(entry, &payload, now).await,
            "in_app" => self.show_in_app(entry, &payload, now).await,
            "account" => self.change_account(entry, &payload).await,
            other => Ok(refused(&format!("there is no channel `{other}`"))),
        }
    }
}

fn refused(why: &str) -> Fate {
    Fate::Answered(Answer::Refused { why: why.to_owned(), bounced: false }, None)
}

fn settlement(entry: &OutboxEntry, fate: Fate, now: Timestamp, delivered: &mut Delivered) -> Settlement {
    let key = entry.key.clone();
    match fate {
        Fate::Answered(Answer::Sent { id }, message) => {
            delivered.sent += 1;
            let message = message.map(|message| Message { message_id: Some(id), ..*message });
            Settlement::Sent { key, at: now, message }
        }
        Fate::Answered(Answer::Retry { after, why }, _) => {
            let failures = entry.attempts.saturating_add(1);
            match Backoff::default().wait(failures, after, scatter(&key, failures)) {
                Some(wait) => {
                    delivered.later += 1;
                    Settlement::Retry { key, next_at: now.plus_seconds(seconds(wait)), error: why }
                }
                None => {
                    delivered.dead += 1;
                    Settlement::Dead { key, error: format!("given up after {failures} attempts: {why}") }
                }
            }
        }
        Fate::Answered(Answer::Refused { why, .. }, _) => {
            delivered.dead += 1;
            Settlement::Dead { key, error: why }
        }
        Fate::Held(verdict) => {
            delivered.held += 1;
            Settlement::Held(verdict)
        }
        Fate::Waits(what) => {
            delivered.later += 1;
            Settlement::Retry { key, next_at: now.plus_seconds(NOT_CONNECTED_SECONDS), error: what.to_owned() }
        }
    }
}

fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).max(1)
}

/// A number that spreads the attempts of many entries, and is the same at every replay.
fn scatter(key: &str, failures: u32) -> u32 {
    let digest = mainstay_model::FactDigest::of_event(key, &failures.to_string()).0;
    u32::try_from(digest & u128::from(u32::MAX)).unwrap_or_default()
}
