//! Links that tell who opened, clicked, answered or unsubscribed: signed, so that nobody can make one up and none leads anywhere we did not send.

mod rewrite;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{ConnectError, Result};
use crate::signing::{is_signature, sign};

pub use rewrite::tracked;

/// So much of the signature is kept: 128 bits.
const SIGNATURE_BYTES: usize = 16;

/// The longest token that is looked at; longer ones are none of ours.
const MOST_TOKEN_BYTES: usize = 8_192;

/// What may be followed in one message: what the workspace wants and the person consented to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Consent {
    /// A pixel may tell that the message was opened.
    pub opens: bool,
    /// Links may lead through us.
    pub clicks: bool,
}

/// What a link of ours says when somebody follows it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Touch {
    /// The message was opened.
    Open {
        /// The message's idempotency key.
        key: String,
    },
    /// A link in the message was followed.
    Click {
        /// The message's idempotency key.
        key: String,
        /// Where the link leads.
        target: String,
    },
    /// The person wants no more of this.
    Unsubscribe {
        /// The message's idempotency key.
        key: String,
        /// Whom it was sent to.
        address: String,
        /// The category of messages that is no longer wanted; empty for all.
        category: String,
    },
    /// The person answers a survey.
    Survey {
        /// The message's idempotency key.
        key: String,
        /// What is asked: nps, csat, ces, `follow_up`.
        question: String,
        /// The account it is about.
        account: String,
        /// Who was asked.
        person: String,
    },
}

/// Makes and reads the links of one installation.
#[derive(Clone)]
pub struct Tracker {
    base: String,
    secret: Vec<u8>,
}

