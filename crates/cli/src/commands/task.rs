//! `mainstay task`: work for people, by what rides on it; ended, handed over, made.

mod desk;
mod load;

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::tasks::{Group, NewTask, TaskEnding, TaskStatus, Whose, WorkItem, WorkPage, WorkQuery};

use self::load::Load;
use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{FormatOption, print, show, words};
use crate::settings::Place;

/// Lists tasks by what rides on them, ends them, hands them over and makes new ones
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay task list --owner ann@example.com\n  mainstay task list --group now --format json\n  mainstay task done 3f2a.../call/0 --outcome reached --note \"Calls back on Friday\"\n  mainstay task reopen 3f2a.../call/0\n  mainstay task assign 3f2a.../call/0 bob@example.com\n  mainstay task hand-over ann@example.com bob@example.com\n  mainstay task add acme \"Send the offer\" --due 2026-03-06T14:00 --priority high"
)]
pub(crate) struct Task {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Lists open tasks: what is due now, today, this week, later; within each what matters most first
    List(List),
    /// Ends a task with what came of it
    Done(Done),
    /// Opens an ended task again
    Reopen {
        /// Its id
        id: String,
        #[command(flatten)]
        at: Place,
    },
    /// Gives an open task to somebody
    Assign {
        /// Its id
        id: String,
        /// To whom, by address
        #[arg(value_name = "ADDRESS")]
        to: String,
        #[command(flatten)]
        at: Place,
    },
    /// Moves the due time of an open task
    Move {
        /// Its id
        id: String,
        /// Until when
        #[arg(value_name = "INSTANT")]
        due: String,
        #[command(flatten)]
        at: Place,
    },
    /// Gives all open tasks of somebody, who has left perhaps, to somebody else
    HandOver {
        /// From whom, by address
        #[arg(value_name = "ADDRESS")]
        from: String,
        /// To whom, by address
        #[arg(value_name = "ADDRESS")]
        to: String,
        #[command(flatten)]
        at: Place,
    },
    /// Makes a task
    Add(Add),
    /// Shows who has how much to do, now and eight weeks ahead, and how promises were kept
    Load {
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Sends people their day by mail and Slack, each at most once a day
    Briefing {
        /// Only this person's, by address
        #[arg(long, value_name = "ADDRESS")]
        to: Option<String>,
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        format: FormatOption,
    },
}

#[derive(Args, Debug)]
struct List {
    /// Of this person, by address, with what they cover for others
    #[arg(long, value_name = "ADDRESS", conflicts_with = "nobody")]
    owner: Option<String>,
    /// Those that are nobody's
    #[arg(long)]
    nobody: bool,
    /// Of this account
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Made by this play
    #[arg(long, value_name = "PLAY")]
    play: Option<String>,
    /// Of this kind, e.g. call
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Only what is due now, today, this week or later
    #[arg(long, value_name = "GROUP", value_parser = group)]
    group: Option<Group>,
    /// Those that were ended at this instant or later, instead of the open ones
    #[arg(long, value_name = "INSTANT", conflicts_with = "group")]
    ended_since: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 100, value_name = "COUNT")]
    limit: usize,
    #[command(flatten)]
    at: Place,
    #[command(flatten)]
    format: FormatOption,
}

#[derive(Args, Debug)]
struct Done {
    /// Its id
    id: String,
    /// What came of it; an approval is `approved` or `declined`
    #[arg(long, default_value = "", hide_default_value = true, value_name = "WORD")]
    outcome: String,
    /// What is worth remembering
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    note: String,
    /// It was not done, because nobody needs it any more
    #[arg(long)]
    not_needed: bool,
    /// Who did it, by address
    #[arg(long, default_value = "command line", value_name = "ADDRESS")]
    by: String,
    #[command(flatten)]
    at: Place,
}

#[derive(Args, Debug)]
struct Add {
    /// The account
    account: String,
    /// What is to be done
    title: String,
    /// More about it
    #[arg(long, default_value = "", hide_default_value = true, value_name = "TEXT")]
    body: String,
    /// todo, call, email, meeting, research or review
    #[arg(long, default_value = "todo", value_name = "KIND")]
    kind: String,
    /// urgent, high, normal or low
    #[arg(long, default_value = "normal", value_name = "PRIORITY")]
    priority: String,
    /// Whose it is, by address; the account's customer-success manager where absent
    #[arg(long, value_name = "ADDRESS")]
    owner: Option<String>,
    /// Until when
    #[arg(long, value_name = "INSTANT")]
    due: Option<String>,
    #[command(flatten)]
    at: Place,
}

impl Task {
    pub(crate) async fn run(self) -> Result<Exit> {
        let at = match &self.act {
            Act::List(list) => &list.at,
            Act::Done(done) => &done.at,
            Act::Add(add) => &add.at,
            Act::Reopen { at, .. } | Act::Assign { at, .. } | Act::Move { at, .. } | Act::HandOver { at, .. } => at,
            Act::Load { at, .. } | Act::Briefing { at, .. } => at,
        };
        at_desk(at, async |desk| self.act.run(desk).await).await
    }
}

