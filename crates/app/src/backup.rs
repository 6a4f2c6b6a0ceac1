//! Copies of an installation, and putting one back.
//!
//! A copy is a folder: the facts as Delta tables, the relational state, and the workspace as it was. It is consistent: what is acknowledged when it
//! begins is in it.

use std::path::{Path, PathBuf};

use mainstay_lake::Lake;
use mainstay_store::Store;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};
use crate::layout;

/// The folder of a copy that holds the workspace's files.
const WORKSPACE: &str = "workspace";

/// What a copy holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReport {
    /// The folder.
    pub to: PathBuf,
    /// The last fact in it, by its position.
    pub position: u64,
    /// Bytes on the disk.
    pub bytes: u64,
}

/// Writes a copy to `to`, an empty folder or none yet.
///
/// # Errors
/// `invalid` when `to` holds something, `unavailable` when it cannot be written.
pub async fn backup(lake: &Lake, store: &Store, workspace: &Path, to: &Path) -> Result<BackupReport> {
    if to.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(AppError::invalid(format!("{} is not empty; a copy never overwrites anything", to.display())).hint("name a new folder"));
    }
    let failed = |error: std::io::Error| {
        AppError::new(ErrorCode::Unavailable, format!("could not write the copy to {}", to.display())).caused_by(error)
    };
    std::fs::create_dir_all(to).map_err(failed)?;
    // The state first: what it refers to is then surely among the facts.
    store.backup(&layout::store(to)).await?;
    let not_copied = |error: mainstay_lake::LakeError| AppError::new(ErrorCode::Unavailable, error.to_string()).caused_by(error);
    let position = lake.backup(&layout::lake(to)).await.map_err(not_copied)?;
    if let Some(data) = lake.root().parent() {
        copy_link_secret(data, to).map_err(failed)?;
    }
    for document in mainstay_spec::read_folder(workspace).unwrap_or_default() {
        let target = to.join(WORKSPACE).join(&document.path);
        std::fs::create_dir_all(target.parent().unwrap_or(to)).map_err(failed)?;
        std::fs::write(target, document.text).map_err(failed)?;
    }
    Ok(BackupReport { to: to.to_owned(), position, bytes: size(to).map_err(failed)? })
}

impl App {
    /// Copies everything to a folder: see [`backup`].
    ///
    /// # Errors
    /// As [`backup`].
    pub async fn backup(&self, to: &Path) -> Result<BackupReport> {
        backup(self.lake(), self.store(), self.workspace_folder(), to).await
    }
}

/// Puts a copy into `data`, which must be empty or not there yet; and its workspace into `workspace`, where there is none.
/// Answers whether the workspace was put back too.
///
/// # Errors
/// `not_found` when `from` is no copy, `invalid` when `data` holds something.
pub fn restore(from: &Path, data: &Path, workspace: &Path) -> Result<bool> {
    if !layout::store(from).is_file() || !layout::lake(from).is_dir() {
        return Err(AppError::not_found(format!("{} is no copy made by `mainstay backup`", from.display())));
    }
    if data.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        let message = format!("{} is not empty; nothing was put back", data.display());
        return Err(AppError::invalid(message).hint("move it away, or name another folder with --data"));
    }
    let failed = |error: std::io::Error| {
        AppError::new(ErrorCode::Unavailable, format!("could not put the copy into {}", data.display())).caused_by(error)
    };
    std::fs::create_dir_all(data).map_err(failed)?;
    let not_restored = |error: mainstay_lake::LakeError| AppError::new(ErrorCode::Unavailable, error.to_string()).caused_by(error);
    mainstay_lake::backup::restore(&layout::lake(from), &layout::lake(data)).map_err(not_restored)?;
    std::fs::copy(layout::store(from), layout::store(data)).map_err(failed)?;
    copy_link_secret(from, data).map_err(failed)?;
    let (kept, missing) = (from.join(WORKSPACE), !workspace.join("mainstay.yaml").exists());
    if missing && kept.is_dir() {
        copy_folder(&kept, workspace).map_err(failed)?;
    }
    Ok(missing)
}

/// Without it the links in mails that were sent lead nowhere any more. There is none where no message was ever sent.
fn copy_link_secret(from: &Path, to: &Path) -> std::io::Result<()> {
    let kept = layout::link_secret(from);
    if kept.is_file() {
        std::fs::copy(kept, layout::link_secret(to))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in from.read_dir()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn size(folder: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in folder.read_dir()? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}
