//! The quarantine: what was refused and why; mended and replayed, or discarded. Nothing in it reaches a number.

use std::collections::BTreeMap;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use mainstay_app::AppError;
use mainstay_app::data::{EntryStatus, QuarantineEntry, QuarantineFilter};
use mainstay_app::ingest::Answer;

use crate::console::Console;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::{Fields, Visit};
use crate::console::words::{Moment, address, spaced};

/// Entries shown.
const SHOWN: usize = 100;
/// Entries looked through for the counts by reason.
const COUNTED: usize = 10_000;
/// The three states of an entry.
const STATES: [&str; 3] = ["open", "replayed", "discarded"];

/// The page of the list.
#[derive(Template, Debug)]
#[template(path = "console/data/quarantine.html")]
pub struct QuarantinePage {
    /// What is around it.
    pub frame: Frame,
    /// Which tab it is.
    pub tab: &'static str,
    /// The entries.
    pub entries: Vec<EntryLine>,
    /// The counts by source and reason, each with its list.
    pub groups: Vec<Group>,
    /// The states to choose from: name, address, whether shown.
    pub states: Vec<(&'static str, String, bool)>,
    /// The source asked for.
    pub source: String,
    /// The reason asked for.
    pub reason: String,
    /// The state shown.
    pub state: &'static str,
    /// How many there are.
    pub total: String,
}

/// How many entries have a source and a reason in common.
#[derive(Clone, Debug)]
pub struct Group {
    /// The source.
    pub source: String,
    /// The reason's code.
    pub reason: String,
    /// How many.
    pub count: usize,
    /// Their list.
    pub href: String,
}

/// One entry in short.
#[derive(Clone, Debug)]
pub struct EntryLine {
    /// Its number.
    pub id: u64,
    /// When it came.
    pub ago: String,
    /// When exactly.
    pub at: String,
    /// The source.
    pub source: String,
    /// The reason's code.
    pub code: String,
    /// The field at fault.
    pub field: String,
    /// The value at fault.
    pub value: String,
    /// What is wrong.
    pub message: String,
}

/// The page of one entry.
#[derive(Template, Debug)]
#[template(path = "console/data/entry.html")]
pub struct EntryPage {
    /// What is around it.
    pub frame: Frame,
    /// Which tab it is.
    pub tab: &'static str,
    /// The entry in short.
    pub line: EntryLine,
    /// Which door it came by.
    pub door: String,
    /// Its state.
    pub state: String,
    /// Whether it still waits.
    pub open: bool,
    /// The record as it came, or as it was mended.
    pub raw: String,
    /// What is still wrong after a replay.
    pub problem: Option<String>,
}

fn entry_line(entry: &QuarantineEntry, moment: &Moment) -> EntryLine {
    EntryLine {
        id: entry.id,
        ago: moment.ago(entry.received_at),
        at: moment.full(entry.received_at),
        source: entry.source.clone(),
        code: spaced(entry.rejection.code.as_str()),
        field: entry.rejection.field.clone(),
        value: entry.rejection.value.clone(),
        message: entry.rejection.message.clone(),
    }
}

impl QuarantinePage {
    /// Makes the page from all entries in a state.
    #[must_use]
    pub fn new(frame: Frame, entries: &[QuarantineEntry], state: &'static str, source: &str, reason: &str, moment: &Moment) -> Self {
        let list = |source: &str, reason: &str, state: &str| {
            let state = if state == "open" { "" } else { state };
            address("/data/quarantine", &[("source", source), ("reason", reason), ("state", state)])
        };
        let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for entry in entries {
            *counts.entry((&entry.source, entry.rejection.code.as_str())).or_default() += 1;
        }
        let mut groups: Vec<Group> = counts
            .into_iter()
            .map(|((source, reason), count)| Group {
                href: list(source, reason, state),
                source: source.to_owned(),
                reason: spaced(reason),
                count,
            })
            .collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        let wanted = |entry: &&QuarantineEntry| {
            (source.is_empty() || entry.source == source) && (reason.is_empty() || entry.rejection.code.as_str() == reason)
        };
        let total = entries.iter().filter(wanted).count();
        Self {
            tab: "quarantine",
            entries: entries.iter().filter(wanted).take(SHOWN).map(|entry| entry_line(entry, moment)).collect(),
            groups,
            states: STATES.iter().map(|each| (*each, list(source, reason, each), *each == state)).collect(),
            source: source.to_owned(),
            reason: reason.to_owned(),
            total: if entries.len() >= COUNTED { format!("more than {total}") } else { total.to_string() },
            state,
            frame,
        }
    }
}

impl EntryPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, entry: &QuarantineEntry, mended: Option<(String, String)>, moment: &Moment) -> Self {
        let (raw, problem) = match mended {
            Some((raw, problem)) => (raw, Some(problem)),
            None => (entry.raw.clone(), None),
        };
        Self {
            tab: "quarantine",
            line: entry_line(entry, moment),
            door: entry.kind.clone(),
            state: entry.status.as_str().to_owned(),
            open: entry.status == EntryStatus::Open,
            raw,
            problem,
            frame,
        }
    }
}

