//! `mainstay explain`: why a score is what it is.

use clap::Args;
use mainstay_app::Result;

use crate::output::{FormatOption, explanation, show};
use crate::settings::{DataAt, WorkspaceAt};
use crate::{Exit, opened};

/// Explains an account's score
///
/// The components add up to the score; below them stands what limits it and what would lift it to the next band.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mainstay explain acme\n  mainstay explain acme --as-of 2026-03-01")]
pub(crate) struct Explain {
    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: String,
    #[command(flatten)]
    when: super::When,
    #[command(flatten)]
    workspace: WorkspaceAt,
    #[command(flatten)]
    data: DataAt,
    #[command(flatten)]
    format: FormatOption,
}

impl Explain {
    pub(crate) async fn run(self) -> Result<Exit> {
        let app = opened::app_with_data(&self.workspace, &self.data).await?;
        let as_of = self.when.read(&app.workspace().zone)?;
        let explained = app.explain(&self.account, &as_of).await;
        let view = app.show_account(&self.account, &as_of).await;
        app.close().await?;
        let (explained, view) = (explained?, view?);
        let at = crate::output::words::instant(Some(view.as_of));
        show(&explained, self.format.format, |explained| explanation::text(&view.name, &view.id, &at, explained))?;
        Ok(Exit::Done)
    }
}
