//! An import as somebody elsewhere follows it: what happens, in its order, and at the end what became of the rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{ImportReport, ImportRequest, Progress};
use crate::app::App;
use crate::error::{AppError, ErrorCode};

/// One thing that happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "told", rename_all = "snake_case")]
pub enum Told {
    /// As [`Progress::begin`].
    Begin {
        /// The file's name.
        name: String,
        /// Its size.
        bytes: u64,
        /// The number of this reading, from 1.
        file: usize,
        /// How many there are.
        files: usize,
    },
    /// As [`Progress::advance`].
    Advance {
        /// Bytes read of the file.
        bytes: u64,
        /// Rows answered of it.
        rows: u64,
    },
    /// As [`Progress::end`].
    End,
    /// As [`Progress::history`].
    History {
        /// Past days that are still to be scored.
        days_left: u32,
    },
    /// It has ended.
    Report {
        /// What became of the rows.
        report: ImportReport,
    },
    /// It could not begin, or go on.
    Failed {
        /// What the caller can do about it.
        code: ErrorCode,
        /// What went wrong.
        message: String,
        /// What to do.
        hint: String,
    },
}

impl From<AppError> for Told {
    fn from(error: AppError) -> Self {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        Self::Failed { code: error.code, message: format!("{}{cause}", error.message), hint: error.hint }
    }
}

/// Passes progress on; when nobody listens any more, the import is to stop.
struct Teller {
    to: mpsc::UnboundedSender<Told>,
    stop: Arc<AtomicBool>,
}

impl Teller {
    fn tell(&self, told: Told) {
        if self.to.send(told).is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
    }
}

impl Progress for Teller {
    fn begin(&self, name: &str, bytes: u64, file: usize, files: usize) {
        self.tell(Told::Begin { name: name.to_owned(), bytes, file, files });
    }

    fn advance(&self, bytes: u64, rows: u64) {
        self.tell(Told::Advance { bytes, rows });
    }

    fn end(&self) {
        self.tell(Told::End);
    }

    fn history(&self, days_left: u32) {
        self.tell(Told::History { days_left });
    }
}

impl App {
    /// Imports files as [`App::import`] does, and tells what happens; the last word is the report or the failure. Whoever stops listening stops
    /// the import after the rows under way.
    #[must_use]
    pub fn import_told(&self, request: ImportRequest) -> mpsc::UnboundedReceiver<Told> {
        let (to, told) = mpsc::unbounded_channel();
        let app = self.clone();
        tokio::spawn(async move {
            let stop = Arc::new(AtomicBool::new(false));
            let teller = Teller { to, stop: Arc::clone(&stop) };
            let last = match app.import(&request, &teller, &stop).await {
                Ok(report) => Told::Report { report },
                Err(error) => error.into(),
            };
            teller.tell(last);
        });
        told
    }
}
