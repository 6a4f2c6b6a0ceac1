//! `mainstay token`: who may call the API.

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::people::ApiToken;
use mainstay_model::access::Role;

use super::{revoke, role};
use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::DataAt;
use crate::{Exit, opened};

/// Makes, lists and revokes API tokens
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay token create export --role viewer")]
pub(crate) struct Token {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    data: DataAt,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Makes a token and prints it, once
    Create {
        /// What it is for
        name: String,
        /// What it may do: admin, operations, csm or viewer
        #[arg(long, default_value = "viewer", value_parser = role)]
        role: Role,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Lists all tokens
    List {
        #[command(flatten)]
        format: FormatOption,
    },
    /// Revokes a token for good
    Revoke {
        /// Its id, as `list` shows it
        id: String,
    },
}

impl Token {
    pub(crate) async fn run(self) -> Result<Exit> {
        let people = opened::people(&self.data).await?;
        match self.act {
            Act::Create { name, role, format } => {
                let made = people.create_token(&name, role, "command line").await?;
                show(&made, format.format, |made| format!("{}\nid {}; the token is shown once\n", made.token, made.id))?;
            }
            Act::List { format } => show(&people.tokens().await?, format.format, |tokens| table(tokens))?,
            Act::Revoke { id } => revoke(&id, people.revoke_token(&id)).await?,
        }
        Ok(Exit::Done)
    }
}

fn table(tokens: &[ApiToken]) -> String {
    let mut table = Table::new(&["id", "name", "role", "since", "last used", "revoked"]);
    for token in tokens {
        table.row([
            token.id.clone(),
            token.name.clone(),
            token.role.as_str().to_owned(),
            words::instant(Some(token.created_at)),
            words::instant(token.used_at),
            words::instant_if_any(token.revoked_at),
        ]);
    }
    table.or("there are no tokens")
}
