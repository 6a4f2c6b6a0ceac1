//! `mainstay show`: one thing of the workspace with all its defaults.

use clap::Args;
use mainstay_app::{AppError, ErrorCode, Result, check_folder};

use crate::Exit;
use crate::output::print;
use crate::settings::WorkspaceAt;

/// Shows a thing of the workspace with all its defaults
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay show signals\n  mainstay show signals.logins_30d\n  mainstay show health.standard\n  mainstay show plays.usage_decline"
)]
pub(crate) struct Show {
    /// A kind (signals, thresholds, segments, health, sources, entities, plays, scenarios, templates) or one thing of it (`signals.logins_30d`)
    #[arg(value_name = "THING")]
    thing: String,
    #[command(flatten)]
    at: WorkspaceAt,
}

impl Show {
    pub(crate) fn run(self) -> Result<Exit> {
        let (_, checked) = check_folder(&self.at.workspace)?;
        let workspace = checked.workspace.ok_or_else(|| {
            AppError::new(ErrorCode::Configuration, "the workspace has errors, so nothing of it can be shown")
                .hint("`mainstay check` says which")
        })?;
        let text = mainstay_spec::show(&workspace, &self.thing).map_err(|error| AppError::not_found(error.to_string()))?;
        print(&text)?;
        Ok(Exit::Done)
    }
}
