//! The autopsy of an account that left: its score, and everything that happened and was done, in order.

use mainstay_model::lifecycle::CHURNED;
use mainstay_model::{Day, Timestamp};
use mainstay_store::{InterventionFilter, PlayRun, StepOutcome, Task, TaskFilter, TaskStatus};
use serde::Serialize;

use super::StageSpan;
use crate::accounts::{AccountView, AsOf, ScorePoint, TimelineEntry};
use crate::app::App;
use crate::error::Result;

/// How far back the score line goes.
const DAYS: u32 = 365;
/// Lines of the account's own time line.
const LINES: usize = 400;
/// Runs, tasks and interventions that are replayed.
const MAX_REPLAYED: u32 = 200;

/// How it went with an account until it left, or until the instant asked about where it had not by then.
#[derive(Clone, Debug, Serialize)]
pub struct Autopsy {
    /// The account as it was on its last day as a customer.
    pub account: AccountView,
    /// The first day without a contract; absent where it did not leave.
    pub left_on: Option<Day>,
    /// Who or which play said that it left, and why.
    pub said: Option<StageSpan>,
    /// Its score at the end of each of the last 365 days until then.
    pub points: Vec<ScorePoint>,
    /// The components that cost points then, the costliest first.
    pub weaknesses: Vec<Weakness>,
    /// How many runs of plays had begun by then.
    pub runs: usize,
    /// How many tasks there were by then.
    pub tasks: usize,
    /// How many of the tasks were done by then.
    pub tasks_done: usize,
    /// What happened and what was done, the earliest first.
    pub replay: Vec<TimelineEntry>,
}

/// A component that cost points.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Weakness {
    /// What people read.
    pub label: String,
    /// Its level.
    pub level: Option<String>,
    /// Points of the score that it cost.
    pub lost: f64,
}

impl App {
    /// How it went with an account until it left, as of an instant.
    ///
    /// Facts are those of the instant, and what plays and people did is what had happened by it. Labels of plays are those of the workspace in
    /// force; who had a task that was ended later is not kept, and left out. Scores at the end of past days are the kept ones, with what is known
    /// today.
    ///
    /// # Errors
    /// When there is no such account, or was none then.
    pub async fn autopsy(&self, id: &str, at: &AsOf) -> Result<Autopsy> {
        let now = at.at.unwrap_or_else(|| self.now());
        let stage = self.stage(id, at).await?;
        let today = self.show_account(id, at).await?;
        let said = stage.history.first().filter(|span| span.stage.as_deref() == Some(CHURNED)).cloned();
        let zone = self.workspace().zone.clone();
        let stated = today.attributes.iter().find(|(name, _)| name == "churned_on").and_then(|(_, day)| Day::parse(day.as_str()?).ok());
        let left_on = stated.filter(|day| *day <= zone.day_of(now)).or_else(|| said.as_ref().map(|span| zone.day_of(span.from)));
        // The last instant of the last day as a customer, where anything was known of it by then.
        let last = left_on.map(|day| AsOf { at: Some(Timestamp(zone.start_of(day).micros() - 1)), known: at.known });
        let then = match &last {
            Some(last) => self.show_account(id, last).await.ok().map(|account| (account, *last)),
            None => None,
        };
        let (account, last) = then.unwrap_or((today, *at));
        let points = self.score_history(id, DAYS, &last).await?;
        let mut replay = self.timeline(id, at, LINES).await?;
        let counts = self.replay_work(id, now, &mut replay).await?;
        replay.extend(stage.history.iter().map(stage_line));
        replay.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.title.cmp(&b.title)));
        let weaknesses = weaknesses(&account);
        let (runs, tasks, tasks_done) = counts;
        Ok(Autopsy { account, left_on, said, points, weaknesses, runs, tasks, tasks_done, replay })
    }

    /// Adds what plays and people did by an instant: how many runs of plays, tasks, and tasks done there were.
    async fn replay_work(&self, id: &str, by: Timestamp, replay: &mut Vec<TimelineEntry>) -> Result<(usize, usize, usize)> {
        let store = self.store();
        let workspace = self.workspace();
        let runs = store.runs_of_accounts(&[id.to_owned()]).await?;
        let runs: Vec<PlayRun> = runs.into_iter().filter(|run| run.started_at <= by).collect();
        let label = |run: &PlayRun| workspace.plays.get(&run.play).map_or_else(|| run.play.clone(), |play| play.label.clone());
        for run in runs.iter().filter(|run| !run.held_out).take(MAX_REPLAYED as usize) {
            replay.push(line(run.trigger_at, "run", format!("Play began: {}", label(run)), String::new()));
            for step in store.steps_of_run(&run.id).await?.into_iter().filter(|step| step.outcome != StepOutcome::Waiting) {
                let (Some(at), outcome) = (step.decided_at.filter(|at| *at <= by), step.outcome.as_str()) else { continue };
                let detail = step.reason.map_or_else(|| outcome.to_owned(), |reason| format!("{outcome}: {reason}"));
                replay.push(line(at, "step", format!("{}, {}", label(run), step.step.replace('_', " ")), detail));
            }
            if let Some(at) = run.ended_at.filter(|at| *at <= by) {
                let outcome = run.outcome.clone().unwrap_or_else(|| run.status.as_str().to_owned());
                replay.push(line(at, "run", format!("Play ended: {}", label(run)), outcome.replace('_', " ")));
            }
        }
        let filter = TaskFilter { account_id: Some(id.to_owned()), limit: MAX_REPLAYED, ..TaskFilter::default() };
        let tasks: Vec<Task> = store.tasks(&filter).await?.into_iter().filter(|task| task.created_at <= by).collect();
        replay.extend(tasks.iter().map(|task| task_line(task, by)));
        let done = tasks.iter().filter(|task| task.done_at.is_some_and(|at| at <= by)).count();
        let filter = InterventionFilter { account_id: Some(id.to_owned()), limit: MAX_REPLAYED, ..InterventionFilter::default() };
        for done in store.interventions(&filter).await?.into_iter().filter(|done| done.at <= by) {
            let detail = [Some(done.who), done.outcome, done.learned].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            replay.push(line(done.at, "intervention", done.what, detail));
        }
        Ok((runs.len(), tasks.len(), done))
    }
}

