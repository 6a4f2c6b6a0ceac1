//! Reads the YAML files and templates of a workspace folder: the one place of the crate that touches the disk.

use std::path::{Path, PathBuf};

use crate::Document;

/// The most files a workspace may hold; more is taken for a wrong folder.
const MAX_FILES: usize = 10_000;

/// Where the data lies unless somebody says otherwise: beside the documents, and full of files that are none.
const DATA_FOLDER: &str = "data";

/// Why a workspace folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The folder has no `mainstay.yaml`.
    #[error("`{}` is no workspace: it has no mainstay.yaml; make one with `mainstay init`", .0.display())]
    NoWorkspace(PathBuf),
    /// A file or folder could not be read.
    #[error("could not read `{}`", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// Far more files than any workspace has.
    #[error("`{}` holds more than {MAX_FILES} YAML files; is it the workspace folder?", .0.display())]
    TooMany(PathBuf),
}

/// Reads every `.yaml` and `.yml` file of a workspace and the `.md` files of its templates, in the order of their paths. Hidden files and folders, and the
/// folder `data`, are passed over.
///
/// # Errors
/// [`FolderError`] where the folder is no workspace or something in it cannot be read.
pub fn read_folder(root: &Path) -> Result<Vec<Document>, FolderError> {
    if !root.join("mainstay.yaml").is_file() {
        return Err(FolderError::NoWorkspace(root.to_owned()));
    }
    let mut documents = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let unreadable = |error| FolderError::Unreadable(folder.clone(), error);
        for entry in std::fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let name = path.file_name().unwrap_or_default();
            let is_data = folder == root && name == DATA_FOLDER;
            if is_data || name.to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if is_document(root, &path) {
                documents.push(read_document(root, &path)?);
            }
            if documents.len() > MAX_FILES {
                return Err(FolderError::TooMany(root.to_owned()));
            }
        }
    }
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(documents)
}

/// YAML anywhere, Markdown among the templates.
fn is_document(root: &Path, path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    ending == "yaml" || ending == "yml" || (ending == "md" && path.starts_with(root.join("templates")))
}

/// Invalid UTF-8 becomes the replacement character, which the checker then points at.
fn read_document(root: &Path, path: &Path) -> Result<Document, FolderError> {
    let bytes = std::fs::read(path).map_err(|error| FolderError::Unreadable(path.to_owned(), error))?;
    let inside = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<_> = inside.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(Document::new(parts.join("/"), String::from_utf8_lossy(&bytes)))
}
