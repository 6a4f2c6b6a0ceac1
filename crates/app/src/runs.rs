//! What comes back from the messages of plays: opened, followed, not wanted any more. Only links that we signed say anything.

use mainstay_connect::tracking::Touch;
use mainstay_store::Response;

use crate::app::App;
use crate::error::{AppError, Result};
use crate::plays::MAIL;
use crate::returns::Responded;

impl App {
    /// Notes that a message was opened. A token that is none of ours says nothing.
    ///
    /// # Errors
    /// When the store or the facts cannot be written.
    pub async fn note_opened(&self, token: &str) -> Result<()> {
        let channels = self.channels();
        if let Some(Touch::Open { key }) = channels.tracker.as_ref().and_then(|tracker| tracker.read_open(token))
            && let Some(message) = self.store().message(&key).await?
        {
            self.note_response(&message, Response::Opened).await?;
        }
        Ok(())
    }

    /// Notes that a link was followed; answers where it leads.
    ///
    /// # Errors
    /// When the link is none of ours, or the store or the facts cannot be written.
    pub async fn note_clicked(&self, token: &str) -> Result<String> {
        let channels = self.channels();
        let Some(Touch::Click { key, target }) = channels.tracker.as_ref().and_then(|tracker| tracker.read_click(token)) else {
            return Err(not_ours());
        };
        if let Some(message) = self.store().message(&key).await? {
            self.state_response(&message, Responded::Clicked).await?;
            self.note_response(&message, Response::Clicked).await?;
        }
        Ok(target)
    }

    /// The category of messages that a link ends; empty for all. Nothing is changed.
    ///
    /// # Errors
    /// When the link is none of ours.
    pub fn unsubscribe_category(&self, token: &str) -> Result<String> {
        self.read_unsubscribe(token).map(|(_, category)| category)
    }

    /// Ends the messages that a link is about.
    ///
    /// # Errors
    /// When the link is none of ours, or the store cannot be written.
    pub async fn unsubscribe(&self, token: &str) -> Result<()> {
        let (address, category) = self.read_unsubscribe(token)?;
        self.withdraw_consent(&address, MAIL, &category, "unsubscribe link", self.now()).await
    }

    fn read_unsubscribe(&self, token: &str) -> Result<(String, String)> {
        let channels = self.channels();
        match channels.tracker.as_ref().and_then(|tracker| tracker.read_unsubscribe(token)) {
            Some(Touch::Unsubscribe { address, category, .. }) => Ok((address, category)),
            _ => Err(not_ours()),
        }
    }
}

pub(crate) fn not_ours() -> AppError {
    AppError::not_found("This link is not one of ours.").hint("Open it from the message again; some programs cut long links.")
}
