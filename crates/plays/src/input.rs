//! What can happen to a run.

use mainstay_model::{Day, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that happens to a run. Inputs are given in the order of their instants.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The run begins; the first input of each.
    Start,
    /// Time has passed: something may be due.
    Due,
    /// The account's columns moved: goals, exits and waits are asked again.
    Changed,
    /// An event of the account arrived.
    Event {
        /// Its name.
        name: String,
        /// When it happened.
        at: Timestamp,
    },
    /// Somebody of the account responded.
    Replied {
        /// How.
        kind: Response,
        /// When.
        at: Timestamp,
    },
    /// A task of a step was closed.
    TaskDone {
        /// The step's name.
        step: String,
        /// What came of it.
        outcome: String,
    },
    /// An approval was answered.
    Approved {
        /// The step that waits for it.
        step: String,
        /// Who answered.
        by: String,
        /// Whether it was a yes.
        yes: bool,
    },
    /// An effect of a step has failed for good.
    Failed {
        /// The step's name.
        step: String,
        /// Why.
        reason: String,
    },
    /// The date of a date trigger moved: steps not decided yet follow it.
    Moved {
        /// The new date.
        date: Day,
    },
    /// No step is decided until it resumes.
    Pause,
    /// Overdue steps run now, in due order.
    Resume,
    /// A person, or another play, ends it.
    Stop {
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// A failed step is decided again, under the same keys.
    Retry {
        /// The step's name.
        step: String,
    },
    /// The run goes on under the version of the play that is given with this input. Steps are found by their names; decided ones stay so.
    MoveTo {
        /// That version.
        version: String,
    },
}

/// How somebody responded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Replied to a message.
    Replied,
    /// Followed a link in one.
    Clicked,
    /// Answered a survey.
    Answered,
    /// Came to a meeting.
    Attended,
}
