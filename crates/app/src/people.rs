//! People who use the product: signing in and out, roles, API tokens, write keys.
//!
//! ```text
//! let people = app.people();                          // cheap: a view over the store, the clock and the random source
//! people.ensure_admin()              -> Option<NewPassword>          // first start only; print it once
//! people.sign_in(email, password)    -> SignedIn { token, session }  // the token is the cookie's value
//! people.session(token)              -> Option<Session>              // Session { person, csrf, expires_at }
//! people.sign_out(token)
//! people.list() / create(email, name, role) / set_role(email, role) / disable(email) / enable(email) / reset_password(email)
//! people.change_password(person_id, old, new)
//! people.create_token(name, role, by) / tokens() / revoke_token(id)
//! people.create_write_key(source, label) / write_keys() / revoke_write_key(id)
//! people.save_view(person_id, name, definition) / views(person_id) / remove_view(person_id, id)
//! ```
//! Who may call what is the caller's question to [`mainstay_model::access::Role::may`]; the operations here do not ask it.

mod keys;
mod manage;
mod password;
mod secret;
mod sign_in;
mod views;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use mainstay_model::access::Role;
use mainstay_model::{Clock, Timestamp};
use mainstay_store::Store;
use serde::Serialize;

use crate::error::{AppError, ErrorCode, Result};
use crate::layout;

pub use mainstay_store::{ApiToken, SavedView, WriteKey};

pub use keys::{NewToken, NewWriteKey};
pub use manage::NewPassword;
pub(crate) use manage::address;
pub use secret::{OsRandom, Random};
pub use sign_in::{LOCK_SECONDS, MAX_FAILURES, SESSION_IDLE_SECONDS, SESSION_SECONDS, Session, SignedIn};

/// A person as everybody may see them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Person {
    /// The id.
    pub id: String,
    /// The address they sign in with.
    pub email: String,
    /// What colleagues read.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Timestamp>,
}

/// The operations on people, tokens and keys.
#[derive(Clone)]
pub struct People {
    store: Store,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl People {
    /// The operations over a store, a clock and a random source.
    #[must_use]
    pub fn new(store: Store, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { store, clock, random }
    }

    /// The same over a data folder alone, or the database at `state`; other processes may use both at the same time.
    ///
    /// # Errors
    /// `unavailable` when the folder or its database cannot be opened.
    pub async fn open(data: &Path, state: Option<&str>, clock: Arc<dyn Clock>) -> Result<Self> {
        let failed =
            |error| AppError::new(ErrorCode::Unavailable, format!("could not make the folder {}", data.display())).caused_by(error);
        std::fs::create_dir_all(data).map_err(failed)?;
        Ok(Self::new(layout::open_store(data, state).await?, clock, Arc::new(OsRandom)))
    }

    /// What is wrong with the database; nothing when it is whole.
    ///
    /// # Errors
    /// `unavailable` when it cannot be read.
    pub async fn check_database(&self) -> Result<Vec<String>> {
        Ok(self.store.check().await?)
    }

    pub(crate) fn secret(&self, prefix: &str) -> Result<String> {
        secret::token(self.random.as_ref(), prefix)
    }

    pub(crate) fn id(&self, prefix: &str) -> Result<String> {
        secret::id(self.random.as_ref(), prefix)
    }
}

impl From<mainstay_store::PersonRow> for Person {
    fn from(row: mainstay_store::PersonRow) -> Self {
        Self { id: row.id, email: row.email, name: row.name, role: row.role, created_at: row.created_at, disabled_at: row.disabled_at }
    }
}
