//! Signed-in browsers: a digest of the cookie, the person, the form secret, when it ends.

use mainstay_model::Timestamp;
use sqlx::Row;

use crate::Store;
use crate::error::{Attempt, Result};
use crate::people::{PersonRow, read_role};

/// A session as stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionRow {
    /// The person.
    pub person_id: String,
    /// The secret that each form of this session carries.
    pub csrf: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

impl Store {
    /// Adds a session of the cookie `token`.
    pub async fn add_session(&self, token: &str, session: &SessionRow) -> Result<()> {
        sqlx::query("insert into sessions (digest, person_id, csrf, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $6)")
            .bind(crate::secret_digest(token))
            .bind(&session.person_id)
            .bind(&session.csrf)
            .bind(session.created_at.micros())
            .bind(session.seen_at.micros())
            .bind(session.expires_at.micros())
            .execute(&self.pool)
            .await
            .attempt("add a session")
            .map(drop)
    }

    /// The session of a cookie and its person, whatever its age.
    pub async fn session(&self, token: &str) -> Result<Option<(SessionRow, PersonRow)>> {
        const READ: &str = "read a session";
        let row = sqlx::query(
            "select s.person_id, s.csrf, s.created_at, s.seen_at, s.expires_at, \
             p.email, p.name, p.role, p.password_hash, p.created_at as person_created_at, p.disabled_at \
             from sessions s join people p on p.id = s.person_id where s.digest = $1",
        )
        .bind(crate::secret_digest(token))
        .fetch_optional(&self.pool)
        .await
        .attempt(READ)?;
        let Some(row) = row else { return Ok(None) };
        let person_id: String = row.try_get("person_id").attempt(READ)?;
        let session = SessionRow {
            person_id: person_id.clone(),
            csrf: row.try_get("csrf").attempt(READ)?,
            created_at: Timestamp(row.try_get("created_at").attempt(READ)?),
            seen_at: Timestamp(row.try_get("seen_at").attempt(READ)?),
            expires_at: Timestamp(row.try_get("expires_at").attempt(READ)?),
        };
        let person = PersonRow {
            id: person_id,
            email: row.try_get("email").attempt(READ)?,
            name: row.try_get("name").attempt(READ)?,
            role: read_role(&row.try_get::<String, _>("role").attempt(READ)?)?,
            password_hash: row.try_get("password_hash").attempt(READ)?,
            created_at: Timestamp(row.try_get("person_created_at").attempt(READ)?),
            disabled_at: row.try_get::<Option<i64>, _>("disabled_at").attempt(READ)?.map(Timestamp),
        };
        Ok(Some((session, person)))
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, token: &str, at: Timestamp) -> Result<()> {
        let done = sqlx::query("update sessions set seen_at = $2 where digest = $1")
            .bind(crate::secret_digest(token))
            .bind(at.micros())
            .execute(&self.pool)
            .await;
        done.attempt("note the use of a session").map(drop)
    }

    /// Ends one session.
    pub async fn remove_session(&self, token: &str) -> Result<()> {
        let done = sqlx::query("delete from sessions where digest = $1").bind(crate::secret_digest(token)).execute(&self.pool).await;
        done.attempt("end a session").map(drop)
    }

    /// Ends all sessions of a person.
    pub async fn remove_sessions_of(&self, person_id: &str) -> Result<()> {
        let done = sqlx::query("delete from sessions where person_id = $1").bind(person_id).execute(&self.pool).await;
        done.attempt("end the sessions of a person").map(drop)
    }

    /// Forgets the sessions that had ended by `at`, or were last used before `idle_since`.
    pub async fn remove_ended_sessions(&self, at: Timestamp, idle_since: Timestamp) -> Result<()> {
        let done = sqlx::query("delete from sessions where expires_at <= $1 or seen_at < $2")
            .bind(at.micros())
            .bind(idle_since.micros())
            .execute(&self.pool)
            .await;
        done.attempt("forget ended sessions").map(drop)
    }
}
