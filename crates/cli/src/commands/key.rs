//! `mainstay key`: which senders of tracking calls are known.

use clap::{Args, Subcommand};
use mainstay_app::people::WriteKey;
use mainstay_app::{AppError, Result, check_folder};

use super::revoke;
use crate::output::table::Table;
use crate::output::{FormatOption, show, words};
use crate::settings::{DataAt, WorkspaceAt};
use crate::{Exit, opened};

/// Makes, lists and revokes write keys, with which SDKs send events
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  mainstay key create product --label \"web app\"")]
pub(crate) struct Key {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    data: DataAt,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Makes a write key for a source and prints it, once
    Create {
        /// The source whose events it brings
        source: String,
        /// What it is for
        #[arg(long, default_value = "", hide_default_value = true)]
        label: String,
        #[command(flatten)]
        workspace: WorkspaceAt,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Lists all write keys
    List {
        #[command(flatten)]
        format: FormatOption,
    },
    /// Revokes a write key for good
    Revoke {
        /// Its id, as `list` shows it
        id: String,
    },
}

impl Key {
    pub(crate) async fn run(self) -> Result<Exit> {
        match self.act {
            Act::Create { source, label, workspace, format } => {
                must_be_declared(&source, &workspace)?;
                let made = opened::people(&self.data).await?.create_write_key(&source, &label).await?;
                show(&made, format.format, |made| {
                    format!("{}\nid {}, source {}; the key is shown once\n", made.key, made.id, made.source)
                })?;
            }
            Act::List { format } => {
                let keys = opened::people(&self.data).await?.write_keys().await?;
                show(&keys, format.format, |keys| table(keys))?;
            }
            Act::Revoke { id } => {
                let people = opened::people(&self.data).await?;
                revoke(&id, people.revoke_write_key(&id)).await?;
            }
        }
        Ok(Exit::Done)
    }
}

/// A key for a source that nobody declared would bring facts that no mapping or rule looks at.
fn must_be_declared(source: &str, workspace: &WorkspaceAt) -> Result<()> {
    let (_, checked) = check_folder(&workspace.workspace)?;
    let Some(workspace) = checked.workspace else {
        return Err(AppError::new(mainstay_app::ErrorCode::Configuration, "the workspace has errors").hint("`mainstay check` says which"));
    };
    if workspace.sources.contains_key(source) {
        return Ok(());
    }
    let known: Vec<&str> = workspace.sources.keys().map(String::as_str).collect();
    Err(AppError::not_found(format!("the workspace has no source {source}")).hint(format!("its sources are: {}", known.join(", "))))
}

fn table(keys: &[WriteKey]) -> String {
    let mut table = Table::new(&["id", "begins with", "source", "label", "since", "revoked"]);
    for key in keys {
        table.row([
            key.id.clone(),
            key.prefix.clone(),
            key.source.clone(),
            key.label.clone(),
            words::instant(Some(key.created_at)),
            words::instant_if_any(key.revoked_at),
        ]);
    }
    table.or("there are no write keys")
}
