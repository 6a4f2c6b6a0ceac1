//! An import that a server carries out: its progress is read line by line and shown as if it were here.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mainstay_app::import::{ImportReport, ImportRequest, Progress, Told};
use mainstay_app::{AppError, ErrorCode, Result};
use reqwest::{Method, Response};
use serde_json::json;

use super::{Server, broken};

/// How often it is looked whether somebody wants the end.
const LOOK_EVERY: Duration = Duration::from_millis(100);

impl Server {
    /// Imports files of the server's machine. Answers nothing when `stop` was set: the server ends after the rows under way.
    pub(crate) async fn import(&self, request: &ImportRequest, progress: &dyn Progress, stop: &AtomicBool) -> Result<Option<ImportReport>> {
        let body = json!({"path": request.path, "source": request.source, "dry_run": request.dry_run, "history": request.history});
        let mut answer = self.send(self.call(Method::POST, "/api/imports", &[]).json(&body)).await?;
        let mut lines = Lines::default();
        loop {
            let Some(line) = lines.next(&mut answer, stop).await? else {
                if stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                return Err(AppError::new(ErrorCode::Unavailable, "the server ended before the import did")
                    .hint("start it and give the same command again: it goes on from there"));
            };
            let told: Told = serde_json::from_slice(&line)
                .map_err(|error| AppError::new(ErrorCode::Unavailable, "the server's answer cannot be read").caused_by(error))?;
            match told {
                Told::Begin { name, bytes, file, files } => progress.begin(&name, bytes, file, files),
                Told::Advance { bytes, rows } => progress.advance(bytes, rows),
                Told::End => progress.end(),
                Told::History { days_left } => progress.history(days_left),
                Told::Report { report } => return Ok(Some(report)),
                Told::Failed { code, message, hint } => return Err(AppError::new(code, message).hint(hint)),
            }
        }
    }
}

/// The lines of an answer as they come.
#[derive(Default)]
struct Lines {
    waiting: Vec<u8>,
}

impl Lines {
    /// The next line; none at the end, or when `stop` is set.
    async fn next(&mut self, answer: &mut Response, stop: &AtomicBool) -> Result<Option<Vec<u8>>> {
        loop {
            if let Some(line) = self.take() {
                return Ok(Some(line));
            }
            let more = tokio::select! {
                more = answer.chunk() => more.map_err(broken)?,
                () = wanted(stop) => return Ok(None),
            };
            match more {
                Some(bytes) => self.waiting.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        let end = self.waiting.iter().position(|byte| *byte == b'\n')?;
        let rest = self.waiting.split_off(end + 1);
        let mut line = std::mem::replace(&mut self.waiting, rest);
        line.truncate(end);
        Some(line)
    }
}

/// Resolves when the flag is set.
async fn wanted(stop: &AtomicBool) {
    let mut tick = tokio::time::interval(LOOK_EVERY);
    while !stop.load(Ordering::Relaxed) {
        tick.tick().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_the_bytes_come() {
        let mut lines = Lines::default();
        let mut read = Vec::new();
        for piece in ["{\"a\":", "1}\n{}\n", "", "{\"b\"", ":2}\n"] {
            lines.waiting.extend_from_slice(piece.as_bytes());
            while let Some(line) = lines.take() {
                read.push(String::from_utf8(line).unwrap());
            }
        }
        assert_eq!(read, ["{\"a\":1}", "{}", "{\"b\":2}"]);
        assert!(lines.waiting.is_empty());
    }
}
