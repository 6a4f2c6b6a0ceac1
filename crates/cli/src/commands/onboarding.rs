//! `mainstay onboarding`: where new customers stand on their way to first value.

use clap::Args;
use mainstay_app::Result;
use mainstay_app::lifecycle::OnboardingBoard;

use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::Place;

/// Shows the accounts in onboarding, stuck and late ones first
///
/// Milestones and the stage are those of `onboarding` in mainstay.yaml. Time to value is in days from becoming a customer to first value.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  mainstay onboarding\n  mainstay onboarding --format json")]
pub(crate) struct Onboarding {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Onboarding {
    pub(crate) async fn run(self) -> Result<Exit> {
        let board = at_desk(&self.place, async |desk| match desk {
            Desk::Server(server) => server.onboarding().await,
            Desk::Data(app) => app.onboarding().await,
        })
        .await?;
        show(&board, self.format.format, table)?;
        Ok(Exit::Done)
    }
}

fn table(board: &OnboardingBoard) -> String {
    if board.stage.is_none() {
        return "the workspace does not follow onboarding; declare `onboarding` in mainstay.yaml\n".to_owned();
    }
    let mut table = Table::new(&["account", "name", "next", ">late", ">days", ">reached", "stuck", ">time to value", ">arr", "owner"]);
    for account in &board.accounts {
        let reached = account.reached.iter().filter(|reached| **reached).count();
        table.row([
            account.account_id.clone(),
            account.name.clone(),
            account.next.clone().unwrap_or_else(|| "all reached".to_owned()),
            account.late_days.filter(|days| *days > 0).map(|days| days.to_string()).unwrap_or_default(),
            account.days.to_string(),
            format!("{reached}/{}", account.reached.len()),
            if account.stalled { "stuck".to_owned() } else { String::new() },
            account.days_to_value.map_or_else(|| "-".to_owned(), |days| format!("{days:.1}")),
            account.arr.map_or_else(|| "-".to_owned(), words::money),
            account.owner.clone().unwrap_or_default(),
        ]);
    }
    let median = board.median_days_to_value.map_or_else(|| "-".to_owned(), |days| format!("{days:.1}"));
    let footer = format!(
        "{} in onboarding, {} stuck, {} late; days to first value: {median}, median of {}\n",
        board.total, board.stalled, board.late, board.with_value
    );
    table.or("nobody is in onboarding") + &footer
}
