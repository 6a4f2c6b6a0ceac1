//! `mainstay import`: files in.

use std::path::PathBuf;

use clap::Args;
use mainstay_app::import::{self, ImportReport, ImportRequest, Progress};
use mainstay_app::{AppError, Result, check_folder};

use crate::output::progress::Bar;
use crate::output::{self, FormatOption, complain, print, show};
use crate::settings::Place;
use crate::{Exit, opened, signals};

/// Imports CSV, NDJSON or Parquet files
///
/// Rows become facts by the mappings of sources/*.yaml. The same file twice changes nothing. Ctrl-C ends after the rows under way; the same command
/// goes on from there. Rows that are refused go to the quarantine. At the end the scores of past days are made, so that charts and questions about
/// the past are complete. A server that runs on the data reads the files itself, on its own machine only.
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
    /// End when the rows are kept; a running server, or else the next command, scores the past days
    #[arg(long, conflicts_with = "guess")]
    no_history: bool,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Import {
    pub(crate) async fn run(self) -> Result<Exit> {
        if self.guess {
            return self.guess();
        }
        let bar = Bar::new(false);
        let Some(report) = self.import(&bar).await? else { return Ok(stopped()) };
        show(&report, self.format.format, |report| output::import::text(report, Some(bar.reading())))?;
        Ok(exit(&report))
    }

    /// Imports here, or has the server do it that holds the data. Nothing where it was stopped before there was a report.
    async fn import(&self, bar: &Bar) -> Result<Option<ImportReport>> {
        let server = opened::server(&self.place).await?;
        let stop = signals::stop_flag();
        let (source, dry_run, history) = (self.source.clone(), self.dry_run, !self.no_history);
        if let Some(server) = server {
            let path = opened::whole(&self.path)?;
            let outcome = server.import(&ImportRequest { path, source, dry_run, history }, bar, &stop).await;
            if !matches!(outcome, Ok(Some(_))) {
                bar.end();
            }
            return outcome;
        }
        let app = opened::app(&self.place.workspace, &self.place.data).await?;
        let request = ImportRequest { path: self.path.clone(), source, dry_run, history };
        let outcome = app.import(&request, bar, &stop).await;
        app.close().await?;
        outcome.map(Some)
    }

    /// Works without a usable workspace too: a first mapping is asked for when there is little else.
    fn guess(&self) -> Result<Exit> {
        let (_, checked) = check_folder(&self.place.workspace.workspace)?;
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
        return stopped();
    }
    if report.complete() { Exit::Done } else { Exit::Failed }
}

fn stopped() -> Exit {
    complain("stopped; what was read is kept, and the same command goes on from there");
    Exit::Interrupted
}
