//! `mainstay score`: scores now or at any instant.

use clap::Args;
use mainstay_app::Result;
use mainstay_app::accounts::ScoreRow;

use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::Place;
use crate::{Exit, opened};

/// Shows health scores, now or as of any instant
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay score\n  mainstay score acme globex --as-of 2026-03-01\n  mainstay score --as-of 2026-03-01 --known 2026-03-02T09:00:00Z --format json"
)]
pub(crate) struct Score {
    /// Accounts; all where none is given
    #[arg(value_name = "ACCOUNT")]
    accounts: Vec<String>,
    #[command(flatten)]
    when: super::When,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Score {
    pub(crate) async fn run(self) -> Result<Exit> {
        let rows = match opened::server(&self.place).await? {
            Some(server) => server.score(&self.accounts, &self.when.query()).await?,
            None => self.score().await?,
        };
        show(&rows, self.format.format, |rows| table(rows))?;
        Ok(Exit::Done)
    }

    async fn score(&self) -> Result<Vec<ScoreRow>> {
        let app = opened::app_with_data(&self.place).await?;
        let as_of = self.when.read(&app.workspace().zone)?;
        let accounts = (!self.accounts.is_empty()).then_some(self.accounts.as_slice());
        let rows = app.score(accounts, &as_of).await;
        app.close().await?;
        rows
    }
}

fn table(rows: &[ScoreRow]) -> String {
    let mut table = Table::new(&["account", "name", ">score", "band", ">coverage", "model", "version", "as of"]);
    for row in rows {
        table.row([
            row.account_id.clone(),
            row.name.clone(),
            words::score(row.score),
            row.band.clone(),
            words::percent(row.coverage),
            row.model.clone(),
            row.model_version.clone(),
            words::instant(Some(row.as_of)),
        ]);
        for product in &row.products {
            table.row([
                String::new(),
                format!("  {}", product.product),
                words::score(product.score),
                product.band.clone(),
                words::percent(product.coverage),
                product.model.clone(),
                product.model_version.clone(),
                String::new(),
            ]);
        }
    }
    table.or("there are no accounts at that instant")
}
