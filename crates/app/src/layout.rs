//! Where things lie in a data folder.

use std::path::{Path, PathBuf};

/// The facts: Delta tables, the inbox, the quarantine.
#[must_use]
pub fn lake(data: &Path) -> PathBuf {
    data.join("lake")
}

/// The relational state: people, tokens, write keys, views, how far imports got.
#[must_use]
pub fn store(data: &Path) -> PathBuf {
    data.join("mainstay.db")
}
