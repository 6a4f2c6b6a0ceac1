//! What an input does by itself, before anything follows from it.

use mainstay_model::Timestamp;
use mainstay_model::play::{Awaited, Body, ExitOn, Offset};

use super::Machine;
use crate::Input;
use crate::run::{GoalRecord, Skip, Status, StepOutcome, StepRecord, StepState};

/// The outcome of a run that a person or another play stopped.
pub const STOPPED: &str = "stopped";

impl Machine<'_> {
    pub(super) fn take(&mut self, input: &Input) {
        match input {
            Input::Start => self.schedule(|_| true),
            Input::Due | Input::Changed => {}
            Input::Event { name, at } => self.hear(name, *at),
            Input::Replied { at, .. } => {
                if *at >= self.run.started_at {
                    self.run.responded_at = Some(self.run.responded_at.map_or(*at, |earlier| earlier.min(*at)));
                }
            }
            Input::TaskDone { step, outcome } => {
                if let Some(record) = self.find(step) {
                    record.task_outcome = Some(outcome.clone());
                }
            }
            Input::Approved { step, yes, .. } => self.answer(step, *yes),
            Input::Failed { step, reason } => {
                if let Some(record) = self.find(step).filter(|record| record.outcome == Some(StepOutcome::Done)) {
                    record.outcome = Some(StepOutcome::Failed(reason.clone()));
                }
            }
            Input::Moved { date } => {
                self.run.clock.date = Some(*date);
                self.run.clock.dated_at = self.now;
                self.schedule(|offset| matches!(offset, Offset::Date(_)));
            }
            Input::Pause => {
                if self.run.status == Status::Running {
                    self.run.status = Status::Paused;
                }
            }
            Input::Resume => {
                if self.run.status == Status::Paused {
                    self.run.status = Status::Running;
                }
            }
            Input::Stop { .. } => self.end(Some(STOPPED.to_owned())),
            Input::Retry { step } => {
                let now = self.now;
                if let Some(record) = self.find(step).filter(|record| record.has_failed()) {
                    record.state = StepState::Pending;
                    record.due_at = Some(now);
                }
            }
            Input::MoveTo { .. } => self.move_to(),
        }
    }

    fn find(&mut self, step: &str) -> Option<&mut StepRecord> {
        self.run.steps.iter_mut().find(|record| record.name == step)
    }

    /// An event that came since the run began counts for every step that waits for it, also one that has not begun.
    fn hear(&mut self, name: &str, at: Timestamp) {
        if at < self.run.started_at {
            return;
        }
        let play = self.play;
        for (index, step) in play.steps.iter().enumerate() {
            let Body::Wait { on: Awaited::Event { name: awaited, filter }, .. } = &step.body else { continue };
            let came = awaited == name && filter.is_none_or(|filter| self.holds(filter));
            if let Some(record) = self.run.steps.get_mut(index).filter(|_| came) {
                record.heard_at = Some(record.heard_at.map_or(at, |earlier| earlier.min(at)));
            }
        }
        for exit in &play.exits {
            let ExitOn::Event { name: ending, filter } = &exit.on else { continue };
            if ending == name && filter.is_none_or(|filter| self.holds(filter)) {
                return self.end(Some(exit.outcome.clone()));
            }
        }
    }

    fn answer(&mut self, step: &str, yes: bool) {
        let Some(index) = self.run.steps.iter().position(|record| record.name == step) else { return };
        let Some(StepState::Approving { list, next, .. }) = self.record(index).map(|record| record.state.clone()) else { return };
        if yes {
            self.perform(index, list, next, self.now);
        } else {
            self.decide(index, StepOutcome::Skipped(Skip::Declined));
        }
    }

    /// Takes the steps and goals of the play given. What has an outcome keeps it; what has none and is no longer there is superseded.
    fn move_to(&mut self) {
        let play = self.play;
        for index in 0..self.run.steps.len() {
            let gone = self.record(index).is_some_and(|record| record.state != StepState::Decided && play.step(&record.name).is_none());
            if gone {
                self.close(index, StepOutcome::Superseded);
            }
        }
        let old_steps = std::mem::take(&mut self.run.steps);
        let old_goals = std::mem::take(&mut self.run.goals);
        let step = |step: &mainstay_model::play::Step| {
            old_steps.iter().find(|record| record.name == step.name).cloned().unwrap_or_else(|| StepRecord::new(step))
        };
        self.run.steps = play.steps.iter().map(step).collect();
        let goal = |goal: &mainstay_model::play::Goal| {
            let new = GoalRecord { name: goal.name.clone(), open: false, reached_at: None };
            old_goals.iter().find(|record| record.name == goal.name).cloned().unwrap_or(new)
        };
        self.run.goals = play.goals.iter().map(goal).collect();
        self.run.version.clone_from(&play.version);
        self.schedule(|_| true);
    }
}
