//! Who wants no messages: kept by address, for a channel and one category or all.

use mainstay_model::Timestamp;
use mainstay_store::{Consent, ConsentState};

use crate::app::App;
use crate::error::Result;

/// What a dead address is told by, in the words under which it was kept.
const DEAD: &str = "the address is dead";
/// The channel whose addresses can die.
pub(crate) const MAIL: &str = "email";

impl App {
    /// Why a mail of a category must not go to an address; none where it may. A dead address gets nothing at all, a person who wants no mail
    /// still gets what is transactional.
    pub(crate) async fn suppressed(&self, address: &str, category: &str, transactional: bool) -> Result<Option<String>> {
        let stated = self.store().consents_of(address).await?;
        let withdrawn = |one: &&Consent| {
            one.channel == MAIL && (one.category.is_empty() || one.category == category) && one.state == ConsentState::Withdrawn
        };
        if let Some(dead) = stated.iter().filter(withdrawn).find(|one| one.how.starts_with(DEAD)) {
            return Ok(Some(dead.how.clone()));
        }
        Ok(stated.iter().find(withdrawn).filter(|_| !transactional).map(|one| format!("no consent: {}", one.how)))
    }

    /// Keeps that an address takes no mail, and why: nothing more goes there.
    pub(crate) async fn bury_address(&self, address: &str, why: &str, at: Timestamp) -> Result<()> {
        self.withdraw_consent(address, MAIL, "", &format!("{DEAD}: {why}"), at).await
    }

    /// Keeps that somebody wants no more messages of a category by a channel, or none at all where the category is empty.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn withdraw_consent(&self, address: &str, channel: &str, category: &str, how: &str, at: Timestamp) -> Result<()> {
        let consent = Consent {
            person: address.to_owned(),
            channel: channel.to_owned(),
            category: category.to_owned(),
            state: ConsentState::Withdrawn,
            at,
            how: how.to_owned(),
        };
        self.store().save_consent(&consent).await?;
        Ok(())
    }
}
