//! Plays: what the product does about an account, step by step, once a trigger has fired.
//!
//! Everything here has been checked: names exist, conditions have their types, and each condition stands once in [`Play::conditions`], where
//! steps, goals and exits find it by its number.

pub mod effect;
pub mod scenario;
pub mod step;
pub mod times;

use serde::{Deserialize, Serialize};

use crate::expression::Column;

pub use effect::{Audience, Effect, Recipient};
pub use scenario::Scenario;
pub use step::{Awaited, Body, Step};
pub use times::{Length, Moment, Offset, Shift};

/// A checked play.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Play {
    /// The name used in actions, scenarios and answers, e.g. `usage_decline`.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// What it serves; reports group by it.
    pub purpose: Purpose,
    /// Whose run it is.
    pub per: Per,
    /// What begins a run.
    pub trigger: Trigger,
    /// Asked once, at the trigger instant. Unknown (null) does not qualify.
    pub qualify: Option<ConditionId>,
    /// Whether and when the same subject may enter again.
    pub reentry: Reentry,
    /// Share of accounts that get no action, 0 to 1.
    pub holdout: f64,
    /// Which accounts it is limited to, while it is tried.
    pub pilot: Option<Pilot>,
    /// 0 to 100; the higher goes first where plays conflict.
    pub priority: u8,
    /// Plays that do not start, and whose messages are suppressed, while a run of this one is active for the account.
    pub excludes: Vec<String>,
    /// Marketing messages of plays with a priority below this are held for the account while a run is active.
    pub silences_below: Option<u8>,
    /// Whether applying a version starts runs for accounts that are in the condition already.
    pub backfill: bool,
    /// What a run is meant to reach.
    pub goals: Vec<Goal>,
    /// What ends a run early.
    pub exits: Vec<Exit>,
    /// The steps as written; at least one.
    pub steps: Vec<Step>,
    /// Every SQL condition of the play; a [`ConditionId`] is a place in it.
    pub conditions: Vec<Condition>,
    /// Account columns whose values at the trigger instant a run keeps, as some condition or template reads `baseline.<column>`. In order of name.
    pub baselines: Vec<String>,
    /// A digest of everything that decides behaviour, 12 hexadecimal digits.
    pub version: String,
}

impl Play {
    /// The condition of a number. Numbers of a checked play always have one.
    #[must_use]
    pub fn condition(&self, id: ConditionId) -> Option<&Condition> {
        self.conditions.get(id.0)
    }

    /// The step of a name and its place.
    #[must_use]
    pub fn step(&self, name: &str) -> Option<(usize, &Step)> {
        self.steps.iter().enumerate().find(|(_, step)| step.name == name)
    }
}

/// What a play serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// An account must not leave.
    ChurnPrevention,
    /// An account may buy more.
    Expansion,
    /// A contract is to be renewed.
    Renewal,
    /// A new customer is to arrive.
    Onboarding,
    /// More of the product is to be used.
    Adoption,
    /// Something was said, or is to be asked.
    Feedback,
    /// People are to be known and met.
    #[default]
    Relationship,
    /// The company's own house-keeping.
    Internal,
}

/// Whose run it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Per {
    /// One run per account.
    #[default]
    Account,
    /// One per subscription line; its fields are `subscription.x`.
    Subscription,
    /// One per person at the customer; its fields are `person.x`.
    Person,
    /// One per product user; its fields are `user.x`.
    User,
}

impl Per {
    /// The word before the dot in conditions and templates.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Subscription => "subscription",
            Self::Person => "person",
            Self::User => "user",
        }
    }

    /// The entity whose record the subject is.
    #[must_use]
    pub const fn entity(self) -> &'static str {
        match self {
            Self::Account => "accounts",
            Self::Subscription => "subscriptions",
            Self::Person => "people",
            Self::User => "users",
        }
    }

    /// The field by which records of other entities, and events, name a subject; none for the account, which each names.
    #[must_use]
    pub const fn reference(self) -> Option<&'static str> {
        match self {
            Self::Account => None,
            Self::Subscription => Some("subscription_id"),
            Self::Person => Some("person_id"),
            Self::User => Some("user_id"),
        }
    }
}