fn line(at: Timestamp, kind: &str, title: String, detail: String) -> TimelineEntry {
    TimelineEntry { at, kind: kind.to_owned(), title, detail }
}

/// A task where it was done by then, else where it was given. Who had one that was ended later is not known: tasks change hands.
fn task_line(task: &Task, by: Timestamp) -> TimelineEntry {
    let title = format!("Task: {}", task.title);
    if task.done_at.is_some_and(|at| at > by) {
        return line(task.created_at, "task", title, TaskStatus::Open.as_str().to_owned());
    }
    let who = task.done_by.clone().or_else(|| task.owner.clone()).or_else(|| task.role.clone()).unwrap_or_default();
    let outcome = task.outcome.clone().unwrap_or_else(|| task.status.as_str().to_owned());
    let detail = [who, outcome.replace('_', " ")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    line(task.done_at.unwrap_or(task.created_at), "task", title, detail)
}

fn stage_line(span: &StageSpan) -> TimelineEntry {
    let stage = span.stage.as_deref().map_or_else(|| "none".to_owned(), |stage| stage.replace('_', " "));
    let by = span.by.clone().unwrap_or_else(|| span.source.clone());
    let detail = [Some(by), span.reason.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    line(span.from, "stage", format!("Stage: {stage}"), detail)
}

fn weaknesses(account: &AccountView) -> Vec<Weakness> {
    let parts = account.explanation.iter().flat_map(|explanation| &explanation.components);
    let lost = |part: &crate::health::Part| {
        let lost = (part.max_contribution.units - part.contribution.units) as f64 / 10_f64.powi(i32::from(part.contribution.decimals));
        (!part.missing && lost > 0.0).then(|| Weakness { label: part.label.clone(), level: part.level.clone(), lost })
    };
    let mut weak: Vec<Weakness> = parts.filter_map(lost).collect();
    weak.sort_by(|a, b| b.lost.total_cmp(&a.lost));
    weak
}
