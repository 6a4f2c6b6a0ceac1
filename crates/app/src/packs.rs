//! Ready workspaces: the folders of `packs/`, embedded in the binary.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::error::{AppError, ErrorCode, Result};

/// `pack/path/in/the/pack` and the file's text.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The names of the packs.
#[must_use]
pub fn names() -> Vec<&'static str> {
    FILES.iter().filter_map(|(path, _)| path.split_once('/')).map(|(pack, _)| pack).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The files of a pack: the path inside the workspace, and the text.
pub fn files(pack: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().filter_map(move |(path, text)| Some((path.split_once('/').filter(|(name, _)| *name == pack)?.1, *text)))
}

/// Makes a workspace of a pack in `folder`; answers the files that were written. `name` becomes the workspace's name.
///
/// # Errors
/// `not_found` when there is no such pack, `invalid` when the folder holds a workspace already: nothing is overwritten.
pub fn write(pack: &str, folder: &Path, name: Option<&str>) -> Result<Vec<PathBuf>> {
    if files(pack).next().is_none() {
        return Err(AppError::not_found(format!("there is no pack `{pack}`")).hint(format!("there are: {}", names().join(", "))));
    }
    let taken = files(pack).map(|(path, _)| folder.join(path)).find(|path| path.exists());
    if let Some(taken) = taken {
        return Err(AppError::invalid(format!("{} is there already; nothing was written", taken.display())).hint("choose another folder"));
    }
    let mut written = Vec::new();
    for (path, text) in files(pack) {
        let target = folder.join(path);
        let text = match name {
            Some(name) if path == "mainstay.yaml" => renamed(text, name),
            _ => text.to_owned(),
        };
        let write = || -> std::io::Result<()> {
            std::fs::create_dir_all(target.parent().unwrap_or(folder))?;
            std::fs::write(&target, text)
        };
        let failed = |error| AppError::new(ErrorCode::Unavailable, format!("could not write {}", target.display())).caused_by(error);
        write().map_err(failed)?;
        written.push(target);
    }
    Ok(written)
}

/// The text of `mainstay.yaml` with another name.
fn renamed(text: &str, name: &str) -> String {
    let line = |line: &str| if line.starts_with("name:") { format!("name: {}", serde_json::Value::from(name)) } else { line.to_owned() };
    text.lines().map(|text| line(text) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_is_written_once_and_never_over_something() {
        let folder = tempfile::tempdir().unwrap();
        let written = write("saas", folder.path(), Some("Acme \"B2B\"")).unwrap();
        assert!(written.contains(&folder.path().join("mainstay.yaml")));
        let text = std::fs::read_to_string(folder.path().join("mainstay.yaml")).unwrap();
        assert!(text.contains("name: \"Acme \\\"B2B\\\"\""), "{text}");
        assert_eq!(write("saas", folder.path(), None).unwrap_err().code, ErrorCode::Invalid);
        assert_eq!(write("none", folder.path(), None).unwrap_err().code, ErrorCode::NotFound);
    }
}
