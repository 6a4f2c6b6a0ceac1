//! `mainstay quarantine`: what was refused, and mending it.

use std::io::Read;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use mainstay_app::data::{EntryStatus, QuarantineEntry, QuarantineFilter};
use mainstay_app::ingest::Answer;
use mainstay_app::{AppError, ErrorCode, Result};
use mainstay_model::ReasonCode;
use serde::Serialize;

use crate::Exit;
use crate::desk::{Desk, at_desk};
use crate::output::table::Table;
use crate::output::{Format, FormatOption, print, show, words};
use crate::settings::Place;

/// Shows, mends, replays and discards refused records
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  mainstay quarantine list --reason wrong_type\n  mainstay quarantine show 17\n  mainstay quarantine fix 17 --file mended.json\n  mainstay quarantine replay --all --source crm\n  mainstay quarantine discard 17 18"
)]
pub(crate) struct Quarantine {
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Lists refused records, the latest first
    List(List),
    /// Shows one refused record as it came
    Show {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: u64,
        #[command(flatten)]
        at: Place,
        #[command(flatten)]
        format: FormatOption,
    },
    /// Replays one record with a mended text, from a file or standard input
    Fix {
        /// Its number
        #[arg(value_name = "NUMBER")]
        id: u64,
        /// File with the mended text; standard input where absent
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
        #[command(flatten)]
        at: Place,
    },
    /// Reads records again as they are, after a mapping or a rule was mended
    Replay(Chosen),
    /// Says that records are not wanted
    Discard(Chosen),
}

#[derive(Args, Debug)]
struct Which {
    /// Of that source
    #[arg(long)]
    source: Option<String>,
    /// Refused for that reason, e.g. `wrong_type`
    #[arg(long, value_name = "CODE", value_parser = reason)]
    reason: Option<ReasonCode>,
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    which: Which,
    /// Those in that state: open, replayed, discarded or all
    #[arg(long, default_value = "open", value_parser = ["open", "replayed", "discarded", "all"])]
    state: String,
    /// How many at most
    #[arg(long, default_value_t = 50, value_name = "COUNT")]
    limit: usize,
    #[command(flatten)]
    at: Place,
    #[command(flatten)]
    format: FormatOption,
}

#[derive(Args, Debug)]
struct Chosen {
    /// Their numbers
    #[arg(value_name = "NUMBER", required_unless_present = "all")]
    ids: Vec<u64>,
    /// Every open one, of --source and --reason where given
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    #[command(flatten)]
    which: Which,
    #[command(flatten)]
    at: Place,
}

/// A refused record as JSON.
#[derive(Serialize)]
struct Shown<'a> {
    id: u64,
    received_at: String,
    source: &'a str,
    door: &'a str,
    status: &'a str,
    reason: &'a mainstay_model::Rejection,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a str>,
}

/// Records that one command replays or discards at most, so that it stays short.
const MOST: usize = 100_000;

impl Quarantine {
    pub(crate) async fn run(self) -> Result<Exit> {
        let at = match &self.act {
            Act::List(list) => &list.at,
            Act::Show { at, .. } | Act::Fix { at, .. } => at,
            Act::Replay(chosen) | Act::Discard(chosen) => &chosen.at,
        };
        at_desk(at, async |desk| self.act.run(desk).await).await
    }
}

impl Desk {
    async fn quarantine_list(&self, filter: &QuarantineFilter) -> Result<Vec<QuarantineEntry>> {
        match self {
            Self::Data(app) => app.quarantine_list(filter).await,
            Self::Server(server) => server.quarantine_list(filter).await,
        }
    }

    async fn quarantine_show(&self, id: u64) -> Result<QuarantineEntry> {
        match self {
            Self::Data(app) => app.quarantine_show(id).await,
            Self::Server(server) => server.quarantine_show(id).await,
        }
    }

    async fn quarantine_replay(&self, ids: &[u64], mended: Option<String>) -> Result<Vec<Answer>> {
        match self {
            Self::Data(app) => app.quarantine_replay(ids, mended).await,
            Self::Server(server) => server.quarantine_replay(ids, mended).await,
        }
    }

    async fn quarantine_discard(&self, ids: &[u64]) -> Result<()> {
        match self {
            Self::Data(app) => app.quarantine_discard(ids).await,
            Self::Server(server) => server.quarantine_discard(ids).await,
        }
    }
}

