//! The secret behind the links in messages: made once, kept in the data folder, readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use mainstay_connect::tracking::Tracker;

use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};
use crate::layout;

impl App {
    /// Links in messages that lead to `base`, the public address of this installation. They work for as long as the data folder is kept.
    ///
    /// # Errors
    /// [`ErrorCode::Configuration`] when `base` is no address, [`ErrorCode::Unavailable`] when the secret can be neither read nor made.
    pub fn tracker(&self, base: &str) -> Result<Tracker> {
        let path = layout::link_secret(&self.0.options.data);
        let failed = |error| AppError::new(ErrorCode::Unavailable, format!("{} cannot be read or made", path.display())).caused_by(error);
        let secret = match fs::read_to_string(&path) {
            Ok(kept) => kept,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let made = self.people().secret("")?;
                keep(&path, &made).map_err(failed)?;
                made
            }
            Err(error) => return Err(failed(error)),
        };
        Tracker::new(base, secret.trim().as_bytes())
            .map_err(|error| AppError::new(ErrorCode::Configuration, format!("links in messages cannot be made: {error}")).caused_by(error))
    }
}

/// Writes the secret whole or not at all.
fn keep(path: &Path, secret: &str) -> std::io::Result<()> {
    let draft = path.with_extension("part");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)
}
