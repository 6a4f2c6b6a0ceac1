//! `mainstay check`: reads the whole workspace and says everything that is wrong with it.

use clap::Args;
use mainstay_app::{Result, check_folder};
use mainstay_spec::{Problem, Severity, render};
use serde::Serialize;

use crate::Exit;
use crate::output::{Format, FormatOption, color_on_stdout, print, show};
use crate::settings::WorkspaceAt;

/// Checks the workspace and shows all errors at once
///
/// Each with its file, line and column and the nearest known name. Ends with 3 when there are errors.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay check --workspace acme")]
pub(crate) struct Check {
    #[command(flatten)]
    at: WorkspaceAt,
    #[command(flatten)]
    format: FormatOption,
    /// Warnings count as errors
    #[arg(long)]
    strict: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    version: Option<&'a str>,
    errors: usize,
    warnings: usize,
    problems: &'a [Problem],
}

impl Check {
    pub(crate) fn run(self) -> Result<Exit> {
        let (documents, checked) = check_folder(&self.at.workspace)?;
        let errors = checked.problems.iter().filter(|problem| problem.severity == Severity::Error).count();
        let warnings = checked.problems.len() - errors;
        let version = checked.workspace.as_ref().map(|workspace| workspace.version.as_str());
        if self.format.format == Format::Json {
            show(&Report { version, errors, warnings, problems: &checked.problems }, Format::Json, |_| String::new())?;
        } else {
            print(&render(&checked.problems, &documents, color_on_stdout()))?;
            let files = documents.len();
            let outcome = version.map_or_else(|| "not usable".to_owned(), |version| format!("version {version}"));
            print(&format!("{files} files, {errors} errors, {warnings} warnings: {outcome}\n"))?;
        }
        Ok(if errors > 0 || (self.strict && warnings > 0) { Exit::Configuration } else { Exit::Done })
    }
}
