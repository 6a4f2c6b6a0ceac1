//! Scenarios: tests of plays, written in the workspace.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::times::{Shift, clock};
use crate::time::{Day, Zone};

/// A test of a play: an account, what happens to it, and what the play is expected to do.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Scenario {
    /// Its name, free text.
    pub name: String,
    /// The play it tests.
    pub play: String,
    /// Columns of the account at the start: fields of its record, and fixed values of signals.
    pub account: BTreeMap<String, Value>,
    /// The account's zone.
    pub zone: Zone,
    /// The civil day and the minute of it at which it starts, in the account's zone.
    pub start: (Day, u16),
    /// Facts around the start.
    pub given: Vec<Given>,
    /// Columns as they are at the trigger instant, instead of being worked out from facts.
    pub trigger: BTreeMap<String, Value>,
    /// What happens later, in order.
    pub then: Vec<Later>,
    /// What is expected, in the order written.
    pub expect: Vec<Expected>,
    /// How the run is expected to end; absent: it does not matter.
    pub outcome: Option<ExpectedOutcome>,
}

/// Facts over a stretch of days, relative to the start.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Given {
    /// First day, 0 being the day of the start and -1 the day before.
    pub from_day: i32,
    /// Last day.
    pub to_day: i32,
    /// Minutes after midnight, in the account's zone, where the line says a time of its one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute_of_day: Option<u16>,
    /// What there is.
    pub what: GivenWhat,
}

/// What a line of `given` states.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GivenWhat {
    /// Events, spread evenly: so many each so many days.
    Events {
        /// How many.
        count: u32,
        /// Their name.
        name: String,
        /// In how many days; 0: once in all, on the first day.
        every_days: u32,
    },
    /// A column has a value from the first day on.
    Set {
        /// The column.
        column: String,
        /// Its value.
        value: Value,
    },
    /// A record that belongs to the account has these fields from then on: `people ann: { role: champion }`. What it does not say stays.
    Record {
        /// The entity, such as `people`.
        entity: String,
        /// The record's id.
        id: String,
        /// Fields with their values; null takes one away.
        fields: BTreeMap<String, Value>,
    },
}

/// Something that happens later.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Later {
    /// When, as it is written before the list.
    pub at: Label,
    /// What.
    pub what: Happening,
}

/// What can happen to an account while a run is under way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// Somebody answers, clicks or comes: `reply champion`.
    Reply(String),
    /// A column changes: `set logins_7d 20`.
    Set {
        /// The column.
        column: String,
        /// Its new value.
        value: Value,
    },
    /// An event arrives: `event 'Meeting Booked'`, with properties in a map where it has some.
    Event {
        /// Its name.
        name: String,
        /// Its properties.
        properties: BTreeMap<String, Value>,
    },
    /// A task is done: `task 'Reach ...' done 'reached'`; found by the beginning of its title, or by its step's name.
    TaskDone {
        /// The beginning of its title or its step's name.
        task: String,
        /// Its outcome.
        outcome: String,
    },
    /// An approval is answered: `approve`, `decline`.
    Answer {
        /// Whether it was a yes.
        yes: bool,
    },
    /// A record of the account changes; only `given` states that, and with which fields.
    Record {
        /// The entity.
        entity: String,
        /// The record's id.
        id: String,
    },
    /// The run is stopped by hand: `stop`.
    Stop,
}

impl std::fmt::Display for Happening {
    /// As scenarios write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Reply(who) => write!(f, "reply {who}"),
            Self::Set { column, value: Value::String(text) } => write!(f, "set {column} {text}"),
            Self::Set { column, value } => write!(f, "set {column} {value}"),
            Self::Event { name, .. } => write!(f, "event '{name}'"),
            Self::TaskDone { task, outcome } => write!(f, "task '{task}' done '{outcome}'"),
            Self::Answer { yes: true } => f.write_str("approve"),
            Self::Answer { yes: false } => f.write_str("decline"),
            Self::Record { entity, id } => write!(f, "{entity} {id}"),
            Self::Stop => f.write_str("stop"),
        }
    }
}

/// A moment of a run as scenarios name it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The trigger instant itself.
    Immediately,
    /// So many minutes after it.
    Minutes(u32),
    /// A day of the run, Day 1 being the trigger's.
    Day(u32),
    /// A day before or after the date of a date trigger.
    Date(i32),
    /// A day of the run at so many minutes after midnight, in the account's zone.
    DayAt(u32, u16),
    /// A day before or after the date at so many minutes after midnight, in the account's zone.
    DateAt(i32, u16),
}

impl Label {
    /// Reads `immediately`, `minute 30`, `hour 4`, `day 2`, `day 2 14:00`, `week 2`, `day 0`, `-90 days`, `-90 days 14:00`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        use super::times::{Moment, Offset};
        let moment = Moment::parse(text)?;
        match (moment.offset, moment.minute_of_day) {
            (Offset::Minutes(0), None) => Some(Self::Immediately),
            (Offset::Minutes(minutes), None) => Some(Self::Minutes(minutes)),
            (Offset::Day(day), None) => Some(Self::Day(day)),
            (Offset::Day(day), Some(minute)) => Some(Self::DayAt(day, minute)),
            (Offset::Date(Shift { months: 0, days }), None) => Some(Self::Date(days)),
            (Offset::Date(Shift { months: 0, days }), Some(minute)) => Some(Self::DateAt(days, minute)),
            (Offset::Minutes(_) | Offset::Date(_) | Offset::Month(_) | Offset::After { .. }, _) => None,
        }
    }
}

impl std::fmt::Display for Label {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Immediately => f.write_str("immediately"),
            Self::Minutes(minutes) if minutes % 60 == 0 => write!(f, "hour {}", minutes / 60),
            Self::Minutes(minutes) => write!(f, "minute {minutes}"),
            Self::Day(day) => write!(f, "day {day}"),
            Self::Date(days) => Shift { months: 0, days }.fmt(f),
            Self::DayAt(day, minute) => write!(f, "day {day} {}", clock(minute)),
            Self::DateAt(days, minute) => write!(f, "{} {}", Shift { months: 0, days }, clock(minute)),
        }
    }
}

/// What a play is expected to do at a moment: lines such as `email champion`, in order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Expected {
    /// The moment.
    pub at: Label,
    /// The lines.
    pub lines: Vec<String>,
}

/// How a run is expected to end.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExpectedOutcome {
    /// Without one: its steps are through, or it is still under way.
    None,
    /// With this one.
    Named(String),
    /// It never starts.
    NeverStarts,
}

#[cfg(test)]
mod tests {
    use super::Label;

    #[test]
    fn a_moment_reads_back_as_it_was_written_with_its_hour() {
        for text in ["immediately", "hour 4", "minute 30", "day 2", "day 2 14:00", "day 0", "day 0 09:30", "-90 days", "-90 days 14:00"] {
            assert_eq!(Label::parse(text).map(|label| label.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Label::parse("week 2 08:15"), Some(Label::DayAt(8, 495)));
        for text in ["hour 4 14:00", "immediately 09:00", "day 2 25:00", "month 2", "-3 months 10:00", "day 2 14"] {
            assert_eq!(Label::parse(text), None, "{text}");
        }
    }
}
