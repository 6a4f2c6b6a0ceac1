//! The quarantine: what was refused is looked at, mended and read again through the door it came by.

use mainstay_lake::LakeError;
use mainstay_lake::quarantine::{Entry, EntryFilter, EntryStatus};
use mainstay_model::ReasonCode;

use crate::app::App;
use crate::error::{AppError, ErrorCode, Result};
use crate::import;
use crate::ingest::tracking::Door;
use crate::ingest::{Answer, Candidate};

/// Which refused records are asked for; absent parts ask for all.
#[derive(Clone, Debug, Default)]
pub struct QuarantineFilter {
    /// Of that source.
    pub source: Option<String>,
    /// Refused for that reason.
    pub code: Option<ReasonCode>,
    /// In that status.
    pub status: Option<EntryStatus>,
    /// Entries before this number only.
    pub after: Option<u64>,
    /// How many at most.
    pub limit: usize,
}

impl App {
    /// Refused records, the latest first.
    ///
    /// # Errors
    /// When the quarantine cannot be read.
    pub async fn quarantine_list(&self, filter: &QuarantineFilter) -> Result<Vec<Entry>> {
        let filter = filter.clone();
        self.compute(move |app| {
            let wanted = EntryFilter { source: filter.source, kind: None, code: filter.code, status: filter.status };
            app.lake().quarantine().list(&wanted, filter.limit, filter.after).map_err(unreadable)
        })
        .await
    }

    /// One refused record.
    ///
    /// # Errors
    /// When there is none of that number.
    pub async fn quarantine_show(&self, id: u64) -> Result<Entry> {
        self.compute(move |app| app.lake().quarantine().get(id).map_err(unreadable)).await
    }

    /// Reads refused records again, by the workspace in force. `fixed_raw` is the mended text of a single record. What is accepted now (or was
    /// there before) is marked as replayed; what is refused again stays as it was, and its reason is answered.
    ///
    /// # Errors
    /// When a number is not there, or a mended text is given for several.
    pub async fn quarantine_replay(&self, ids: &[u64], fixed_raw: Option<String>) -> Result<Vec<Answer>> {
        if fixed_raw.is_some() && ids.len() != 1 {
            return Err(AppError::invalid("a mended text is for one record").hint("give one number"));
        }
        let mut answers = Vec::new();
        for id in ids {
            let entry = self.quarantine_show(*id).await?;
            let raw = fixed_raw.clone().unwrap_or_else(|| entry.raw.clone());
            let answer = self.replay_one(&entry, &raw).await?;
            if matches!(answer, Answer::Accepted | Answer::Duplicate) {
                self.mark(&[*id], EntryStatus::Replayed).await?;
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Says that refused records are not wanted.
    ///
    /// # Errors
    /// When a number is not there.
    pub async fn quarantine_discard(&self, ids: &[u64]) -> Result<()> {
        self.mark(ids, EntryStatus::Discarded).await
    }

    async fn mark(&self, ids: &[u64], status: EntryStatus) -> Result<()> {
        let ids = ids.to_vec();
        self.compute(move |app| app.lake().quarantine().mark(&ids, status).map_err(unreadable)).await
    }

    async fn replay_one(&self, entry: &Entry, raw: &str) -> Result<Answer> {
        let refused = |reason| Answer::Rejected { quarantine_id: entry.id, reason };
        let candidates = match self.read_again(entry, raw)? {
            Ok(candidates) => candidates,
            Err(reason) => return Ok(refused(reason)),
        };
        if let Some(reason) = candidates.iter().find_map(|candidate| candidate.fact.as_ref().err()) {
            return Ok(refused(reason.clone()));
        }
        let answers = self.ingest(&entry.source, &entry.kind, candidates).await?;
        let is = |wanted: &Answer| answers.contains(wanted);
        let again = answers.iter().find(|answer| matches!(answer, Answer::Rejected { .. }));
        Ok(match again {
            Some(Answer::Rejected { quarantine_id, reason }) => {
                // A rule refused it a second time: the new entry is the old one.
                self.mark(&[*quarantine_id], EntryStatus::Discarded).await?;
                refused(reason.clone())
            }
            _ if is(&Answer::Accepted) => Answer::Accepted,
            _ => Answer::Duplicate,
        })
    }

    /// What the door makes of a record now.
    fn read_again(&self, entry: &Entry, raw: &str) -> Result<std::result::Result<Vec<Candidate>, mainstay_model::Rejection>> {
        let workspace = self.workspace();
        let now = self.now();
        if entry.kind == import::FILE_DOOR {
            return Ok(import::read_again(&workspace, &entry.source, raw, now));
        }
        let Some(source) = workspace.sources.get(&entry.source) else {
            return Err(AppError::not_found(format!("the workspace has no source `{}` any more", entry.source)));
        };
        Ok(Door::new(&workspace, source, entry.received_at).read_again(&entry.kind, raw).map(|reading| reading.candidates))
    }
}

fn unreadable(error: LakeError) -> AppError {
    match error {
        LakeError::NoSuchEntry { .. } => AppError::not_found(error.to_string()).hint("`mainstay quarantine list` shows the numbers"),
        other => AppError::new(ErrorCode::Unavailable, "the quarantine could not be read").caused_by(other),
    }
}
