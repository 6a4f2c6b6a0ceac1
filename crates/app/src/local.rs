//! What a running server leaves in its data folder, so that commands on the same machine ask it instead of opening the data that it holds.
//!
//! The file has the server's address and a secret made anew at each start, and only its owner may read it: whoever can read it can read the data
//! folder itself, so the secret opens nothing more. It goes with the server; one left behind by a crash leads nowhere, for its secret died too.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};
use crate::layout;

/// How to reach the server that holds a data folder.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalServer {
    /// Its address: `http://127.0.0.1:8080`.
    pub url: String,
    /// The secret, sent as a token is.
    pub token: String,
}

/// The note of a running server; it is taken away when this goes.
pub struct Announced(PathBuf);

impl App {
    /// Leaves a note in the data folder: this process answers at `url`.
    ///
    /// # Errors
    /// `unavailable` when the note cannot be written, or when there was one before.
    pub fn announce(&self, url: &str) -> Result<Announced> {
        let token = self.people().secret("ms_local_")?;
        if self.0.local_secret.set(token.clone()).is_err() {
            return Err(AppError::new(ErrorCode::Unavailable, "this process has said already where it answers"));
        }
        let path = layout::server(&self.0.options.data);
        let failed = |error| AppError::new(ErrorCode::Unavailable, format!("{} could not be written", path.display())).caused_by(error);
        write_for_owner(&path, &LocalServer { url: url.to_owned(), token }).map_err(failed)?;
        Ok(Announced(path))
    }

    /// Whether a secret is the one of the note: who shows it can read the data folder.
    #[must_use]
    pub fn is_local(&self, secret: &str) -> bool {
        self.0.local_secret.get().is_some_and(|own| same(own.as_bytes(), secret.as_bytes()))
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0) {
            tracing::warn!(%error, path = %self.0.display(), "the note of this server could not be taken away; commands will see that nobody answers");
        }
    }
}

/// The note that a server has left in a data folder, if there is one. Whether it still answers is not asked.
///
/// # Errors
/// `forbidden` when the server belongs to another user of the machine.
pub fn find(data: &Path) -> Result<Option<LocalServer>> {
    let path = layout::server(data);
    match std::fs::read(&path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::NotADirectory => Ok(None),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Err(AppError::new(ErrorCode::Forbidden, format!("a server runs on {} as another user of this machine", data.display()))
                .hint("run the command as that user, or name the server with --url and --token")
                .caused_by(error))
        }
        Err(error) => Err(AppError::new(ErrorCode::Unavailable, format!("{} could not be read", path.display())).caused_by(error)),
    }
}

/// Writes the note, whole or not at all, readable by nobody else from its first byte on.
fn write_for_owner(path: &Path, server: &LocalServer) -> std::io::Result<()> {
    let part = path.with_extension("part");
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file: File = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
    file.write_all(serde_json::to_string(server).map_err(std::io::Error::other)?.as_bytes())?;
    std::fs::rename(&part, path)
}

/// Compares without telling by its time where two texts differ.
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_note_is_for_its_owner_alone_and_goes_with_the_server() {
        let folder = tempfile::tempdir().unwrap();
        assert!(find(folder.path()).unwrap().is_none());
        assert!(find(&folder.path().join("nowhere")).unwrap().is_none());
        let path = layout::server(folder.path());
        let server = LocalServer { url: "http://127.0.0.1:1".into(), token: "secret".into() };
        write_for_owner(&path, &server).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert!(find(folder.path()).unwrap() == Some(server));
        drop(Announced(path));
        assert!(find(folder.path()).unwrap().is_none());
    }

    #[test]
    fn only_the_whole_secret_is_the_secret() {
        assert!(same(b"abc", b"abc"));
        for other in [&b"abd"[..], b"ab", b"", b"abcd"] {
            assert!(!same(b"abc", other));
        }
    }
}
