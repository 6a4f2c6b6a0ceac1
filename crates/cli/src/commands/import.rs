//! `mainstay import`: files in.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use mainstay_app::import::{self, ImportReport, ImportRequest};
use mainstay_app::{AppError, Result, check_folder};

use crate::output::progress::Bar;
use crate::output::{self, FormatOption, complain, print, show};
use crate::settings::{DataAt, WorkspaceAt};
use crate::{Exit, opened, signals};

/// Imports CSV, NDJSON or Parquet files
///
/// Rows become facts by the mappings of sources/*.yaml. The same file twice changes nothing. Ctrl-C ends after the rows under way; the same command
/// goes on from there. Rows that are refused go to the quarantine.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay import exports/\n  mainstay import events.parquet --source product_history\n  mainstay import exports/ --guess > sources/exports.yaml"
)]
pub(crate) struct Import {
    /// A file, or a folder with files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The source whose mappings to use; found by the files' names where absent
    #[arg(long)]
    source: Option<String>,
    /// Read and judge everything, keep nothing
    #[arg(long, conflicts_with = "guess")]
    dry_run: bool,
    /// Print a proposed mapping instead of importing
    #[arg(long)]
    guess: bool,
    #[command(flatten)]
    workspace: WorkspaceAt,
    #[command(flatten)]
    data: DataAt,
    #[command(flatten)]
    format: FormatOption,
}

impl Import {
    pub(crate) async fn run(self) -> Result<Exit> {
        if self.guess {
            return self.guess();
        }
        let app = opened::app(&self.workspace, &self.data).await.map_err(locked)?;
        let stop = signals::stop_flag();
        let request = ImportRequest { path: self.path.clone(), source: self.source.clone(), dry_run: self.dry_run };
        let begun = Instant::now();
        let outcome = app.import(&request, &Bar::new(false), &stop).await;
        app.close().await?;
        let report = outcome?;
        show(&report, self.format.format, |report| output::import::text(report, Some(begun.elapsed())))?;
        Ok(exit(&report))
    }

    /// Works without a usable workspace too: a first mapping is asked for when there is little else.
    fn guess(&self) -> Result<Exit> {
        let (_, checked) = check_folder(&self.workspace.workspace)?;
        let workspace = checked.workspace.ok_or_else(|| {
            AppError::new(mainstay_app::ErrorCode::Configuration, "the workspace has errors")
                .hint("mend them first; `mainstay check` says which")
        })?;
        print(&import::guess(&self.path, self.source.as_deref(), &workspace)?)?;
        Ok(Exit::Done)
    }
}

fn exit(report: &ImportReport) -> Exit {
    if report.stopped {
        complain("stopped; what was read is kept, and the same command goes on from there");
        return Exit::Interrupted;
    }
    if report.complete() { Exit::Done } else { Exit::Failed }
}

/// Two processes never write the same data: an import beside a running server is refused, with the ways there are.
fn locked(error: AppError) -> AppError {
    let in_use = error.code == mainstay_app::ErrorCode::Unavailable && error.to_string().contains("in use");
    if in_use { error.hint("a server is running on this data: stop it for the import, or send the rows to its /v1/batch") } else { error }
}
