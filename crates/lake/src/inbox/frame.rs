//! A frame: the facts that were written together, with their first position, the time they were received and a checksum.

use mainstay_model::{Fact, Timestamp};
use xxhash_rust::xxh3::xxh3_64;

use crate::facts::DurableFacts;

const MAGIC: [u8; 4] = *b"MSF1";
/// magic 4, payload length 4, checksum 8, first position 8, count 4, received at 8.
pub(crate) const HEADER_BYTES: usize = 36;
/// No frame is larger: the writer closes a group long before.
pub(crate) const MAX_PAYLOAD_BYTES: usize = 1 << 30;

/// What stands at a place of a segment.
#[derive(Debug)]
pub(crate) enum Read {
    /// A whole frame and the place after it.
    Frame(DurableFacts, usize),
    /// The end of the file.
    End,
    /// Bytes that are no whole frame.
    Broken,
}

/// Starts a frame in an empty buffer: room for the header, filled in by [`finish`].
pub(crate) fn start(buffer: &mut Vec<u8>) {
    buffer.clear();
    buffer.resize(HEADER_BYTES, 0);
}

/// Writes the header of a frame whose payload is complete.
pub(crate) fn finish(buffer: &mut [u8], first_position: u64, count: u32, received_at: Timestamp) {
    let length = (buffer.len() - HEADER_BYTES) as u32;
    let mut header = Vec::with_capacity(HEADER_BYTES);
    header.extend_from_slice(&MAGIC);
    header.extend_from_slice(&length.to_le_bytes());
    header.extend_from_slice(&[0; 8]);
    header.extend_from_slice(&first_position.to_le_bytes());
    header.extend_from_slice(&count.to_le_bytes());
    header.extend_from_slice(&received_at.0.to_le_bytes());
    if let Some(place) = buffer.get_mut(..HEADER_BYTES) {
        place.copy_from_slice(&header);
    }
    let checksum = buffer.get(16..).map_or(0, xxh3_64);
    if let Some(place) = buffer.get_mut(8..16) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Reads the frame at a place of a segment.
pub(crate) fn read_at(bytes: &[u8], at: usize) -> Read {
    match bytes.get(at..) {
        None | Some([]) => Read::End,
        Some(rest) => parse(rest).map_or(Read::Broken, |(facts, length)| Read::Frame(facts, at + length)),
    }
}

/// Whether a whole frame begins anywhere after a place: then what stands at the place was not torn off by a crash, it was damaged.
pub(crate) fn any_after(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at + 1..).unwrap_or_default();
    rest.windows(MAGIC.len()).enumerate().any(|(offset, window)| window == MAGIC && rest.get(offset..).and_then(parse).is_some())
}

fn parse(bytes: &[u8]) -> Option<(DurableFacts, usize)> {
    let header = bytes.get(..HEADER_BYTES)?;
    if header.get(..4)? != MAGIC {
        return None;
    }
    let length = u32::from_le_bytes(header.get(4..8)?.try_into().ok()?) as usize;
    let checksum = u64::from_le_bytes(header.get(8..16)?.try_into().ok()?);
    let first_position = u64::from_le_bytes(header.get(16..24)?.try_into().ok()?);
    let count = u32::from_le_bytes(header.get(24..28)?.try_into().ok()?);
    let received_at = Timestamp(i64::from_le_bytes(header.get(28..36)?.try_into().ok()?));
    let end = HEADER_BYTES.checked_add(length).filter(|_| length <= MAX_PAYLOAD_BYTES)?;
    if xxh3_64(bytes.get(16..end)?) != checksum {
        return None;
    }
    let mut payload = bytes.get(HEADER_BYTES..end)?;
    let mut facts = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let (mut fact, rest) = postcard::take_from_bytes::<Fact>(payload).ok()?;
        fact.set_received_at(received_at);
        facts.push(fact);
        payload = rest;
    }
    Some((DurableFacts { first_position, facts }, end))
}
