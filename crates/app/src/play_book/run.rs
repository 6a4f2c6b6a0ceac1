//! Runs: listed by a filter, and one with its steps, what each set off, and what became of that.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_plays::{Run, StepState};
use mainstay_store::{
    InterventionFilter, OutboxEntry, OutboxFilter, OutboxStatus, PlayRun, PlayStep, RunFilter, RunStatus, Task, VerdictFilter,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::log::{LogLine, lines, skip_words};
use crate::app::App;
use crate::error::{AppError, Result};
use crate::plays::run_of;

/// Runs of a page at most.
const MAX_RUNS: u32 = 1_000;
/// Entries of the outbox, tasks and log lines of one run.
const MAX_OF_RUN: u32 = 500;

/// Which runs to list; what is absent does not narrow.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunsAsked {
    /// Of this play.
    pub play: Option<String>,
    /// Of this account.
    pub account: Option<String>,
    /// That stand so: `running`, `paused`, `held_out`, `finished`, `stopped`.
    pub status: Option<String>,
    /// By this version.
    pub version: Option<String>,
    /// At most so many; 50 where nobody says.
    pub limit: Option<u32>,
    /// After so many.
    pub offset: Option<u32>,
}

/// One run in short.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunLine {
    /// The id.
    pub id: String,
    /// The play.
    pub play: String,
    /// The version it goes by.
    pub version: String,
    /// The account.
    pub account_id: String,
    /// The account itself, or its subscription, person or user.
    pub subject: String,
    /// Where it stands.
    pub status: String,
    /// How it ended.
    pub outcome: Option<String>,
    /// Whether it is held out for comparison.
    pub held_out: bool,
    /// Its hour 0.
    pub trigger_at: Timestamp,
    /// When it was recorded.
    pub started_at: Timestamp,
    /// When something is due next.
    pub due_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Which step is next, where one is known.
    pub next_step: Option<String>,
}

/// One run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct RunDetail {
    /// The run in short.
    pub line: RunLine,
    /// What people call its play.
    pub label: String,
    /// Whether it goes by a version that is not in force while its play is.
    pub behind: bool,
    /// Its steps: those decided in the order of their due times, then those ahead.
    pub steps: Vec<RunStep>,
    /// Its goals and when each was reached.
    pub goals: Vec<(String, Option<Timestamp>)>,
    /// The trigger's values.
    pub trigger: BTreeMap<String, Value>,
    /// The account's columns at the trigger instant.
    pub baseline: BTreeMap<String, Value>,
    /// What happened, newest first.
    pub log: Vec<LogLine>,
}

/// A step of a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RunStep {
    /// The name; repetitions have names of their own.
    pub name: String,
    /// Where it stands: `pending`, `waiting`, `approving`, or its outcome.
    pub state: String,
    /// When it is or was due.
    pub due_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Why; empty where there is nothing to say.
    pub why: String,
    /// What it set off.
    pub effects: Vec<EffectLine>,
}

/// One thing that a step set off.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EffectLine {
    /// The idempotency key, which the receiver sees.
    pub key: String,
    /// What it is: the channel, or `task`.
    pub what: String,
    /// Where it stands: `waiting`, `delayed`, `sent`, `dead`, `suppressed`, `done` and the like.
    pub status: String,
    /// Since when, or when it was sent.
    pub at: Option<Timestamp>,
    /// What went wrong last, or why it waits.
    pub why: String,
}

impl App {
    /// The runs of a filter, the latest first.
    ///
    /// # Errors
    /// `Invalid` for a status or a limit that is none.
    pub async fn list_runs(&self, asked: &RunsAsked) -> Result<Vec<RunLine>> {
        let limit = asked.limit.unwrap_or(50);
        if limit == 0 || limit > MAX_RUNS {
            return Err(AppError::invalid(format!("`limit` must be 1 to {MAX_RUNS}, not {limit}")));
        }
        let status = asked.status.as_deref().map(read_status).transpose()?;
        let filter = RunFilter {
            play: asked.play.clone(),
            version: asked.version.clone(),
            status,
            account_id: asked.account.clone(),
            limit,
            offset: asked.offset.unwrap_or_default(),
            ..RunFilter::default()
        };
        self.store().runs(&filter).await?.iter().map(line_of).collect()
    }

    /// One run with its steps, what they set off and what became of that.
    ///
    /// # Errors
    /// `NotFound` without such a run.
    pub async fn show_run(&self, id: &str) -> Result<RunDetail> {
        let stored = self.run_named(id).await?;
        let run = run_of(&stored)?;
        let store = self.store();
        let decided = store.steps_of_run(id).await?;
        let outbox = store.outbox(&OutboxFilter { run_id: Some(id.to_owned()), limit: MAX_OF_RUN, ..OutboxFilter::default() }).await?;
        let mut tasks = Vec::new();
        for key in decided.iter().flat_map(keys_of) {
            tasks.extend(store.task(&key).await?);
        }
        let verdicts = VerdictFilter { run_id: Some(id.to_owned()), limit: MAX_OF_RUN, ..VerdictFilter::default() };
        let acts = InterventionFilter { run_id: Some(id.to_owned()), limit: MAX_OF_RUN, ..InterventionFilter::default() };
        let of_account: Vec<(String, PlayStep)> = decided.iter().map(|step| (stored.account_id.clone(), step.clone())).collect();
        let dead: Vec<OutboxEntry> = outbox.iter().filter(|entry| entry.status == OutboxStatus::Dead).cloned().collect();
        let log = lines(
            std::slice::from_ref(&stored),
            &of_account,
            &store.message_verdicts(&verdicts).await?,
            &dead,
            &store.interventions(&acts).await?,
            MAX_OF_RUN as usize,
        );
        let workspace = self.workspace();
        let in_force = workspace.plays.get(&stored.play);
        Ok(RunDetail {
            line: line_of(&stored)?,
            label: in_force.map_or_else(|| stored.play.clone(), |play| play.label.clone()),
            behind: in_force.is_some_and(|play| play.version != stored.version) && stored.ended_at.is_none(),
            steps: steps_of_run(&run, &decided, &outbox, &tasks),
            goals: run.goals.iter().map(|goal| (goal.name.clone(), goal.reached_at)).collect(),
            trigger: run.trigger,
            baseline: run.baseline,
            log,
        })
    }

