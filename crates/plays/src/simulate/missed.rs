//! What a scenario lets happen and what finds nothing to act on: it would otherwise be silently without effect.

use mainstay_model::Timestamp;
use mainstay_model::play::scenario::Happening;
use mainstay_model::play::{Awaited, Body, Effect, Play, Scenario};
use serde::Serialize;

use super::Simulation;
use crate::compare::{label_of, time_of};
use crate::run::{StepOutcome, StepRecord, StepState};

/// Something that a scenario lets happen and that found nothing to act on. A scenario that has one fails.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Missed {
    /// The moment, as scenarios write it.
    pub at: String,
    /// The same in the account's zone: `2026-03-03 09:00`; none where no run began.
    pub time: Option<String>,
    /// What was to happen, as scenarios write it.
    pub what: String,
    /// Why it could not, and what there was.
    pub why: String,
    /// The name by which the scenario looks for a task; empty where it does not look for one.
    #[serde(skip)]
    pub name: String,
    /// Names by which a task would have been found then.
    #[serde(skip)]
    pub known: Vec<String>,
}

/// A task that a run has made.
pub(super) struct MadeTask {
    /// Its title, as the play writes it.
    pub(super) title: String,
    /// The step that made it.
    pub(super) step: String,
    /// Whether nobody has done it yet.
    pub(super) is_open: bool,
}

impl MadeTask {
    /// Whether a scenario means it by a name: by the beginning of its title or by its step's.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.title.starts_with(name) || self.step == name
    }
}

/// What happenings need a run for, where no run began.
pub(super) fn without_run(scenario: &Scenario) -> Vec<Missed> {
    let needing = scenario.then.iter().filter(|later| needs_run(&later.what));
    let missed = needing.map(|later| Missed {
        at: later.at.to_string(),
        time: None,
        what: later.what.to_string(),
        why: "no run began".to_owned(),
        name: String::new(),
        known: Vec::new(),
    });
    missed.collect()
}

/// Whether something happens to the run, rather than to the account, which goes on without one.
pub(super) fn needs_run(what: &Happening) -> bool {
    match what {
        Happening::Set { .. } | Happening::Event { .. } | Happening::Record { .. } => false,
        Happening::Reply(_) | Happening::TaskDone { .. } | Happening::Answer { .. } | Happening::Stop => true,
    }
}

impl Simulation<'_> {
    /// Notes that something found nothing to act on.
    pub(super) fn miss(&mut self, what: &Happening, at: Timestamp, why: String) {
        let (name, known) = match what {
            Happening::TaskDone { task, .. } => (task.clone(), self.known_names(task)),
            _ => (String::new(), Vec::new()),
        };
        self.missed.push(Missed {
            at: label_of(at, &self.run, &self.named).to_string(),
            time: Some(time_of(at, &self.run.clock.zone)),
            what: what.to_string(),
            why,
            name,
            known,
        });
    }

    /// Why something finds nothing to act on, and what there is; none where it finds something.
    pub(super) fn lacks(&self, what: &Happening) -> Option<String> {
        if !needs_run(what) {
            return None;
        }
        if self.run.has_ended() {
            return Some(self.end_in_words());
        }
        match what {
            Happening::TaskDone { task, .. } => self.lacks_task(task),
            Happening::Answer { .. } => self.lacks_approval(),
            Happening::Reply(_) if !hears_replies(self.play) => {
                Some("no step of the play waits for a reply, and no condition reads `responded` or `engaged`".to_owned())
            }
            _ => None,
        }
    }

    fn end_in_words(&self) -> String {
        let outcome = self.run.outcome.as_deref().map(|outcome| format!(", outcome {outcome}")).unwrap_or_default();
        let at = self.run.ended_at.map(|at| format!(" on {}", time_of(at, &self.run.clock.zone))).unwrap_or_default();
        format!("the run had ended{at}{outcome}")
    }

    fn lacks_task(&self, name: &str) -> Option<String> {
        let meant = self.tasks.iter().filter(|task| task.is_called(name));
        let lead = match meant.map(|task| task.is_open).max() {
            Some(true) => return None,
            Some(false) => "that task is done already",
            None => "the play has made no such task by then",
        };
        let open = self.tasks.iter().filter(|task| task.is_open);
        let open: Vec<String> = open.map(|task| format!("'{}' (step `{}`)", task.title, task.step)).collect();
        Some(if open.is_empty() { format!("{lead}, and none is open") } else { format!("{lead}; open: {}", open.join(", ")) })
    }

    /// The steps of open tasks, and the beginnings of their titles, not longer than a name that means none of them.
    fn known_names(&self, name: &str) -> Vec<String> {
        let length = name.chars().count();
        let open = self.tasks.iter().filter(|task| task.is_open);
        let names = open.flat_map(|task| {
            let before_fields = task.title.split("{{").next().unwrap_or_default();
            let beginning: String = before_fields.chars().take(length).collect();
            [task.step.clone(), beginning.trim_end().to_owned()]
        });
        names.filter(|name| !name.is_empty()).collect()
    }

    fn lacks_approval(&self) -> Option<String> {
        if self.run.steps.iter().any(|record| matches!(record.state, StepState::Approving { .. })) {
            return None;
        }
        let asks = |record: &&StepRecord| {
            let step = self.play.step(&record.name).map(|(_, step)| step);
            step.is_some_and(|step| step.numbered().any(|(_, effect)| matches!(effect, Effect::Approval(_))))
        };
        let asking: Vec<String> = self.run.steps.iter().filter(asks).map(|record| self.stands(record)).collect();
        let lead = "nobody is asked for an approval then";
        Some(if asking.is_empty() { format!("{lead}, and the play asks for none") } else { format!("{lead}: {}", asking.join(", ")) })
    }

    /// Where a step stands that may ask for an approval.
    fn stands(&self, record: &StepRecord) -> String {
        let (name, zone) = (&record.name, &self.run.clock.zone);
        let due = record.due_at.map(|at| format!(" on {}", time_of(at, zone))).unwrap_or_default();
        let decided = record.decided_at.map(|at| format!(" on {}", time_of(at, zone))).unwrap_or_default();
        match (&record.state, &record.outcome) {
            (StepState::Pending, _) if record.due_at.is_none() => format!("the step `{name}` follows one that is not decided"),
            (StepState::Pending, _) => format!("the step `{name}` is due{due}"),
            (StepState::Decided, Some(StepOutcome::Skipped(skip))) => format!("the step `{name}` was skipped{decided} ({})", skip.word()),
            (StepState::Decided, _) => format!("the step `{name}` was decided{decided}"),
            (StepState::Waiting { .. } | StepState::Approving { .. }, _) => format!("the step `{name}` waits"),
        }
    }
}

/// Whether anything of a play depends on somebody's answer.
fn hears_replies(play: &Play) -> bool {
    let waits = |body: &Body| matches!(body, Body::Wait { on: Awaited::Reply, .. });
    let mut read = play.conditions.iter().flat_map(|condition| &condition.reads);
    play.steps.iter().any(|step| waits(&step.body)) || read.any(|column| column.name == "responded")
}
