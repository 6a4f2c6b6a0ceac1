//! The runs of plays that belong to renewals and accounts.

use mainstay_model::play::Purpose;
use mainstay_store::PlayRun;

use super::{Renewal, RenewalRun};
use crate::app::App;
use crate::error::Result;

impl App {
    /// Adds to each renewal the latest run of a play of purpose `renewal` for its line.
    pub(super) async fn add_runs(&self, rows: Vec<&mut Renewal>) -> Result<()> {
        let mut accounts: Vec<String> = rows.iter().map(|row| row.account_id.clone()).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let workspace = self.workspace();
        let of_renewals = |run: &PlayRun| workspace.plays.get(&run.play).is_some_and(|play| play.purpose == Purpose::Renewal);
        let runs: Vec<PlayRun> = self.store().runs_of_accounts(&accounts).await?.into_iter().filter(of_renewals).collect();
        for row in rows {
            // The latest trigger comes first.
            let run = runs.iter().find(|run| run.account_id == row.account_id && run.subject == row.subscription_id);
            row.run = run.map(|run| RenewalRun {
                id: run.id.clone(),
                play: run.play.clone(),
                label: workspace.plays.get(&run.play).map_or_else(|| run.play.clone(), |play| play.label.clone()),
                status: run.status.as_str().to_owned(),
                outcome: run.outcome.clone(),
                due_at: run.due_at,
            });
        }
        Ok(())
    }
}