impl Act {
    async fn run(&self, desk: &Desk) -> Result<Exit> {
        match self {
            Self::List(list) => list.run(desk).await?,
            Self::Done(done) => {
                let Done { outcome, note, not_needed, .. } = done;
                let ending = TaskEnding { outcome: outcome.clone(), note: note.clone(), not_needed: *not_needed };
                desk.end_task(&done.id, &ending, &done.by).await?;
                told(&desk.show_task(&done.id).await?)?;
            }
            Self::Reopen { id, .. } => {
                desk.reopen_task(id).await?;
                told(&desk.show_task(id).await?)?;
            }
            Self::Assign { id, to, .. } => {
                desk.assign_task(id, to).await?;
                told(&desk.show_task(id).await?)?;
            }
            Self::Move { id, due, .. } => {
                desk.move_task(id, due).await?;
                told(&desk.show_task(id).await?)?;
            }
            Self::HandOver { from, to, .. } => {
                let count = desk.hand_over_tasks(from, to).await?;
                print(&format!("{count} open tasks of {from} are {to}'s now\n"))?;
            }
            Self::Add(add) => add.run(desk).await?,
            Self::Load { format, .. } => show(&Load::read(desk).await?, format.format, Load::table)?,
            Self::Briefing { to, format, .. } => show(desk.send_briefings(to.as_deref()).await?.as_slice(), format.format, |sent| {
                let mut table = Table::new(&["to", "day", "sent"]);
                for one in sent {
                    let queued = if one.queued { "queued" } else { "was sent today" };
                    table.row([one.briefing.to.clone(), one.briefing.subject.clone(), queued.to_owned()]);
                }
                table.or("nobody has anything to do this week")
            })?,
        }
        Ok(Exit::Done)
    }
}

impl List {
    async fn run(&self, desk: &Desk) -> Result<()> {
        let query = WorkQuery {
            whose: match (&self.owner, self.nobody) {
                (Some(owner), _) => Whose::Of(owner.clone()),
                (None, true) => Whose::Nobody,
                (None, false) => Whose::Everybody,
            },
            account: self.account.clone(),
            play: self.play.clone(),
            kind: self.kind.clone(),
            group: self.group,
            ended_since: None,
            offset: 0,
            limit: self.limit,
        };
        show(&desk.list_tasks(query, self.ended_since.as_deref()).await?, self.format.format, table)
    }
}

impl Add {
    async fn run(&self, desk: &Desk) -> Result<()> {
        let new = NewTask {
            account: self.account.clone(),
            title: self.title.clone(),
            body: self.body.clone(),
            kind: self.kind.clone(),
            priority: self.priority.clone(),
            owner: self.owner.clone(),
            due_at: None,
        };
        let id = desk.add_task(new, self.due.as_deref()).await?;
        told(&desk.show_task(&id).await?)
    }
}

/// Says how a task stands now.
fn told(item: &WorkItem) -> Result<()> {
    let task = &item.task;
    let owner = task.owner.as_deref().unwrap_or("nobody");
    let stands = match task.status {
        TaskStatus::Open => format!("open, {owner}'s, due {}", words::instant(task.due_at)),
        TaskStatus::Done | TaskStatus::Cancelled => {
            format!("{}: {}", task.status.as_str(), task.outcome.as_deref().unwrap_or_default())
        }
    };
    print(&format!("{}  {} ({}) {stands}\n", task.id, task.title, task.account_id))
}

fn table(page: &WorkPage) -> String {
    let mut table = Table::new(&["when", "due", "task", "account", ">at risk", "owner", "id"]);
    for item in &page.tasks {
        let task = &item.task;
        let when = if task.status == TaskStatus::Open { item.group.as_str() } else { task.status.as_str() };
        let due = if task.status == TaskStatus::Open { task.due_at } else { task.done_at };
        let owner = match (&task.owner, &item.assignee) {
            (Some(owner), Some(cover)) if owner != cover => format!("{cover} for {owner}"),
            (owner, _) => owner.clone().unwrap_or_else(|| "nobody".to_owned()),
        };
        let title = match (&task.outcome, &item.play_label) {
            (Some(outcome), _) => format!("{}: {outcome}", task.title),
            (None, Some(play)) => format!("{} [{play}]", task.title),
            (None, None) => task.title.clone(),
        };
        let cells =
            [when.to_owned(), words::instant(due), title, item.account_name.clone(), words::money(item.at_risk), owner, task.id.clone()];
        table.row(cells);
    }
    let mut text = table.or("nothing to do");
    if page.total > page.tasks.len() {
        text.push_str(&format!("{} of {}; --limit shows more\n", page.tasks.len(), page.total));
    }
    text
}

fn group(word: &str) -> std::result::Result<Group, String> {
    Group::parse(word).ok_or_else(|| "groups are: now, today, week, later".to_owned())
}
