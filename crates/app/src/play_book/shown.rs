//! One play in detail: its steps on a time line with the runs at each, how far runs got, what was decided lately and why.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use mainstay_model::play::{Awaited, Body, Play, Step};
use mainstay_store::{MessageCount, PlayRun, RunFilter, RunStatus, StepCount, StepOutcome};
use serde::{Deserialize, Serialize};

use super::list::{PlaySummary, summary};
use super::log::{LogLine, lines};
use super::refused::{RefusalLine, RefusalsAsked};
use super::run::{RunLine, line_of};
use crate::app::App;
use crate::error::Result;
use crate::workspace::declared;

/// Runs that are looked through for where they stand and what they reached.
const MAX_LOOKED_THROUGH: u32 = 2_000;
/// Lines of the log.
const LOG_LINES: u32 = 60;
/// Runs that are listed.
const RUNS_LISTED: usize = 25;
/// Refusals that are listed.
const REFUSALS_LISTED: u32 = 25;

/// One play.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlayDetail {
    /// The play in short.
    pub summary: PlaySummary,
    /// Whose run it is: `account`, `subscription`, `person` or `user`.
    pub per: String,
    /// Asked once, at the trigger instant; empty where nothing is.
    pub qualify: String,
    /// What ends a run early, and with which outcome.
    pub exits: Vec<(String, String)>,
    /// Its steps, in order.
    pub steps: Vec<StepView>,
    /// Its goals, for treated runs and for those held out.
    pub goals: Vec<GoalView>,
    /// The latest runs.
    pub runs: Vec<RunLine>,
    /// What happened, newest first.
    pub log: Vec<LogLine>,
    /// For whom it did not start, the latest first.
    pub refused: Vec<RefusalLine>,
    /// What it sent by each channel, and what came back.
    pub messages: Vec<MessagesSent>,
    /// The document's path in the workspace; empty where none declares it.
    pub path: String,
    /// The document.
    pub text: String,
    /// Whether there are more runs than were looked through for the counts of `waiting` and goals.
    pub counts_of_latest: bool,
}

/// One step.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct StepView {
    /// The name.
    pub name: String,
    /// When it is due, as it is written.
    pub at: String,
    /// On what it hangs: `when …`, `unless …`, `waits for …`.
    pub hangs_on: Vec<String>,
    /// What it does: `email champion`.
    pub does: Vec<String>,
    /// Runs under way whose next step it is.
    pub waiting: u64,
    /// Runs in which it was done.
    pub done: u64,
    /// Runs in which it was left out.
    pub skipped: u64,
    /// Runs in which it failed.
    pub failed: u64,
    /// Runs that ended, or moved on, before its time.
    pub superseded: u64,
}

/// How many runs reached a goal.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct GoalView {
    /// The name.
    pub name: String,
    /// The condition.
    pub when: String,
    /// Treated runs that reached it.
    pub reached: u64,
    /// Of so many.
    pub of: u64,
    /// Held-out runs that reached it.
    pub held_out_reached: u64,
    /// Of so many.
    pub held_out_of: u64,
}

/// What a play sent by one channel, and what came back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct MessagesSent {
    /// The channel.
    pub channel: String,
    /// Messages that left.
    pub sent: u64,
    /// Those of them that were opened, as far as receivers let it be seen.
    pub opened: u64,
    /// Those in which a link was followed.
    pub clicked: u64,
    /// Those that were answered.
    pub replied: u64,
    /// Those that could not be delivered.
    pub bounced: u64,
}

impl App {
    /// One play with its runs.
    ///
    /// # Errors
    /// `NotFound` when neither the workspace nor any run has it.
    pub async fn show_play(&self, name: &str) -> Result<PlayDetail> {
        let (play, in_force) = self.play_named(name).await?;
        let store = self.store();
        let dead = store.dead_letters_of_play(name, LOG_LINES).await?;
        let dead_letters = store.count_dead_letters().await?.into_iter().find(|(play, _)| play == name).map_or(0, |(_, count)| count);
        let summary = summary(&play, in_force, &store.count_runs().await?, &store.plays_begun().await?, dead_letters);
        let of_play = RunFilter { play: Some(name.to_owned()), limit: MAX_LOOKED_THROUGH, ..RunFilter::default() };
        let latest = store.runs(&of_play).await?;
        let mut under_way = Vec::new();
        for status in [RunStatus::Running, RunStatus::Paused] {
            under_way.extend(store.runs(&RunFilter { status: Some(status), ..of_play.clone() }).await?);
        }
        let mut steps = steps_of(&play);
        count_into(&mut steps, &store.count_steps(name).await?);
        for run in &under_way {
            let next = line_of(run)?.next_step;
            if let Some(step) = steps.iter_mut().find(|step| Some(&step.name) == next.as_ref()) {
                step.waiting += 1;
            }
        }
        let log = lines(
            latest.get(..latest.len().min(LOG_LINES as usize)).unwrap_or_default(),
            &store.steps_of_play(name, LOG_LINES).await?,
            &store.verdicts_of_play(name, LOG_LINES).await?,
            &dead,
            &store.interventions_of_play(name, LOG_LINES).await?,
            LOG_LINES as usize,
        );
        let refused = RefusalsAsked { play: Some(name.to_owned()), limit: Some(REFUSALS_LISTED), ..RefusalsAsked::default() };
        let refused = self.list_refusals(&refused).await?;
        let messages = store.count_messages_of_play(name).await?.into_iter().map(sent_of).collect();
        let (path, text) = self.play_document(name);
        let written = |id| play.condition(id).map(|condition| condition.written.clone()).unwrap_or_default();
        let exits = play.exits.iter().map(|exit| {
            let on = match &exit.on {
                mainstay_model::play::ExitOn::When(id) => format!("when {}", written(*id)),
                mainstay_model::play::ExitOn::Event { name, .. } => format!("on the event {name}"),
            };
            (on, exit.outcome.clone())
        });
        Ok(PlayDetail {
            per: play.per.word().to_owned(),
            qualify: play.qualify.map(written).unwrap_or_default(),
            exits: exits.collect(),
            goals: goals_of(&play, &latest)?,
            runs: latest.iter().take(RUNS_LISTED).map(line_of).collect::<Result<_>>()?,
            counts_of_latest: summary.begun > u64::from(MAX_LOOKED_THROUGH),
            summary,
            steps,
            log,
            refused,
            messages,
            path,
            text,
        })
    }

