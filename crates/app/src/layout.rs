//! Where things lie in a data folder.

use std::path::{Path, PathBuf};

use mainstay_store::Store;

use crate::error::Result;

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

/// The relational state: people, tokens, write keys, views, how far imports got, what plays did.
#[must_use]
pub fn store(data: &Path) -> PathBuf {
    data.join("mainstay.db")
}

/// The secret with which links in messages are signed.
#[must_use]
pub fn link_secret(data: &Path) -> PathBuf {
    data.join("links.key")
}

/// Opens the relational state: the database at an address, or the file in the data folder.
pub(crate) async fn open_store(data: &Path, address: Option<&str>) -> Result<Store> {
    Ok(match address {
        Some(address) => Store::open_url(address).await?,
        None => Store::open(&store(data)).await?,
    })
}