/// A place in [`Play::conditions`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConditionId(pub usize);

/// A SQL condition of a play, ready to be compiled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Condition {
    /// As it was written; people read it.
    pub written: String,
    /// What is compiled: the same with dotted names as quoted columns (`"baseline.arr"`) and `dropped_into`, `rose_into`, `engaged` written out.
    pub sql: String,
    /// Over which columns.
    pub scope: ConditionScope,
    /// The columns that `sql` reads, by name, with the types they are read as.
    pub reads: Vec<Column>,
}

/// Over which columns a condition is evaluated.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionScope {
    /// The account's columns alone: triggers, pilots, schedules. No run is needed to answer it.
    Account,
    /// The account's columns, the run's own and its subject's.
    Run,
    /// The columns of one event: the trigger's, the awaited or the ending one.
    Event,
    /// The columns of one record of an entity.
    Record(String),
}

/// What begins a run. Its instant is hour 0, and its calendar day in the account's zone is Day 1.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// A condition over account columns becomes true.
    Condition {
        /// The condition.
        when: ConditionId,
        /// It must have lasted so long; the trigger instant is when it has.
        hold: Option<Length>,
    },
    /// An event arrives.
    Event {
        /// Its name.
        name: String,
        /// Which of them.
        filter: Option<ConditionId>,
    },
    /// A record arrives, in the first version for which the condition is true.
    Record {
        /// The entity: that of the play's subjects, or one whose records name them ([`Per::reference`]).
        entity: String,
        /// Which of them.
        filter: Option<ConditionId>,
    },
    /// A day that a field of the subject's record names comes near.
    Date {
        /// The entity that has the field.
        entity: String,
        /// A date or timestamp field.
        field: String,
        /// How long before or after it the run begins, at the play hour.
        from: Shift,
        /// Which records.
        filter: Option<ConditionId>,
    },
    /// A calendar day comes round, at the play hour.
    Schedule {
        /// Which days.
        every: Every,
        /// For which accounts.
        filter: Option<ConditionId>,
    },
    /// Only a person or another play starts it.
    ByHand,
}

/// The days of a schedule.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Each day.
    Day,
    /// Each week on a weekday, 1 = Monday to 7 = Sunday.
    Weekday(u8),
    /// The first day of each month.
    Month,
    /// The first day of January, April, July and October.
    Quarter,
}

/// Whether and when the same subject may enter a play again.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reentry {
    /// Once for ever.
    Never,
    /// Once the run before has ended.
    #[default]
    AfterExit,
    /// Once the run before has ended and so long has passed since it began.
    After(Length),
    /// Runs side by side: one for each subject (`subscription.id`) or, for plays per account, one for each value of the trigger
    /// (`trigger.user_id`).
    Parallel(String),
}

/// A play that is tried on some accounts first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Pilot {
    /// Share of accounts, 0 to 1; the same accounts at every ask.
    pub share: f64,
    /// Only accounts for which this holds.
    pub only: Option<ConditionId>,
}

/// Something a run is meant to reach. One that holds already at the trigger instant is reached when it becomes true again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Goal {
    /// The name used in `goal.<name>`.
    pub name: String,
    /// The condition.
    pub when: ConditionId,
    /// Whether reaching it ends the run, with its name as the outcome.
    pub ends: bool,
}

/// Something that ends a run early.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Exit {
    /// What ends it.
    pub on: ExitOn,
    /// The run's outcome then.
    pub outcome: String,
}

/// What ends a run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitOn {
    /// A condition holds.
    When(ConditionId),
    /// An event arrives.
    Event {
        /// Its name.
        name: String,
        /// Which of them.
        filter: Option<ConditionId>,
    },
}
