//! Where things lie in a data folder.

use std::path::{Path, PathBuf};

/// The facts: Delta tables, the inbox, the quarantine.
#[must_use]
pub fn lake(data: &Path) -> PathBuf {
    data.join("lake")
}

/// The note of a running server: where it answers, and a secret for commands on the same machine.
#[must_use]
pub fn server(data: &Path) -> PathBuf {
    data.join("server.json")
}

/// The relational state: people, tokens, write keys, views, how far imports got.
#[must_use]
pub fn store(data: &Path) -> PathBuf {
    data.join("mainstay.db")
}
