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
/// Milestones and the stage are those of `onboarding` in mainstay.yaml as it is now. Time to value is in days from becoming a customer to first
/// value; a milestone is reached on the first day at whose end its condition held since the account came into the stage.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay onboarding\n  mainstay onboarding --milestones\n  mainstay onboarding --as-of 2026-03-01 --format json"
)]
pub(crate) struct Onboarding {
    /// Show when each account reached each milestone instead
    #[arg(long)]
    milestones: bool,
    #[command(flatten)]
    when: super::When,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    format: FormatOption,
}

impl Onboarding {
    pub(crate) async fn run(self) -> Result<Exit> {
        let board = at_desk(&self.place, async |desk| match desk {
            Desk::Server(server) => server.onboarding(&self.when.query()).await,
            Desk::Data(app) => app.onboarding(&self.when.read(&app.workspace().zone)?).await,
        })
        .await?;
        show(&board, self.format.format, |board| if self.milestones { milestones(board) } else { table(board) })?;
        Ok(Exit::Done)
    }
}

const NOT_FOLLOWED: &str = "the workspace does not follow onboarding; declare `onboarding` in mainstay.yaml\n";

/// Each account with each milestone that it has reached.
fn milestones(board: &OnboardingBoard) -> String {
    if board.stage.is_none() {
        return NOT_FOLLOWED.to_owned();
    }
    let mut table = Table::new(&["account", "name", "milestone", "reached on", ">days"]);
    for account in &board.accounts {
        let reached = board.milestones.iter().zip(&account.reached).zip(&account.reached_on).filter(|((_, reached), _)| **reached);
        for ((milestone, _), on) in reached {
            table.row([
                account.account_id.clone(),
                account.name.clone(),
                milestone.name.clone(),
                on.map_or_else(|| "-".to_owned(), |on| on.day.to_string()),
                on.map_or_else(|| "-".to_owned(), |on| on.days.to_string()),
            ]);
        }
    }
    table.or("nobody in onboarding has reached a milestone") + &footer(board)
}

fn table(board: &OnboardingBoard) -> String {
    if board.stage.is_none() {
        return NOT_FOLLOWED.to_owned();
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
    table.or("nobody is in onboarding") + &footer(board)
}

fn footer(board: &OnboardingBoard) -> String {
    let median = board.median_days_to_value.map_or_else(|| "-".to_owned(), |days| format!("{days:.1}"));
    format!(
        "{} in onboarding, {} stuck, {} late; days to first value: {median}, median of {}; as of {}\n",
        board.total,
        board.stalled,
        board.late,
        board.with_value,
        words::instant(Some(board.as_of))
    )
}
