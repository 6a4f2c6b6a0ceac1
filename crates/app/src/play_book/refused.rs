//! Refusals as people see them: for whom a play did not start, when last, and why.

use mainstay_model::{Day, Timestamp, Zone};
use mainstay_plays::Refusal;
use mainstay_store::{PlayRefusal, RefusalFilter};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, Result};
use crate::instants::instant_of;
use crate::plays::refusal_words;

/// Refusals of one answer.
const MAX_REFUSALS: u32 = 1_000;

/// Which refusals to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefusalsAsked {
    /// Of this play.
    pub play: Option<String>,
    /// Of this account.
    pub account: Option<String>,
    /// Last refused then or later: a day, or an instant, in the workspace's zone where it says none.
    pub since: Option<String>,
    /// At most so many; 50 where nobody says.
    pub limit: Option<u32>,
}

/// That a play did not start for somebody whom its trigger named.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RefusalLine {
    /// The play.
    pub play: String,
    /// The account.
    pub account_id: String,
    /// The account itself, or its subscription, person or user.
    pub subject: String,
    /// When it was refused last.
    pub at: Timestamp,
    /// Why it was then: `not_in_pilot`, `excluded`, `already_running`, `already_ran`, `too_soon`, `not_qualified`.
    pub reason: String,
    /// The same in words that complete a sentence.
    pub why: String,
    /// How often it was refused.
    pub times: u64,
}

impl App {
    /// The latest refusal of each play and subject, the latest first. A start by hand that is refused is told to who asks for it, and is not
    /// in here.
    ///
    /// # Errors
    /// `Invalid` for an instant or a limit that is none.
    pub async fn list_refusals(&self, asked: &RefusalsAsked) -> Result<Vec<RefusalLine>> {
        let limit = asked.limit.unwrap_or(50);
        if limit == 0 || limit > MAX_REFUSALS {
            return Err(AppError::invalid(format!("`limit` must be 1 to {MAX_REFUSALS}, not {limit}")));
        }
        let workspace = self.workspace();
        let filter = RefusalFilter {
            play: asked.play.clone(),
            account_id: asked.account.clone(),
            since: asked.since.as_deref().map(|text| beginning(text, &workspace.zone)).transpose()?,
            limit,
        };
        Ok(self.store().play_refusals(&filter).await?.into_iter().map(line_of).collect())
    }
}

/// The instant that a text means; of a day its first one.
fn beginning(text: &str, zone: &Zone) -> Result<Timestamp> {
    match Day::parse(text) {
        Ok(day) => Ok(zone.start_of(day)),
        Err(_) => instant_of(text, zone),
    }
}

fn line_of(stored: PlayRefusal) -> RefusalLine {
    let refusal = Refusal::read(&stored.reason, stored.detail.as_deref());
    RefusalLine {
        why: refusal.as_ref().map_or_else(|| stored.reason.replace('_', " "), refusal_words),
        play: stored.play,
        account_id: stored.account_id,
        subject: stored.subject,
        at: stored.at,
        reason: stored.reason,
        times: stored.times,
    }
}
