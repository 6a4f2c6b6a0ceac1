//! The commands, one file each.

mod absence;
mod backup;
mod check;
mod demo;
mod doctor;
mod explain;
mod fmt;
mod import;
mod init;
mod key;
mod onboarding;
mod outbox;
mod play;
mod quarantine;
mod renewals;
mod restore;
mod revenue;
mod schema;
mod score;
mod serve;
mod show;
mod sql;
mod task;
mod test;
mod token;
mod user;

use clap::Subcommand;
use mainstay_app::Result;

use crate::Exit;

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    Init(init::Init),
    Check(check::Check),
    Fmt(fmt::Fmt),
    Show(show::Show),
    Schema(schema::Schema),
    Test(test::Test),
    Import(import::Import),
    Serve(serve::Serve),
    Score(score::Score),
    Explain(explain::Explain),
    Revenue(revenue::Revenue),
    Renewals(renewals::Renewals),
    Onboarding(onboarding::Onboarding),
    Sql(sql::Sql),
    Task(task::Task),
    Absence(absence::Absence),
    Quarantine(quarantine::Quarantine),
    Play(play::Play),
    Outbox(outbox::Outbox),
    User(user::User),
    Token(token::Token),
    Key(key::Key),
    Backup(backup::Backup),
    Restore(restore::Restore),
    Doctor(doctor::Doctor),
    Demo(demo::Demo),
}

/// The instant of a question.
#[derive(clap::Args, Debug)]
struct When {
    /// The instant that the answer is about: a day (its end), a time of the workspace's zone, or one with its offset
    #[arg(long, value_name = "INSTANT")]
    as_of: Option<String>,
    /// Only what had been received by then
    #[arg(long, value_name = "INSTANT")]
    known: Option<String>,
}

impl When {
    /// As it stands in an address, for a server to read.
    fn query(&self) -> Vec<(&str, &str)> {
        let parts = [("as_of", self.as_of.as_deref()), ("known", self.known.as_deref())];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn read(&self, zone: &mainstay_model::Zone) -> Result<mainstay_app::accounts::AsOf> {
        crate::opened::as_of(self.as_of.as_deref(), self.known.as_deref(), zone)
    }
}

impl Command {
    /// Whether it goes on until it is told to end.
    pub(crate) const fn is_server(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Demo(_))
    }

    /// Does what was asked.
    pub(crate) async fn run(self) -> Result<Exit> {
        match self {
            Self::Init(command) => command.run(),
            Self::Check(command) => command.run(),
            Self::Fmt(command) => command.run(),
            Self::Show(command) => command.run(),
            Self::Schema(command) => command.run(),
            Self::Test(command) => command.run(),
            Self::Import(command) => command.run().await,
            Self::Serve(command) => command.run().await,
            Self::Score(command) => command.run().await,
            Self::Explain(command) => command.run().await,
            Self::Revenue(command) => command.run().await,
            Self::Renewals(command) => command.run().await,
            Self::Onboarding(command) => command.run().await,
            Self::Sql(command) => command.run().await,
            Self::Task(command) => command.run().await,
            Self::Absence(command) => command.run().await,
            Self::Quarantine(command) => command.run().await,
            Self::Play(command) => command.run().await,
            Self::Outbox(command) => command.run().await,
            Self::User(command) => command.run().await,
            Self::Token(command) => command.run().await,
            Self::Key(command) => command.run().await,
            Self::Backup(command) => command.run().await,
            Self::Restore(command) => command.run(),
            Self::Doctor(command) => command.run().await,
            Self::Demo(command) => command.run().await,
        }
    }
}

/// Revokes what was handed out, by its id, and says so.
async fn revoke(id: &str, done: impl Future<Output = Result<()>>) -> Result<()> {
    done.await?;
    crate::output::print(&format!("{id} is revoked\n"))
}

/// Reads a role by its word.
fn role(word: &str) -> std::result::Result<mainstay_model::access::Role, String> {
    mainstay_model::access::Role::parse(word).ok_or_else(|| "roles are: admin, operations, csm, viewer".to_owned())
}
