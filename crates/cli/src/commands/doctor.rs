//! `mainstay doctor`: is everything in order?

use std::path::Path;

use clap::Args;
use mainstay_app::data::DataStatus;
use mainstay_app::{Result, check_folder, layout};
use mainstay_spec::Severity;
use serde::Serialize;

use crate::output::{FormatOption, show, words};
use crate::settings::{DataAt, Place};
use crate::{Exit, opened};

/// Checks workspace, data, database and sources, and says what to mend
///
/// Ends with 1 when something is wrong.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay doctor --workspace acme --data /var/lib/mainstay")]
pub(crate) struct Doctor {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

/// One thing that was looked at.
#[derive(Serialize)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    detail: String,
}

#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Good,
    Look,
    Wrong,
}

impl Doctor {
    pub(crate) async fn run(self) -> Result<Exit> {
        let mut findings = vec![workspace(&self.place.workspace.workspace), database(&self.place.data).await];
        if findings.iter().all(|finding| finding.verdict != Verdict::Wrong) {
            match self.status().await {
                Ok(status) => findings.extend(facts(status)),
                Err(error) => findings.push(Finding { what: "data", verdict: Verdict::Wrong, detail: told(&error) }),
            }
        }
        let wrong = findings.iter().any(|finding| finding.verdict == Verdict::Wrong);
        show(findings.as_slice(), self.format.format, text)?;
        Ok(if wrong { Exit::Failed } else { Exit::Done })
    }

    async fn status(&self) -> Result<DataStatus> {
        if let Some(server) = opened::server(&self.place).await? {
            return server.status().await;
        }
        let app = opened::app_with_data(&self.place).await?;
        let status = app.status().await;
        app.close().await?;
        status
    }
}

fn text(findings: &[Finding]) -> String {
    let word = |verdict| match verdict {
        Verdict::Good => "good ",
        Verdict::Look => "look ",
        Verdict::Wrong => "WRONG",
    };
    findings.iter().map(|finding| format!("{}  {}: {}\n", word(finding.verdict), finding.what, finding.detail)).collect()
}

fn told(error: &mainstay_app::AppError) -> String {
    let hint = if error.hint.is_empty() { String::new() } else { format!("; {}", error.hint) };
    format!("{error}{hint}")
}

fn workspace(folder: &Path) -> Finding {
    let finding = |verdict, detail| Finding { what: "workspace", verdict, detail };
    let checked = match check_folder(folder) {
        Ok((_, checked)) => checked,
        Err(error) => return finding(Verdict::Wrong, told(&error)),
    };
    let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
    let warnings = checked.problems.len() - errors;
    match &checked.workspace {
        Some(workspace) if warnings == 0 => finding(Verdict::Good, format!("{}, version {}", workspace.name, workspace.version)),
        Some(workspace) => {
            finding(Verdict::Look, format!("version {}, {warnings} warnings; `mainstay check` shows them", workspace.version))
        }
        None => finding(Verdict::Wrong, format!("{errors} errors; `mainstay check` shows them")),
    }
}

async fn database(data: &DataAt) -> Finding {
    let finding = |verdict, detail| Finding { what: "database", verdict, detail };
    if !layout::store(&data.data).exists() {
        return finding(Verdict::Look, format!("there is none in {} yet", data.data.display()));
    }
    let checked = async { opened::people(data).await?.check_database().await };
    match checked.await {
        Ok(problems) if problems.is_empty() => finding(Verdict::Good, "whole".to_owned()),
        Ok(problems) => finding(Verdict::Wrong, format!("{}; restore it from a backup", problems.join("; "))),
        Err(error) => finding(Verdict::Wrong, told(&error)),
    }
}

fn facts(status: DataStatus) -> Vec<Finding> {
    let mut findings = vec![Finding { what: "data", verdict: Verdict::Good, detail: format!("{} facts", words::count(status.position)) }];
    for source in status.sources {
        let verdict = if source.stale || source.rejected_open > 0 { Verdict::Look } else { Verdict::Good };
        let stale = if source.stale { "; no news for longer than it should be" } else { "" };
        let detail = format!(
            "{}: {} events, {} records, {} in the quarantine, last {}{stale}",
            source.name,
            words::count(source.events),
            words::count(source.records),
            words::count(source.rejected_open),
            words::instant(source.last_received_at)
        );
        findings.push(Finding { what: "source", verdict, detail });
    }
    findings
}