impl Act {
    async fn run(&self, desk: &Desk) -> Result<Exit> {
        match self {
            Self::List(list) => list_entries(desk, list).await,
            Self::Show { id, format, .. } => show_entry(desk, *id, format.format).await,
            Self::Fix { id, file, .. } => {
                let answers = desk.quarantine_replay(&[*id], Some(text(file.as_ref())?)).await?;
                told(&[*id], &answers)
            }
            Self::Replay(chosen) => {
                let ids = chosen.ids(desk).await?;
                told(&ids, &desk.quarantine_replay(&ids, None).await?)
            }
            Self::Discard(chosen) => {
                let ids = chosen.ids(desk).await?;
                desk.quarantine_discard(&ids).await?;
                print(&format!("{} discarded\n", ids.len()))?;
                Ok(Exit::Done)
            }
        }
    }
}

async fn list_entries(desk: &Desk, list: &List) -> Result<Exit> {
    let filter = QuarantineFilter {
        source: list.which.source.clone(),
        code: list.which.reason,
        status: EntryStatus::parse(&list.state),
        after: None,
        limit: list.limit,
    };
    let entries = desk.quarantine_list(&filter).await?;
    let shown: Vec<Shown<'_>> = entries.iter().map(|entry| shown(entry, false)).collect();
    show(shown.as_slice(), list.format.format, |entries| {
        let mut table = Table::new(&[">number", "received", "source", "reason", "field", "value", "state"]);
        for entry in entries {
            table.row([
                entry.id.to_string(),
                entry.received_at.clone(),
                entry.source.to_owned(),
                entry.reason.code.to_string(),
                entry.reason.field.clone(),
                entry.reason.value.chars().take(40).collect(),
                entry.status.to_owned(),
            ]);
        }
        table.or("nothing is in the quarantine")
    })?;
    Ok(Exit::Done)
}

async fn show_entry(desk: &Desk, id: u64, format: Format) -> Result<Exit> {
    let entry = desk.quarantine_show(id).await?;
    show(&shown(&entry, true), format, |entry| {
        format!(
            "{}, received {} by {} ({}), {}\n{}\n\n{}\n",
            entry.id,
            entry.received_at,
            entry.source,
            entry.door,
            entry.status,
            entry.reason,
            entry.raw.unwrap_or_default()
        )
    })?;
    Ok(Exit::Done)
}

fn shown(entry: &QuarantineEntry, whole: bool) -> Shown<'_> {
    Shown {
        id: entry.id,
        received_at: words::instant(Some(entry.received_at)),
        source: &entry.source,
        door: &entry.kind,
        status: entry.status.as_str(),
        reason: &entry.rejection,
        raw: whole.then_some(entry.raw.as_str()),
    }
}

/// Says what became of each; ends with failure when one is still refused.
fn told(ids: &[u64], answers: &[Answer]) -> Result<Exit> {
    let mut still = 0;
    for (id, answer) in ids.iter().zip(answers) {
        if let Answer::Rejected { reason, .. } = answer {
            still += 1;
            print(&format!("{id}: {reason}\n"))?;
        }
    }
    let duplicate = answers.iter().filter(|answer| matches!(answer, Answer::Duplicate)).count();
    print(&format!("{} accepted, {duplicate} duplicate, {still} still refused\n", answers.len() - still - duplicate))?;
    Ok(if still > 0 { Exit::Failed } else { Exit::Done })
}

impl Chosen {
    async fn ids(&self, desk: &Desk) -> Result<Vec<u64>> {
        if !self.all {
            return Ok(self.ids.clone());
        }
        let filter = QuarantineFilter {
            source: self.which.source.clone(),
            code: self.which.reason,
            status: Some(EntryStatus::Open),
            after: None,
            limit: MOST,
        };
        Ok(desk.quarantine_list(&filter).await?.iter().map(|entry| entry.id).collect())
    }
}

fn text(file: Option<&PathBuf>) -> Result<String> {
    let Some(path) = file else {
        let mut text = String::new();
        let read = std::io::stdin().lock().read_to_string(&mut text);
        read.map_err(|error| AppError::new(ErrorCode::Invalid, "the mended text could not be read from standard input").caused_by(error))?;
        return Ok(text);
    };
    std::fs::read_to_string(path).map_err(|error| AppError::not_found(format!("could not read {}", path.display())).caused_by(error))
}

fn reason(word: &str) -> std::result::Result<ReasonCode, String> {
    let known = || ReasonCode::ALL.map(ReasonCode::as_str).join(", ");
    ReasonCode::ALL.into_iter().find(|code| code.as_str() == word).ok_or_else(|| format!("reasons are: {}", known()))
}
