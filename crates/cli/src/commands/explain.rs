//! `mainstay explain`: why a score is what it is.

use clap::Args;
use mainstay_app::Result;
use mainstay_app::health::Explanation;

use crate::output::{FormatOption, explanation, show};
use crate::server::Named;
use crate::settings::Place;
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
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Explain {
    pub(crate) async fn run(self) -> Result<Exit> {
        let (named, explained) = match opened::server(&self.place).await? {
            Some(server) => server.explain(&self.account, &self.when.query()).await?,
            None => self.explain().await?,
        };
        let at = crate::output::words::instant(Some(named.as_of));
        show(&explained, self.format.format, |explained| explanation::text(&named.name, &named.id, &at, explained))?;
        Ok(Exit::Done)
    }

    async fn explain(&self) -> Result<(Named, Explanation)> {
        let app = opened::app_with_data(&self.place).await?;
        let as_of = self.when.read(&app.workspace().zone)?;
        let explained = app.explain(&self.account, &as_of).await;
        let view = app.show_account(&self.account, &as_of).await;
        app.close().await?;
        let (explained, view) = (explained?, view?);
        Ok((Named { id: view.id, name: view.name, as_of: view.as_of }, explained))
    }
}
