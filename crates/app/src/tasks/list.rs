//! The list of tasks: whose they are now, what made them, what rides on them, in the order in which they matter.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use mainstay_model::{Timestamp, Workspace};
use mainstay_store::{Absence, RunOrigin, Task, TaskFilter, TaskStatus};

use super::outcomes::outcomes;
use super::{Group, Whose, WorkItem, WorkPage, WorkQuery, rank};
use crate::app::App;
use crate::error::{AppError, Result};
use crate::people::address;
use crate::plays::{Look, standing_in};

/// Open tasks that are ranked at once; of more, the ones due first.
pub(super) const MAX_RANKED: u32 = 10_000;
/// Tasks of a page where nobody says how many.
const USUAL_ROWS: usize = 100;

impl App {
    /// The tasks of a query, by group and rank. See `rank` for the formula: money at risk times urgency.
    ///
    /// # Errors
    /// When the address of an owner is none, or the store cannot be read.
    pub async fn list_tasks(&self, query: &WorkQuery) -> Result<WorkPage> {
        let now = self.now();
        let absences = self.store().absences_since(now).await?;
        let mut filter = TaskFilter {
            account_id: query.account.clone(),
            status: query.ended_since.is_none().then_some(TaskStatus::Open),
            done_since: query.ended_since,
            limit: MAX_RANKED + 1,
            ..TaskFilter::default()
        };
        match &query.whose {
            Whose::Everybody => {}
            Whose::Of(person) => filter.owners = owners_of(&address(person)?, &absences, now),
            Whose::Nobody => filter.unowned = true,
        }
        let mut tasks = self.store().tasks(&filter).await?;
        let cut = tasks.len() > MAX_RANKED as usize;
        tasks.truncate(MAX_RANKED as usize);
        let items = self.work_items(tasks, absences, now).await?;
        Ok(page(items, query, cut, now))
    }

    /// One task with everything that says how much it matters.
    ///
    /// # Errors
    /// When there is none of that id.
    pub async fn show_task(&self, id: &str) -> Result<WorkItem> {
        let now = self.now();
        let task = self.store().task(id).await?.ok_or_else(|| no_task(id))?;
        let absences = self.store().absences_since(now).await?;
        self.work_items(vec![task], absences, now).await?.pop().ok_or_else(|| no_task(id))
    }

    async fn work_items(&self, tasks: Vec<Task>, absences: Vec<Absence>, now: Timestamp) -> Result<Vec<WorkItem>> {
        let mut runs: Vec<String> = tasks.iter().filter_map(|task| task.run_id.clone()).collect();
        runs.sort_unstable();
        runs.dedup();
        let origins = self.store().run_origins(&runs).await?;
        self.compute(move |app| {
            let state = app.state();
            let mut subjects: Vec<u32> = tasks.iter().filter_map(|task| state.subjects.find(&task.account_id)).collect();
            subjects.sort_unstable();
            subjects.dedup();
            let look = Look::new(&state, &subjects, now)?;
            let origins = origins.into_iter().map(|origin| (origin.id.clone(), origin)).collect();
            let scene = Scene { look: &look, workspace: &state.plan.workspace, origins, absences: &absences, now };
            Ok(tasks.into_iter().map(|task| scene.item(task)).collect())
        })
        .await
    }
}

pub(super) fn no_task(id: &str) -> AppError {
    AppError::not_found(format!("there is no task `{id}`")).hint("`mainstay task list` shows the open ones with their ids")
}

/// Whose tasks somebody sees as their own: theirs, and those of everybody they stand in for now.
fn owners_of(address: &str, absences: &[Absence], now: Timestamp) -> Vec<String> {
    let covers = |away: &&Absence| away.from_at <= now && standing_in(away.person.clone(), absences, now).eq_ignore_ascii_case(address);
    let mut owners: Vec<String> = absences.iter().filter(covers).map(|away| away.person.clone()).collect();
    owners.push(address.to_owned());
    owners
}

struct Scene<'a> {
    look: &'a Look,
    workspace: &'a Workspace,
    origins: HashMap<String, RunOrigin>,
    absences: &'a [Absence],
    now: Timestamp,
}

impl Scene<'_> {
    fn item(&self, task: Task) -> WorkItem {
        let row = self.look.row(&task.account_id);
        let (band, score) = row.map_or_else(|| (mainstay_model::band::UNKNOWN_BAND.to_owned(), None), |row| self.look.health(row));
        let arr = row.and_then(|row| self.look.json(row, "arr").as_f64());
        let staked = task.money_at_stake.as_deref().and_then(|money| money.parse().ok());
        let origin = task.run_id.as_ref().and_then(|run| self.origins.get(run));
        let play = origin.and_then(|origin| self.workspace.plays.get(&origin.play));
        let at_risk = rank::at_risk(arr.or(staked), score);
        let urgency = rank::urgency(&task, self.now);
        WorkItem {
            account_name: row
                .and_then(|row| self.look.json(row, "name").as_str().map(str::to_owned))
                .unwrap_or_else(|| task.account_id.clone()),
            band,
            score,
            arr,
            play: origin.map(|origin| origin.play.clone()),
            play_label: origin.map(|origin| play.map_or_else(|| origin.play.clone(), |play| play.label.clone())),
            run_started_at: origin.map(|origin| origin.trigger_at),
            assignee: task.owner.clone().map(|owner| standing_in(owner, self.absences, self.now)),
            group: rank::group(&task, self.now, &self.workspace.zone),
            at_risk,
            urgency,
            rank: rank::rank(at_risk, urgency),
            outcomes: outcomes(play, task.step.as_deref(), &task.kind),
            task,
        }
    }
}

/// What a query keeps, in its order, a page of it.
fn page(mut items: Vec<WorkItem>, query: &WorkQuery, cut: bool, now: Timestamp) -> WorkPage {
    items.retain(|item| {
        query.play.as_ref().is_none_or(|play| item.play.as_ref() == Some(play))
            && query.kind.as_ref().is_none_or(|kind| item.task.kind == *kind)
    });
    if query.ended_since.is_none() {
        items.sort_by(|a, b| {
            let of_equals = |item: &WorkItem| (item.task.due_at, item.task.created_at, item.task.id.clone());
            a.group.cmp(&b.group).then(b.rank.total_cmp(&a.rank)).then_with(|| of_equals(a).cmp(&of_equals(b)))
        });
    }
    let mut groups: BTreeMap<Group, usize> = BTreeMap::new();
    let mut at_risk: HashMap<String, f64> = HashMap::new();
    for item in &items {
        *groups.entry(item.group).or_default() += 1;
        at_risk.insert(item.task.account_id.clone(), item.at_risk);
    }
    let overdue = items.iter().filter(|item| item.task.due_at.is_some_and(|due| due < now)).count();
    items.retain(|item| query.group.is_none_or(|group| item.group == group));
    let (total, limit) = (items.len(), if query.limit == 0 { USUAL_ROWS } else { query.limit });
    WorkPage {
        tasks: items.into_iter().skip(query.offset).take(limit).collect(),
        total,
        groups: groups.into_iter().collect(),
        overdue,
        at_risk: at_risk.values().sum(),
        cut,
        as_of: now,
    }
}
