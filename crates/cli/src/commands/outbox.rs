//! `mainstay outbox`: what is to leave the product, what was given up, and sending that again.

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::play_book::{Letter, OutboxAsked};

use super::play::BY;
use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{FormatOption, print, show, words};
use crate::settings::Place;

/// Shows what plays send, and sends again what was given up
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay outbox list --status dead\n  mainstay outbox list --account acme\n  mainstay outbox replay 3f2a91c07b1d4e5f6a7b/check_in/0\n  mainstay outbox replay --play usage_decline"
)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Lists entries, the latest first
    List {
        /// That stand so: waiting, delayed, sent, dead, suppressed
        #[arg(long)]
        status: Option<String>,
        /// By this channel
        #[arg(long)]
        channel: Option<String>,
        /// Of this account
        #[arg(long)]
        account: Option<String>,
        /// Of this run
        #[arg(long)]
        run: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_name = "COUNT")]
        limit: u32,
        #[command(flatten)]
        format: FormatOption,
        #[command(flatten)]
        at: Place,
    },
    /// Sends again what was given up, under the same keys
    Replay {
        /// Their keys
        #[arg(value_name = "KEY", required_unless_present = "play")]
        keys: Vec<String>,
        /// Everything of this play
        #[arg(long, conflicts_with = "keys")]
        play: Option<String>,
        #[command(flatten)]
        at: Place,
    },
}

impl Outbox {
    pub(crate) async fn run(self) -> Result<Exit> {
        at_desk(self.act.place(), async |desk| self.act.run(desk).await).await
    }
}

impl Act {
    fn place(&self) -> &Place {
        match self {
            Self::List { at, .. } | Self::Replay { at, .. } => at,
        }
    }

    async fn run(&self, desk: &Desk) -> Result<Exit> {
        match self {
            Self::List { status, channel, account, run, limit, format, .. } => {
                let (status, channel, account, run) = (status.clone(), channel.clone(), account.clone(), run.clone());
                let asked = OutboxAsked { status, channel, account, run, limit: Some(*limit), offset: None };
                let letters = match desk {
                    Desk::Data(app) => app.list_outbox(&asked).await?,
                    Desk::Server(server) => server.list_outbox(&asked).await?,
                };
                show(letters.as_slice(), format.format, letters_table)?;
            }
            Self::Replay { keys, play, .. } => {
                let replayed = match desk {
                    Desk::Data(app) => app.replay_letters(keys, play.as_deref(), BY).await?,
                    Desk::Server(server) => server.replay_letters(keys, play.as_deref()).await?,
                };
                print(&format!("{replayed} sent again\n"))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn letters_table(letters: &[Letter]) -> String {
    let mut table = Table::new(&["key", "channel", "account", "state", ">attempts", "next", "why"]);
    for letter in letters {
        table.row([
            letter.key.clone(),
            letter.channel.clone(),
            letter.account_id.clone(),
            letter.status.clone(),
            letter.attempts.to_string(),
            words::instant(Some(letter.sent_at.unwrap_or(letter.next_at))),
            letter.why.chars().take(60).collect(),
        ]);
    }
    table.or("nothing is in the outbox")
}
