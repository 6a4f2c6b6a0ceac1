//! Runs between the machine, which steps them, and the store, which keeps them.

use mainstay_model::Timestamp;
use mainstay_model::play::Play;
use mainstay_plays::{Input, Outcome, Run, Status, StepOutcome};
use mainstay_store::{Decided, Ending, PlayRun, PlayStep, PlayVersion, RunChange, RunStatus, RunWrite, StepOutcome as StoredOutcome};

use super::advance::Moving;
use crate::error::{AppError, ErrorCode, Result};

/// The machine's run behind a stored one.
pub(crate) fn run_of(stored: &PlayRun) -> Result<Run> {
    serde_json::from_str(&stored.state).map_err(|error| {
        AppError::new(ErrorCode::Unavailable, format!("the run {} of the play {} cannot be read", stored.id, stored.play)).caused_by(error)
    })
}

/// The play of a stored version.
pub(crate) fn play_of(stored: &PlayVersion) -> Result<Play> {
    serde_json::from_str(&stored.definition).map_err(|error| {
        AppError::new(ErrorCode::Unavailable, format!("a version of the play {} cannot be read", stored.play)).caused_by(error)
    })
}

/// A run that begins, and what that set off.
pub(crate) fn begun(outcome: &Outcome, priority: u8, now: Timestamp) -> Result<Decided> {
    let run = &outcome.run;
    let stored = PlayRun {
        id: run.id.clone(),
        play: run.play.clone(),
        version: run.version.clone(),
        account_id: run.subject.account.clone(),
        subject: run.subject.record.clone().unwrap_or_else(|| run.subject.account.clone()),
        status: status_of(run),
        outcome: run.outcome.clone(),
        trigger_at: run.started_at,
        trigger_values: written(&run.trigger)?,
        baseline: written(&run.baseline)?,
        state: written(run)?,
        due_at: outcome.next_due,
        priority: i64::from(priority),
        held_out: run.held_out,
        started_at: now,
        ended_at: run.ended_at,
        updated_at: now,
        revision: 0,
        claim: None,
        claim_until: None,
    };
    decided(outcome, RunWrite::Begin(Box::new(stored)))
}

/// A run that goes on from its stored state, and what that set off.
pub(crate) fn changed(moving: &Moving, outcome: &Outcome, now: Timestamp) -> Result<Decided> {
    let (before, run) = (&moving.stored, &outcome.run);
    let change = RunChange {
        id: run.id.clone(),
        revision: before.revision,
        version: run.version.clone(),
        status: status_of(run),
        outcome: run.outcome.clone(),
        state: written(run)?,
        due_at: outcome.next_due,
        priority: before.priority,
        ended_at: run.ended_at,
        updated_at: now,
    };
    let ending = ending(moving, run, now);
    Ok(Decided { ending, heard_tasks: moving.heard_tasks.clone(), ..decided(outcome, RunWrite::Change(change))? })
}

/// What is said of a run that ended before its last step: at a goal, at an exit, or because somebody stopped it.
fn ending(moving: &Moving, run: &Run, now: Timestamp) -> Option<Ending> {
    let how = run.outcome.as_ref().filter(|_| run.has_ended())?;
    let stop = moving.inputs.iter().find_map(|(input, _)| match input {
        Input::Stop { by, reason } => Some((by.clone(), format!("the run was stopped: {reason}"))),
        _ => None,
    });
    let (by, note) = stop.unwrap_or_else(|| (run.play.clone(), format!("the run has ended: {}", how.replace('_', " "))));
    Some(Ending { by, note, at: now })
}

fn decided(outcome: &Outcome, write: RunWrite) -> Result<Decided> {
    let run_id = write.id().to_owned();
    let mut decided = Decided::of(write);
    for step in &outcome.decided {
        let effects: Vec<&str> =
            outcome.effects.iter().filter(|planned| planned.step == step.step).map(|planned| planned.key.as_str()).collect();
        let (stored, reason) = match &step.outcome {
            StepOutcome::Done => (StoredOutcome::Done, None),
            StepOutcome::Skipped(skip) => (StoredOutcome::Skipped, Some(skip.word().to_owned())),
            StepOutcome::Failed(why) => (StoredOutcome::Failed, Some(why.clone())),
            StepOutcome::Superseded => (StoredOutcome::Superseded, None),
        };
        decided.steps.push(PlayStep {
            run_id: run_id.clone(),
            step: if step.repetition == 0 { step.step.clone() } else { format!("{} {}", step.step, step.repetition + 1) },
            due_at: step.due_at,
            decided_at: Some(step.at),
            outcome: stored,
            reason,
            effects: written(&effects)?,
        });
    }
    Ok(decided)
}

fn status_of(run: &Run) -> RunStatus {
    match run.status {
        Status::Running => RunStatus::Running,
        Status::Paused => RunStatus::Paused,
        Status::HeldOut => RunStatus::HeldOut,
        Status::Ended if run.outcome.as_deref() == Some(mainstay_plays::step::STOPPED) => RunStatus::Stopped,
        Status::Ended => RunStatus::Finished,
    }
}

fn written<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| AppError::new(ErrorCode::Unavailable, "a run could not be written").caused_by(error))
}
