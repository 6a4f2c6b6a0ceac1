//! The outbox as people see it: what is to leave, what was given up and why; and sending that again.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_store::{Intervention, OutboxEntry, OutboxFilter, OutboxStatus};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, Result};

/// Entries of a page, and that are replayed at once, at most.
const MAX_LETTERS: u32 = 1_000;

/// Which entries to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OutboxAsked {
    /// That stand so: `waiting`, `delayed`, `sent`, `dead`, `suppressed`.
    pub status: Option<String>,
    /// By this channel.
    pub channel: Option<String>,
    /// Of this account.
    pub account: Option<String>,
    /// Of this run.
    pub run: Option<String>,
    /// At most so many; 50 where nobody says.
    pub limit: Option<u32>,
    /// After so many.
    pub offset: Option<u32>,
}

/// An entry of the outbox, without what is sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Letter {
    /// The idempotency key, which the receiver sees.
    pub key: String,
    /// The run it comes from.
    pub run: Option<String>,
    /// The step it comes from.
    pub step: Option<String>,
    /// The account it is about.
    pub account_id: String,
    /// The channel it leaves by.
    pub channel: String,
    /// Where it stands.
    pub status: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// What went wrong last, or why it is delayed or suppressed.
    pub why: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When the receiver had it.
    pub sent_at: Option<Timestamp>,
}

impl App {
    /// The entries of a filter, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a status or a limit that is none.
    pub async fn list_outbox(&self, asked: &OutboxAsked) -> Result<Vec<Letter>> {
        let limit = asked.limit.unwrap_or(50);
        if limit == 0 || limit > MAX_LETTERS {
            return Err(AppError::invalid(format!("`limit` must be 1 to {MAX_LETTERS}, not {limit}")));
        }
        let filter = OutboxFilter {
            status: asked.status.as_deref().map(read_status).transpose()?,
            channel: asked.channel.clone(),
            account_id: asked.account.clone(),
            run_id: asked.run.clone(),
            limit,
            offset: asked.offset.unwrap_or_default(),
        };
        Ok(self.store().outbox(&filter).await?.iter().map(letter_of).collect())
    }

    /// What a play was to send and was given up, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn dead_letters(&self, play: &str) -> Result<Vec<Letter>> {
        Ok(self.store().dead_letters_of_play(play, MAX_LETTERS).await?.iter().map(letter_of).collect())
    }

    /// Sends again what was given up, under the same keys and with attempts counted anew: the entries of these keys, or all of a play. Answers how
    /// many there were.
    ///
    /// # Errors
    /// `Invalid` when nothing is named; when the store cannot be written.
    pub async fn replay_letters(&self, keys: &[String], play: Option<&str>, by: &str) -> Result<u64> {
        if keys.is_empty() && play.is_none() {
            return Err(AppError::invalid("Nothing is named that is to be sent again.").hint("Name keys, or a play."));
        }
        let mut dead: Vec<OutboxEntry> = match play {
            Some(play) => self.store().dead_letters_of_play(play, MAX_LETTERS).await?,
            None => Vec::new(),
        };
        for key in keys {
            dead.extend(self.store().outbox_entry(key).await?.filter(|entry| entry.status == OutboxStatus::Dead));
        }
        let now = self.now();
        let all: Vec<String> = dead.iter().map(|entry| entry.key.clone()).collect();
        let replayed = self.store().replay_dead(&all, now).await?;
        let mut of_runs: BTreeMap<(&str, Option<&String>), usize> = BTreeMap::new();
        for entry in &dead {
            *of_runs.entry((&entry.account_id, entry.run_id.as_ref())).or_default() += 1;
        }
        for ((account, run), count) in of_runs {
            let line = Intervention {
                id: format!("{}/sent-again/{}", run.map_or(account, String::as_str), now.micros()),
                account_id: account.to_owned(),
                run_id: run.cloned(),
                task_id: None,
                at: now,
                who: by.to_owned(),
                what: format!("had {count} given up {} sent again", if count == 1 { "message" } else { "messages" }),
                outcome: None,
                learned: None,
            };
            self.store().add_intervention(&line).await?;
        }
        Ok(replayed)
    }
}

fn read_status(word: &str) -> Result<OutboxStatus> {
    let known = || OutboxStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    OutboxStatus::parse(word)
        .ok_or_else(|| AppError::invalid(format!("`{word}` is no status of an entry")).hint(format!("they are: {}", known())))
}

fn letter_of(entry: &OutboxEntry) -> Letter {
    Letter {
        key: entry.key.clone(),
        run: entry.run_id.clone(),
        step: entry.step.clone(),
        account_id: entry.account_id.clone(),
        channel: entry.channel.clone(),
        status: entry.status.as_str().to_owned(),
        attempts: entry.attempts,
        next_at: entry.next_at,
        why: entry.last_error.clone().unwrap_or_default(),
        created_at: entry.created_at,
        sent_at: entry.sent_at,
    }
}
