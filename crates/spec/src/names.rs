//! Names: what is one, what is taken, and the same one twice.

use std::collections::BTreeMap;

use crate::decode::Named;
use crate::document::{At, Place};
use crate::problem::{Code, Report};

/// The longest name, in bytes.
const MAX_NAME: usize = 63;

/// Whether a name is one: lower-case letters, digits, underscores, beginning with a letter.
pub(crate) fn check_name(name: &At<String>, what: &str, report: &mut Report) -> bool {
    let text = name.value.as_str();
    let ok = text.len() <= MAX_NAME
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !ok {
        let message =
            format!("`{text}` cannot name a {what}: use lower-case letters, digits and underscores, a letter first, at most {MAX_NAME}");
        let mended: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let usable = mended.starts_with(|c: char| c.is_ascii_lowercase()) && mended.len() <= MAX_NAME;
        report.error_with(Code::BadName, name.place, message, usable.then(|| format!("`{mended}` would do")));
    }
    ok
}

/// A declared thing with the place of its name; `None` where it could not be read.
pub(crate) struct Declared<T> {
    pub(crate) place: Place,
    pub(crate) doc: Option<T>,
}

/// Gathers the things of one kind from all documents, refusing a name that comes twice and naming both places.
pub(crate) fn gather<T>(what: &str, documents: Vec<Named<T>>, report: &mut Report) -> BTreeMap<String, Declared<T>> {
    let mut found: BTreeMap<String, Declared<T>> = BTreeMap::new();
    for (name, doc) in documents.into_iter().flat_map(|named| named.0) {
        if !check_name(&name, what, report) {
            continue;
        }
        if let Some(first) = found.get(&name.value) {
            let place = report.describe(first.place);
            let message = format!("the {what} `{}` is declared twice; the first is at {place}", name.value);
            report.error_with(Code::DuplicateName, name.place, message, "rename or remove one of them".to_owned());
            continue;
        }
        found.insert(name.value, Declared { place: name.place, doc });
    }
    found
}

/// What people read: the label, or the name in words.
pub(crate) fn label(label: Option<&At<String>>, name: &str) -> String {
    if let Some(label) = label.filter(|label| !label.value.is_empty()) {
        return label.value.clone();
    }
    let words = name.replace('_', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}
