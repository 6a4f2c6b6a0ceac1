//! The machine: one run, one input, one instant in; the new run, the steps decided and their effects out.

mod decide;
mod hear;

use mainstay_model::Timestamp;
use mainstay_model::play::effect::Approval;
use mainstay_model::play::{Awaited, Body, ConditionId, Effect, ExitOn, Offset, Play};
use serde::{Deserialize, Serialize};

use crate::run::{Skip, Status, StepRecord, StepState};
use crate::windows::BusinessTime;
use crate::{Answers, Input, Run, StepOutcome, due};

pub use decide::DEFAULT_STALE_AFTER;
pub use hear::STOPPED;

/// What an input led to.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The run as it is now.
    pub run: Run,
    /// The steps that got their outcome, in order.
    pub decided: Vec<DecidedStep>,
    /// What is to be done, in order.
    pub effects: Vec<Planned>,
    /// When something is due next without a further input.
    pub next_due: Option<Timestamp>,
}

/// A step that got its outcome. Each repetition of a step gets one, once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DecidedStep {
    /// The step's name.
    pub step: String,
    /// How many times it came round before.
    pub repetition: u32,
    /// When it was due.
    pub due_at: Option<Timestamp>,
    /// When it was decided.
    pub at: Timestamp,
    /// How.
    pub outcome: StepOutcome,
}

/// An effect to be performed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Planned {
    /// `<run id>/<step>/<number>`, for repetitions `<run id>/<step>/<repetition>.<number>`: the same at every replay and retry.
    pub key: String,
    /// The step's name.
    pub step: String,
    /// The effect.
    pub effect: Effect,
    /// The step's instant: when it was due, or when what it waited for was settled.
    pub at: Timestamp,
    /// When its task is due.
    pub due_at: Option<Timestamp>,
    /// Whether that is a promise (`within`), whose clock is watched.
    pub promised: bool,
    /// When it is no longer worth sending, for messages.
    pub stale_at: Option<Timestamp>,
    /// Whether it is the owner's task in the place of a message that was too old to send.
    pub instead: bool,
}

/// Takes an input at an instant. A run that is over takes none.
///
/// Exits come before goals, goals before waits, waits before steps; of the steps that are due the one due first, and of two due at once the one
/// that stands first in the play. `business` is the calendar in which business time is counted.
#[must_use]
pub fn step(play: &Play, run: &Run, input: &Input, now: Timestamp, answers: &dyn Answers, business: &BusinessTime) -> Outcome {
    let mut machine = Machine { play, run: run.clone(), now, answers, business, decided: Vec::new(), effects: Vec::new() };
    if !run.has_ended() {
        machine.take(input);
        machine.settle();
    }
    let next_due = machine.run.next_due();
    Outcome { run: machine.run, decided: machine.decided, effects: machine.effects, next_due }
}

struct Machine<'a> {
    play: &'a Play,
    run: Run,
    now: Timestamp,
    answers: &'a dyn Answers,
    business: &'a BusinessTime<'a>,
    decided: Vec<DecidedStep>,
    effects: Vec<Planned>,
}

