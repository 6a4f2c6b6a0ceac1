//! `mainstay absence`: who is away, and who stands in.

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::tasks::{Absence as Away, NewAbsence};

use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{FormatOption, print, show, words};
use crate::settings::Place;

/// Lists who is away, and keeps who stands in: tasks go to the cover meanwhile
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay absence add ann@example.com 2026-03-02 2026-03-06 --cover bob@example.com\n  mainstay absence list\n  mainstay absence remove ann@example.com 2026-03-02"
)]
pub(crate) struct Absence {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Lists absences that last or are to come
    List {
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Keeps an absence; one of the same person and beginning is replaced
    Add {
        /// Who is away, by address
        person: String,
        /// The first day, or an instant
        #[arg(value_name = "FROM")]
        from: String,
        /// The last day, which is whole, or an instant
        #[arg(value_name = "UNTIL")]
        until: String,
        /// Who stands in, by address
        #[arg(long, value_name = "ADDRESS")]
        cover: Option<String>,
        #[command(flatten)]
        at: Place,
    },
    /// Removes an absence
    Remove {
        /// Who is away, by address
        person: String,
        /// The day or instant at which it begins
        #[arg(value_name = "FROM")]
        from: String,
        #[command(flatten)]
        at: Place,
    },
}

impl Absence {
    pub(crate) async fn run(self) -> Result<Exit> {
        let (Act::List { at, .. } | Act::Add { at, .. } | Act::Remove { at, .. }) = &self.act;
        let absences = at_desk(at, async |desk| match desk {
            Desk::Server(server) => match &self.act {
                Act::List { .. } => server.absences().await,
                Act::Add { person, from, until, cover, .. } => server.add_absence(person, from, until, cover.as_deref()).await,
                Act::Remove { person, from, .. } => server.remove_absence(person, from).await,
            },
            Desk::Data(app) => {
                self.act.change(app).await?;
                app.absences().await
            }
        })
        .await?;
        match self.act {
            Act::List { format, .. } => show(absences.as_slice(), format.format, table)?,
            Act::Add { .. } | Act::Remove { .. } => print(&table(&absences))?,
        }
        Ok(Exit::Done)
    }
}

impl Act {
    async fn change(&self, app: &mainstay_app::App) -> Result<()> {
        let zone = app.workspace().zone.clone();
        match self {
            Self::List { .. } => Ok(()),
            Self::Add { person, from, until, cover, .. } => {
                app.add_absence(&NewAbsence::between(person, from, until, cover.clone(), &zone)?).await
            }
            Self::Remove { person, from, .. } => app.remove_absence(person, NewAbsence::beginning(from, &zone)?).await,
        }
    }
}

fn table(absences: &[Away]) -> String {
    let mut table = Table::new(&["person", "from", "until", "cover"]);
    for away in absences {
        let cover = away.cover.clone().unwrap_or_else(|| "nobody".to_owned());
        table.row([away.person.clone(), words::instant(Some(away.from_at)), words::instant(Some(away.until_at)), cover]);
    }
    table.or("nobody is away")
}
