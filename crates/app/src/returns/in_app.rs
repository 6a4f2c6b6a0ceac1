//! Messages inside the customer's product: what a user is to be shown, and what they did with it. The product's server vouches for its users.

use std::sync::PoisonError;

use mainstay_store::{InAppMessage, InAppReceipt};
use serde::Deserialize;
use serde_json::{Value, json};

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
    /// The user: an id of the account's users or people, or an e-mail address of theirs.
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
    /// What a user is to be shown now, the latest first: what is for everybody of the account, for their id, or for somebody of the account
    /// with their e-mail address.
    ///
    /// # Errors
    /// [`ErrorCode::NotFound`] where the product has no such messages, [`ErrorCode::Unauthorized`] when nothing vouches for the user.
    pub async fn in_app_messages(&self, user: &InAppUser) -> Result<Vec<InAppMessage>> {
        self.check_vouched(user)?;
        let now = self.now();
        let mut ids = vec![own_id(user)];
        let addressees = self.store().in_app_addressees(&user.account, now).await?;
        ids.extend(self.those_of(user, addressees));
        Ok(self.store().in_app_messages_for(&user.account, &ids, now, SHOWN_AT_ONCE).await?)
    }

    /// Notes what a user did with a message. What is for everybody of the account stays open for the others when one closes it.
    ///
    /// # Errors
    /// As [`App::in_app_messages`], and [`ErrorCode::NotFound`] for a message that is not the user's.
    pub async fn note_in_app(&self, user: &InAppUser, key: &str, act: InAppAct) -> Result<()> {
        self.check_vouched(user)?;
        let found = self.store().in_app_message(key).await?.filter(|message| message.account_id == user.account);
        let theirs = |message: InAppMessage| {
            let reader = match &message.user_id {
                None => own_id(user),
                Some(addressee) => self.those_of(user, vec![addressee.clone()]).pop()?,
            };
            Some((message, reader))
        };
        let Some((message, reader)) = found.and_then(theirs) else {
            return Err(AppError::not_found("the user has no message of that key").hint("take keys from GET /in-app/messages"));
        };
        let now = self.now();
        if act == InAppAct::Clicked {
            let properties = json!({ "channel": "in_app", "subject": message.title });
            // Each user of an account may follow what is for everybody.
            let own = format!("{key}/{reader}");
            self.state_event((&own, Responded::Clicked), &user.account, Some(&user.user), &properties).await?;
        }
        let receipt = InAppReceipt {
            message_key: message.key,
            user_id: reader,
            shown_at: Some(now),
            clicked_at: (act == InAppAct::Clicked).then_some(now),
            dismissed_at: (act == InAppAct::Dismissed).then_some(now),
        };
        Ok(self.store().keep_in_app_receipt(&receipt).await?)
    }

    /// Those of an account's addressees who are the user: by their id, or as somebody with an e-mail address of the user's.
    fn those_of(&self, user: &InAppUser, mut addressees: Vec<String>) -> Vec<String> {
        let now = self.now();
        let state = self.state();
        let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
        let addresses = |id: &str| -> Vec<String> {
            let known = ["people", "users"].into_iter().filter_map(|entity| records.fold(entity, id, now, None));
            // An id of another account's record is somebody else.
            let here = known.filter(|fields| fields.get("account_id").and_then(Value::as_str).is_none_or(|of| of == user.account));
            let stated = here.filter_map(|fields| fields.get("email").and_then(Value::as_str).and_then(address));
            stated.chain(address(id)).collect()
        };
        if addressees.iter().any(|addressee| *addressee != user.user) {
            let own = addresses(&user.user);
            addressees.retain(|addressee| *addressee == user.user || addresses(addressee).iter().any(|one| own.contains(one)));
        }
        addressees
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

/// The id under which is kept what a user did with messages that are for everybody.
fn own_id(user: &InAppUser) -> String {
    address(&user.user).unwrap_or_else(|| user.user.clone())
}

/// A text as an e-mail address, whatever its case; none where it is none.
fn address(text: &str) -> Option<String> {
    text.contains('@').then(|| text.trim().to_lowercase())
}
