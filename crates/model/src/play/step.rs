//! The steps of a play: when each is due, whether it happens, what it does.

use serde::{Deserialize, Serialize};

use super::ConditionId;
use super::effect::Effect;
use super::times::{Length, Moment};

/// A step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// Unique in the play; part of the effects' keys.
    pub name: String,
    /// When it is due.
    pub at: Moment,
    /// It happens only where this is true; unknown is not.
    pub when: Option<ConditionId>,
    /// It does not happen where this is true.
    pub unless: Option<ConditionId>,
    /// So long after it is due its tasks are, whatever they say themselves.
    pub within: Option<Length>,
    /// Whether it comes again.
    pub repeat: Option<Repeat>,
    /// What is done first, whatever follows.
    pub effects: Vec<Effect>,
    /// What follows.
    pub body: Body,
}

/// What a step does after its plain effects.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Nothing more.
    Plain,
    /// The first branch that is true; none where none is.
    Choose(Vec<Branch>),
    /// Waits for something, for so long.
    Wait {
        /// For what.
        on: Awaited,
        /// How long, from the step's instant.
        length: Length,
        /// What is done when it came.
        then: Vec<Effect>,
        /// What is done when it did not.
        otherwise: Vec<Effect>,
    },
}

/// A branch of a choice.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Branch {
    /// The condition; `None` is `otherwise` and stands last.
    pub when: Option<ConditionId>,
    /// What is done.
    pub effects: Vec<Effect>,
}

/// What a step waits for. What came since the run began counts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Awaited {
    /// An event.
    Event {
        /// Its name.
        name: String,
        /// Which of them.
        filter: Option<ConditionId>,
    },
    /// A condition that holds.
    When(ConditionId),
    /// A reply, click, answer or attendance of somebody of the account.
    Reply,
}

/// A step that comes again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Repeat {
    /// How long after the time before.
    pub every: Length,
    /// The last moment at which it may be due; absent: until the run ends otherwise.
    pub until: Option<Moment>,
}

impl Step {
    /// The lists of effects it may perform, in the order in which their numbers run: plain ones, then branch after branch.
    #[must_use]
    pub fn lists(&self) -> Vec<&[Effect]> {
        let mut lists = vec![self.effects.as_slice()];
        match &self.body {
            Body::Plain => {}
            Body::Choose(branches) => lists.extend(branches.iter().map(|branch| branch.effects.as_slice())),
            Body::Wait { then, otherwise, .. } => lists.extend([then.as_slice(), otherwise.as_slice()]),
        }
        lists
    }

    /// Every effect with its number in the step, from 0.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, &Effect)> {
        self.lists().into_iter().flatten().enumerate()
    }
}
