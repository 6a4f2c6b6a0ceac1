//! How much everybody has to do, and how promises between teams are kept.

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_plays::windows::BusinessTime;
use mainstay_store::{Task, TaskCount, TaskFilter, TaskStatus};
use serde::{Deserialize, Serialize};

use super::list::MAX_RANKED;
use super::rank::week_end;
use crate::app::App;
use crate::error::Result;
use crate::people::Person;

/// How far back promises are counted, in seconds. 30 days.
const PROMISES_SECONDS: i64 = 30 * 86_400;

/// Everybody's work.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WorkLoad {
    /// Everybody who has open tasks or signs in to work with accounts, the most overdue first; what is nobody's comes last.
    pub owners: Vec<OwnerLoad>,
    /// The promises of the last 30 days, by the role they were made for.
    pub promises: Vec<RolePromises>,
    /// The instant it is about.
    pub as_of: Timestamp,
}

/// One person's open tasks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OwnerLoad {
    /// Their address; none for the tasks that are nobody's.
    pub owner: Option<String>,
    /// What colleagues call them; none for somebody who does not sign in.
    pub name: Option<String>,
    /// Their open tasks.
    pub open: u64,
    /// Those whose due time has passed.
    pub overdue: u64,
    /// Those that are due today or within the six days after.
    pub due_this_week: u64,
    /// Until when they are away, where they are now.
    pub away_until: Option<Timestamp>,
    /// Who stands in for them meanwhile.
    pub cover: Option<String>,
    /// Whether they may not sign in any more: their tasks want another owner.
    pub has_left: bool,
}

/// How the promises (`within`) to one role's tasks were kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RolePromises {
    /// The role; empty for tasks of no role.
    pub role: String,
    /// Ended in time.
    pub kept: u64,
    /// Ended too late, or still open past their due time.
    pub missed: u64,
    /// Open, their clocks running.
    pub running: u64,
    /// The median of the worked minutes from the beginning to the end, in the business calendar; none where none has ended.
    pub median_minutes: Option<i64>,
}

impl App {
    /// How many tasks everybody has, and how promises were kept in the last 30 days.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn work_load(&self) -> Result<WorkLoad> {
        let now = self.now();
        let workspace = self.workspace();
        let counts = self.store().count_open_tasks(now, week_end(now, &workspace.zone)).await?;
        let (people, absences) = (self.people().list().await?, self.store().absences_since(now).await?);
        let since = Some(now.plus_seconds(-PROMISES_SECONDS));
        let filter = TaskFilter { promised_since: since, limit: MAX_RANKED, ..TaskFilter::default() };
        let promised = self.store().tasks(&filter).await?;
        let calendar = workspace.outreach.calendar(&workspace.calendars);
        let business = BusinessTime::new(&calendar, &workspace.zone);
        let mut owners = owners(counts, people);
        for owner in &mut owners {
            let away = absences.iter().find(|away| Some(&away.person) == owner.owner.as_ref() && away.from_at <= now);
            owner.away_until = away.map(|away| away.until_at);
            owner.cover = away.and_then(|away| away.cover.clone());
        }
        owners.sort_by(|a, b| (a.owner.is_none(), b.overdue, b.open, &a.owner).cmp(&(b.owner.is_none(), a.overdue, a.open, &b.owner)));
        Ok(WorkLoad { owners, promises: promises(&promised, &business, now), as_of: now })
    }
}

/// Everybody with open tasks, and everybody who signs in to work with accounts.
fn owners(counts: Vec<TaskCount>, people: Vec<Person>) -> Vec<OwnerLoad> {
    let idle = |owner: Option<String>| OwnerLoad {
        owner,
        name: None,
        open: 0,
        overdue: 0,
        due_this_week: 0,
        away_until: None,
        cover: None,
        has_left: false,
    };
    let mut found: BTreeMap<Option<String>, OwnerLoad> = BTreeMap::new();
    for count in counts {
        let TaskCount { owner, open, overdue, due_soon } = count;
        found.insert(owner.clone(), OwnerLoad { open, overdue, due_this_week: due_soon, ..idle(owner) });
    }
    for person in people {
        let works = person.disabled_at.is_none() && person.role == mainstay_model::access::Role::Csm;
        let owner = Some(person.email.clone());
        if works || found.contains_key(&owner) {
            let load = found.entry(owner.clone()).or_insert_with(|| idle(owner));
            load.name = Some(person.name);
            load.has_left = person.disabled_at.is_some();
        }
    }
    found.into_values().collect()
}

fn promises(tasks: &[Task], business: &BusinessTime<'_>, now: Timestamp) -> Vec<RolePromises> {
    let mut by_role: BTreeMap<&str, Vec<&Task>> = BTreeMap::new();
    for task in tasks.iter().filter(|task| task.due_at.is_some() && task.status != TaskStatus::Cancelled) {
        by_role.entry(task.role.as_deref().unwrap_or_default()).or_default().push(task);
    }
    by_role.into_iter().map(|(role, tasks)| role_promises(role, &tasks, business, now)).collect()
}

fn role_promises(role: &str, tasks: &[&Task], business: &BusinessTime<'_>, now: Timestamp) -> RolePromises {
    let mut counted = RolePromises { role: role.to_owned(), kept: 0, missed: 0, running: 0, median_minutes: None };
    let mut minutes = Vec::new();
    for task in tasks {
        let ended = task.done_at.unwrap_or(now);
        let in_time = task.due_at.is_some_and(|due| ended <= due);
        match (task.done_at, in_time) {
            (Some(_), true) => counted.kept += 1,
            (None, true) => counted.running += 1,
            (_, false) => counted.missed += 1,
        }
        minutes.extend(task.done_at.zip(task.sla_started_at).map(|(done, began)| business.minutes_between(began, done)));
    }
    minutes.sort_unstable();
    counted.median_minutes = minutes.get(minutes.len().saturating_sub(1) / 2).copied();
    counted
}
