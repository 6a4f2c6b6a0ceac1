//! A bar on standard error: how far an import got, how fast, how long still.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mainstay_app::import::Progress;

use super::words::count;

const TEMPLATE: &str = "{prefix} [{bar:24}] {percent:>3} %  {msg}  {eta} left";

/// The bar of an import. Where standard error is no terminal, a line per file.
#[derive(Debug)]
pub(crate) struct Bar {
    bar: ProgressBar,
    plain: bool,
    rows: AtomicU64,
    begun: Instant,
    /// How long the files took, in milliseconds; what comes after is no part of their rate.
    read_millis: AtomicU64,
    /// Whether the files are done and past days are being scored.
    past: AtomicBool,
    /// The most of them that were to be scored at once.
    most_days: AtomicU64,
}

impl Bar {
    /// A bar, or none where `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let plain = !std::io::stderr().is_terminal();
        let bar = ProgressBar::with_draw_target(
            Some(0),
            if quiet || plain { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() },
        );
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("=> "));
        }
        Self {
            bar,
            plain: plain && !quiet,
            rows: AtomicU64::new(0),
            begun: Instant::now(),
            read_millis: AtomicU64::new(0),
            past: AtomicBool::new(false),
            most_days: AtomicU64::new(0),
        }
    }

    /// How long the files took.
    pub(crate) fn reading(&self) -> Duration {
        Duration::from_millis(self.read_millis.load(Ordering::Relaxed))
    }
}

impl Progress for Bar {
    fn begin(&self, name: &str, bytes: u64, file: usize, files: usize) {
        self.rows.store(0, Ordering::Relaxed);
        self.bar.reset();
        self.bar.set_length(bytes);
        self.bar.set_prefix(if files > 1 { format!("{file}/{files} {name}") } else { name.to_owned() });
        if self.plain {
            super::complain(&format!("reading {name} ({file} of {files})"));
        }
    }

    fn advance(&self, bytes: u64, rows: u64) {
        self.rows.store(rows, Ordering::Relaxed);
        self.bar.set_position(bytes);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{} rows, {} a second", count(rows), count((rows as f64 / seconds) as u64)));
    }

    fn end(&self) {
        self.bar.finish_and_clear();
        if !self.past.load(Ordering::Relaxed) {
            self.read_millis.store(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
    }

    fn history(&self, days_left: u32) {
        if !self.past.swap(true, Ordering::Relaxed) && self.plain {
            super::complain("scoring past days");
        }
        let left = u64::from(days_left);
        if left == 0 {
            self.bar.finish_and_clear();
            return;
        }
        let before = self.most_days.fetch_max(left, Ordering::Relaxed);
        if before == 0 {
            self.bar.reset();
            self.bar.set_prefix("past days");
        }
        let most = before.max(left);
        self.bar.set_length(most);
        self.bar.set_position(most - left);
        self.bar.set_message(format!("{} to be scored", count(left)));
    }
}
