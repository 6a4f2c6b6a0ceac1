//! `mainstay play`: plays looked at and steered.

mod refused;

use clap::{Args, Subcommand};
use mainstay_app::Result;
use mainstay_app::play_book::{PlayDetail, PlaySummary, RunLine, RunsAsked};
use mainstay_app::plays::{EntrantAnswer, MovedRuns, RunAct, Started, Today};
use serde::Serialize;

use self::refused::Refused;
use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{Format, FormatOption, print, show, words};
use crate::settings::Place;

/// Who does what is done here, in the log.
pub(super) const BY: &str = "the command line";

/// Shows plays and their runs, and steers them
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay play list\n  mainstay play show usage_decline\n  mainstay play start usage_decline acme\n  mainstay play runs --account acme\n  mainstay play refused --account acme\n  mainstay play stop 3f2a91c07b1d4e5f6a7b --reason 'renewed by phone'\n  mainstay play move usage_decline"
)]
pub(crate) struct Play {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Lists the plays with their runs
    List {
        #[command(flatten)]
        format: FormatOption,
        #[command(flatten)]
        at: Place,
    },
    /// Shows one play: its steps with the runs at each, and who would enter today
    Show {
        /// Its name
        play: String,
        #[command(flatten)]
        format: FormatOption,
        #[command(flatten)]
        at: Place,
    },
    /// Starts a play for an account; holdout, exclusion, re-entry and pilot are applied
    Start {
        /// The play's name
        play: String,
        /// The account's id
        account: String,
        /// Id of the subscription, person or user, for plays that run per such
        #[arg(long, value_name = "ID")]
        record: Option<String>,
        #[command(flatten)]
        format: FormatOption,
        #[command(flatten)]
        at: Place,
    },
    /// Lists runs, the latest first
    Runs(Runs),
    /// Lists for whom plays did not start, when last and why
    Refused(Refused),
    /// Pauses a run: no step is decided until it resumes
    Pause {
        /// The run's id
        run: String,
        #[command(flatten)]
        at: Place,
    },
    /// Lets a paused run go on; what is overdue happens at once
    Resume {
        /// The run's id
        run: String,
        #[command(flatten)]
        at: Place,
    },
    /// Ends a run for good, withdraws what has not left, cancels its open tasks
    Stop {
        /// The run's id
        run: String,
        /// Why
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        at: Place,
    },
    /// Sends again what a step of a run could not send
    Retry {
        /// The run's id
        run: String,
        /// The step's name
        step: String,
        #[command(flatten)]
        at: Place,
    },
    /// Moves the runs of a play that go by an earlier version to the one in force
    Move {
        /// The play's name
        play: String,
        /// Only this run
        #[arg(long, value_name = "ID")]
        run: Option<String>,
        #[command(flatten)]
        at: Place,
    },
}

#[derive(Args, Debug)]
struct Runs {
    /// Of this play
    #[arg(long)]
    play: Option<String>,
    /// Of this account
    #[arg(long)]
    account: Option<String>,
    /// That stand so: running, paused, `held_out`, finished, stopped
    #[arg(long)]
    status: Option<String>,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "COUNT")]
    limit: u32,
    #[command(flatten)]
    format: FormatOption,
    #[command(flatten)]
    at: Place,
}

/// A play and who would enter it, as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    play: &'a PlayDetail,
    today: &'a Today,
}

impl Play {
    pub(crate) async fn run(self) -> Result<Exit> {
        at_desk(self.act.place(), async |desk| self.act.run(desk).await).await
    }
}

impl Desk {
    async fn list_plays(&self) -> Result<Vec<PlaySummary>> {
        match self {
            Self::Data(app) => app.list_plays().await,
            Self::Server(server) => server.list_plays().await,
        }
    }

    async fn show_play(&self, name: &str) -> Result<(PlayDetail, Today)> {
        match self {
            Self::Server(server) => server.show_play(name).await,
            Self::Data(app) => {
                let detail = app.show_play(name).await?;
                let today = match app.workspace().plays.get(name) {
                    Some(play) => app.would_enter(play).await?,
                    None => Today::default(),
                };
                Ok((detail, today))
            }
        }
    }

    async fn start_play(&self, play: &str, account: &str, record: Option<&str>) -> Result<Started> {
        match self {
            Self::Data(app) => app.start_play(play, account, record, BY).await,
            Self::Server(server) => server.start_play(play, account, record).await,
        }
    }

    async fn list_runs(&self, asked: &RunsAsked) -> Result<Vec<RunLine>> {
        match self {
            Self::Data(app) => app.list_runs(asked).await,
            Self::Server(server) => server.list_runs(asked).await,
        }
    }

    async fn act_on_run(&self, run: &str, act: &RunAct) -> Result<()> {
        match self {
            Self::Data(app) => app.act_on_run(run, act, BY).await,
            Self::Server(server) => server.act_on_run(run, act).await,
        }
    }

    async fn move_runs(&self, play: &str) -> Result<MovedRuns> {
        match self {
            Self::Data(app) => app.move_runs(play, BY).await,
            Self::Server(server) => server.move_runs(play).await,
        }
    }
}

impl Act {
    fn place(&self) -> &Place {
        match self {
            Self::List { at, .. }
            | Self::Show { at, .. }
            | Self::Start { at, .. }
            | Self::Pause { at, .. }
            | Self::Resume { at, .. }
            | Self::Stop { at, .. }
            | Self::Retry { at, .. }
            | Self::Move { at, .. } => at,
            Self::Runs(runs) => &runs.at,
            Self::Refused(refused) => &refused.at,
        }
    }

