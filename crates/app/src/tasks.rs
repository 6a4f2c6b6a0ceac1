//! Work for people: tasks ranked by the money at risk and how much they hurry, ended with what came of it; who is away, and who has
//! how much to do, now and in the weeks ahead; how fast the company is.
//!
//! Owners are people of the company by e-mail address, whether or not they sign in. Addresses are kept in lower case. While somebody is away,
//! their tasks show for whoever covers, and are theirs again afterwards; nothing is rewritten.

mod absence;
mod briefing;
mod capacity;
mod change;
mod clocks;
mod ladder;
mod list;
mod load;
mod outcomes;
mod rank;

use mainstay_model::Timestamp;
use serde::{Deserialize, Serialize};

pub use absence::NewAbsence;
pub use briefing::{Briefing, BriefingSent};
pub use capacity::{CAPACITY_WEEKS, CapacityPlan, CapacityWeek, OwnerCapacity, WeekWork};
pub use change::{NewTask, TaskEnding};
pub use clocks::{CLOCK_DAYS, ClockKind, ClockUnit, ResponseClock, ResponseClocks};
pub use load::{OwnerLoad, RolePromises, WorkLoad};
pub use mainstay_store::{Absence, Task, TaskStatus};

/// How soon a task is to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// It is due, or will be within two hours; or it is urgent and has no due time.
    Now,
    /// It is due today, in the workspace's zone; or its priority is high and it has no due time.
    Today,
    /// It is due within the six days after today, or has no due time.
    Week,
    /// Everything else.
    Later,
}

impl Group {
    /// All of them, the soonest first.
    pub const ALL: [Self; 4] = [Self::Now, Self::Today, Self::Week, Self::Later];

    /// The word that stands for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Today => "today",
            Self::Week => "week",
            Self::Later => "later",
        }
    }

    /// The one that a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.as_str() == word)
    }
}

/// Whose tasks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Whose {
    /// Everybody's.
    #[default]
    Everybody,
    /// One person's, by address: their own, and those of the people they cover now.
    Of(String),
    /// Those that are nobody's.
    Nobody,
}

/// Which tasks to list; what is absent does not narrow.
#[derive(Clone, Debug, Default)]
pub struct WorkQuery {
    /// Whose.
    pub whose: Whose,
    /// Of this account.
    pub account: Option<String>,
    /// Made by this play.
    pub play: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In this group.
    pub group: Option<Group>,
    /// Those that were ended at this instant or later, the latest first, instead of those that are open.
    pub ended_since: Option<Timestamp>,
    /// Tasks to pass over.
    pub offset: usize,
    /// Tasks to show; the first 100 where it is 0.
    pub limit: usize,
}

/// A task with everything that says how much it matters.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WorkItem {
    /// The task itself.
    #[serde(flatten)]
    pub task: Task,
    /// What people call the account; its id where nobody said.
    pub account_name: String,
    /// Its band now; `unknown` without a score.
    pub band: String,
    /// Its score now, 0 to 100.
    pub score: Option<f64>,
    /// Its annual recurring revenue now, in the workspace's currency.
    pub arr: Option<f64>,
    /// The play that made the task.
    pub play: Option<String>,
    /// What people call that play.
    pub play_label: Option<String>,
    /// When the run began that made it.
    pub run_started_at: Option<Timestamp>,
    /// Who does it now: its owner, or whoever covers for them.
    pub assignee: Option<String>,
    /// How soon it is to be looked at.
    pub group: Group,
    /// The part of the revenue that is at risk.
    pub at_risk: f64,
    /// How much it hurries.
    pub urgency: f64,
    /// What it is ranked by: money at risk times urgency.
    pub rank: f64,
    /// The outcomes to choose from: those that its play asks about, then the usual ones of its kind.
    pub outcomes: Vec<String>,
}

/// Tasks, and how many there are in each group.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct WorkPage {
    /// The tasks asked for: by group, then by rank, the highest first; ended ones the latest first.
    pub tasks: Vec<WorkItem>,
    /// How many there are in all.
    pub total: usize,
    /// How many of them are in each group; groups without any are left out.
    pub groups: Vec<(Group, usize)>,
    /// How many are overdue.
    pub overdue: usize,
    /// The revenue at risk of the accounts concerned, each counted once.
    pub at_risk: f64,
    /// Whether there are more than are ranked at once; then the ones due latest are left out.
    pub cut: bool,
    /// The instant it is about.
    pub as_of: Timestamp,
}