    /// What a run was to send and was given up.
    pub(crate) async fn dead_letters_of_run(&self, id: &str) -> Result<Vec<OutboxEntry>> {
        let filter =
            OutboxFilter { run_id: Some(id.to_owned()), status: Some(OutboxStatus::Dead), limit: MAX_OF_RUN, ..OutboxFilter::default() };
        Ok(self.store().outbox(&filter).await?)
    }
}

fn read_status(word: &str) -> Result<RunStatus> {
    let known = || RunStatus::ALL.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    RunStatus::parse(word)
        .ok_or_else(|| AppError::invalid(format!("`{word}` is no status of a run")).hint(format!("they are: {}", known())))
}

/// A run in short.
pub(super) fn line_of(stored: &PlayRun) -> Result<RunLine> {
    let next_step = if stored.ended_at.is_none() { next_step(&run_of(stored)?) } else { None };
    Ok(RunLine {
        id: stored.id.clone(),
        play: stored.play.clone(),
        version: stored.version.clone(),
        account_id: stored.account_id.clone(),
        subject: stored.subject.clone(),
        status: stored.status.as_str().to_owned(),
        outcome: stored.outcome.clone(),
        held_out: stored.held_out,
        trigger_at: stored.trigger_at,
        started_at: stored.started_at,
        due_at: stored.due_at,
        ended_at: stored.ended_at,
        next_step,
    })
}

/// The step that a run stands before or in: the one due first, of two the one written first.
fn next_step(run: &Run) -> Option<String> {
    let ahead = run.steps.iter().enumerate().filter(|(_, step)| step.state != StepState::Decided);
    let dated = ahead.filter_map(|(place, step)| Some((step.next_due()?, place, step)));
    dated.min_by_key(|(at, place, _)| (*at, *place)).map(|(_, _, step)| step.name.clone())
}

fn keys_of(step: &PlayStep) -> Vec<String> {
    serde_json::from_str(&step.effects).unwrap_or_default()
}

fn steps_of_run(run: &Run, decided: &[PlayStep], outbox: &[OutboxEntry], tasks: &[Task]) -> Vec<RunStep> {
    let mut steps: Vec<RunStep> = decided
        .iter()
        .map(|step| RunStep {
            name: step.step.clone(),
            state: step.outcome.as_str().to_owned(),
            due_at: step.due_at,
            decided_at: step.decided_at,
            why: step.reason.as_deref().map(skip_words).unwrap_or_default(),
            effects: effects_of(step, outbox, tasks),
        })
        .collect();
    for record in run.steps.iter().filter(|record| record.state != StepState::Decided) {
        let (state, why) = match record.state {
            StepState::Waiting { until } => ("waiting", format!("until {until} at the latest")),
            StepState::Approving { until, .. } => ("approving", format!("until {until} at the latest")),
            StepState::Pending | StepState::Decided => ("pending", String::new()),
        };
        let effects = outbox.iter().filter(|entry| entry.step.as_deref() == Some(&record.name) && record.repetition == 0);
        steps.push(RunStep {
            name: record.name.clone(),
            state: state.to_owned(),
            due_at: record.due_at,
            decided_at: None,
            why,
            effects: effects.map(letter).collect(),
        });
    }
    steps
}

fn effects_of(step: &PlayStep, outbox: &[OutboxEntry], tasks: &[Task]) -> Vec<EffectLine> {
    let mut lines = Vec::new();
    for key in keys_of(step) {
        let of_key = |entry: &&OutboxEntry| entry.key.strip_prefix(&key).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let before = lines.len();
        lines.extend(outbox.iter().filter(of_key).map(letter));
        lines.extend(tasks.iter().filter(|task| task.id == key).map(|task| EffectLine {
            key: task.id.clone(),
            what: format!("task: {}", task.title),
            status: task.status.as_str().to_owned(),
            at: task.done_at.or(task.due_at),
            why: task.outcome.clone().unwrap_or_default(),
        }));
        if lines.len() == before {
            // Tags, notes, stages of runs: nothing leaves the product, so they are done with the step.
            let (what, status) = ("within the product".to_owned(), "done".to_owned());
            lines.push(EffectLine { key, what, status, at: step.decided_at, why: String::new() });
        }
    }
    lines
}

fn letter(entry: &OutboxEntry) -> EffectLine {
    EffectLine {
        key: entry.key.clone(),
        what: entry.channel.clone(),
        status: entry.status.as_str().to_owned(),
        at: entry.sent_at.or(Some(entry.next_at)),
        why: entry.last_error.clone().unwrap_or_default(),
    }
}
