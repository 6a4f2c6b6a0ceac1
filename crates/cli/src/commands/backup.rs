//! `mainstay backup`: a copy of everything.

use std::path::PathBuf;

use clap::Args;
use mainstay_app::Result;
use mainstay_app::backup::BackupReport;

use crate::output::{FormatOption, show, words};
use crate::settings::Place;
use crate::{Exit, opened};

/// Copies facts, state and workspace to a new folder
///
/// The copy is consistent. A server that runs on the data makes it, while it goes on answering; on its own machine only.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay backup /backups/2026-03-01")]
pub(crate) struct Backup {
    /// Folder to make; it must be empty or not there yet
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<Exit> {
        let report = match opened::server(&self.place).await? {
            Some(server) => server.backup(&opened::whole(&self.to)?).await?,
            None => self.copy().await?,
        };
        show(&report, self.format.format, |report| {
            format!(
                "copied everything up to fact {} to {}, {}\n",
                words::count(report.position),
                report.to.display(),
                words::bytes(report.bytes)
            )
        })?;
        Ok(Exit::Done)
    }

    async fn copy(&self) -> Result<BackupReport> {
        let app = opened::app_with_data(&self.place).await?;
        let report = app.backup(&self.to).await;
        app.close().await?;
        report
    }
}
