//! The demonstration's workspace: the pack, and how the simulated systems' own exports map.

use std::fs;
use std::path::{Component, Path};

use super::unwritable;
use crate::error::{AppError, Result};

/// Files beside the pack's: they map what the pack has no mapping for.
const OWN: [(&str, &str); 1] = [("sources/product_history.yaml", include_str!("product_history.yaml"))];

/// Writes the files that are not there yet; what somebody has changed stays as it is.
pub(super) fn write_workspace(folder: &Path, pack: &[(&str, &str)]) -> Result<()> {
    let workspace = folder.join("workspace");
    for (name, text) in pack.iter().chain(&OWN) {
        let name = Path::new(name);
        if name.components().any(|part| !matches!(part, Component::Normal(_))) {
            return Err(AppError::invalid(format!("a pack's file has the path {}, which leads out of the workspace", name.display())));
        }
        let path = workspace.join(name);
        if path.exists() {
            continue;
        }
        let parent = path.parent().unwrap_or(&workspace);
        fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        fs::write(&path, text).map_err(|error| unwritable(&path, error))?;
    }
    Ok(())
}
