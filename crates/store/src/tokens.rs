//! API tokens: who may call the API, with which role.

use mainstay_model::Timestamp;
use mainstay_model::access::Role;
use serde::Serialize;
use sqlx::Row;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::people::read_role;

/// A token as stored; the token itself is shown once, when it is made.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ApiToken {
    /// The id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Who made it.
    pub created_by: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub used_at: Option<Timestamp>,
    /// Since when it is not accepted any more.
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Adds a token; `secret` is kept as a digest.
    pub async fn add_token(&self, secret: &str, token: &ApiToken) -> Result<()> {
        sqlx::query("insert into api_tokens (id, digest, name, role, created_by, created_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(&token.id)
            .bind(crate::secret_digest(secret))
            .bind(&token.name)
            .bind(token.role.as_str())
            .bind(&token.created_by)
            .bind(token.created_at.micros())
            .execute(&self.pool)
            .await
            .attempt("add a token")
            .map(drop)
    }

    /// The id and role of a token that is in force.
    pub async fn role_of_token(&self, secret: &str) -> Result<Option<(String, Role)>> {
        let row: Option<(String, String)> = sqlx::query_as("select id, role from api_tokens where digest = $1 and revoked_at is null")
            .bind(crate::secret_digest(secret))
            .fetch_optional(&self.pool)
            .await
            .attempt("look a token up")?;
        row.map(|(id, role)| Ok((id, read_role(&role)?))).transpose()
    }

    /// Notes that a token was used, at most once a minute.
    pub async fn touch_token(&self, id: &str, at: Timestamp) -> Result<()> {
        let done = sqlx::query("update api_tokens set used_at = $2 where id = $1 and (used_at is null or used_at < $3)")
            .bind(id)
            .bind(at.micros())
            .bind(at.plus_seconds(-60).micros())
            .execute(&self.pool)
            .await;
        done.attempt("note the use of a token").map(drop)
    }

    /// All tokens, the newest first, revoked ones among them.
    pub async fn tokens(&self) -> Result<Vec<ApiToken>> {
        const READ: &str = "list tokens";
        let rows = sqlx::query("select * from api_tokens order by created_at desc, id").fetch_all(&self.pool).await.attempt(READ)?;
        let read = |row: &crate::dialect::Row| -> Result<ApiToken> {
            Ok(ApiToken {
                id: row.try_get("id").attempt(READ)?,
                name: row.try_get("name").attempt(READ)?,
                role: read_role(&row.try_get::<String, _>("role").attempt(READ)?)?,
                created_by: row.try_get("created_by").attempt(READ)?,
                created_at: Timestamp(row.try_get("created_at").attempt(READ)?),
                used_at: row.try_get::<Option<i64>, _>("used_at").attempt(READ)?.map(Timestamp),
                revoked_at: row.try_get::<Option<i64>, _>("revoked_at").attempt(READ)?.map(Timestamp),
            })
        };
        rows.iter().map(read).collect()
    }

    /// Revokes a token; answers whether one of that id was in force.
    pub async fn revoke_token(&self, id: &str, at: Timestamp) -> Result<bool> {
        let done = sqlx::query("update api_tokens set revoked_at = $2 where id = $1 and revoked_at is null")
            .bind(id)
            .bind(at.micros())
            .execute(&self.pool)
            .await
            .attempt("revoke a token")?;
        Ok(done.rows_affected() > 0)
    }
}
