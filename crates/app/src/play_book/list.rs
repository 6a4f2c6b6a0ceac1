//! The list of plays: those in force, and those of which only earlier versions have runs.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_model::play::{Every, Play, Trigger};
use mainstay_store::{PlayBegun, RunCount, RunStatus};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, Result};
use crate::plays::play_of;

/// One play in short.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PlaySummary {
    /// The name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it is for, in a sentence or two.
    pub description: String,
    /// What it serves.
    pub purpose: String,
    /// What begins a run, as it is written.
    pub trigger: String,
    /// The version in force; the latest one where none is.
    pub version: String,
    /// Whether it is in force; otherwise the workspace no longer has it, and its runs go on by the version they began with.
    pub in_force: bool,
    /// The share of accounts that get no action, 0 to 1.
    pub holdout: f64,
    /// How many runs have begun.
    pub begun: u64,
    /// Runs under way with effects.
    pub waiting: u64,
    /// Those of them that a person has paused.
    pub paused: u64,
    /// Runs held out for comparison, ended ones among them.
    pub held_out: u64,
    /// Runs under way that go by a version that is not in force.
    pub behind: u64,
    /// Runs that ended, by outcome.
    pub ended: Vec<EndedRuns>,
    /// What it was to send and was given up.
    pub dead_letters: u64,
    /// When a run last began.
    pub last_begun: Option<Timestamp>,
}

/// Runs that ended in one way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct EndedRuns {
    /// The outcome; `through` where the steps were through.
    pub outcome: String,
    /// How many.
    pub runs: u64,
}

impl App {
    /// The plays: those in force by name, then those of which only earlier versions have runs.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_plays(&self) -> Result<Vec<PlaySummary>> {
        let store = self.store();
        let (counts, begun, dead) = (store.count_runs().await?, store.plays_begun().await?, store.count_dead_letters().await?);
        let dead: BTreeMap<String, u64> = dead.into_iter().collect();
        let workspace = self.workspace();
        let mut plays: Vec<(Play, bool)> = workspace.plays.values().map(|play| (play.clone(), true)).collect();
        let mut gone: Vec<&str> = begun.iter().map(|one| one.play.as_str()).filter(|name| !workspace.plays.contains_key(*name)).collect();
        gone.dedup();
        for name in gone {
            if let Some(play) = self.latest_version(name, &begun).await? {
                plays.push((play, false));
            }
        }
        let dead_of = |name: &str| dead.get(name).copied().unwrap_or_default();
        Ok(plays.iter().map(|(play, in_force)| summary(play, *in_force, &counts, &begun, dead_of(&play.name))).collect())
    }

    /// A play by its name: the one in force, else the latest version that a run began with; and whether it is in force.
    pub(crate) async fn play_named(&self, name: &str) -> Result<(Play, bool)> {
        if let Some(play) = self.workspace().plays.get(name) {
            return Ok((play.clone(), true));
        }
        let begun = self.store().plays_begun().await?;
        match self.latest_version(name, &begun).await? {
            Some(play) => Ok((play, false)),
            None => Err(AppError::not_found(format!("There is no play `{name}`.")).hint("The list of plays has them all.")),
        }
    }

    async fn latest_version(&self, name: &str, begun: &[PlayBegun]) -> Result<Option<Play>> {
        let latest = begun.iter().filter(|one| one.play == name).max_by_key(|one| one.last_at);
        let Some(latest) = latest else { return Ok(None) };
        let Some(stored) = self.store().play_version(name, &latest.version).await? else { return Ok(None) };
        play_of(&stored).map(Some)
    }
}

/// A play with the counts of its runs.
pub(super) fn summary(play: &Play, in_force: bool, counts: &[RunCount], begun: &[PlayBegun], dead_letters: u64) -> PlaySummary {
    let own = || counts.iter().filter(|count| count.play == play.name);
    let standing = |status: RunStatus| own().filter(|count| count.status == status).map(|count| count.runs).sum::<u64>();
    let versions = || begun.iter().filter(|one| one.play == play.name);
    let mut ended: BTreeMap<String, u64> = BTreeMap::new();
    for count in own().filter(|count| matches!(count.status, RunStatus::Finished | RunStatus::Stopped | RunStatus::Failed)) {
        *ended.entry(count.outcome.clone().unwrap_or_else(|| "through".to_owned())).or_default() += count.runs;
    }
    PlaySummary {
        name: play.name.clone(),
        label: play.label.clone(),
        description: play.description.clone(),
        purpose: word(&play.purpose),
        trigger: trigger_words(play),
        version: play.version.clone(),
        in_force,
        holdout: play.holdout,
        begun: versions().map(|one| one.runs).sum(),
        waiting: standing(RunStatus::Running) + standing(RunStatus::Paused),
        paused: standing(RunStatus::Paused),
        held_out: versions().map(|one| one.held_out).sum(),
        behind: if in_force { versions().filter(|one| one.version != play.version).map(|one| one.under_way).sum() } else { 0 },
        ended: ended.into_iter().map(|(outcome, runs)| EndedRuns { outcome, runs }).collect(),
        dead_letters,
        last_begun: versions().map(|one| one.last_at).max(),
    }
}

/// The word by which a name of a closed list is written.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// What begins a run, in words.
fn trigger_words(play: &Play) -> String {
    let written = |id: mainstay_model::play::ConditionId| play.condition(id).map(|condition| condition.written.clone()).unwrap_or_default();
    let only = |filter: &Option<mainstay_model::play::ConditionId>| filter.map(|id| format!(" where {}", written(id))).unwrap_or_default();
    match &play.trigger {
        Trigger::Condition { when, hold: None } => format!("when {}", written(*when)),
        Trigger::Condition { when, hold: Some(hold) } => format!("when {} for {hold}", written(*when)),
        Trigger::Event { name, filter } => format!("on the event {name}{}", only(filter)),
        Trigger::Record { entity, filter } => format!("on a record of {entity}{}", only(filter)),
        Trigger::Date { entity, field, from, filter } => format!("at {from} of {entity}.{field}{}", only(filter)),
        Trigger::Schedule { every, filter } => format!("every {}{}", every_words(*every), only(filter)),
        Trigger::ByHand => "by hand".to_owned(),
    }
}

fn every_words(every: Every) -> &'static str {
    const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    match every {
        Every::Day => "day",
        Every::Weekday(number) => usize::from(number).checked_sub(1).and_then(|place| WEEKDAYS.get(place)).copied().unwrap_or("week"),
        Every::Month => "month",
        Every::Quarter => "quarter",
    }
}
