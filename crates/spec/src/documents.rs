//! Which document holds what: sorts the files of a workspace by folder and reads each.

use std::collections::BTreeMap;

use mainstay_model::outreach::Template;

use crate::Document;
use crate::decode::{self, Decode, Named};
use crate::document::Place;
use crate::kinds::{
    entities::EntityDoc, health::HealthDoc, plays::PlayDoc, scenarios::ScenarioDoc, segments::SegmentDoc, settings::SettingsDoc,
    signals::SignalDoc, sources::SourceDoc, templates, thresholds::ThresholdDoc,
};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::yaml::{self, Content, Node, read::Tree};

/// The path of the document with the built-in signals, which no workspace has.
pub(crate) const BUILTIN: &str = "(built in)/signals.yaml";

/// The folders that are read; each file in one has one top-level key of the folder's name.
pub(crate) const FOLDERS: [&str; 8] = ["entities", "sources", "signals", "thresholds", "segments", "health", "plays", "scenarios"];

/// Folders of the language that a later version reads.
const LATER: [&str; 3] = ["metrics", "surveys", "lifecycles"];

/// Everything the documents say, by kind.
#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) settings: Option<SettingsDoc>,
    pub(crate) entities: Vec<Named<EntityDoc>>,
    pub(crate) sources: Vec<Named<SourceDoc>>,
    pub(crate) signals: Vec<Named<SignalDoc>>,
    pub(crate) builtin_signals: Vec<Named<SignalDoc>>,
    pub(crate) thresholds: Vec<Named<ThresholdDoc>>,
    pub(crate) segments: Vec<Named<SegmentDoc>>,
    pub(crate) health: Vec<Named<HealthDoc>>,
    pub(crate) plays: Vec<Named<PlayDoc>>,
    pub(crate) scenarios: Vec<Named<ScenarioDoc>>,
    pub(crate) templates: BTreeMap<String, Template>,
}

pub(crate) fn read(documents: &[Document], report: &mut Report) -> Documents {
    let mut found = Documents::default();
    for (index, document) in documents.iter().enumerate() {
        let start = Place { document: index, start: 0, end: 0 };
        if document.path == "mainstay.yaml" {
            if let Some(tree) = tree(index, document, report) {
                found.settings = SettingsDoc::decode(&tree.root, report);
            } else if document.text.trim().is_empty() {
                report.error(Code::MissingKey, start, "the file is empty; write at least `name` and `time_zone`");
            }
            continue;
        }
        if templates::is_template(&document.path) {
            templates::read(index, document, &mut found.templates, report);
            continue;
        }
        match folder_of(&document.path) {
            Some(folder) if FOLDERS.contains(&folder) || document.path == BUILTIN => {
                read_folder_file(index, document, folder, &mut found, report);
            }
            folder => warn_not_read(document, folder, start, report),
        }
    }
    if !documents.iter().any(|document| document.path == "mainstay.yaml") {
        let message = "the workspace has no `mainstay.yaml`; write one with at least `name` and `time_zone`";
        report.error(Code::MissingFile, Place { document: usize::MAX, start: 0, end: 0 }, message);
    }
    found
}

fn folder_of(path: &str) -> Option<&str> {
    path.split_once('/').map(|(folder, _)| folder)
}

fn read_folder_file(index: usize, document: &Document, folder: &str, found: &mut Documents, report: &mut Report) {
    let Some(tree) = tree(index, document, report) else { return };
    match if document.path == BUILTIN { "builtin" } else { folder } {
        "entities" => found.entities.extend(only_key(&tree.root, "entities", report)),
        "sources" => found.sources.extend(only_key(&tree.root, "sources", report)),
        "signals" => found.signals.extend(only_key(&tree.root, "signals", report)),
        "thresholds" => found.thresholds.extend(only_key(&tree.root, "thresholds", report)),
        "segments" => found.segments.extend(only_key(&tree.root, "segments", report)),
        "health" => found.health.extend(only_key(&tree.root, "health", report)),
        "plays" => found.plays.extend(only_key(&tree.root, "plays", report)),
        "scenarios" => found.scenarios.extend(only_key(&tree.root, "scenarios", report)),
        _ => found.builtin_signals.extend(only_key(&tree.root, "signals", report)),
    }
}

/// Reads the tree of a document, or reports why it has none. An empty document has none either.
fn tree(index: usize, document: &Document, report: &mut Report) -> Option<Tree> {
    yaml::read(index, &document.text).unwrap_or_else(|fault| {
        report.error(Code::Syntax, fault.place, fault.message);
        None
    })
}

/// The value of the only key a file of a folder has.
fn only_key<T: Decode>(root: &Node, key: &str, report: &mut Report) -> Option<Named<T>> {
    let Content::Map { entries, .. } = &root.content else {
        report.error(
            Code::WrongType,
            root.place,
            format!("the file begins with `{key}:`, and the things beneath it; found {}", root.describe()),
        );
        return None;
    };
    for entry in entries.iter().filter(|entry| entry.key.text != key) {
        let name = entry.key.text.as_str();
        let hint = if FOLDERS.contains(&name) {
            format!("`{name}` go into the folder {name}/")
        } else if nearest::nearest(name, [key]).is_some() {
            format!("did you mean `{key}`?")
        } else {
            format!("put it beneath `{key}:`")
        };
        report.error_with(Code::UnknownKey, entry.key_place, format!("a file of this folder has one key, `{key}`, not `{name}`"), hint);
    }
    if !entries.iter().any(|entry| entry.key.text == key) {
        return None;
    }
    decode::known_key_once(entries, key, report);
    decode::key(root, entries, key, report)
}

fn warn_not_read(document: &Document, folder: Option<&str>, place: Place, report: &mut Report) {
    let (message, hint) = match folder {
        Some(folder) if LATER.contains(&folder) => {
            (format!("`{folder}/` is not read by this version"), "the file is left alone; a later version reads it".to_owned())
        }
        Some(folder) => {
            let hint = nearest::nearest(folder, FOLDERS).map(|near| format!("did you mean `{near}/`?"));
            (format!("`{folder}/` is no folder of a workspace, so this file is not read"), hint.unwrap_or_else(known_folders))
        }
        None => (format!("`{}` is not read", document.path), known_folders()),
    };
    report.warn(Code::NotRead, place, message, hint);
}

fn known_folders() -> String {
    format!("what is read: mainstay.yaml, {}/, templates/", FOLDERS.join("/, "))
}
