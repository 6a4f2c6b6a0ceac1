//! Write keys of requests: where they stand, and which source they mean. A lookup is remembered for a moment, so that a revoked key soon stops working.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use mainstay_app::{AppError, ErrorCode, Result};
use mainstay_model::Timestamp;

use super::Intake;

/// How long a key that was found is not looked up again.
const REMEMBERED_SECONDS: i64 = 10;
/// How many keys are remembered at most.
const REMEMBERED_KEYS: usize = 1_000;

const BASE64: GeneralPurpose =
    GeneralPurpose::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The user name of a Basic authorization; nothing where the header is of another kind.
pub(super) fn basic_user(header: &HeaderValue) -> Option<String> {
    let (scheme, value) = header.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(BASE64.decode(value.trim()).ok()?).ok()?;
    let user = decoded.split_once(':').map_or(decoded.as_str(), |(user, _)| user);
    Some(user.to_owned())
}

/// Keys that were found lately: their source, and when.
#[derive(Default)]
pub(super) struct KnownKeys(RwLock<HashMap<String, (String, Timestamp)>>);

impl KnownKeys {
    /// The source of a key.
    ///
    /// # Errors
    /// Unauthorized without a key that is in force; what the store says when it cannot be asked.
    pub(super) async fn source(&self, intake: &dyn Intake, key: Option<&str>) -> Result<String> {
        let Some(key) = key.filter(|key| !key.is_empty()) else {
            let hint =
                "send it as the user name of Basic authorization, or as `writeKey` in the body; `mainstay key create SOURCE` makes one";
            return Err(AppError::new(ErrorCode::Unauthorized, "the request has no write key").hint(hint));
        };
        let now = intake.now();
        if let Some(source) = self.remembered(key, now) {
            return Ok(source);
        }
        let Some(source) = intake.source_of_write_key(key).await? else {
            let hint = "check the key in the sender's settings; `mainstay key list` shows which are in force";
            return Err(AppError::new(ErrorCode::Unauthorized, "the write key is not known, or was revoked").hint(hint));
        };
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED_KEYS {
            known.clear();
        }
        known.insert(key.to_owned(), (source.clone(), now));
        Ok(source)
    }

    fn remembered(&self, key: &str, now: Timestamp) -> Option<String> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (source, at) = known.get(key)?;
        // The clock may have gone backwards.
        (*at <= now && now < at.plus_seconds(REMEMBERED_SECONDS)).then(|| source.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_key_is_the_user_name_of_basic_authorization() {
        let user = |text: &'static str| basic_user(&HeaderValue::from_static(text));
        assert_eq!(user("Basic a2V5Og=="), Some("key".into()));
        assert_eq!(user("basic a2V5Og"), Some("key".into()));
        assert_eq!(user("Basic a2V5"), Some("key".into()));
        assert_eq!(user("Bearer a2V5Og=="), None);
        assert_eq!(user("Basic ###"), None);
    }
}
