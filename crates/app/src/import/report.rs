//! What became of the rows.

use std::collections::BTreeMap;

use mainstay_model::{ReasonCode, Rejection};
use serde::{Deserialize, Serialize};

/// What became of everything.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImportReport {
    /// One for each file and mapping, in the order they were read.
    pub files: Vec<FileReport>,
    /// Files that no mapping fits.
    pub unmapped: Vec<String>,
    /// Whether it was stopped before the end.
    pub stopped: bool,
    /// Whether nothing was kept.
    pub dry_run: bool,
}

/// What became of one file under one mapping.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FileReport {
    /// The file's name.
    pub file: String,
    /// The source.
    pub source: String,
    /// What its rows are: `events` or an entity.
    pub kind: String,
    /// Rows read now.
    pub rows: u64,
    /// Facts that are new.
    pub accepted: u64,
    /// Facts that were there before, and records that say nothing new.
    pub duplicate: u64,
    /// Rows in the quarantine since now.
    pub rejected: u64,
    /// Rows that an earlier import of this file has put into the quarantine; they are not put there again.
    pub rejected_before: u64,
    /// The rows passed over because an earlier import had answered them.
    pub resumed_after: u64,
    /// Whether the whole file was answered by an earlier import.
    pub unchanged: bool,
    /// Why rows were refused, by code and field.
    pub reasons: Vec<ReasonReport>,
    /// Why the file could not be read to its end.
    pub failure: Option<String>,
}

/// How often rows were refused for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonReport {
    /// The stable code.
    pub code: ReasonCode,
    /// The field at fault; empty for the row as a whole.
    pub field: String,
    /// How many rows.
    pub count: u64,
    /// What the first of them was told.
    pub message: String,
    /// The value of the first of them.
    pub value: String,
}

impl ImportReport {
    /// The sum over all files of what `count` picks.
    pub fn total(&self, count: impl Fn(&FileReport) -> u64) -> u64 {
        self.files.iter().map(count).sum()
    }

    /// Whether every file was read to its end.
    pub fn complete(&self) -> bool {
        !self.stopped && self.files.iter().all(|file| file.failure.is_none())
    }
}

/// Counts refusals by code and field, and keeps the first of each as an example.
#[derive(Debug, Default)]
pub(super) struct Reasons(BTreeMap<(&'static str, String), ReasonReport>);

impl Reasons {
    pub(super) fn add(&mut self, rejection: &Rejection) {
        let key = (rejection.code.as_str(), rejection.field.clone());
        let entry = self.0.entry(key).or_insert_with(|| ReasonReport {
            code: rejection.code,
            field: rejection.field.clone(),
            count: 0,
            message: rejection.message.clone(),
            value: rejection.value.clone(),
        });
        entry.count += 1;
    }

    /// The most frequent first.
    pub(super) fn into_reports(self) -> Vec<ReasonReport> {
        let mut reports: Vec<ReasonReport> = self.0.into_values().collect();
        reports.sort_by_key(|report| std::cmp::Reverse(report.count));
        reports
    }
}
