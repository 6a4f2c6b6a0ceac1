//! `mainstay backup`: a copy of everything.

use std::path::PathBuf;

use clap::Args;
use mainstay_app::Result;

use crate::output::{FormatOption, show, words};
use crate::settings::{DataAt, WorkspaceAt};
use crate::{Exit, opened};

/// Copies facts, state and workspace to a new folder
///
/// The copy is consistent. The server must not run meanwhile.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay backup /backups/2026-03-01")]
pub(crate) struct Backup {
    /// Folder to make; it must be empty or not there yet
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    workspace: WorkspaceAt,
    #[command(flatten)]
    data: DataAt,
    #[command(flatten)]
    format: FormatOption,
}

impl Backup {
    pub(crate) async fn run(self) -> Result<Exit> {
        let app = opened::app_with_data(&self.workspace, &self.data).await?;
        let report = app.backup(&self.to).await;
        app.close().await?;
        show(&report?, self.format.format, |report| {
            format!(
                "copied everything up to fact {} to {}, {}\n",
                words::count(report.position),
                report.to.display(),
                words::bytes(report.bytes)
            )
        })?;
        Ok(Exit::Done)
    }
}
