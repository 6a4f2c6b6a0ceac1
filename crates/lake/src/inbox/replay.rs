//! Reading the inbox back at start: every whole frame, nothing of a torn tail.

use std::path::{Path, PathBuf};

use super::frame::{Read, any_after, read_at};
use super::segment;
use crate::error::LakeError;
use crate::facts::DurableFacts;

/// What the inbox holds.
#[derive(Debug, Default)]
pub(crate) struct Replayed {
    /// The frames in the order of their positions.
    pub(crate) frames: Vec<DurableFacts>,
    /// The files they came from with the last position that each may hold, oldest first.
    pub(crate) segments: Vec<(u64, PathBuf)>,
}

/// Reads all segments of a folder. The torn tail of a segment is cut off when `mend` is set: it was never acknowledged.
pub(crate) fn replay(folder: &Path, mend: bool) -> Result<Replayed, LakeError> {
    let mut replayed = Replayed::default();
    let mut next_position = None;
    for (first_position, _, path) in segment::list(folder).map_err(LakeError::io("list", folder))? {
        let bytes = std::fs::read(&path).map_err(LakeError::io("read", &path))?;
        // A segment that was given up may end in a frame that was never acknowledged; the segment after it begins at the same position.
        while replayed.frames.last().is_some_and(|frame| frame.first_position >= first_position) {
            next_position = replayed.frames.pop().map(|frame| frame.first_position);
        }
        if next_position.is_some_and(|expected| expected != first_position) {
            return Err(damaged(&path, 0, "facts before this segment are missing"));
        }
        next_position = Some(first_position);
        let mut at = 0;
        loop {
            match read_at(&bytes, at) {
                Read::Frame(facts, next) => {
                    if next_position.is_some_and(|expected| facts.first_position != expected) {
                        return Err(damaged(&path, at, "a frame is missing before this place"));
                    }
                    next_position = Some(facts.last_position() + 1);
                    replayed.frames.push(facts);
                    at = next;
                }
                Read::End => break,
                Read::Broken if any_after(&bytes, at) => return Err(damaged(&path, at, "whole frames follow broken bytes")),
                Read::Broken => {
                    tracing::warn!(path = %path.display(), at, bytes = bytes.len() - at, "the inbox ends in a frame that was never acknowledged");
                    if mend {
                        cut(&path, at as u64)?;
                    }
                    break;
                }
            }
        }
        replayed.segments.push((next_position.unwrap_or(1).saturating_sub(1), path));
    }
    Ok(replayed)
}

fn cut(path: &Path, length: u64) -> Result<(), LakeError> {
    let file = std::fs::OpenOptions::new().write(true).open(path).map_err(LakeError::io("open", path))?;
    file.set_len(length).map_err(LakeError::io("cut", path))?;
    file.sync_all().map_err(LakeError::io("sync", path))
}

fn damaged(path: &Path, at: usize, what: &str) -> LakeError {
    LakeError::Damaged { path: path.to_owned(), detail: format!("{what} (byte {at})") }
}
