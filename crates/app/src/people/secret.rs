//! Random secrets and ids, from a source that is passed in.

use rand::TryRngCore;

use crate::error::{AppError, ErrorCode, Result};

/// Where secrets come from. The operating system is one implementation; tests bring their own.
pub trait Random: Send + Sync {
    /// Fills `bytes` with bytes that nobody can guess.
    ///
    /// # Errors
    /// When the operating system has none to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// The operating system's random source.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        rand::rngs::OsRng
            .try_fill_bytes(bytes)
            .map_err(|error| AppError::new(ErrorCode::Unavailable, "the operating system gave no random bytes").caused_by(error))
    }
}

/// 32 digits and letters that people do not confuse: no i, l, o, u.
const ALPHABET: [u8; 32] = *b"0123456789abcdefghjkmnpqrstvwxyz";

/// A secret of 200 random bits after a prefix that says what it is.
pub(super) fn token(random: &dyn Random, prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", letters(random, 40)?))
}

/// An id of 60 random bits after a prefix.
pub(super) fn id(random: &dyn Random, prefix: &str) -> Result<String> {
    Ok(format!("{prefix}{}", letters(random, 12)?))
}

/// A password of 100 random bits that can be read out: `xxxxx-xxxxx-xxxxx-xxxxx`.
pub(super) fn password(random: &dyn Random) -> Result<String> {
    let groups: Vec<String> = (0..4).map(|_| letters(random, 5)).collect::<Result<_>>()?;
    Ok(groups.join("-"))
}

fn letters(random: &dyn Random, count: usize) -> Result<String> {
    let mut bytes = vec![0_u8; count];
    random.fill(&mut bytes)?;
    Ok(bytes.into_iter().map(|byte| char::from(ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or(b'0'))).collect())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// A random source that can be repeated.
    #[derive(Default)]
    pub(crate) struct Counted(AtomicU64);

    impl Random for Counted {
        fn fill(&self, bytes: &mut [u8]) -> Result<()> {
            for chunk in bytes.chunks_mut(8) {
                let next = self.0.fetch_add(1, Ordering::Relaxed).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
                for (to, from) in chunk.iter_mut().zip(next.to_le_bytes()) {
                    *to = from;
                }
            }
            Ok(())
        }
    }

    #[test]
    fn secrets_have_their_prefix_and_length_and_differ() {
        let first = token(&OsRandom, "ms_token_").unwrap();
        assert_eq!(first.len(), "ms_token_".len() + 40);
        assert_ne!(first, token(&OsRandom, "ms_token_").unwrap());
        assert_eq!(password(&OsRandom).unwrap().len(), 23);
    }
}
