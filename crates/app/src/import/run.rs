//! Carries an import out: file by file, chunk by chunk, each answered before the next is written down as done.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mainstay_model::{Rejection, Workspace};
use mainstay_store::{ImportProgress, Store};
use tokio::sync::mpsc;

use super::door::Door;
use super::plan::{self, Plan, Reading};
use super::reader::{Chunk, FileReader};
use super::report::{FileReport, ImportReport, Reasons};
use super::{ImportRequest, Progress, files};
use crate::error::{AppError, ErrorCode, Result};
use crate::ingest::{Answer, Candidate};

/// Chunks that wait between reading and writing.
const CHUNKS_AHEAD: usize = 2;
/// How long a busy door is left alone before it is asked again.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// Imports what `request` says. Set `stop` to end after the chunk under way; the next run goes on from there.
///
/// # Errors
/// `invalid`, `not_found` or `configuration` when it cannot begin; `unavailable` when a chunk cannot be kept. A file that turns out to be damaged
/// is told in the report, and the others are read.
pub async fn run<D: Door>(
    door: &D,
    store: &Store,
    workspace: &Workspace,
    request: &ImportRequest,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<ImportReport> {
    let Plan { readings, unmapped } = plan::make(workspace, request)?;
    let mut report = ImportReport { unmapped, dry_run: request.dry_run, ..ImportReport::default() };
    let files = readings.len();
    for (index, reading) in readings.into_iter().enumerate() {
        if stop.load(Ordering::Relaxed) {
            report.stopped = true;
            break;
        }
        let bytes = reading.path.metadata().map_or(0, |metadata| metadata.len());
        progress.begin(&reading.file, bytes, index + 1, files);
        let run = FileRun { door, store, progress, stop, dry_run: request.dry_run };
        let (file, stopped) = run.read(Arc::new(reading)).await?;
        progress.end();
        report.files.push(file);
        report.stopped |= stopped;
    }
    door.settle().await;
    Ok(report)
}

struct FileRun<'a, D> {
    door: &'a D,
    store: &'a Store,
    progress: &'a dyn Progress,
    stop: &'a AtomicBool,
    dry_run: bool,
}

impl<D: Door> FileRun<'_, D> {
    /// Reads one file; answers what became of it and whether it was stopped.
    async fn read(&self, reading: Arc<Reading>) -> Result<(FileReport, bool)> {
        let path = reading.path.clone();
        let file_digest = off_thread(move || files::digest(&path)).await??;
        let before = self.store.import_progress(&file_digest, &reading.mapping_digest).await?;
        let mut report =
            FileReport { file: reading.file.clone(), source: reading.source.clone(), kind: reading.kind.clone(), ..FileReport::default() };
        let states_now = reading.mapper.states_now();
        let mut kept = before.unwrap_or_else(|| ImportProgress {
            file_digest,
            mapping_digest: reading.mapping_digest.clone(),
            path: reading.path.display().to_string(),
            ..ImportProgress::default()
        });
        let again = kept.finished;
        if again && !states_now && !self.dry_run {
            report.unchanged = true;
            report.duplicate = kept.accepted + kept.duplicate;
            report.rejected_before = kept.rejected;
            return Ok((report, false));
        }
        if states_now {
            // What a state is compared with must be known first.
            self.door.settle().await;
        }
        if again || self.dry_run {
            kept = ImportProgress { rows_done: 0, accepted: 0, duplicate: 0, finished: false, ..kept };
        }
        report.resumed_after = kept.rows_done;
        let stopped = self.pass(reading, &mut report, &mut kept, again).await?;
        Ok((report, stopped))
    }

    /// Reads from where `kept` says to the end.
    async fn pass(&self, reading: Arc<Reading>, report: &mut FileReport, kept: &mut ImportProgress, again: bool) -> Result<bool> {
        let (out, mut chunks) = mpsc::channel(CHUNKS_AHEAD);
        let (door, now, skip) = (self.door.clone(), self.door.now(), kept.rows_done);
        let shared = Arc::clone(&reading);
        let reader = tokio::task::spawn_blocking(move || FileReader::new(&shared, &door, now, skip).run(&out));
        let mut reasons = Reasons::default();
        let mut stopped = false;
        while let Some(chunk) = chunks.recv().await {
            match chunk {
                Ok(chunk) => self.keep(&reading, chunk, report, kept, &mut reasons, again).await?,
                Err(error) => report.failure = Some(error.to_string()),
            }
            if self.stop.load(Ordering::Relaxed) {
                stopped = true;
                break;
            }
        }
        drop(chunks);
        reader.await.map_err(|_| AppError::new(ErrorCode::Unavailable, format!("reading {} broke off; this is a defect", reading.file)))?;
        report.reasons = reasons.into_reports();
        if !stopped && report.failure.is_none() && !self.dry_run {
            kept.finished = true;
            kept.updated_at = self.door.now();
            self.store.save_import_progress(kept).await?;
        }
        Ok(stopped)
    }

    async fn keep(
        &self,
        reading: &Reading,
        mut chunk: Chunk,
        report: &mut FileReport,
        kept: &mut ImportProgress,
        reasons: &mut Reasons,
        again: bool,
    ) -> Result<()> {
        if again {
            // The quarantine has these rows from the time before.
            let before = chunk.candidates.len();
            chunk.candidates.retain(|candidate| candidate.fact.is_ok());
            report.rejected_before += (before - chunk.candidates.len()) as u64;
        }
        report.rows += chunk.rows;
        let mut tally = Tally { duplicate: chunk.unchanged, ..Tally::default() };
        if self.dry_run {
            chunk.candidates.iter().for_each(|candidate| tally.judge(candidate, reasons));
        } else {
            let answers = self.ingest(&reading.source, chunk.candidates).await?;
            answers.iter().for_each(|answer| tally.count(answer, reasons));
            kept.rows_done = chunk.last_row.max(kept.rows_done);
            kept.accepted += tally.accepted;
            kept.duplicate += tally.duplicate;
            kept.rejected += tally.rejected;
            kept.updated_at = self.door.now();
            self.store.save_import_progress(kept).await?;
        }
        report.accepted += tally.accepted;
        report.duplicate += tally.duplicate;
        report.rejected += tally.rejected;
        self.progress.advance(chunk.bytes, report.rows);
        Ok(())
    }

    /// Hands a chunk to the door; waits while it is busy, for it will not stay so.
    async fn ingest(&self, source: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        if candidates.is_empty() {
            return Ok(Vec::new());
        }
        loop {
            match self.door.ingest(source, candidates.clone()).await {
                Err(error) if error.code == ErrorCode::Busy => tokio::time::sleep(BUSY_PAUSE).await,
                other => return other,
            }
        }
    }
}

/// What became of one chunk.
#[derive(Default)]
struct Tally {
    accepted: u64,
    duplicate: u64,
    rejected: u64,
}

impl Tally {
    fn judge(&mut self, candidate: &Candidate, reasons: &mut Reasons) {
        match &candidate.fact {
            Ok(_) => self.accepted += 1,
            Err(rejection) => self.refuse(rejection, reasons),
        }
    }

    fn count(&mut self, answer: &Answer, reasons: &mut Reasons) {
        match answer {
            Answer::Accepted => self.accepted += 1,
            Answer::Duplicate => self.duplicate += 1,
            Answer::Rejected { reason, .. } => self.refuse(reason, reasons),
        }
    }

    fn refuse(&mut self, rejection: &Rejection, reasons: &mut Reasons) {
        self.rejected += 1;
        reasons.add(rejection);
    }
}

async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| AppError::new(ErrorCode::Unavailable, "the import broke off"))
}