impl std::fmt::Debug for Tracker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tracker").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Tracker {
    /// Links under `base`, the public address of this installation, signed with `secret` (at least 16 random bytes).
    ///
    /// # Errors
    /// [`ConnectError::Setting`] when `base` is no http(s) address or the secret is too short.
    pub fn new(base: &str, secret: &[u8]) -> Result<Self> {
        let setting = "public address";
        let url = Url::parse(base).map_err(|error| ConnectError::Setting { setting, why: format!("`{base}` is no address: {error}") })?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || url.query().is_some() {
            return Err(ConnectError::Setting {
                setting,
                why: format!("`{base}` is no web address; write it like https://success.example"),
            });
        }
        if secret.len() < 16 {
            return Err(ConnectError::Setting { setting: "link secret", why: "needs at least 16 random bytes".to_owned() });
        }
        Ok(Self { base: base.trim_end_matches('/').to_owned(), secret: secret.to_owned() })
    }

    /// A link that leads through us to `target`.
    #[must_use]
    pub fn click_url(&self, key: &str, target: &str) -> String {
        format!("{}/t/c/{}", self.base, self.token('c', &[key, target]))
    }

    /// The address of the pixel.
    #[must_use]
    pub fn open_url(&self, key: &str) -> String {
        format!("{}/t/o/{}.gif", self.base, self.token('o', &[key]))
    }

    /// The address that ends messages of `category` (all when empty) to `address`. A `POST` there needs no page between (RFC 8058).
    #[must_use]
    pub fn unsubscribe_url(&self, key: &str, address: &str, category: &str) -> String {
        format!("{}/t/u/{}", self.base, self.token('u', &[key, address, category]))
    }

    /// The address at which somebody answers a survey.
    #[must_use]
    pub fn survey_url(&self, key: &str, question: &str, account: &str, person: &str) -> String {
        format!("{}/s/{}", self.base, self.token('s', &[key, question, account, person]))
    }

    /// What the token of a survey (`/s/<token>`) says; `None` when we did not make it.
    #[must_use]
    pub fn read_survey(&self, token: &str) -> Option<Touch> {
        match <[String; 4]>::try_from(self.read('s', token)?) {
            Ok([key, question, account, person]) => Some(Touch::Survey { key, question, account, person }),
            Err(_) => None,
        }
    }

    /// What the token of a click (`/t/c/<token>`) says; `None` when we did not make it.
    #[must_use]
    pub fn read_click(&self, token: &str) -> Option<Touch> {
        match <[String; 2]>::try_from(self.read('c', token)?) {
            Ok([key, target]) => Some(Touch::Click { key, target }),
            Err(_) => None,
        }
    }

    /// What the token of a pixel (`/t/o/<token>`, with or without `.gif`) says; `None` when we did not make it.
    #[must_use]
    pub fn read_open(&self, token: &str) -> Option<Touch> {
        match <[String; 1]>::try_from(self.read('o', token.strip_suffix(".gif").unwrap_or(token))?) {
            Ok([key]) => Some(Touch::Open { key }),
            Err(_) => None,
        }
    }

    /// What the token of an unsubscribe link (`/t/u/<token>`) says; `None` when we did not make it.
    #[must_use]
    pub fn read_unsubscribe(&self, token: &str) -> Option<Touch> {
        match <[String; 3]>::try_from(self.read('u', token)?) {
            Ok([key, address, category]) => Some(Touch::Unsubscribe { key, address, category }),
            Err(_) => None,
        }
    }

    /// Signature and content, each kind signed apart so that no token of one kind passes for another.
    fn token(&self, kind: char, fields: &[&str]) -> String {
        let content = fields.iter().map(|field| field.replace('\0', "")).collect::<Vec<_>>().join("\0");
        let signature = sign(&self.secret, &[&[kind as u8, 0], content.as_bytes()]);
        let mut bytes: Vec<u8> = signature.into_iter().take(SIGNATURE_BYTES).collect();
        bytes.extend_from_slice(content.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(&self, kind: char, token: &str) -> Option<Vec<String>> {
        if token.len() > MOST_TOKEN_BYTES {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (signature, content) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        if !is_signature(&self.secret, &[&[kind as u8, 0], content], signature) {
            return None;
        }
        Some(std::str::from_utf8(content).ok()?.split('\0').map(str::to_owned).collect())
    }

    /// Whether a link already leads to us.
    pub(crate) fn is_ours(&self, link: &str) -> bool {
        link.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with("/t/") || rest.starts_with("/s/"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tracker() -> Tracker {
        Tracker::new("https://success.example/", b"0123456789abcdef").unwrap()
    }

    fn token(url: &str) -> &str {
        url.rsplit('/').next().unwrap()
    }

    #[test]
    fn each_link_says_what_it_was_made_for() {
        let tracker = tracker();
        let click = tracker.click_url("run/alert/0", "https://acme.example/?a=1&b=2#c");
        assert!(click.starts_with("https://success.example/t/c/"), "{click}");
        assert_eq!(
            tracker.read_click(token(&click)),
            Some(Touch::Click { key: "run/alert/0".into(), target: "https://acme.example/?a=1&b=2#c".into() })
        );
        assert_eq!(tracker.read_open(token(&tracker.open_url("k"))), Some(Touch::Open { key: "k".into() }));
        assert_eq!(
            tracker.read_unsubscribe(token(&tracker.unsubscribe_url("k", "ada@acme.example", ""))),
            Some(Touch::Unsubscribe { key: "k".into(), address: "ada@acme.example".into(), category: String::new() })
        );
        let survey = tracker.survey_url("k", "nps", "acme", "ada");
        assert_eq!(
            tracker.read_survey(token(&survey)),
            Some(Touch::Survey { key: "k".into(), question: "nps".into(), account: "acme".into(), person: "ada".into() })
        );
        assert!(tracker.is_ours(&survey), "an answer is not led through us twice");
    }

    #[test]
    fn a_token_of_one_kind_or_of_another_installation_is_none_of_another() {
        let tracker = tracker();
        let click = tracker.click_url("k", "https://acme.example");
        assert_eq!(tracker.read_open(token(&click)), None);
        assert_eq!(tracker.read_unsubscribe(token(&click)), None);
        assert_eq!(tracker.read_survey(token(&click)), None);
        let other = Tracker::new("https://success.example", b"fedcba9876543210").unwrap();
        assert_eq!(other.read_click(token(&click)), None);
        assert!(!format!("{tracker:?}").contains("0123"), "the secret is not printed");
    }

    #[test]
    fn a_setting_that_cannot_work_is_refused() {
        assert!(Tracker::new("success.example", b"0123456789abcdef").is_err());
        assert!(Tracker::new("ftp://success.example", b"0123456789abcdef").is_err());
        assert!(Tracker::new("https://success.example", b"short").is_err());
    }

    proptest! {
        #[test]
        fn whoever_changes_a_token_or_makes_one_up_is_led_nowhere(place in 0_usize..60, flip in 1_u8..=255, made_up in "[A-Za-z0-9_-]{0,120}") {
            let tracker = tracker();
            let url = tracker.click_url("run/alert/0", "https://acme.example");
            let mut bytes = URL_SAFE_NO_PAD.decode(token(&url)).unwrap();
            let place = place % bytes.len();
            bytes[place] ^= flip;
            prop_assert_eq!(tracker.read_click(&URL_SAFE_NO_PAD.encode(bytes)), None);
            prop_assert_eq!(tracker.read_click(&made_up), None);
        }
    }
}
