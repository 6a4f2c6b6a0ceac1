//! `mainstay user`: who may sign in.

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::people::{NewPassword, Person};
use mainstay_model::access::Role;

use super::role;
use crate::output::table::Table;
use crate::output::{FormatOption, print, show, words};
use crate::settings::DataAt;
use crate::{Exit, opened};

/// Adds, lists and changes people who may sign in
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay user add ann@example.com --name \"Ann Lee\" --role csm\n  mainstay user reset ann@example.com"
)]
pub(crate) struct User {
    #[command(subcommand)]
    act: Act,
    #[command(flatten)]
    data: DataAt,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Adds a person and prints a password, once
    Add {
        /// Their e-mail address
        email: String,
        /// What colleagues read; the address where absent
        #[arg(long, default_value = "", hide_default_value = true)]
        name: String,
        /// What they may do: admin, operations, csm or viewer
        #[arg(long, default_value = "csm", value_parser = role)]
        role: Role,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Lists everybody
    List {
        #[command(flatten)]
        format: FormatOption,
    },
    /// Changes what a person may do
    Role {
        /// Their e-mail address
        email: String,
        /// admin, operations, csm or viewer
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Makes a new password, prints it once and signs the person out everywhere
    Reset {
        /// Their e-mail address
        email: String,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Keeps a person from signing in
    Disable {
        /// Their e-mail address
        email: String,
    },
    /// Lets a disabled person sign in again
    Enable {
        /// Their e-mail address
        email: String,
    },
}

impl User {
    pub(crate) async fn run(self) -> Result<Exit> {
        let people = opened::people(&self.data).await?;
        match self.act {
            Act::Add { email, name, role, format } => show(&people.create(&email, &name, role).await?, format.format, told)?,
            Act::List { format } => show(&people.list().await?, format.format, table)?,
            Act::Role { email, role } => {
                people.set_role(&email, role).await?;
                print(&format!("{email} is {} now\n", role.as_str()))?;
            }
            Act::Reset { email, format } => show(&people.reset_password(&email).await?, format.format, told)?,
            Act::Disable { email } => {
                people.disable(&email).await?;
                print(&format!("{email} cannot sign in any more\n"))?;
            }
            Act::Enable { email } => {
                people.enable(&email).await?;
                print(&format!("{email} can sign in again\n"))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn told(made: &NewPassword) -> String {
    format!("{} signs in with the password {}\nit is shown once\n", made.email, made.password)
}

fn table(people: &Vec<Person>) -> String {
    let mut table = Table::new(&["address", "name", "role", "since", "disabled"]);
    for person in people {
        table.row([
            person.email.clone(),
            person.name.clone(),
            person.role.as_str().to_owned(),
            words::instant(Some(person.created_at)),
            words::instant_if_any(person.disabled_at),
        ]);
    }
    table.or("there is nobody yet; the first `mainstay serve` makes an admin")
}
