//! Few files instead of many: neighbouring runs of like size become one.

use std::iter::Peekable;
use std::path::Path;
use std::sync::Arc;

use super::run::{Run, build_filter, key_of, write_run};
use crate::error::LakeError;

/// A run stays as it is from here on; more would make the memory of a merge grow.
const MAX_DIGESTS: u64 = 1 << 24;

/// The newest two runs, if the older is not much larger than the newer.
pub(crate) fn worth_merging(runs: &[Arc<Run>]) -> Option<(Arc<Run>, Arc<Run>)> {
    let [.., left, right] = runs else { return None };
    let together = left.count + right.count;
    (left.count <= 2 * right.count && together <= MAX_DIGESTS).then(|| (Arc::clone(left), Arc::clone(right)))
}

/// Writes the union of two neighbouring runs.
pub(crate) fn merge(folder: &Path, left: &Run, right: &Run) -> Result<Run, LakeError> {
    let mut keys = Vec::with_capacity((left.count + right.count) as usize);
    for digest in merged(left.digests()?, right.digests()?) {
        let key = key_of(digest?);
        if keys.last() != Some(&key) {
            keys.push(key);
        }
    }
    let filter = build_filter(&keys, folder)?;
    drop(keys);
    let digests = merged(left.digests()?, right.digests()?);
    write_run(folder, left.first_position, right.last_position, left.count + right.count, &filter, digests)
}

fn merged(
    left: impl Iterator<Item = Result<u128, LakeError>>,
    right: impl Iterator<Item = Result<u128, LakeError>>,
) -> impl Iterator<Item = Result<u128, LakeError>> {
    let (mut left, mut right) = (left.peekable(), right.peekable());
    std::iter::from_fn(move || if comes_first(&mut left, &mut right) { left.next() } else { right.next() })
}

fn comes_first<I, J>(left: &mut Peekable<I>, right: &mut Peekable<J>) -> bool
where
    I: Iterator<Item = Result<u128, LakeError>>,
    J: Iterator<Item = Result<u128, LakeError>>,
{
    match (left.peek(), right.peek()) {
        (Some(Ok(one)), Some(Ok(other))) => one <= other,
        (Some(_), _) => true,
        (None, _) => false,
    }
}

/// Opens the runs of a folder, oldest first, and deletes what an interrupted merge left behind.
pub(crate) fn open_runs(folder: &Path) -> Result<Vec<Arc<Run>>, LakeError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(LakeError::io("list", folder))? {
        let path = entry.map_err(LakeError::io("list", folder))?.path();
        let range = path.file_name().and_then(|name| name.to_str()).and_then(|name| {
            let (first, last) = name.strip_suffix(".ids")?.split_once('-')?;
            Some((first.parse::<u64>().ok()?, last.parse::<u64>().ok()?))
        });
        match range {
            Some((first, last)) => found.push((first, last, path)),
            None if path.extension().is_some_and(|extension| extension == "tmp") => {
                std::fs::remove_file(&path).map_err(LakeError::io("delete", &path))?;
            }
            None => {}
        }
    }
    // The widest of those that begin at the same position comes first.
    found.sort_by_key(|(first, last, _)| (*first, u64::MAX - last));
    let mut runs: Vec<Arc<Run>> = Vec::new();
    for (first, last, path) in found {
        if runs.last().is_some_and(|run| last <= run.last_position) {
            std::fs::remove_file(&path).map_err(LakeError::io("delete", &path))?;
        } else {
            runs.push(Arc::new(Run::open(&path, first, last)?));
        }
    }
    Ok(runs)
}
