//! A row as the quarantine keeps it, and how it is read again after somebody mended it.

use mainstay_lake::rows::Cell;
use mainstay_model::{Fact, ReasonCode, Rejection, Timestamp, Workspace};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::identity;
use super::mapper::Mapper;
use super::{glob, plan};
use crate::ingest::Candidate;
use crate::ingest::typed::quoted;

#[derive(Deserialize)]
struct RawRow {
    file: String,
    #[serde(default)]
    copy: Option<u32>,
    #[serde(default)]
    cells: Option<Map<String, Value>>,
}

/// A row with its place; `cells` is a JSON object.
pub(super) fn raw_row(file: &str, number: u64, copy: Option<u32>, cells: &str) -> String {
    let copy = copy.map_or_else(String::new, |copy| format!("\"copy\":{copy},"));
    format!("{{\"file\":{},\"row\":{number},{copy}\"cells\":{cells}}}", quoted(file))
}

/// A row that could not be taken apart into cells.
pub(super) fn raw_fault(file: &str, number: u64, text: &str) -> String {
    format!("{{\"file\":{},\"row\":{number},\"text\":{}}}", quoted(file), quoted(text))
}

/// Reads a quarantined row again, by the mappings now in force: one candidate for each of them.
///
/// # Errors
/// A [`Rejection`] where the text is no row any more or no mapping fits its file.
pub fn read_again(workspace: &Workspace, source: &str, raw: &str, now: Timestamp) -> Result<Vec<Candidate>, Rejection> {
    let refuse = |field: &str, message: String| Rejection::new(ReasonCode::MalformedRow, field, raw, message);
    let row: RawRow =
        serde_json::from_str(raw).map_err(|error| refuse("", format!("this is not the JSON of a quarantined row: {error}")))?;
    let Some(cells) = row.cells else {
        return Err(refuse("cells", "give the row as cells: replace \"text\" by \"cells\": {\"column\": \"value\", ...}".into()));
    };
    let Some(source) = workspace.sources.get(source) else {
        return Err(refuse("", format!("the workspace has no source {source} any more")));
    };
    let mut candidates = Vec::new();
    for mapping in source.files.iter().filter(|mapping| glob::matches(&mapping.matches, &row.file)) {
        let entity = plan::entity_of(workspace, &mapping.rows, source).map_err(|error| refuse("", error.to_string()))?;
        let mapper = Mapper::new(source, mapping, entity).map_err(|error| refuse("", error.to_string()))?;
        candidates.push(Candidate { raw: raw.to_owned(), fact: fact_of(&mapper, &cells, row.copy.unwrap_or(1), now) });
    }
    match candidates.is_empty() {
        true => Err(refuse("file", format!("the source {} has no mapping for {} any more", source.name, row.file))),
        false => Ok(candidates),
    }
}

fn fact_of(mapper: &Mapper, cells: &Map<String, Value>, copy: u32, now: Timestamp) -> Result<Fact, Rejection> {
    let mut texts: Vec<(&str, Text)> = cells.iter().filter_map(|(name, value)| Some((name.as_str(), Text::of(value)?))).collect();
    texts.sort_by_key(|(name, _)| *name);
    let cell = |column: usize| {
        let name = mapper.columns().get(column)?;
        texts.iter().find(|(known, _)| known == name).map(|(_, text)| text.cell())
    };
    let content_id = (!mapper.brings_id()).then(|| {
        let content = identity::content(&mapper.content_kind(&cell), texts.iter().map(|(name, text)| (*name, text.cell())));
        identity::content_id(content, copy)
    });
    mapper.read(&cell, content_id, now)
}

enum Text {
    Plain(String),
    Json(String),
}

impl Text {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Null => None,
            Value::String(text) => Some(Self::Plain(text.clone())),
            other => Some(Self::Json(other.to_string())),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Plain(text) => Cell::Text(text),
            Self::Json(text) => Cell::Json(text),
        }
    }
}
