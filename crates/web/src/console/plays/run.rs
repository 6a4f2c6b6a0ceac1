//! One run: its steps with their due times and outcomes, what each set off and whether it arrived, and what can be done with it.

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::AppError;
use mainstay_app::play_book::{RunDetail, RunLine, RunStep};

use super::detail::{LogShown, log_shown};
use super::state_mark;
use crate::console::Console;
use crate::console::error::{PageResult, show};
use crate::console::frame::Frame;
use crate::console::session::Visit;
use crate::console::words::{Moment, NOT_KNOWN, segment, spaced};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/run.html")]
pub struct RunPage {
    /// What is around it.
    pub frame: Frame,
    /// The path of its play's page.
    pub play_path: String,
    /// What people call its play.
    pub play: String,
    /// The run in short.
    pub row: RunRow,
    /// Where its acts are sent.
    pub act: String,
    /// What is known of it: name and value.
    pub pairs: Vec<(String, String)>,
    /// Its steps.
    pub steps: Vec<StepRow>,
    /// What happened.
    pub log: Vec<LogShown>,
    /// Whether it is under way.
    pub running: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// Whether it has ended.
    pub ended: bool,
    /// Whether it goes by an earlier version.
    pub behind: bool,
}

/// A run in a list.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Its page.
    pub href: String,
    /// Where its acts are sent.
    pub act: String,
    /// The play.
    pub play: String,
    /// The account's page.
    pub account_href: String,
    /// The account, and its subscription, person or user.
    pub subject: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// Where it stands or how it ended.
    pub state: String,
    /// Which step is next, and when.
    pub next: String,
    /// When it began.
    pub began: String,
    /// When exactly.
    pub began_at: String,
    /// Whether it can still be stopped.
    pub open: bool,
}

/// A step in the table.
#[derive(Clone, Debug)]
pub struct StepRow {
    /// The name.
    pub name: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// Where it stands.
    pub state: String,
    /// When it is or was due.
    pub due: String,
    /// When it was decided.
    pub decided: String,
    /// Why.
    pub why: String,
    /// What it set off: what, colour, shape, state, when and why, key.
    pub effects: Vec<EffectShown>,
    /// Whether something of it was given up.
    pub can_retry: bool,
}

/// One thing that a step set off.
#[derive(Clone, Debug)]
pub struct EffectShown {
    /// What it is.
    pub what: String,
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// Where it stands.
    pub state: String,
    /// Why.
    pub why: String,
    /// The key that the receiver sees.
    pub key: String,
}

/// A run in a list.
#[must_use]
pub fn run_row(run: &RunLine, moment: &Moment) -> RunRow {
    let status = if run.held_out && run.ended_at.is_none() { "held_out" } else { run.status.as_str() };
    let (tone, shape, word) = state_mark(status);
    let next = match (&run.next_step, run.due_at) {
        (Some(step), Some(at)) => format!("{step}, {}", moment.ago(at)),
        (Some(step), None) => step.clone(),
        _ => NOT_KNOWN.to_owned(),
    };
    RunRow {
        href: format!("/plays/{}/runs/{}", segment(&run.play), segment(&run.id)),
        act: format!("/runs/{}/act", segment(&run.id)),
        play: run.play.clone(),
        account_href: format!("/accounts/{}", segment(&run.account_id)),
        subject: if run.subject == run.account_id { run.account_id.clone() } else { format!("{} · {}", run.account_id, run.subject) },
        tone,
        shape,
        state: match &run.outcome {
            Some(outcome) if *outcome != run.status => format!("{word}: {}", spaced(outcome)),
            _ => word,
        },
        next,
        began: moment.ago(run.started_at),
        began_at: moment.full(run.started_at),
        open: run.ended_at.is_none(),
    }
}

fn step_row(step: &RunStep, moment: &Moment) -> StepRow {
    let at = |at: Option<mainstay_model::Timestamp>| at.map_or_else(|| NOT_KNOWN.to_owned(), |at| moment.full(at));
    let (tone, shape, state) = state_mark(&step.state);
    let effect = |effect: &mainstay_app::play_book::EffectLine| {
        let (tone, shape, state) = state_mark(&effect.status);
        EffectShown { what: spaced(&effect.what), tone, shape, state, why: effect.why.clone(), key: effect.key.clone() }
    };
    StepRow {
        name: step.name.clone(),
        tone,
        shape,
        state,
        due: at(step.due_at),
        decided: at(step.decided_at),
        why: step.why.clone(),
        effects: step.effects.iter().map(effect).collect(),
        can_retry: step.effects.iter().any(|effect| effect.status == "dead"),
    }
}

impl RunPage {
    /// Makes the page.
    #[must_use]
    pub fn new(frame: Frame, detail: &RunDetail, moment: &Moment) -> Self {
        let line = &detail.line;
        let row = run_row(line, moment);
        let mut pairs = vec![
            ("hour 0".to_owned(), moment.full(line.trigger_at)),
            ("version".to_owned(), line.version.clone()),
            ("id".to_owned(), line.id.clone()),
        ];
        pairs.extend(line.ended_at.map(|at| ("ended".to_owned(), moment.full(at))));
        let reached = |at: Option<mainstay_model::Timestamp>| {
            at.map_or_else(|| "not reached".to_owned(), |at| format!("reached {}", moment.full(at)))
        };
        pairs.extend(detail.goals.iter().map(|(goal, at)| (format!("goal {}", spaced(goal)), reached(*at))));
        let words = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        pairs.extend(detail.trigger.iter().map(|(name, value)| (format!("trigger.{name}"), words(value))));
        pairs.extend(detail.baseline.iter().map(|(name, value)| (format!("baseline.{name}"), words(value))));
        Self {
            play_path: format!("/plays/{}", segment(&line.play)),
            play: detail.label.clone(),
            act: row.act.clone(),
            running: line.status == "running",
            paused: line.status == "paused",
            ended: line.ended_at.is_some(),
            behind: detail.behind,
            row,
            pairs,
            steps: detail.steps.iter().map(|step| step_row(step, moment)).collect(),
            log: log_shown(&detail.log, None, moment),
            frame,
        }
    }
}

/// Shows the page.
pub(crate) async fn show_run(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Path((play, id)): Path<(String, String)>,
) -> PageResult {
    let detail = console.app.show_run(&id).await?;
    if detail.line.play != play {
        return Err(AppError::not_found(format!("The play `{play}` has no run `{id}`."))
            .hint("The page of the play lists the latest ones.")
            .into());
    }
    let frame = Frame::new(&console.app, &visit, "plays", format!("{} for {}", detail.label, detail.line.account_id));
    Ok(show(&RunPage::new(frame, &detail, &visit.moment)))
}
