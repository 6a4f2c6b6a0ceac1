//! `mainstay restore`: puts a copy back.

use std::path::PathBuf;

use clap::Args;
use mainstay_app::{Result, backup};

use crate::Exit;
use crate::output::print;
use crate::settings::{DataAt, WorkspaceAt};

/// Puts a copy made by `mainstay backup` back
///
/// The data folder must be empty or not there yet: nothing is overwritten. The copy's workspace is put back where there is none.
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay restore /backups/2026-03-01 --data /var/lib/mainstay")]
pub(crate) struct Restore {
    /// The copy
    #[arg(value_name = "FROM")]
    from: PathBuf,
    #[command(flatten)]
    workspace: WorkspaceAt,
    #[command(flatten)]
    data: DataAt,
}

impl Restore {
    pub(crate) fn run(self) -> Result<Exit> {
        let with_workspace = backup::restore(&self.from, &self.data.data, &self.workspace.workspace)?;
        let data = self.data.data.display();
        print(&if with_workspace {
            format!("put the data into {data} and the workspace into {}\n", self.workspace.workspace.display())
        } else {
            format!("put the data into {data}; the workspace in {} stays as it is\n", self.workspace.workspace.display())
        })?;
        Ok(Exit::Done)
    }
}
