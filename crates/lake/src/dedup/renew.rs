//! Makes the digests of sealed facts anew from the facts: where the files are gone, or of the digest that an earlier version used.

use std::path::Path;

use arrow::array::{Array as _, AsArray as _, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use mainstay_model::{FactDigest, Timestamp};

use super::run::{self, Run};
use crate::error::LakeError;
use crate::inbox::segment::sync_folder;
use crate::scan::FactScan;
use crate::snapshot::Snapshot;

/// A file is closed at this many digests, which bounds the memory that renewing takes.
const RUN_DIGESTS: usize = 1 << 24;

/// Sees to it that the folder holds digests of today's kind of all sealed facts. The folder changes whole or not at all.
pub(crate) fn renew(folder: &Path, sealed: &Snapshot) -> Result<(), LakeError> {
    let nothing_sealed = sealed.event_files.is_empty() && sealed.record_files.is_empty();
    let missing = !folder.is_dir() && !nothing_sealed;
    if !missing && !outdated(folder)? {
        return Ok(());
    }
    tracing::info!(folder = %folder.display(), "the digests of all facts are made anew; this is done once");
    let (part, old) = (folder.with_extension("part"), folder.with_extension("old"));
    remove(&part)?;
    remove(&old)?;
    std::fs::create_dir_all(&part).map_err(LakeError::io("create", &part))?;
    fill(&part, sealed)?;
    if folder.is_dir() {
        // Without a folder the next start renews again, should this process end between the two.
        std::fs::rename(folder, &old).map_err(LakeError::io("rename", folder))?;
    }
    std::fs::rename(&part, folder).map_err(LakeError::io("rename", &part))?;
    if let Some(parent) = folder.parent() {
        sync_folder(parent).map_err(LakeError::io("sync", parent))?;
    }
    remove(&old)
}

/// Whether a file of the folder is of an earlier kind.
fn outdated(folder: &Path) -> Result<bool, LakeError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(LakeError::io("list", folder)(error)),
    };
    for entry in entries {
        let path = entry.map_err(LakeError::io("list", folder))?.path();
        if path.extension().is_some_and(|extension| extension == "ids") && run::is_outdated(&path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the digests of all sealed facts. The files say that they reach no position: what is still in the inbox is digested from there.
fn fill(folder: &Path, sealed: &Snapshot) -> Result<(), LakeError> {
    let columns = |names: &[&str]| FactScan { columns: Some(names.iter().map(|name| (*name).to_owned()).collect()), ..FactScan::default() };
    let events = columns(&["source", "message_id"]).events(sealed).map(|batch| batch.map(|batch| of_events(&batch)));
    let records =
        columns(&["source", "entity", "external_id", "occurred_at"]).records(sealed).map(|batch| batch.map(|batch| of_records(&batch)));
    let (mut digests, mut number) = (Vec::new(), 0);
    for found in events.chain(records) {
        digests.extend(found?);
        if digests.len() >= RUN_DIGESTS {
            write(folder, number, &mut digests)?;
            number += 1;
        }
    }
    write(folder, number, &mut digests)
}

fn write(folder: &Path, number: u64, digests: &mut Vec<u128>) -> Result<(), LakeError> {
    if digests.is_empty() {
        return Ok(());
    }
    digests.sort_unstable();
    Run::create(folder, number, number, digests)?;
    digests.clear();
    Ok(())
}

fn of_events(batch: &RecordBatch) -> Vec<u128> {
    let [sources, ids] = ["source", "message_id"].map(|name| texts(batch, name));
    sources.iter().zip(&ids).map(|(source, id)| FactDigest::of_event(source, id).0).collect()
}

fn of_records(batch: &RecordBatch) -> Vec<u128> {
    let [sources, entities, ids] = ["source", "entity", "external_id"].map(|name| texts(batch, name));
    let at = batch.column_by_name("occurred_at").and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let rows = sources.iter().zip(&entities).zip(&ids).zip(at.into_iter().flat_map(|at| at.values().iter()));
    rows.map(|(((source, entity), id), at)| FactDigest::of_record(source, entity, id, Timestamp(*at)).0).collect()
}

/// A column of texts; facts have no row without one.
fn texts<'a>(batch: &'a RecordBatch, name: &str) -> Vec<&'a str> {
    let column = batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    column.into_iter().flat_map(|column| (0..column.len()).map(|row| column.value(row))).collect()
}

fn remove(folder: &Path) -> Result<(), LakeError> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(LakeError::io("delete", folder)(error)),
        _ => Ok(()),
    }
}
