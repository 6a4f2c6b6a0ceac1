//! Copies of a lake: a folder that can be opened in its place.

use std::path::Path;

use crate::error::LakeError;
use crate::inbox::segment::sync_folder;

/// The folders of a lake that a copy holds. The inbox is not among them: a copy is made right after sealing.
const COPIED: [&str; 3] = ["tables", "ids", "quarantine"];

/// Copies a sealed lake. The caller sees to it that its tables do not change meanwhile.
pub(crate) fn copy(root: &Path, to: &Path) -> Result<(), LakeError> {
    refuse_used(to)?;
    std::fs::create_dir_all(to).map_err(LakeError::io("create", to))?;
    for folder in COPIED {
        let from = root.join(folder);
        if from.is_dir() {
            copy_folder(&from, &to.join(folder))?;
        }
    }
    sync_folder(to).map_err(LakeError::io("sync", to))
}

/// Puts a copy in the place of a lake. The place has to be empty: nothing is overwritten.
///
/// # Errors
/// [`LakeError::Io`] when the copy holds no lake, the place is in use, or a file cannot be copied.
pub fn restore(copy_folder_path: &Path, root: &Path) -> Result<(), LakeError> {
    let tables = copy_folder_path.join("tables");
    if !tables.is_dir() {
        let source = std::io::Error::new(std::io::ErrorKind::NotFound, "the folder holds no copy of a lake");
        return Err(LakeError::Io { action: "restore from", path: copy_folder_path.to_owned(), source });
    }
    copy(copy_folder_path, root)
}

fn refuse_used(to: &Path) -> Result<(), LakeError> {
    let used = match std::fs::read_dir(to) {
        Ok(mut entries) => entries.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(LakeError::io("list", to)(error)),
    };
    if used {
        let source = std::io::Error::new(std::io::ErrorKind::AlreadyExists, "the folder is not empty; name one that is");
        return Err(LakeError::Io { action: "copy to", path: to.to_owned(), source });
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), LakeError> {
    std::fs::create_dir_all(to).map_err(LakeError::io("create", to))?;
    for entry in std::fs::read_dir(from).map_err(LakeError::io("list", from))? {
        let entry = entry.map_err(LakeError::io("list", from))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            std::fs::copy(&source, &target).map_err(LakeError::io("copy", &source))?;
            let file = std::fs::File::open(&target).map_err(LakeError::io("open", &target))?;
            file.sync_all().map_err(LakeError::io("sync", &target))?;
        }
    }
    sync_folder(to).map_err(LakeError::io("sync", to))
}
