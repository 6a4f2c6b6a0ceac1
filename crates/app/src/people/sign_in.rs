//! Signing in and out. Five wrong passwords in a row lock an address for five minutes, whether it exists or not.

use mainstay_model::Timestamp;
use mainstay_store::SessionRow;

use super::{People, Person, password};
use crate::error::{AppError, ErrorCode, Result};

/// Wrong passwords in a row before an address is locked.
pub const MAX_FAILURES: u32 = 5;
/// How long an address is locked after that; each further wrong password locks it anew.
pub const LOCK_SECONDS: i64 = 5 * 60;
/// Failures older than this are forgotten.
const FORGET_SECONDS: i64 = 24 * 3600;
/// A session that is not used for this long ends.
pub const SESSION_IDLE_SECONDS: i64 = 12 * 3600;
/// A session ends after this long in any case.
pub const SESSION_SECONDS: i64 = 14 * 24 * 3600;
/// How often the use of a session is written down.
const TOUCH_SECONDS: i64 = 60;

/// A signed-in browser.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Session {
    /// Who.
    pub person: Person,
    /// The secret that each form of this session carries.
    pub csrf: String,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A sign-in that succeeded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedIn {
    /// The value of the session cookie; it is not kept in clear anywhere else.
    pub token: String,
    /// The session.
    pub session: Session,
}

impl People {
    /// Signs a person in.
    ///
    /// # Errors
    /// `unauthorized` when address and password do not belong together or the person is disabled; `busy` while the address is locked.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn> {
        let email: String = email.trim().to_lowercase().chars().take(254).collect();
        let now = self.clock.now();
        self.refuse_while_locked(&email, now).await?;
        // Counted before the password is looked at, so that guesses sent at the same time count too.
        let failures = self.store.add_sign_in_failure(&email, now, now.plus_seconds(-FORGET_SECONDS)).await?;
        let person = self.store.person_by_email(&email).await?.filter(|person| person.disabled_at.is_none());
        let right = password::verify(password, person.as_ref().map(|person| person.password_hash.clone())).await?;
        let Some(person) = person.filter(|_| right) else {
            let error = AppError::new(ErrorCode::Unauthorized, "the address and the password do not belong together");
            let left = MAX_FAILURES.saturating_sub(failures);
            return Err(match left {
                0 => error.hint(format!("this address is now locked for {} minutes", LOCK_SECONDS / 60)),
                1 | 2 => error.hint(format!("{left} more wrong passwords lock this address for {} minutes", LOCK_SECONDS / 60)),
                _ => error.hint("an admin can set a new password with `mainstay user reset`"),
            });
        };
        self.store.clear_sign_in_failures(&email).await?;
        self.store.remove_ended_sessions(now, now.plus_seconds(-SESSION_IDLE_SECONDS)).await?;
        let token = self.secret("ms_session_")?;
        let row = SessionRow {
            person_id: person.id.clone(),
            csrf: self.secret("")?,
            created_at: now,
            seen_at: now,
            expires_at: now.plus_seconds(SESSION_SECONDS),
        };
        self.store.add_session(&token, &row).await?;
        Ok(SignedIn { token, session: Session { person: person.into(), csrf: row.csrf, expires_at: row.expires_at } })
    }

    /// The session of a cookie, while it lasts.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be read.
    pub async fn session(&self, token: &str) -> Result<Option<Session>> {
        let now = self.clock.now();
        let Some((row, person)) = self.store.session(token).await? else { return Ok(None) };
        let ended = row.expires_at <= now || row.seen_at < now.plus_seconds(-SESSION_IDLE_SECONDS);
        if ended || person.disabled_at.is_some() {
            self.store.remove_session(token).await?;
            return Ok(None);
        }
        if row.seen_at < now.plus_seconds(-TOUCH_SECONDS) {
            self.store.touch_session(token, now).await?;
        }
        Ok(Some(Session { person: person.into(), csrf: row.csrf, expires_at: row.expires_at }))
    }

    /// Signs a browser out.
    ///
    /// # Errors
    /// `unavailable` when the store cannot be written.
    pub async fn sign_out(&self, token: &str) -> Result<()> {
        Ok(self.store.remove_session(token).await?)
    }

    async fn refuse_while_locked(&self, email: &str, now: Timestamp) -> Result<()> {
        let failed = self.store.sign_in_failures(email).await?;
        let free_at = failed.last_at.plus_seconds(LOCK_SECONDS);
        if failed.failures < MAX_FAILURES || now >= free_at {
            return Ok(());
        }
        let minutes = (free_at.micros() - now.micros() + 59_999_999) / 60_000_000;
        Err(AppError::new(ErrorCode::Busy, "too many wrong passwords for this address").hint(match minutes {
            1 => "try again in one minute".to_owned(),
            _ => format!("try again in {minutes} minutes"),
        }))
    }
}
