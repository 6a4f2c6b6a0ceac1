//! A run: the digests of a range of positions, sorted in a file, behind a filter in memory.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use mainstay_model::FactDigest;
use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable, Filter as _, FilterRef as _};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::LakeError;
use crate::inbox::segment::sync_folder;

const MAGIC: [u8; 8] = *b"MSTRUN02";
/// Files of an earlier version, whose digests a sender could have made to collide.
const OUTDATED: [u8; 8] = *b"MSTRUN01";
/// magic 8, count 8, filter length 8, filter checksum 8.
const HEADER_BYTES: u64 = 32;
const DIGEST_BYTES: u64 = 16;
/// How many digests one look-up reads at once.
const PAGE_DIGESTS: u64 = 64;

/// The sorted digests of the facts at `first_position` to `last_position`.
pub(crate) struct Run {
    pub(crate) first_position: u64,
    pub(crate) last_position: u64,
    pub(crate) count: u64,
    pub(crate) path: PathBuf,
    file: File,
    digests_at: u64,
    /// The filter as it is in the file: its descriptor, then its fingerprints.
    filter: Vec<u8>,
}

const DESCRIPTOR_BYTES: usize = BinaryFuse8::DESCRIPTOR_LEN;

impl Run {
    /// Writes sorted digests to a file of a folder; the file appears whole or not at all.
    pub(crate) fn create(folder: &Path, first_position: u64, last_position: u64, digests: &[u128]) -> Result<Self, LakeError> {
        let filter = filter_of(digests, folder)?;
        write_run(folder, first_position, last_position, digests.len() as u64, &filter, digests.iter().copied().map(Ok))
    }

    /// Opens the run of a file.
    pub(crate) fn open(path: &Path, first_position: u64, last_position: u64) -> Result<Self, LakeError> {
        let damaged = |detail: &str| LakeError::Damaged { path: path.to_owned(), detail: detail.to_owned() };
        let mut file = File::open(path).map_err(LakeError::io("open", path))?;
        let length = file.metadata().map_err(LakeError::io("read", path))?.len();
        let mut header = [0; HEADER_BYTES as usize];
        file.read_exact(&mut header).map_err(LakeError::io("read", path))?;
        let word = |at: usize| header.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
        let (count, filter_bytes, checksum) = (word(8), word(16), word(24));
        let digests_at = HEADER_BYTES.saturating_add(filter_bytes);
        if header.get(..8) != Some(&MAGIC)
            || count.checked_mul(DIGEST_BYTES).and_then(|bytes| bytes.checked_add(digests_at)) != Some(length)
        {
            return Err(damaged("its header and its length disagree"));
        }
        let mut filter = vec![0; filter_bytes as usize];
        file.read_exact(&mut filter).map_err(LakeError::io("read", path))?;
        if filter.len() < DESCRIPTOR_BYTES || xxh3_64(&filter) != checksum {
            return Err(damaged("the checksum of its filter is wrong"));
        }
        Ok(Self { first_position, last_position, count, path: path.to_owned(), file, digests_at, filter })
    }

    /// Whether the digest is in the run; exact.
    pub(crate) fn contains(&self, digest: FactDigest) -> Result<bool, LakeError> {
        let (descriptor, fingerprints) = self.filter.split_at(DESCRIPTOR_BYTES.min(self.filter.len()));
        if !BinaryFuse8Ref::from_dma(descriptor, fingerprints).contains(&filter_key(digest.0)) {
            return Ok(false);
        }
        self.search(digest.0).map_err(LakeError::io("read", &self.path))
    }

    /// Digests are spread evenly, so the place of one can be estimated from its neighbours; a few pages are read until it is enclosed.
    fn search(&self, digest: u128) -> std::io::Result<bool> {
        let mut page = [0; (PAGE_DIGESTS * DIGEST_BYTES) as usize];
        let (mut low, mut high) = (0, self.count);
        let (mut low_key, mut high_key) = (0, u64::MAX);
        let mut attempt = 0;
        while low < high {
            let middle = if attempt < 6 { estimate(filter_key(digest), low, high, low_key, high_key) } else { low + (high - low) / 2 };
            attempt += 1;
            let start = middle.saturating_sub(PAGE_DIGESTS / 2).clamp(low, high - 1);
            let end = (start + PAGE_DIGESTS).min(high);
            let bytes = page.get_mut(..((end - start) * DIGEST_BYTES) as usize).unwrap_or_default();
            self.file.read_exact_at(bytes, self.digests_at + start * DIGEST_BYTES)?;
            let mut digests = bytes.chunks_exact(DIGEST_BYTES as usize).map(decode);
            let first = digests.next().unwrap_or(0);
            let last = digests.next_back().unwrap_or(first);
            if digest < first {
                (high, high_key) = (start, filter_key(first));
            } else if digest > last {
                (low, low_key) = (end, filter_key(last));
            } else {
                return Ok(digest == first || digest == last || digests.any(|found| found == digest));
            }
        }
        Ok(false)
    }

