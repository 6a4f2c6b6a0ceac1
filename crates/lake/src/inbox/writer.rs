//! The one thread that writes the inbox: it takes what waits, leaves out duplicates, writes one frame, syncs, and answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Duration;

use mainstay_model::{Clock, Fact, FactDigest, Timestamp};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc};

use super::segment::{LogFile, OpenLogFile, path_of};
use super::{Appended, Request, frame};
use crate::dedup::{Dedup, DigestSet};
use crate::error::LakeError;
use crate::facts::DurableFacts;

/// A group is closed when it holds this many bytes; more waits for the next.
const GROUP_BYTES: usize = 8 << 20;
/// How long the writer rests before it offers facts again to a subscriber that is behind.
const SUBSCRIBER_PAUSE: Duration = Duration::from_millis(1);

/// What the writer is asked.
pub(crate) enum Command {
    /// Make these durable.
    Append(Request),
    /// Begin a new segment and say where the old ones ended.
    Rotate(SyncSender<Rotated>),
    /// Finish.
    Stop,
}

/// Where the inbox was cut.
pub(crate) struct Rotated {
    /// The last position before the cut.
    pub(crate) position: u64,
    /// The digests of the facts since the cut before.
    pub(crate) digests: Arc<DigestSet>,
    /// The segments closed since the cut before, with their last positions.
    pub(crate) closed: Vec<(u64, PathBuf)>,
}

/// Sees facts with their size the moment they are durable, in the order of their positions, before the sender is answered.
pub(crate) type OnDurable = Box<dyn Fn(&Arc<DurableFacts>, usize) + Send>;

/// What the writer starts with.
pub(crate) struct Start {
    pub(crate) folder: PathBuf,
    pub(crate) open: OpenLogFile,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) dedup: Arc<Dedup>,
    /// Digests of facts that are in the inbox and in no file.
    pub(crate) digests: DigestSet,
    /// The position the next accepted fact gets.
    pub(crate) next_position: u64,
    pub(crate) last_received_at: Timestamp,
    /// Facts that wait; the callers add, the writer takes off.
    pub(crate) waiting: Arc<AtomicU64>,
    /// Told after every group: there may be room for more.
    pub(crate) room: Arc<Notify>,
    pub(crate) on_durable: OnDurable,
    pub(crate) subscriber: Option<mpsc::Sender<Arc<DurableFacts>>>,
    pub(crate) stopping: Arc<AtomicBool>,
    /// Segments that were there at start, with their last positions.
    pub(crate) closed: Vec<(u64, PathBuf)>,
    /// Keeps the names of new segments apart from those that were there.
    pub(crate) attempt: u32,
}

struct Segment {
    path: PathBuf,
    file: Box<dyn LogFile>,
    /// Everything before this byte is durable.
    length: u64,
}

/// The writer thread's state.
pub(crate) struct Writer {
    state: Start,
    segment: Option<Segment>,
    buffer: Vec<u8>,
}

/// A group of requests, sorted out: what is new, and what each request is answered.
struct Group {
    facts: Vec<Fact>,
    answers: Vec<Vec<Appended>>,
    fresh: Vec<FactDigest>,
}

impl Writer {
    pub(crate) fn new(state: Start) -> Self {
        Self { state, segment: None, buffer: Vec::new() }
    }

