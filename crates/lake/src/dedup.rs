//! Exact de-duplication by the 128-bit digest of a fact's identity, in bounded memory.
//!
//! Digests of facts that are not sealed yet are in hash sets; those of sealed facts are in sorted files, each behind a filter that answers
//! "never seen" from memory. A set becomes a file when its facts are sealed.

pub(crate) mod merge;
pub(crate) mod renew;
pub(crate) mod run;

use std::hash::{BuildHasherDefault, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use hashbrown::HashSet;
use mainstay_model::FactDigest;

use self::run::Run;
use crate::error::LakeError;
use crate::locks::{read, write};

/// Digests of facts that are not sealed.
pub(crate) type DigestSet = HashSet<FactDigest, BuildHasherDefault<DigestHasher>>;

/// A digest is as good as random already; its lower half is the hash.
#[derive(Default)]
pub(crate) struct DigestHasher(u64);

impl Hasher for DigestHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxhash_rust::xxh3::xxh3_64(bytes);
    }

    fn write_u128(&mut self, digest: u128) {
        self.0 = digest as u64;
    }
}

/// What is no longer in the writer's own set: sets that wait to be sealed, and files.
#[derive(Default)]
struct Older {
    frozen: Vec<Arc<DigestSet>>,
    runs: Vec<Arc<Run>>,
}

/// The digests of all facts but those of the writer's current set.
pub(crate) struct Dedup {
    folder: PathBuf,
    older: RwLock<Older>,
}

impl Dedup {
    /// Opens the files of a folder.
    pub(crate) fn open(folder: &Path) -> Result<Self, LakeError> {
        std::fs::create_dir_all(folder).map_err(LakeError::io("create", folder))?;
        let runs = merge::open_runs(folder)?;
        Ok(Self { folder: folder.to_owned(), older: RwLock::new(Older { frozen: Vec::new(), runs }) })
    }

    /// The last position whose digest is in a file; digests of later facts come from the inbox.
    pub(crate) fn filed_position(&self) -> u64 {
        read(&self.older).runs.last().map_or(0, |run| run.last_position)
    }

    /// Which of the digests are known. One lock for many digests.
    pub(crate) fn known(&self, digests: &[FactDigest]) -> Result<Vec<bool>, LakeError> {
        let older = read(&self.older);
        let known = |digest: &FactDigest| {
            if older.frozen.iter().any(|set| set.contains(digest)) {
                return Ok(true);
            }
            for run in older.runs.iter().rev() {
                if run.contains(*digest)? {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        digests.iter().map(known).collect()
    }

    /// Takes over the writer's set; its facts are about to be sealed.
    pub(crate) fn freeze(&self, set: DigestSet) -> Arc<DigestSet> {
        let set = Arc::new(set);
        write(&self.older).frozen.push(Arc::clone(&set));
        set
    }

    /// Files all frozen sets, whose facts lie at `first_position` to `last_position`, and forgets them in memory.
    pub(crate) fn file(&self, sets: &[Arc<DigestSet>], first_position: u64, last_position: u64) -> Result<(), LakeError> {
        let mut digests: Vec<u128> = sets.iter().flat_map(|set| set.iter().map(|digest| digest.0)).collect();
        digests.sort_unstable();
        let run =
            if digests.is_empty() { None } else { Some(Arc::new(Run::create(&self.folder, first_position, last_position, &digests)?)) };
        {
            let mut older = write(&self.older);
            older.frozen.retain(|frozen| !sets.iter().any(|set| Arc::ptr_eq(set, frozen)));
            older.runs.extend(run);
        }
        self.merge_small()
    }

    /// Merges the newest files while they are of like size, so that there are few.
    fn merge_small(&self) -> Result<(), LakeError> {
        loop {
            let runs = read(&self.older).runs.clone();
            let Some((left, right)) = merge::worth_merging(&runs) else { return Ok(()) };
            let merged = Arc::new(merge::merge(&self.folder, &left, &right)?);
            {
                let mut older = write(&self.older);
                older.runs.retain(|run| run.last_position < merged.first_position);
                older.runs.push(merged);
            }
            for old in [left, right] {
                std::fs::remove_file(&old.path).map_err(LakeError::io("delete", &old.path))?;
            }
        }
    }

    /// How many files there are, and digests in them.
    pub(crate) fn filed(&self) -> (usize, u64) {
        let older = read(&self.older);
        (older.runs.len(), older.runs.iter().map(|run| run.count).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u64) -> FactDigest {
        let mut bytes = number.to_le_bytes().to_vec();
        let low = xxhash_rust::xxh3::xxh3_128(&bytes);
        bytes.push(1);
        FactDigest(low)
    }

    #[test]
    fn filed_digests_are_known_after_merges_and_a_restart_and_no_others_are() {
        let folder = tempfile::tempdir().unwrap();
        let dedup = Dedup::open(folder.path()).unwrap();
        let mut next = 1;
        for size in [1_u64, 1, 2, 500, 3, 700, 1500, 1] {
            let set: DigestSet = (next..next + size).map(digest).collect();
            let frozen = dedup.freeze(set);
            dedup.file(&[frozen], next, next + size - 1).unwrap();
            next += size;
        }
        for opened in [dedup, Dedup::open(folder.path()).unwrap()] {
            assert!(opened.filed().0 < 5, "{:?}", opened.filed());
            assert_eq!(opened.filed_position(), next - 1);
            let all: Vec<_> = (1..next).map(digest).collect();
            assert!(opened.known(&all).unwrap().into_iter().all(|known| known));
            let others: Vec<_> = (next..next + 20_000).map(digest).collect();
            assert!(opened.known(&others).unwrap().into_iter().all(|known| !known));
        }
    }

    #[test]
    fn a_file_left_behind_by_an_interrupted_merge_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let digests: Vec<u128> = (1..=10).map(|n| digest(n).0).collect();
        let sorted = |range: std::ops::Range<usize>| {
            let mut part = digests[range].to_vec();
            part.sort_unstable();
            part
        };
        Run::create(folder.path(), 1, 5, &sorted(0..5)).unwrap();
        Run::create(folder.path(), 6, 10, &sorted(5..10)).unwrap();
        Run::create(folder.path(), 1, 10, &sorted(0..10)).unwrap();
        let dedup = Dedup::open(folder.path()).unwrap();
        assert_eq!(dedup.filed(), (1, 10));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
