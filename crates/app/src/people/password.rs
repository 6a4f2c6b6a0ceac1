//! Passwords: argon2id, hashed off the async threads and few at a time, because each hash takes 19 MB and some 50 ms.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};

use crate::error::{AppError, ErrorCode, Result};

/// The shortest password that is taken.
pub(crate) const MIN_PASSWORD_CHARS: usize = 12;
/// The longest password that is taken, so that a hash never works on megabytes.
pub(crate) const MAX_PASSWORD_BYTES: usize = 512;

/// Hashes that run at a time.
static HASHES: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

pub(super) fn check(password: &str) -> Result<()> {
    if password.chars().count() < MIN_PASSWORD_CHARS {
        return Err(AppError::invalid(format!("a password needs at least {MIN_PASSWORD_CHARS} characters")));
    }
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(AppError::invalid(format!("a password has at most {MAX_PASSWORD_BYTES} bytes")));
    }
    Ok(())
}

/// The hash of a password, in the PHC format.
pub(super) async fn hash(password: &str, salt: [u8; 16]) -> Result<String> {
    let password = password.to_owned();
    off_thread(move || Argon2::default().hash_password_with_salt(password.as_bytes(), &salt).map(|hash| hash.to_string()))
        .await?
        .map_err(|error| AppError::new(ErrorCode::Unavailable, format!("could not hash a password: {error}")))
}

/// Whether the password has that hash. Without a hash it works as long and says no, so that nobody learns which addresses exist.
pub(super) async fn verify(password: &str, hash: Option<String>) -> Result<bool> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Ok(false);
    }
    let password = password.to_owned();
    off_thread(move || match hash {
        Some(hash) => PasswordHash::new(&hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()),
        None => {
            let _ = Argon2::default().hash_password_with_salt(password.as_bytes(), &[0; 16]);
            false
        }
    })
    .await
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let stopped = || AppError::new(ErrorCode::Unavailable, "the server is stopping");
    let _turn = HASHES.acquire().await.map_err(|_| stopped())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| stopped())
}
