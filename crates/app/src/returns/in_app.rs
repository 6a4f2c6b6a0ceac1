//! Messages inside the customer's product: what a user is to be shown, and what they did with it. The product's server vouches for its users.

use mainstay_store::InAppMessage;
use serde::Deserialize;
use serde_json::json;

use super::Responded;
use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};

/// Messages that one user is shown at once.
const SHOWN_AT_ONCE: u32 = 20;

/// A user of the customer's product, and what vouches for them.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
pub struct InAppUser {
    /// The account.
    pub account: String,
    /// The user.
    pub user: String,
    /// HMAC-SHA256 of account, a line break and user, in hexadecimal digits.
    pub signature: String,
}

/// What a user did with a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum InAppAct {
    /// It was shown to them.
    Seen,
    /// They followed it.
    Clicked,
    /// They closed it.
    Dismissed,
}

impl App {
    /// What a user is to be shown now, the latest first.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where the product has no such messages, [`ErrorCode::Unauthorized`] when nothing vouches for the user.
    pub async fn in_app_messages(&self, user: &InAppUser) -> Result<Vec<InAppMessage>> {
        self.check_vouched(user)?;
        Ok(self.store().in_app_messages_for(&user.account, &user.user, self.now(), SHOWN_AT_ONCE).await?)
    }

    /// Notes what a user did with a message. What is for everybody of the account stays open for the others when one closes it.
    ///
    /// # Errors
    /// As [`App::in_app_messages`], and [`ErrorCode::NotFound`] for a message that is not the user's.
    pub async fn note_in_app(&self, user: &InAppUser, key: &str, act: InAppAct) -> Result<()> {
        self.check_vouched(user)?;
        let theirs =
            |message: &InAppMessage| message.account_id == user.account && message.user_id.as_ref().is_none_or(|one| *one == user.user);
        let Some(message) = self.store().in_app_message(key).await?.filter(theirs) else {
            return Err(AppError::not_found("the user has no message of that key").hint("take keys from GET /in-app/messages"));
        };
        let now = self.now();
        self.store().mark_in_app_seen(key, now).await?;
        if act == InAppAct::Clicked {
            let properties = json!({ "channel": "in_app", "subject": message.title });
            // Each user of an account may follow what is for everybody.
            let own = format!("{key}/{}", user.user);
            self.state_event((&own, Responded::Clicked), &user.account, Some(&user.user), &properties).await?;
        }
        if act != InAppAct::Seen && message.user_id.is_some() {
            self.store().dismiss_in_app(key, now).await?;
        }
        Ok(())
    }

    fn check_vouched(&self, user: &InAppUser) -> Result<()> {
        let channels = self.channels();
        let Some(secret) = &channels.in_app_secret else {
            return Err(AppError::not_found("messages inside the product are not turned on").hint("set MAINSTAY_IN_APP_SECRET and restart"));
        };
        if secret.vouches(&user.account, &user.user, &user.signature) {
            return Ok(());
        }
        Err(AppError::new(ErrorCode::Unauthorized, "the signature does not vouch for this user of this account")
            .hint("your server makes it: HMAC-SHA256 of account, line break, user, with MAINSTAY_IN_APP_SECRET"))
    }
}