    /// All digests in order.
    pub(crate) fn digests(&self) -> Result<impl Iterator<Item = Result<u128, LakeError>>, LakeError> {
        let path = self.path.clone();
        let mut file = File::open(&path).map_err(LakeError::io("open", &path))?;
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(self.digests_at)).map_err(LakeError::io("read", &path))?;
        let mut reader = std::io::BufReader::with_capacity(1 << 16, file);
        Ok((0..self.count).map(move |_| {
            let mut bytes = [0; DIGEST_BYTES as usize];
            reader.read_exact(&mut bytes).map_err(LakeError::io("read", &path))?;
            Ok(u128::from_be_bytes(bytes))
        }))
    }
}

/// Whether a file is a run of an earlier version.
pub(crate) fn is_outdated(path: &Path) -> Result<bool, LakeError> {
    let mut magic = Vec::new();
    let file = File::open(path).map_err(LakeError::io("open", path))?;
    file.take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(LakeError::io("read", path))?;
    Ok(magic == OUTDATED)
}

fn decode(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_be_bytes)
}

/// Where between two places with known keys a key is to be expected.
fn estimate(key: u64, low: u64, high: u64, low_key: u64, high_key: u64) -> u64 {
    let span = u128::from(high_key.saturating_sub(low_key)).max(1);
    let offset = u128::from(key.saturating_sub(low_key)) * u128::from(high - low) / span;
    (low + offset as u64).min(high - 1)
}

fn filter_key(digest: u128) -> u64 {
    (digest >> 64) as u64
}

/// A filter over sorted digests.
fn filter_of(digests: &[u128], folder: &Path) -> Result<BinaryFuse8, LakeError> {
    let mut keys: Vec<u64> = digests.iter().copied().map(filter_key).collect();
    keys.dedup();
    build_filter(&keys, folder)
}

/// A filter over distinct keys.
pub(crate) fn build_filter(keys: &[u64], folder: &Path) -> Result<BinaryFuse8, LakeError> {
    BinaryFuse8::try_from(keys)
        .map_err(|detail| LakeError::Damaged { path: folder.to_owned(), detail: format!("no filter could be built: {detail}") })
}

/// The key under which the filter knows a digest.
pub(crate) fn key_of(digest: u128) -> u64 {
    filter_key(digest)
}

/// Writes a run from digests in order.
pub(crate) fn write_run(
    folder: &Path,
    first_position: u64,
    last_position: u64,
    count: u64,
    filter: &BinaryFuse8,
    digests: impl Iterator<Item = Result<u128, LakeError>>,
) -> Result<Run, LakeError> {
    let path = folder.join(format!("{first_position:020}-{last_position:020}.ids"));
    let unfinished = path.with_extension("tmp");
    let mut encoded = vec![0; DESCRIPTOR_BYTES];
    filter.dma_copy_descriptor_to(&mut encoded);
    encoded.extend_from_slice(filter.dma_fingerprints());
    let failed = |source| LakeError::Io { action: "write", path: unfinished.clone(), source };
    let file = File::create(&unfinished).map_err(failed)?;
    let mut out = BufWriter::with_capacity(1 << 16, file);
    for word in [&MAGIC, &count.to_le_bytes(), &(encoded.len() as u64).to_le_bytes(), &xxh3_64(&encoded).to_le_bytes()] {
        out.write_all(word).map_err(failed)?;
    }
    out.write_all(&encoded).map_err(failed)?;
    for digest in digests {
        out.write_all(&digest?.to_be_bytes()).map_err(failed)?;
    }
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&unfinished, &path).map_err(LakeError::io("rename", &unfinished))?;
    sync_folder(folder).map_err(LakeError::io("sync", folder))?;
    Run::open(&path, first_position, last_position)
}
