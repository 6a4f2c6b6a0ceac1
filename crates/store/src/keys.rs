//! Write keys: which source a sender of tracking calls is.

use mainstay_model::Timestamp;
use serde::Serialize;
use sqlx::Row;

use crate::Store;
use crate::error::{Attempt, Result};

/// A write key as stored; the key itself is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct WriteKey {
    /// The id.
    pub id: String,
    /// The first characters, so that people recognise it.
    pub prefix: String,
    /// The source whose facts it brings.
    pub source: String,
    /// What it is for.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when it is not accepted any more.
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Adds a write key; `secret` is kept as a digest.
    pub async fn add_write_key(&self, secret: &str, key: &WriteKey) -> Result<()> {
        sqlx::query("insert into write_keys (id, digest, prefix, source, label, created_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(&key.id)
            .bind(crate::secret_digest(secret))
            .bind(&key.prefix)
            .bind(&key.source)
            .bind(&key.label)
            .bind(key.created_at.micros())
            .execute(&self.pool)
            .await
            .attempt("add a write key")
            .map(drop)
    }

    /// The source of a write key that is in force.
    pub async fn source_of_write_key(&self, secret: &str) -> Result<Option<String>> {
        sqlx::query_scalar("select source from write_keys where digest = $1 and revoked_at is null")
            .bind(crate::secret_digest(secret))
            .fetch_optional(&self.pool)
            .await
            .attempt("look a write key up")
    }

    /// All write keys, by source and the newest first, revoked ones among them.
    pub async fn write_keys(&self) -> Result<Vec<WriteKey>> {
        const READ: &str = "list write keys";
        let rows =
            sqlx::query("select * from write_keys order by source, created_at desc, id").fetch_all(&self.pool).await.attempt(READ)?;
        let read = |row: &crate::dialect::Row| -> Result<WriteKey> {
            Ok(WriteKey {
                id: row.try_get("id").attempt(READ)?,
                prefix: row.try_get("prefix").attempt(READ)?,
                source: row.try_get("source").attempt(READ)?,
                label: row.try_get("label").attempt(READ)?,
                created_at: Timestamp(row.try_get("created_at").attempt(READ)?),
                revoked_at: row.try_get::<Option<i64>, _>("revoked_at").attempt(READ)?.map(Timestamp),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Revokes a write key; answers whether one of that id was in force.
    pub async fn revoke_write_key(&self, id: &str, at: Timestamp) -> Result<bool> {
        let done = sqlx::query("update write_keys set revoked_at = $2 where id = $1 and revoked_at is null")
            .bind(id)
            .bind(at.micros())
            .execute(&self.pool)
            .await
            .attempt("revoke a write key")?;
        Ok(done.rows_affected() > 0)
    }
}
