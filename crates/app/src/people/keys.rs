//! API tokens and write keys: made once, shown once, revoked for good.

use mainstay_model::access::Role;
use mainstay_store::{ApiToken, WriteKey};
use serde::Serialize;

use super::People;
use crate::error::{AppError, Result};

/// A token that was just made. It is shown once and kept as a digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewToken {
    /// The id, for revoking it.
    pub id: String,
    /// The token: `Authorization: Bearer <token>`.
    pub token: String,
}

/// A write key that was just made. It is shown once and kept as a digest.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct NewWriteKey {
    /// The id, for revoking it.
    pub id: String,
    /// The source it writes for.
    pub source: String,
    /// The key, as SDKs ask for it.
    pub key: String,
}

/// Characters of a write key that stay readable.
const PREFIX_CHARS: usize = 14;

impl People {
    /// Makes an API token.
    ///
    /// # Errors
    /// `invalid` without a name.
    pub async fn create_token(&self, name: &str, role: Role, by: &str) -> Result<NewToken> {
        let token = ApiToken {
            id: self.id("token_")?,
            name: named(name, "token")?,
            role,
            created_by: by.to_owned(),
            created_at: self.clock.now(),
            used_at: None,
            revoked_at: None,
        };
        let secret = self.secret("ms_token_")?;
        self.store.add_token(&secret, &token).await?;
        Ok(NewToken { id: token.id, token: secret })
    }

    /// All tokens, the newest first, revoked ones among them.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>> {
        Ok(self.store.tokens().await?)
    }

    /// The id and role of a token in force; its use is written down.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn role_of_token(&self, token: &str) -> Result<Option<(String, Role)>> {
        let Some((id, role)) = self.store.role_of_token(token).await? else { return Ok(None) };
        self.store.touch_token(&id, self.clock.now()).await?;
        Ok(Some((id, role)))
    }

    /// Revokes a token for good.
    ///
    /// # Errors
    /// `not_found` when none of that id is in force.
    pub async fn revoke_token(&self, id: &str) -> Result<()> {
        match self.store.revoke_token(id, self.clock.now()).await? {
            true => Ok(()),
            false => Err(AppError::not_found(format!("there is no token {id} in force")).hint("`mainstay token list` shows what there is")),
        }
    }

    /// Makes a write key for a source. Whether the workspace declares that source is the caller's question.
    ///
    /// # Errors
    /// `invalid` without a source.
    pub async fn create_write_key(&self, source: &str, label: &str) -> Result<NewWriteKey> {
        let secret = self.secret("ms_write_")?;
        let key = WriteKey {
            id: self.id("key_")?,
            prefix: secret.chars().take(PREFIX_CHARS).collect(),
            source: named(source, "source")?,
            label: label.trim().to_owned(),
            created_at: self.clock.now(),
            revoked_at: None,
        };
        self.store.add_write_key(&secret, &key).await?;
        Ok(NewWriteKey { id: key.id, source: key.source, key: secret })
    }

    /// All write keys by source, revoked ones among them.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn write_keys(&self) -> Result<Vec<WriteKey>> {
        Ok(self.store.write_keys().await?)
    }

    /// Revokes a write key for good.
    ///
    /// # Errors
    /// `not_found` when none of that id is in force.
    pub async fn revoke_write_key(&self, id: &str) -> Result<()> {
        match self.store.revoke_write_key(id, self.clock.now()).await? {
            true => Ok(()),
            false => {
                Err(AppError::not_found(format!("there is no write key {id} in force")).hint("`mainstay key list` shows what there is"))
            }
        }
    }
}

pub(super) fn named(name: &str, what: &str) -> Result<String> {
    match name.trim() {
        "" => Err(AppError::invalid(format!("a {what} needs a name"))),
        name if name.len() > 200 => Err(AppError::invalid(format!("the name of a {what} has at most 200 bytes"))),
        name => Ok(name.to_owned()),
    }
}