    async fn run(&self, desk: &Desk) -> Result<Exit> {
        match self {
            Self::List { format, .. } => show(desk.list_plays().await?.as_slice(), format.format, list_table)?,
            Self::Show { play, format, .. } => show_play(desk, play, format.format).await?,
            Self::Start { play, account, record, format, .. } => {
                let started = desk.start_play(play, account, record.as_deref()).await?;
                show(&started, format.format, |started| match started.held_out {
                    true => format!("run {} is recorded; {account} is held out and gets no action\n", started.run),
                    false => format!("run {} has begun\n", started.run),
                })?;
            }
            Self::Runs(runs) => {
                let asked = RunsAsked {
                    play: runs.play.clone(),
                    account: runs.account.clone(),
                    status: runs.status.clone(),
                    limit: Some(runs.limit),
                    ..RunsAsked::default()
                };
                show(desk.list_runs(&asked).await?.as_slice(), runs.format.format, runs_table)?;
            }
            Self::Refused(refused) => refused.run(desk).await?,
            Self::Pause { run, .. } => told(desk, run, RunAct::Pause, "is paused").await?,
            Self::Resume { run, .. } => told(desk, run, RunAct::Resume, "goes on").await?,
            Self::Stop { run, reason, .. } => told(desk, run, RunAct::Stop { reason: reason.clone() }, "is stopped").await?,
            Self::Retry { run, step, .. } => told(desk, run, RunAct::Retry { step: step.clone() }, "sends it again").await?,
            Self::Move { run: Some(run), .. } => told(desk, run, RunAct::Move, "goes by the version in force").await?,
            Self::Move { play, run: None, .. } => {
                let moved = desk.move_runs(play).await?;
                print(&format!("{} moved to the version in force, {} left\n", moved.moved, moved.left))?;
            }
        }
        Ok(Exit::Done)
    }
}

async fn told(desk: &Desk, run: &str, act: RunAct, done: &str) -> Result<()> {
    desk.act_on_run(run, &act).await?;
    print(&format!("run {run} {done}\n"))
}

fn list_table(plays: &[PlaySummary]) -> String {
    let mut table = Table::new(&["play", "purpose", "state", ">under way", ">held out", "ended", ">not sent", "last began"]);
    for play in plays {
        let ended: Vec<String> = play.ended.iter().map(|one| format!("{} {}", one.runs, one.outcome)).collect();
        table.row([
            play.name.clone(),
            play.purpose.clone(),
            if play.in_force { "in force" } else { "earlier versions only" }.to_owned(),
            play.waiting.to_string(),
            play.held_out.to_string(),
            ended.join(", "),
            play.dead_letters.to_string(),
            words::instant(play.last_begun),
        ]);
    }
    table.or("the workspace declares no play")
}

fn runs_table(runs: &[RunLine]) -> String {
    let mut table = Table::new(&["run", "play", "account", "state", "outcome", "next step", "due", "began"]);
    for run in runs {
        table.row([
            run.id.clone(),
            run.play.clone(),
            run.account_id.clone(),
            run.status.clone(),
            run.outcome.clone().unwrap_or_default(),
            run.next_step.clone().unwrap_or_default(),
            words::instant(run.due_at),
            words::instant(Some(run.started_at)),
        ]);
    }
    table.or("there is no such run")
}

async fn show_play(desk: &Desk, name: &str, format: Format) -> Result<()> {
    let (detail, today) = desk.show_play(name).await?;
    show(&Shown { play: &detail, today: &today }, format, |shown| {
        let summary = &shown.play.summary;
        let mut table = Table::new(&["step", "when", "does", ">waiting", ">done", ">skipped", ">failed"]);
        for step in &shown.play.steps {
            table.row([
                step.name.clone(),
                step.at.clone(),
                step.does.join(", "),
                step.waiting.to_string(),
                step.done.to_string(),
                step.skipped.to_string(),
                step.failed.to_string(),
            ]);
        }
        let state = if summary.in_force { "in force" } else { "earlier versions only" };
        let mut text = format!(
            "{}, {state}, version {}\n{}\nbegins {}\n{} begun, {} under way, {} held out\n\n{}",
            summary.label,
            summary.version,
            summary.description,
            summary.trigger,
            summary.begun,
            summary.waiting,
            summary.held_out,
            table.or("no step")
        );
        for one in &shown.play.messages {
            let (opened, clicked, replied, bounced) = (one.opened, one.clicked, one.replied, one.bounced);
            text.push_str(&format!(
                "\n{}: {} sent, {opened} opened, {clicked} clicked, {replied} replied, {bounced} bounced\n",
                one.channel, one.sent
            ));
        }
        text.push_str(&format!("\ntoday: {} {}\n", shown.today.candidates, shown.today.means));
        for entrant in &shown.today.entrants {
            let answer = match entrant.answer {
                EntrantAnswer::Starts => "would start",
                EntrantAnswer::HeldOut => "held out",
                EntrantAnswer::Refused => "would not start",
            };
            let why = if entrant.why.is_empty() { String::new() } else { format!(": {}", entrant.why) };
            text.push_str(&format!("  {} {answer}{why}\n", entrant.account_id));
        }
        text
    })
}
