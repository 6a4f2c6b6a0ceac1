//! The signature of Standard Webhooks: HMAC-SHA256 over id, time stamp and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mainstay_model::Timestamp;

use crate::error::{ConnectError, Result};
use crate::signing;

/// What a secret is written with.
const SECRET_PREFIX: &str = "whsec_";

/// The lengths that Standard Webhooks recommends for a secret, in bytes.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A webhook whose time stamp is further away than this may be a repeated one.
const TOLERANCE_SECONDS: i64 = 5 * 60;

/// What an endpoint and we share. While a secret is being changed there are two: the newest signs first.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    keys: Vec<Vec<u8>>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret").field("keys", &self.keys.len()).finish()
    }
}

impl Secret {
    /// Reads `whsec_<base64>`, or several with spaces between them, the newest first.
    ///
    /// # Errors
    /// [`ConnectError::Setting`] when it is not written that way or too short.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| ConnectError::Setting { setting: "webhook secret", why: why.to_owned() };
        let mut keys = Vec::new();
        for word in text.split_whitespace() {
            let encoded = word.strip_prefix(SECRET_PREFIX).ok_or_else(|| wrong("must begin with whsec_"))?;
            let key = STANDARD.decode(encoded).map_err(|_| wrong("must be whsec_ and base64"))?;
            if !SECRET_BYTES.contains(&key.len()) {
                return Err(wrong("must hold 24 to 64 random bytes in base64 after whsec_"));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(wrong("is empty")) } else { Ok(Self { keys }) }
    }
}

/// Why an incoming webhook is not believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unverified {
    /// The time stamp is no number of seconds, or too far from now.
    #[error("the webhook's time stamp is missing or more than five minutes away")]
    Time,
    /// None of the signatures is ours.
    #[error("the webhook's signature does not match")]
    Signature,
}

/// The value of `webhook-signature`: one signature for each secret in force.
#[must_use]
pub fn sign(secret: &Secret, id: &str, timestamp_seconds: i64, body: &[u8]) -> String {
    let timestamp = timestamp_seconds.to_string();
    let one = |key: &Vec<u8>| format!("v1,{}", STANDARD.encode(signing::sign(key, &pieces(id, &timestamp, body))));
    secret.keys.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// Checks an incoming webhook by its three headers and its body as it arrived.
///
/// # Errors
/// [`Unverified`], in constant time as far as the signature goes.
pub fn verify(
    secret: &Secret,
    id: &str,
    timestamp: &str,
    signatures: &str,
    body: &[u8],
    now: Timestamp,
) -> std::result::Result<(), Unverified> {
    let seconds: i64 = timestamp.parse().map_err(|_| Unverified::Time)?;
    if now.micros().div_euclid(1_000_000).abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(Unverified::Time);
    }
    let ours = signatures.split(' ').filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok()).any(|signature| {
        let whole = signature.len() == 32;
        whole && secret.keys.iter().any(|key| signing::is_signature(key, &pieces(id, timestamp, body), &signature))
    });
    if ours { Ok(()) } else { Err(Unverified::Signature) }
}

fn pieces<'a>(id: &'a str, timestamp: &'a str, body: &'a [u8]) -> [&'a [u8]; 5] {
    [id.as_bytes(), b".", timestamp.as_bytes(), b".", body]
}

#[cfg(test)]
mod tests {
    use super::*;

    // The sample of the specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn now() -> Timestamp {
        Timestamp(1_614_265_330 * 1_000_000)
    }

    #[test]
    fn the_published_sample_has_the_published_signature() {
        let secret = Secret::parse(SECRET).unwrap();
        assert_eq!(sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, BODY), SIGNATURE);
        assert_eq!(verify(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", SIGNATURE, BODY, now()), Ok(()));
    }

    #[test]
    fn a_changed_body_id_or_time_and_an_old_webhook_are_not_believed() {
        let secret = Secret::parse(SECRET).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        assert_eq!(verify(&secret, id, "1614265330", SIGNATURE, b"{}", now()), Err(Unverified::Signature));
        assert_eq!(verify(&secret, "msg_2", "1614265330", SIGNATURE, BODY, now()), Err(Unverified::Signature));
        assert_eq!(verify(&secret, id, "1614265331", SIGNATURE, BODY, now()), Err(Unverified::Signature));
        assert_eq!(verify(&secret, id, "1614265330", "v1,AAAA v2,x", BODY, now()), Err(Unverified::Signature));
        assert_eq!(verify(&secret, id, "1614265330", SIGNATURE, BODY, now().plus_seconds(301)), Err(Unverified::Time));
        assert_eq!(verify(&secret, id, "-9223372036854775808", SIGNATURE, BODY, now()), Err(Unverified::Time));
        assert_eq!(verify(&secret, id, "soon", SIGNATURE, BODY, now()), Err(Unverified::Time));
    }

    #[test]
    fn while_a_secret_changes_both_are_good() {
        let both = Secret::parse("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signatures = sign(&both, "msg_1", 1_614_265_330, BODY);
        assert_eq!(signatures.split(' ').count(), 2);
        assert_eq!(verify(&Secret::parse(SECRET).unwrap(), "msg_1", "1614265330", &signatures, BODY, now()), Ok(()));
        assert!(!format!("{both:?}").contains("242"), "a secret is not printed");
    }

    #[test]
    fn a_secret_that_is_none_is_refused_without_being_repeated() {
        for text in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_!!", "whsec_AAAA"] {
            let message = Secret::parse(text).unwrap_err().to_string();
            assert!(message.starts_with("webhook secret: ") && !message.contains("AAAA"), "{message}");
        }
    }
}
