//! `mainstay fmt`: writes the workspace's documents in their canonical form.

use clap::Args;
use mainstay_app::{AppError, ErrorCode, Result};
use mainstay_spec::read_folder;

use crate::Exit;
use crate::output::{complain, print};
use crate::settings::WorkspaceAt;

/// Writes the workspace's files in canonical form
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mainstay fmt\n  mainstay fmt --check     # changes nothing; ends with 1 when a file would change")]
pub(crate) struct Fmt {
    #[command(flatten)]
    at: WorkspaceAt,
    /// Only say which files would change
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn run(self) -> Result<Exit> {
        let documents = read_folder(&self.at.workspace).map_err(|error| AppError::not_found(error.to_string()).caused_by(error))?;
        let (mut changed, mut unreadable) = (0, 0);
        for document in documents {
            let text = match mainstay_spec::format(&document) {
                Ok(text) => text,
                Err(error) => {
                    unreadable += 1;
                    complain(&format!("{error}"));
                    continue;
                }
            };
            if text == document.text {
                continue;
            }
            changed += 1;
            print(&format!("{}\n", document.path))?;
            if !self.check {
                let path = self.at.workspace.join(&document.path);
                let failed = |error| AppError::new(ErrorCode::Unavailable, format!("could not write {}", path.display())).caused_by(error);
                std::fs::write(&path, text).map_err(failed)?;
            }
        }
        Ok(match (unreadable, changed) {
            (1.., _) => Exit::Configuration,
            (_, 1..) if self.check => Exit::Failed,
            _ => Exit::Done,
        })
    }
}
