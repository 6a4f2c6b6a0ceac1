//! What will be read with which mapping, settled before the first row: files that no mapping fits, or two sources, are told at once.

use std::path::PathBuf;

use mainstay_lake::rows;
use mainstay_model::source::{RowKind, Source};
use mainstay_model::{Entity, Workspace};
use xxhash_rust::xxh3::xxh3_128;

use super::mapper::Mapper;
use super::{ImportRequest, files, glob};
use crate::error::{AppError, ErrorCode, Result};

/// One reading of one file under one mapping.
pub(super) struct Reading {
    pub(super) path: PathBuf,
    pub(super) file: String,
    pub(super) source: String,
    /// `events` or the entity.
    pub(super) kind: String,
    pub(super) mapper: Mapper,
    /// A digest of everything beside the file that decides what its rows become.
    pub(super) mapping_digest: String,
    /// Whether the source has rules, so that any row may still be refused.
    pub(super) has_rules: bool,
}

/// What to do.
pub(super) struct Plan {
    pub(super) readings: Vec<Reading>,
    /// Files of a folder that no mapping fits.
    pub(super) unmapped: Vec<String>,
}

pub(super) fn make(workspace: &Workspace, request: &ImportRequest) -> Result<Plan> {
    let sources = sources(workspace, request.source.as_deref())?;
    let paths = files::list(&request.path)?;
    let folder = request.path.is_dir();
    let mut plan = Plan { readings: Vec::new(), unmapped: Vec::new() };
    for path in paths {
        let file = files::name_of(&path);
        let fitting: Vec<&Source> =
            sources.iter().copied().filter(|source| source.files.iter().any(|mapping| glob::matches(&mapping.matches, &file))).collect();
        match fitting.as_slice() {
            [] if folder => plan.unmapped.push(file),
            [] => return Err(no_mapping(&file, &sources)),
            [source] => plan.readings.extend(readings(workspace, source, &path, &file)?),
            [first, second, ..] => {
                let message = format!("both sources, {} and {}, have a mapping for {file}", first.name, second.name);
                return Err(AppError::invalid(message).hint(format!("say which one is meant: --source {}", first.name)));
            }
        }
    }
    if plan.readings.is_empty() {
        return Err(no_mapping(&format!("the files in {}", request.path.display()), &sources));
    }
    Ok(plan)
}

fn sources<'a>(workspace: &'a Workspace, wanted: Option<&str>) -> Result<Vec<&'a Source>> {
    let Some(wanted) = wanted else {
        return Ok(workspace.sources.values().filter(|source| !source.files.is_empty()).collect());
    };
    let known = || workspace.sources.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    match workspace.sources.get(wanted) {
        Some(source) if source.files.is_empty() => Err(AppError::invalid(format!("the source {wanted} has no mapping for files"))
            .hint("add `files:` to it; `mainstay import PATH --guess` proposes one")),
        Some(source) => Ok(vec![source]),
        None => Err(AppError::not_found(format!("the workspace has no source {wanted}")).hint(format!("its sources are: {}", known()))),
    }
}

fn no_mapping(what: &str, sources: &[&Source]) -> AppError {
    let patterns: Vec<&str> = sources.iter().flat_map(|source| &source.files).map(|mapping| mapping.matches.as_str()).collect();
    let known =
        if patterns.is_empty() { "there are none yet".to_owned() } else { format!("there are mappings for: {}", patterns.join(", ")) };
    AppError::new(ErrorCode::Invalid, format!("no mapping fits {what}; {known}"))
        .hint("`mainstay import PATH --guess` proposes a mapping; save it under sources/ and look it over")
}

fn readings(workspace: &Workspace, source: &Source, path: &std::path::Path, file: &str) -> Result<Vec<Reading>> {
    let mut readings = Vec::new();
    let header = rows::read_file(path).map_err(unreadable)?.columns().to_vec();
    for mapping in source.files.iter().filter(|mapping| glob::matches(&mapping.matches, file)) {
        let entity = entity_of(workspace, &mapping.rows, source)?;
        let mapper = Mapper::new(source, mapping, entity)?;
        // NDJSON has no header: its rows name their own columns.
        if let Some(missing) = mapper.columns().iter().find(|column| !header.is_empty() && !header.contains(column)) {
            let message = format!("{file} has no column `{missing}`, which its mapping in source {} reads", source.name);
            return Err(AppError::new(ErrorCode::Configuration, message).hint(format!("its columns are: {}", header.join(", "))));
        }
        let decides = serde_json::to_vec(&(&source.name, mapping, &source.rules, entity)).unwrap_or_default();
        readings.push(Reading {
            path: path.to_owned(),
            file: file.to_owned(),
            source: source.name.clone(),
            kind: entity.map_or_else(|| "events".to_owned(), |entity| entity.name.clone()),
            mapper,
            mapping_digest: format!("{:032x}", xxh3_128(&decides)),
            has_rules: !source.rules.is_empty(),
        });
    }
    Ok(readings)
}

/// The entity of a mapping's rows; none for events.
pub(super) fn entity_of<'a>(workspace: &'a Workspace, rows: &RowKind, source: &Source) -> Result<Option<&'a Entity>> {
    match rows {
        RowKind::Events => Ok(None),
        RowKind::Records(name) => workspace.entities.get(name).map(Some).ok_or_else(|| {
            AppError::new(ErrorCode::Configuration, format!("the source {} maps rows to `{name}`, which is no entity", source.name))
        }),
    }
}

pub(super) fn unreadable(error: rows::FileError) -> AppError {
    let code = if matches!(error, rows::FileError::Io { .. }) { ErrorCode::Unavailable } else { ErrorCode::Invalid };
    AppError::new(code, error.to_string()).caused_by(error)
}
