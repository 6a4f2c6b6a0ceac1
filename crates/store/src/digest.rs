//! How secrets are kept: as a digest that does not lead back to them.

use blake2::{Blake2s256, Digest};

/// The digest of a random secret, in hexadecimal.
///
/// Only for secrets that nobody can guess (sessions, tokens, write keys: 160 random bits and more). Passwords need a slow hash.
#[must_use]
pub fn secret_digest(secret: &str) -> String {
    Blake2s256::digest(secret.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_64_hexadecimal_digits_and_tells_secrets_apart() {
        let digest = secret_digest("ms_write_1");
        assert_eq!(digest.len(), 64);
        assert!(digest.chars().all(|digit| digit.is_ascii_hexdigit()));
        assert_ne!(digest, secret_digest("ms_write_2"));
    }
}