    /// Serves commands until it is told to stop or nobody can ask any more.
    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        let mut next = commands.recv().ok();
        while let Some(command) = next.take() {
            match command {
                Command::Stop => return,
                Command::Rotate(answer) => drop(answer.send(self.rotate())),
                Command::Append(first) => {
                    let mut bytes = first.batch.encoded.len();
                    let mut requests = vec![first];
                    while bytes < GROUP_BYTES {
                        match commands.try_recv() {
                            Ok(Command::Append(request)) => {
                                bytes += request.batch.encoded.len();
                                requests.push(request);
                            }
                            Ok(other) => {
                                next = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.write_group(requests);
                }
            }
            if next.is_none() {
                next = commands.recv().ok();
            }
        }
    }

    fn write_group(&mut self, mut requests: Vec<Request>) {
        let count: usize = requests.iter().map(|request| request.batch.facts.len()).sum();
        let received_at = self.state.last_received_at.max(self.state.clock.now());
        let written = match self.sort_out(&mut requests, received_at) {
            Ok(group) if group.facts.is_empty() => Ok(group.answers),
            Ok(group) => self.write_new(group, received_at),
            Err(error) => Err(error),
        };
        self.state.waiting.fetch_sub(count as u64, Ordering::Relaxed);
        self.state.room.notify_waiters();
        // A sender that no longer waits has nothing to lose by not being answered.
        match written {
            Ok(answers) => requests.into_iter().zip(answers).for_each(|(request, answer)| drop(request.answer.send(Ok(answer)))),
            Err(error) => requests.into_iter().for_each(|request| drop(request.answer.send(Err(error.for_another())))),
        }
    }

    /// Separates new facts from duplicates and builds the frame of the new ones.
    fn sort_out(&mut self, requests: &mut [Request], received_at: Timestamp) -> Result<Group, LakeError> {
        let mut group = Group { facts: Vec::new(), answers: Vec::with_capacity(requests.len()), fresh: Vec::new() };
        frame::start(&mut self.buffer);
        for request in requests {
            let batch = &mut request.batch;
            let known = match self.state.dedup.known(&batch.digests) {
                Ok(known) => known,
                Err(error) => {
                    self.forget(&group.fresh);
                    return Err(error);
                }
            };
            let mut answers = Vec::with_capacity(batch.facts.len());
            let mut start = 0;
            for (((mut fact, digest), end), known) in batch.facts.drain(..).zip(&batch.digests).zip(&batch.ends).zip(known) {
                if known || !self.state.digests.insert(*digest) {
                    answers.push(Appended::Duplicate);
                } else {
                    answers.push(Appended::Accepted { position: self.state.next_position + group.facts.len() as u64 });
                    fact.set_received_at(received_at);
                    group.facts.push(fact);
                    group.fresh.push(*digest);
                    self.buffer.extend_from_slice(batch.encoded.get(start..*end).unwrap_or_default());
                }
                start = *end;
            }
            group.answers.push(answers);
        }
        Ok(group)
    }

    /// Makes the frame durable, then shows its facts to the tail and the subscriber.
    fn write_new(&mut self, group: Group, received_at: Timestamp) -> Result<Vec<Vec<Appended>>, LakeError> {
        frame::finish(&mut self.buffer, self.state.next_position, group.facts.len() as u32, received_at);
        if let Err(error) = self.write_frame() {
            self.forget(&group.fresh);
            return Err(error);
        }
        let durable = Arc::new(DurableFacts { first_position: self.state.next_position, facts: group.facts });
        self.state.next_position = durable.last_position() + 1;
        self.state.last_received_at = received_at;
        (self.state.on_durable)(&durable, self.buffer.len());
        self.publish(durable);
        Ok(group.answers)
    }

    fn forget(&mut self, fresh: &[FactDigest]) {
        for digest in fresh {
            self.state.digests.remove(digest);
        }
    }

    fn write_frame(&mut self) -> Result<(), LakeError> {
        let segment = match self.segment.take() {
            Some(segment) => segment,
            None => self.begin_segment()?,
        };
        let segment = self.segment.insert(segment);
        let written = segment.file.append(&self.buffer).and_then(|()| segment.file.sync());
        match written {
            Ok(()) => {
                segment.length += self.buffer.len() as u64;
                Ok(())
            }
            Err(source) => {
                let path = segment.path.clone();
                tracing::error!(path = %path.display(), error = %source, "facts could not be made durable");
                self.give_up_segment();
                Err(LakeError::NotDurable { path, source })
            }
        }
    }

    fn begin_segment(&mut self) -> Result<Segment, LakeError> {
        let path = path_of(&self.state.folder, self.state.next_position, self.state.attempt);
        self.state.attempt += 1;
        match (self.state.open)(&path) {
            Ok(file) => Ok(Segment { path, file, length: 0 }),
            Err(source) => Err(LakeError::NotDurable { path, source }),
        }
    }

    /// After a failed write nobody knows what the rest of the file holds: it is cut off if that is possible, and another segment follows.
    /// Replay leaves out what stands at the positions of the segment that follows.
    fn give_up_segment(&mut self) {
        let Some(mut segment) = self.segment.take() else { return };
        if let Err(error) = segment.file.truncate(segment.length).and_then(|()| segment.file.sync()) {
            tracing::warn!(path = %segment.path.display(), %error, "the broken end of an inbox segment could not be cut off");
        }
        self.state.closed.push((self.state.next_position - 1, segment.path));
    }

    fn rotate(&mut self) -> Rotated {
        let position = self.state.next_position - 1;
        if let Some(segment) = self.segment.take() {
            self.state.closed.push((position, segment.path));
        }
        let digests = self.state.dedup.freeze(std::mem::take(&mut self.state.digests));
        Rotated { position, digests, closed: std::mem::take(&mut self.state.closed) }
    }

    /// Hands facts to the subscriber. One that is behind holds the writer back, so that nothing piles up unseen.
    fn publish(&self, mut facts: Arc<DurableFacts>) {
        let Some(subscriber) = &self.state.subscriber else { return };
        while let Err(TrySendError::Full(back)) = subscriber.try_send(facts) {
            if self.state.stopping.load(Ordering::Relaxed) {
                return;
            }
            facts = back;
            std::thread::park_timeout(SUBSCRIBER_PAUSE);
        }
    }
}
