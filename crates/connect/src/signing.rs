//! HMAC-SHA256 over several pieces, and its check in constant time.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

fn mac(key: &[u8], pieces: &[&[u8]]) -> Hmac<Sha256> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { unreachable!("HMAC takes keys of any length") };
    for piece in pieces {
        mac.update(piece);
    }
    mac
}

/// The signature of the pieces, one after the other.
pub(crate) fn sign(key: &[u8], pieces: &[&[u8]]) -> [u8; 32] {
    mac(key, pieces).finalize().into_bytes().into()
}

/// Whether `signature`, or what is kept of its beginning, is that of the pieces. The time it takes says nothing about where they differ.
pub(crate) fn is_signature(key: &[u8], pieces: &[&[u8]], signature: &[u8]) -> bool {
    mac(key, pieces).verify_truncated_left(signature).is_ok()
}

/// The first 32 hexadecimal digits of a text's SHA-256: a short stand-in of fixed length.
pub(crate) fn short_digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
