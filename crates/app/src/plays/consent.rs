//! Who wants no messages: kept by address, for a channel and one category or all.

use mainstay_model::Timestamp;
use mainstay_store::{Consent, ConsentState};

use crate::app::App;
use crate::error::Result;

impl App {
    /// Whether somebody wants no messages of a category by a channel.
    pub(crate) async fn has_withdrawn(&self, address: &str, channel: &str, category: &str) -> Result<bool> {
        let stated = self.store().consents_of(address).await?;
        Ok(stated.iter().any(|one| {
            one.channel == channel && (one.category.is_empty() || one.category == category) && one.state == ConsentState::Withdrawn
        }))
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