    /// The document that declares a play in force: its path and text; both empty where there is none.
    pub(crate) fn play_document(&self, name: &str) -> (String, String) {
        let configured = self.0.configured.read().unwrap_or_else(PoisonError::into_inner);
        declared(&configured.documents, "plays/", name)
            .map(|(document, _)| (document.path.clone(), document.text.clone()))
            .unwrap_or_default()
    }
}

fn sent_of(count: MessageCount) -> MessagesSent {
    let MessageCount { channel, sent, opened, clicked, replied, bounced } = count;
    MessagesSent { channel, sent, opened, clicked, replied, bounced }
}

/// The steps of a play as they are written, without any run.
#[must_use]
pub fn steps_of(play: &Play) -> Vec<StepView> {
    play.steps.iter().map(|step| step_view(play, step)).collect()
}

fn step_view(play: &Play, step: &Step) -> StepView {
    let written = |id| play.condition(id).map(|condition| condition.written.clone()).unwrap_or_default();
    let mut hangs_on = Vec::new();
    hangs_on.extend(step.when.map(|id| format!("when {}", written(id))));
    hangs_on.extend(step.unless.map(|id| format!("unless {}", written(id))));
    hangs_on.extend(step.within.map(|within| format!("promised within {within}")));
    hangs_on.extend(step.repeat.as_ref().map(|repeat| match &repeat.until {
        Some(until) => format!("every {} until {until}", repeat.every),
        None => format!("every {}", repeat.every),
    }));
    match &step.body {
        Body::Plain => {}
        Body::Choose(branches) => hangs_on.push(format!("chooses one of {}", branches.len())),
        Body::Wait { on, length, .. } => {
            let what = match on {
                Awaited::Event { name, .. } => format!("the event {name}"),
                Awaited::When(id) => written(*id),
                Awaited::Reply => "a reply".to_owned(),
            };
            hangs_on.push(format!("waits {length} for {what}"));
        }
    }
    let does = step.numbered().map(|(_, effect)| effect.lines().into_iter().next().unwrap_or_default());
    StepView { name: step.name.clone(), at: step.at.to_string(), hangs_on, does: does.collect(), ..StepView::default() }
}

/// Adds what was decided; repetitions count for their step.
fn count_into(steps: &mut [StepView], counts: &[StepCount]) {
    for count in counts {
        let repeats = |name: &str| count.step.strip_prefix(name).is_some_and(|rest| rest.strip_prefix(' ').is_some_and(is_number));
        let Some(step) = steps.iter_mut().find(|step| step.name == count.step || repeats(&step.name)) else { continue };
        match count.outcome {
            StepOutcome::Done => step.done += count.runs,
            StepOutcome::Skipped => step.skipped += count.runs,
            StepOutcome::Failed => step.failed += count.runs,
            StepOutcome::Superseded => step.superseded += count.runs,
            StepOutcome::Waiting => {}
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn goals_of(play: &Play, runs: &[PlayRun]) -> Result<Vec<GoalView>> {
    let view = |goal: &mainstay_model::play::Goal| GoalView {
        name: goal.name.clone(),
        when: play.condition(goal.when).map(|condition| condition.written.clone()).unwrap_or_default(),
        ..GoalView::default()
    };
    let mut goals: BTreeMap<String, GoalView> = play.goals.iter().map(|goal| (goal.name.clone(), view(goal))).collect();
    if goals.is_empty() {
        return Ok(Vec::new());
    }
    for stored in runs {
        let run = crate::plays::run_of(stored)?;
        for record in &run.goals {
            let Some(goal) = goals.get_mut(&record.name) else { continue };
            let reached = u64::from(record.reached_at.is_some());
            if stored.held_out {
                (goal.held_out_of, goal.held_out_reached) = (goal.held_out_of + 1, goal.held_out_reached + reached);
            } else {
                (goal.of, goal.reached) = (goal.of + 1, goal.reached + reached);
            }
        }
    }
    Ok(play.goals.iter().filter_map(|goal| goals.remove(&goal.name)).collect())
}