/// Shows the list.
pub(crate) async fn list_quarantine(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let state = STATES.iter().find(|state| **state == fields.text("state")).copied().unwrap_or("open");
    let filter = QuarantineFilter { status: EntryStatus::parse(state), limit: COUNTED, ..QuarantineFilter::default() };
    let entries = console.app.quarantine_list(&filter).await?;
    let frame = Frame::new(&console.app, &visit, "data", "Quarantine");
    Ok(show(&QuarantinePage::new(frame, &entries, state, fields.text("source"), fields.text("reason"), &visit.moment)))
}

/// Shows one entry.
pub(crate) async fn show_entry(State(console): State<Console>, Extension(visit): Extension<Visit>, Path(id): Path<u64>) -> PageResult {
    let entry = console.app.quarantine_show(id).await?;
    let frame = Frame::new(&console.app, &visit, "data", format!("Quarantine {id}"));
    Ok(show(&EntryPage::new(frame, &entry, None, &visit.moment)))
}

/// Replays one entry, mended. What is still wrong is said beside the text, which is kept.
pub(crate) async fn replay_fixed(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<u64>,
) -> PageResult {
    // Browsers send line ends of a text area as CR LF.
    let mended = fields.raw("raw").replace("\r\n", "\n");
    let answers = console.app.quarantine_replay(&[id], Some(mended.clone())).await?;
    let Some(Answer::Rejected { reason, .. }) = answers.first() else {
        return Ok(Redirect::to(&format!("/data/quarantine/{id}?done=replayed")).into_response());
    };
    let entry = console.app.quarantine_show(id).await?;
    let frame = Frame::new(&console.app, &visit, "data", format!("Quarantine {id}"));
    Ok(show(&EntryPage::new(frame, &entry, Some((mended, reason.to_string())), &visit.moment)))
}

/// Replays the entries chosen as they are: after a mapping or a rule was mended.
pub(crate) async fn replay_entries(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let ids = chosen(&console, &fields).await?;
    let answers = console.app.quarantine_replay(&ids, None).await?;
    let refused = answers.iter().filter(|answer| matches!(answer, Answer::Rejected { .. })).count();
    let mut visit = visit;
    visit.notice = Some(format!("{} replayed: {} accepted, {refused} still refused.", answers.len(), answers.len() - refused));
    list_quarantine(State(console), Extension(visit), Extension(fields)).await
}

/// Discards the entries chosen.
pub(crate) async fn discard_entries(State(console): State<Console>, Extension(fields): Extension<Fields>) -> PageResult {
    let ids = chosen(&console, &fields).await?;
    console.app.quarantine_discard(&ids).await?;
    Ok(Redirect::to(&address("/data/quarantine", &[("source", fields.text("source")), ("done", "discarded")])).into_response())
}

/// The entries ticked; or with `all`, every open one of the list shown.
async fn chosen(console: &Console, fields: &Fields) -> Result<Vec<u64>, AppError> {
    let (source, reason) = (fields.text("source"), fields.text("reason"));
    let ids: Vec<u64> = if fields.text("all") == "yes" {
        let filter = QuarantineFilter { status: Some(EntryStatus::Open), limit: COUNTED, ..QuarantineFilter::default() };
        let wanted = |entry: &QuarantineEntry| {
            (source.is_empty() || entry.source == source) && (reason.is_empty() || entry.rejection.code.as_str() == reason)
        };
        console.app.quarantine_list(&filter).await?.into_iter().filter(wanted).map(|entry| entry.id).collect()
    } else {
        fields.all("id").filter_map(|id| id.parse().ok()).collect()
    };
    if ids.is_empty() {
        return Err(AppError::invalid("No record is chosen.").hint("Tick the records, then choose what to do with them."));
    }
    Ok(ids)
}
