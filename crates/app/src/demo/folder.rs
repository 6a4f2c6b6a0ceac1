//! The demonstration's workspace: the pack, and how the simulated systems' own exports map.

use std::fs;
use std::path::Path;

use super::unwritable;
use crate::error::Result;
use crate::packs;

/// Files in place of the pack's or beside them: the simulated systems export whole histories, with the time from which each row is true, and
/// the simulated company sells several products.
const OWN: [(&str, &str); 7] = [
    ("health/products.yaml", include_str!("workspace/health/products.yaml")),
    ("signals/products.yaml", include_str!("workspace/signals/products.yaml")),
    ("sources/billing.yaml", include_str!("workspace/sources/billing.yaml")),
    ("sources/crm.yaml", include_str!("workspace/sources/crm.yaml")),
    ("sources/news.yaml", include_str!("workspace/sources/news.yaml")),
    ("sources/product_history.yaml", include_str!("workspace/sources/product_history.yaml")),
    ("sources/support.yaml", include_str!("workspace/sources/support.yaml")),
];

/// The pack that the workspace is made from.
const PACK: &str = "saas";

/// The company that is simulated.
const COMPANY: &str = "Harborline";

/// Where its people have their addresses.
const DOMAIN: &str = "harborline.example";

/// Writes the files that are not there yet; what somebody has changed stays as it is.
pub(super) fn write_workspace(folder: &Path) -> Result<()> {
    let workspace = folder.join("workspace");
    let replaced = |name: &str| OWN.iter().any(|(own, _)| *own == name);
    for (name, text) in packs::files(PACK).filter(|(name, _)| !replaced(name)).chain(OWN) {
        let path = workspace.join(name);
        if path.exists() {
            continue;
        }
        let parent = path.parent().unwrap_or(&workspace);
        fs::create_dir_all(parent).map_err(|error| unwritable(parent, error))?;
        let text = text.replace("Your company <", &format!("{COMPANY} <")).replace("yourcompany.example", DOMAIN);
        fs::write(&path, text.replace("name: Your company", &format!("name: {COMPANY}"))).map_err(|error| unwritable(&path, error))?;
    }
    Ok(())
}
