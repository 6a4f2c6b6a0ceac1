//! The end report of an import.

use std::fmt::Write;
use std::time::Duration;

use mainstay_app::import::{FileReport, ImportReport};

use super::table::Table;
use super::words::count;

/// The report for people. `took` gives the rate.
pub(crate) fn text(report: &ImportReport, took: Option<Duration>) -> String {
    let accepted = if report.dry_run { ">would accept" } else { ">accepted" };
    let mut table = Table::new(&["file", "source", "rows", accepted, ">duplicate", ">quarantined", "note"]);
    for file in &report.files {
        table.row([
            file.file.clone(),
            file.source.clone(),
            file.kind.clone(),
            count(file.accepted),
            count(file.duplicate),
            count(file.rejected),
            note(file),
        ]);
    }
    let mut out = table.or("nothing was read");
    for file in report.files.iter().filter(|file| !file.reasons.is_empty()) {
        let _ = writeln!(out, "\nquarantined in {}, by reason:", file.file);
        for reason in &file.reasons {
            let place = if reason.field.is_empty() { String::new() } else { format!(" in `{}`", reason.field) };
            let value = if reason.value.is_empty() { String::new() } else { format!(" (first: {})", one_line(&reason.value)) };
            let _ = writeln!(out, "  {:>8}  {}{place}: {}{value}", count(reason.count), reason.code, reason.message);
        }
    }
    if !report.unmapped.is_empty() {
        let _ = writeln!(out, "\nno mapping fits: {}", report.unmapped.join(", "));
    }
    out.push_str(&summary(report, took));
    out
}

fn note(file: &FileReport) -> String {
    let mut notes = Vec::new();
    if file.unchanged {
        notes.push("imported before, unchanged".to_owned());
    }
    if file.resumed_after > 0 && !file.unchanged {
        notes.push(format!("went on after row {}", count(file.resumed_after)));
    }
    if file.rejected_before > 0 {
        notes.push(format!("{} quarantined before", count(file.rejected_before)));
    }
    if let Some(failure) = &file.failure {
        notes.push(format!("not read to its end: {failure}"));
    }
    notes.join("; ")
}

fn summary(report: &ImportReport, took: Option<Duration>) -> String {
    let rows = report.total(|file| file.rows);
    let (accepted, duplicate, rejected) =
        (report.total(|file| file.accepted), report.total(|file| file.duplicate), report.total(|file| file.rejected));
    let verb = if report.dry_run { "would be accepted" } else { "accepted" };
    let mut out = format!("\n{} {verb}, {} duplicate, {} quarantined", count(accepted), count(duplicate), count(rejected));
    if let Some(took) = took.filter(|_| rows > 0) {
        let seconds = took.as_secs_f64().max(0.001);
        let _ = write!(out, "; {} rows in {seconds:.1} s, {} a second", count(rows), count((rows as f64 / seconds) as u64));
    }
    out.push('\n');
    if rejected > 0 && !report.dry_run {
        out.push_str("`mainstay quarantine list` shows what was refused; mend it there, or in the file and import it again\n");
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars().take(60).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
