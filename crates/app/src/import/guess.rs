//! A first mapping for files, from their names, headers and first rows: something to look over, never something to trust.

mod columns;
mod entity;
mod propose;

use std::path::Path;

use mainstay_lake::rows;
use mainstay_model::Workspace;
use mainstay_model::source::{Source, SourceKind};

use super::{files, plan};
use crate::error::{AppError, Result};

/// A proposed `sources/<name>.yaml` for a file or a folder, with what was not recognised as comments.
///
/// # Errors
/// `not_found` or `invalid` when there is no file that can be read, or nothing in it that could be a fact.
pub fn guess(path: &Path, name: Option<&str>, workspace: &Workspace) -> Result<String> {
    let paths = files::list(path)?;
    let names: Vec<String> = paths.iter().map(|path| files::name_of(path)).collect();
    let mut mappings = Vec::new();
    let mut notes = Vec::new();
    for (path, file) in paths.iter().zip(&names) {
        let columns = rows::guess(path).map_err(plan::unreadable)?;
        match propose::propose(file, &names, &columns, &workspace.entities) {
            Some(proposal) => {
                notes.push(format!("{file}: {}", proposal.about));
                notes.extend(proposal.notes.iter().map(|note| format!("  {note}")));
                mappings.push(proposal.mapping);
            }
            None => notes.push(format!("{file}: left out; neither its name nor its columns say what its rows are")),
        }
    }
    if mappings.is_empty() {
        return Err(AppError::invalid(format!("nothing in {} says what its rows are", path.display()))
            .hint("name the file after its rows (accounts.csv, events.csv), or write the mapping by hand"));
    }
    let source = Source {
        name: name.map_or_else(|| source_name(path), str::to_owned),
        label: String::new(),
        kind: SourceKind::Files,
        fresh_within_hours: None,
        product: None,
        rename_events: std::collections::BTreeMap::new(),
        files: mappings,
        rules: Vec::new(),
    };
    let label = source.name.replace('_', " ");
    let yaml = mainstay_spec::source_yaml(&Source { label, ..source });
    let comments: String = notes.iter().map(|note| format!("# {note}\n")).collect();
    Ok(format!("# A proposal by `mainstay import --guess`. Look it over, save it under sources/, run `mainstay check`.\n{comments}{yaml}"))
}

/// A name for the source: the folder's, or the file's without its ending.
fn source_name(path: &Path) -> String {
    let name = path.file_stem().map_or_else(|| "files".to_owned(), |name| name.to_string_lossy().to_lowercase());
    let mut clean: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if !clean.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        clean.insert_str(0, "files_");
    }
    clean
}
