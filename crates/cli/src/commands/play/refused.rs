//! `mainstay play refused`: for whom plays did not start, and why.

use clap::Args;
use mainstay_app::Result;
use mainstay_app::play_book::{RefusalLine, RefusalsAsked};

use crate::desk::Desk;
use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::Place;

#[derive(Args, Debug)]
pub(super) struct Refused {
    /// Of this play
    #[arg(long)]
    play: Option<String>,
    /// Of this account
    #[arg(long)]
    account: Option<String>,
    /// Last refused on this day or later, or from this instant on
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "COUNT")]
    limit: u32,
    #[command(flatten)]
    format: FormatOption,
    #[command(flatten)]
    pub(super) at: Place,
}

impl Refused {
    /// Asks the data or the server, and prints the answer.
    pub(super) async fn run(&self, desk: &Desk) -> Result<()> {
        let asked =
            RefusalsAsked { play: self.play.clone(), account: self.account.clone(), since: self.since.clone(), limit: Some(self.limit) };
        let refusals = match desk {
            Desk::Data(app) => app.list_refusals(&asked).await?,
            Desk::Server(server) => server.list_refusals(&asked).await?,
        };
        show(refusals.as_slice(), self.format.format, refusals_table)
    }
}

fn refusals_table(refusals: &[RefusalLine]) -> String {
    let mut table = Table::new(&["play", "account", "subject", "last refused", ">times", "because"]);
    for refusal in refusals {
        table.row([
            refusal.play.clone(),
            refusal.account_id.clone(),
            if refusal.subject == refusal.account_id { String::new() } else { refusal.subject.clone() },
            words::instant(Some(refusal.at)),
            refusal.times.to_string(),
            refusal.why.clone(),
        ]);
    }
    table.or("nobody was refused so far")
}