impl Machine<'_> {
    fn holds(&self, condition: ConditionId) -> bool {
        self.answers.holds(condition, &self.run, self.now) == Some(true)
    }

    fn record(&self, index: usize) -> Option<&StepRecord> {
        self.run.steps.get(index)
    }

    fn set(&mut self, index: usize, state: StepState) {
        if let Some(record) = self.run.steps.get_mut(index) {
            record.state = state;
        }
    }

    /// Lets everything happen that the run is ready for.
    fn settle(&mut self) {
        self.check_exits();
        self.check_goals();
        while matches!(self.run.status, Status::Running | Status::HeldOut) {
            if self.check_waits() {
                continue;
            }
            let due = self.run.steps.iter().enumerate().filter(|(_, step)| step.state == StepState::Pending);
            let due = due.filter_map(|(index, step)| Some((step.due_at.filter(|at| *at <= self.now)?, index))).min();
            match due {
                Some((at, index)) => self.begin(index, at),
                None => break,
            }
        }
        let through = self.run.steps.iter().all(|step| step.state == StepState::Decided);
        if through && matches!(self.run.status, Status::Running | Status::HeldOut) {
            self.end(None);
        }
    }

    fn check_exits(&mut self) {
        let reached = self.play.exits.iter().find(|exit| matches!(exit.on, ExitOn::When(condition) if self.holds(condition)));
        if let Some(exit) = reached.filter(|_| !self.run.has_ended()) {
            self.end(Some(exit.outcome.clone()));
        }
    }

    fn check_goals(&mut self) {
        for (index, goal) in self.play.goals.iter().enumerate() {
            if self.run.has_ended() {
                return;
            }
            let holds = self.holds(goal.when);
            let Some(record) = self.run.goals.get_mut(index) else { continue };
            if !holds {
                record.open = true;
            } else if record.open && record.reached_at.is_none() {
                record.reached_at = Some(self.now);
                if goal.ends {
                    self.end(Some(goal.name.clone()));
                }
            }
        }
    }

    /// Settles one wait or approval that is over; whether there was one.
    fn check_waits(&mut self) -> bool {
        let over = |machine: &Self, index: usize| {
            let record = machine.record(index)?;
            match record.state {
                StepState::Waiting { until } => {
                    let came = machine.came(index).filter(|at| *at <= until);
                    came.map(|at| (true, at.max(record.due_at.unwrap_or(at)))).or_else(|| (until <= machine.now).then_some((false, until)))
                }
                StepState::Approving { until, .. } => (until <= machine.now).then_some((false, until)),
                StepState::Pending | StepState::Decided => None,
            }
        };
        let found = (0..self.run.steps.len()).filter_map(|index| over(self, index).map(|(came, at)| (at, index, came))).min();
        let Some((at, index, came)) = found else { return false };
        match self.record(index).map(|record| record.state.clone()) {
            Some(StepState::Approving { list, next, proceeds: true, .. }) => self.perform(index, list, next, at),
            Some(StepState::Approving { .. }) => self.decide(index, StepOutcome::Skipped(Skip::Unanswered)),
            _ => self.perform(index, if came { 1 } else { 2 }, 0, at),
        }
        true
    }

    /// When what a step waits for came, if it did.
    fn came(&self, index: usize) -> Option<Timestamp> {
        let Body::Wait { on, .. } = &self.play.steps.get(index)?.body else { return None };
        match on {
            Awaited::Event { .. } => self.record(index)?.heard_at,
            Awaited::Reply => self.run.responded_at,
            Awaited::When(condition) => self.holds(*condition).then_some(self.now),
        }
    }

    /// Ends the run; what has no outcome yet is superseded.
    fn end(&mut self, outcome: Option<String>) {
        for index in 0..self.run.steps.len() {
            if self.record(index).is_some_and(|record| record.state != StepState::Decided) {
                self.close(index, StepOutcome::Superseded);
            }
        }
        self.run.status = Status::Ended;
        self.run.outcome = outcome;
        self.run.ended_at = Some(self.now);
    }

    /// Works out when every step that has not come yet is due, of those that `which` takes.
    fn schedule(&mut self, which: impl Fn(&Offset) -> bool) {
        for (index, step) in self.play.steps.iter().enumerate().filter(|(_, step)| which(&step.at.offset)) {
            let at = due::due_at(&step.at, &self.run, self.business);
            if let Some(record) = self.run.steps.get_mut(index).filter(|record| record.is_fresh()) {
                record.due_at = at;
            }
        }
    }
}

/// What an approval leads to while it is waited for.
fn approving(approval: &Approval, list: usize, next: usize, until: Timestamp) -> StepState {
    StepState::Approving { list, next, until, proceeds: approval.proceeds }
}
