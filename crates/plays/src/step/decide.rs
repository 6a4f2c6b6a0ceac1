//! A step's time has come: whether it happens, which of its effects, and when it comes again.

use mainstay_model::Timestamp;
use mainstay_model::play::effect::{Email, Priority, Task, TaskKind};
use mainstay_model::play::{Body, Effect, Length, Offset, Recipient, Step};

use super::{DecidedStep, Machine, Planned, approving};
use crate::due;
use crate::run::{Skip, Status, StepOutcome, StepState};

/// How long after its step's instant a message is still worth sending, unless it says so itself (`semantics` section 5).
pub const DEFAULT_STALE_AFTER: Length = Length::Days(3);

/// Who is told about a message that was not sent.
const OWNER: &str = "csm";

impl Machine<'_> {
    /// Begins a step that is due.
    pub(super) fn begin(&mut self, index: usize, due: Timestamp) {
        let play = self.play;
        let Some(step) = play.steps.get(index) else { return };
        let skip = if matches!(step.at.offset, Offset::Date(_)) && self.is_past(due) {
            Some(Skip::Past)
        } else if self.run.status == Status::HeldOut {
            Some(Skip::HeldOut)
        } else if step.when.is_some_and(|condition| !self.holds(condition)) {
            Some(Skip::When)
        } else if step.unless.is_some_and(|condition| self.holds(condition)) {
            Some(Skip::Unless)
        } else {
            None
        };
        match skip {
            Some(skip) => self.decide(index, StepOutcome::Skipped(skip)),
            None => self.perform(index, 0, 0, due),
        }
    }

    /// Whether the day of an instant lay behind when the date was told.
    fn is_past(&self, due: Timestamp) -> bool {
        let clock = &self.run.clock;
        clock.zone.day_of(due) < clock.zone.day_of(clock.dated_at)
    }

    /// Plans the effects of one of a step's lists from a place on, up to an approval or its end.
    pub(super) fn perform(&mut self, index: usize, list: usize, from: usize, at: Timestamp) {
        let play = self.play;
        let Some(step) = play.steps.get(index) else { return };
        let lists = step.lists();
        let before: usize = lists.iter().take(list).map(|effects| effects.len()).sum();
        let effects = lists.get(list).copied().unwrap_or_default();
        for (place, effect) in effects.iter().enumerate().skip(from) {
            self.plan(index, step, before + place, effect, at);
            if let Effect::Approval(approval) = effect {
                let until = due::after(self.now, approval.length, &self.run.clock.zone, self.business);
                return self.set(index, approving(approval, list, place + 1, until));
            }
        }
        if list == 0 { self.follow(index, step, at) } else { self.conclude(index, step) }
    }

    /// Everything of a step is planned: it is done, unless all there was to do was too late.
    fn conclude(&mut self, index: usize, step: &Step) {
        let mut own = self.effects.iter().filter(|planned| planned.step == step.name).peekable();
        let all_late = own.peek().is_some() && own.all(|planned| planned.instead);
        self.decide(index, if all_late { StepOutcome::Skipped(Skip::Stale) } else { StepOutcome::Done });
    }

    /// What follows a step's plain effects.
    fn follow(&mut self, index: usize, step: &Step, at: Timestamp) {
        match &step.body {
            Body::Plain => self.conclude(index, step),
            Body::Choose(branches) => match branches.iter().position(|branch| branch.when.is_none_or(|when| self.holds(when))) {
                Some(branch) => self.perform(index, 1 + branch, 0, at),
                None if step.effects.is_empty() => self.decide(index, StepOutcome::Skipped(Skip::NoBranch)),
                None => self.conclude(index, step),
            },
            Body::Wait { length, .. } => {
                let until = due::after(at, *length, &self.run.clock.zone, self.business);
                self.set(index, StepState::Waiting { until });
            }
        }
    }

    /// Plans an effect, or in the place of the first message that is too old a task for the owner.
    fn plan(&mut self, index: usize, step: &Step, number: usize, effect: &Effect, at: Timestamp) {
        let stale = self.is_stale(effect, at);
        if stale && self.effects.iter().any(|planned| planned.step == step.name && planned.instead) {
            return;
        }
        let effect = if stale { instead_of(effect) } else { effect.clone() };
        let after = |length: Length, from: Timestamp| due::after(from, length, &self.run.clock.zone, self.business);
        let (due_at, promised) = match (&effect, step.within) {
            (Effect::Task(task), None) => (task.due.map(|length| after(length, if stale { self.now } else { at })), false),
            (Effect::Task(_) | Effect::Escalate { .. } | Effect::Ticket(_), Some(within)) => (Some(after(within, at)), true),
            (Effect::Approval(approval), _) => (Some(after(approval.length, self.now)), false),
            _ => (None, false),
        };
        let stale_at = stale_after(&effect).map(|length| after(length, at));
        let repetition = self.record(index).map_or(0, |record| record.repetition);
        let place = if repetition == 0 { number.to_string() } else { format!("{repetition}.{number}") };
        let key = format!("{}/{}/{place}", self.run.id, step.name);
        self.effects.push(Planned { key, step: step.name.clone(), effect, at, due_at, promised, stale_at, instead: stale });
    }

    fn is_stale(&self, effect: &Effect, at: Timestamp) -> bool {
        stale_after(effect).is_some_and(|length| due::after(at, length, &self.run.clock.zone, self.business) < self.now)
    }

    /// Gives a step its outcome, sets the time of those that follow it and, where it comes again, its own.
    pub(super) fn decide(&mut self, index: usize, outcome: StepOutcome) {
        self.close(index, outcome);
        let name = self.record(index).map(|record| record.name.clone()).unwrap_or_default();
        self.schedule(|offset| matches!(offset, Offset::After { step, .. } if *step == name));
        self.repeat(index);
    }

    /// Records an outcome.
    pub(super) fn close(&mut self, index: usize, outcome: StepOutcome) {
        let now = self.now;
        let Some(record) = self.run.steps.get_mut(index) else { return };
        record.state = StepState::Decided;
        record.decided_at = Some(now);
        record.outcome = Some(outcome.clone());
        let (step, repetition, due_at) = (record.name.clone(), record.repetition, record.due_at);
        self.decided.push(DecidedStep { step, repetition, due_at, at: now, outcome });
    }

    /// Sets a step that repeats to its next time. Times that have passed meanwhile are left out: nobody gets them all at once.
    fn repeat(&mut self, index: usize) {
        let play = self.play;
        let Some(repeat) = play.steps.get(index).and_then(|step| step.repeat.as_ref()).filter(|repeat| !repeat.every.is_zero()) else {
            return;
        };
        let until = repeat.until.as_ref().map(|moment| due::due_at(moment, &self.run, self.business));
        let Some(mut next) = self.record(index).and_then(|record| record.due_at) else { return };
        let mut repetition = self.record(index).map_or(0, |record| record.repetition);
        while next <= self.now {
            let later = due::after(next, repeat.every, &self.run.clock.zone, self.business);
            if later <= next {
                return;
            }
            (next, repetition) = (later, repetition.saturating_add(1));
        }
        let is_over = match until {
            Some(until) => until.is_none_or(|until| next > until),
            None => false,
        };
        if let Some(record) = self.run.steps.get_mut(index).filter(|_| !is_over) {
            record.state = StepState::Pending;
            record.repetition = repetition;
            record.due_at = Some(next);
        }
    }
}

/// How long a message is worth sending; `None` for what is no message, or must go whenever it is.
fn stale_after(effect: &Effect) -> Option<Length> {
    match effect {
        Effect::Email(Email { transactional: true, .. }) => None,
        Effect::Email(Email { stale_after: Some(length), .. }) => Some(*length),
        effect => effect.is_message().then_some(DEFAULT_STALE_AFTER),
    }
}

/// The task that the owner gets for a message that was not sent.
fn instead_of(message: &Effect) -> Effect {
    let to = message.to().map(|to| format!(" to {to}")).unwrap_or_default();
    let what = message.template().map(|name| format!(" `{name}`")).unwrap_or_default();
    Effect::Task(Task {
        to: Recipient::Role(OWNER.to_owned()),
        title: format!("Not sent, too late: {}{what}{to}", message.action()),
        body: Some("The product could not send it in time. See whether it is still worth saying, in words of your own.".to_owned()),
        kind: TaskKind::Review,
        due: Some(Length::BusinessDays(1)),
        priority: Priority::Normal,
        offer: None,
    })
}
