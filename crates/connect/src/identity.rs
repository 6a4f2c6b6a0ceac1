//! Who a browser speaks for, as the customer's product vouches: HMAC-SHA256 over account and user, made by the product's server.

use crate::error::{ConnectError, Result};
use crate::signing::{is_signature, sign};

/// A secret that two servers share and no browser sees.
#[derive(Clone)]
pub struct IdentitySecret(Vec<u8>);

impl std::fmt::Debug for IdentitySecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IdentitySecret")
    }
}

impl IdentitySecret {
    /// A secret as it is set.
    ///
    /// # Errors
    /// [`ConnectError::Setting`] when it is shorter than 16 characters.
    pub fn new(text: &str) -> Result<Self> {
        if text.len() < 16 {
            return Err(ConnectError::Setting { setting: "secret", why: "needs at least 16 characters".to_owned() });
        }
        Ok(Self(text.as_bytes().to_owned()))
    }

    /// What vouches for a user of an account, in hexadecimal digits: the signature of `account`, a line break, `user`.
    #[must_use]
    pub fn signature(&self, account: &str, user: &str) -> String {
        sign(&self.0, &[account.as_bytes(), b"\n", user.as_bytes()]).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a signature vouches for a user of an account. A name with a line break is vouched for by nothing.
    #[must_use]
    pub fn vouches(&self, account: &str, user: &str, signature: &str) -> bool {
        let Some(bytes) = bytes_of(signature) else { return false };
        !account.contains('\n') && is_signature(&self.0, &[account.as_bytes(), b"\n", user.as_bytes()], &bytes)
    }

    /// Whether somebody shows this very secret. The time it takes says nothing about it.
    #[must_use]
    pub fn is(&self, shown: &str) -> bool {
        is_signature(shown.as_bytes(), &[b"the same secret"], &sign(&self.0, &[b"the same secret"]))
    }
}

/// All 32 bytes of a signature in hexadecimal digits.
fn bytes_of(signature: &str) -> Option<Vec<u8>> {
    let digits = signature.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_vouches_for_one_user_of_one_account() {
        let secret = IdentitySecret::new("0123456789abcdef").unwrap();
        let signature = secret.signature("acme", "ada");
        assert!(secret.vouches("acme", "ada", &signature));
        for (account, user) in [("acme", "bob"), ("other", "ada"), ("acm", "eada"), ("acme\nada", "")] {
            assert!(!secret.vouches(account, user, &signature), "{account} {user}");
        }
        for wrong in ["", "00", &signature[..62], &signature.replace(char::is_numeric, "z")] {
            assert!(!secret.vouches("acme", "ada", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_known_by_itself_alone_and_never_printed() {
        let secret = IdentitySecret::new("0123456789abcdef").unwrap();
        assert!(secret.is("0123456789abcdef") && !secret.is("0123456789abcdeF") && !secret.is(""));
        assert_eq!(format!("{secret:?}"), "IdentitySecret");
        assert!(IdentitySecret::new("short").is_err());
    }

    #[test]
    fn the_signature_is_what_other_programs_compute() {
        // python3 -c "import hmac; print(hmac.new(b'0123456789abcdef', b'acme\nada', 'sha256').hexdigest())"
        let secret = IdentitySecret::new("0123456789abcdef").unwrap();
        assert_eq!(secret.signature("acme", "ada"), "73be5e78567e913c646d04dc543d4381b7a5d2c31be3a1e01a4de0b3700bcbbf");
    }
}
