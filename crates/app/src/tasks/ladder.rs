//! A promise that is missed climbs the ladder: whoever is next on it gets a task that is a promise itself, and a message.

use mainstay_model::Timestamp;
use mainstay_model::outreach::Outreach;
use mainstay_model::play::effect::Priority;
use mainstay_plays::windows::BusinessTime;
use mainstay_store::{MISSED, OutboxEntry, Task, TaskStatus};
use serde_json::json;

use crate::app::App;
use crate::engine::Plan;
use crate::error::Result;
use crate::plays::{Look, Roles};

/// How much worked time whoever is told has before it climbs on: a working day of eight hours, in minutes.
const ANSWER_MINUTES: u32 = 480;
/// Missed promises that are told of at one look.
const MAX_TOLD: u32 = 500;
/// What a task that tells of another one is called before that one's title.
const OVERDUE: &str = "Overdue: ";

impl App {
    /// Tells whoever is next on the ladder of each promise (`within`) that was missed by now; answers how many. Each is told of once; what nobody
    /// answers within a working day climbs on, up to the top.
    ///
    /// # Errors
    /// When the store cannot be read or written. What was told is not told again.
    pub async fn climb_ladder(&self) -> Result<usize> {
        let now = self.now();
        let workspace = self.workspace();
        let Some(top) = workspace.outreach.ladder.last() else { return Ok(0) };
        let missed = self.store().missed_promises(now, top, MAX_TOLD).await?;
        if missed.is_empty() {
            return Ok(0);
        }
        let absences = self.store().absences_since(now).await?;
        let told = self
            .compute(move |app| {
                let state = app.state();
                let mut subjects: Vec<u32> = missed.iter().filter_map(|task| state.subjects.find(&task.account_id)).collect();
                subjects.sort_unstable();
                subjects.dedup();
                let look = Look::new(&state, &subjects, now)?;
                let roles = Roles::new(&state.plan);
                let holder = |role: &str, account: &str| -> Result<Option<String>> {
                    let Some(row) = look.row(account) else { return Ok(None) };
                    let holder = roles.holder(role, &look, row, &absences, now)?;
                    Ok(holder.and_then(|holder| holder.email).map(|address| address.to_lowercase()))
                };
                missed.iter().map(|task| tell(task, &state.plan, &holder, now)).collect::<Result<Vec<_>>>()
            })
            .await?;
        let messages: Vec<OutboxEntry> = told.iter().flat_map(|task| messages(task, now)).collect();
        // The task is what says that somebody was told, so it is written last.
        self.store().add_outbox(&messages).await?;
        for task in &told {
            self.store().add_task(task).await?;
        }
        Ok(told.len())
    }
}

/// The task of whoever is told of a missed promise: the next role up whose holder is somebody else than the owner, else the top one.
fn tell(task: &Task, plan: &Plan, holder: &dyn Fn(&str, &str) -> Result<Option<String>>, now: Timestamp) -> Result<Task> {
    let outreach = &plan.workspace.outreach;
    let mut chosen = (None, None);
    for role in above(outreach, task.role.as_deref()) {
        let address = holder(role, &task.account_id)?;
        let somebody_else = address.is_some() && address != task.owner;
        chosen = (Some(role.clone()), address);
        if somebody_else {
            break;
        }
    }
    let (role, owner) = chosen;
    let calendar = outreach.calendar(&plan.workspace.calendars);
    let business = BusinessTime::new(&calendar, &plan.workspace.zone);
    let due = task.due_at.map(|due| plan.workspace.zone.civil(due).strftime("%-d %b %Y %H:%M").to_string()).unwrap_or_default();
    let whose = task.owner.as_deref().unwrap_or("nobody");
    Ok(Task {
        id: format!("{}{MISSED}", task.id),
        title: format!("{OVERDUE}{}", task.title.strip_prefix(OVERDUE).unwrap_or(&task.title)),
        body: format!("Promised by {due}, and still open. It is the work of {whose}."),
        kind: "escalation".to_owned(),
        // It answers no step of the run; it only ends with it.
        step: None,
        owner,
        role,
        priority: Priority::Urgent.word().to_owned(),
        created_at: now,
        due_at: Some(business.after_minutes(now, ANSWER_MINUTES)),
        sla_started_at: Some(now),
        status: TaskStatus::Open,
        outcome: None,
        note: None,
        done_by: None,
        done_at: None,
        ..task.clone()
    })
}

/// The roles above one on the ladder, lowest first; all of them where it is not on it.
fn above<'a>(outreach: &'a Outreach, role: Option<&str>) -> &'a [String] {
    let at = outreach.ladder.iter().position(|rung| Some(rung.as_str()) == role);
    outreach.ladder.get(at.map_or(0, |at| at + 1)..).unwrap_or_default()
}

/// What the holder of a role is told, by Slack and by mail; without an address only the company's Slack channel can be told.
fn messages(task: &Task, now: Timestamp) -> Vec<OutboxEntry> {
    let payload = json!({ "to": task.owner, "role": task.role, "title": task.title, "body": task.body }).to_string();
    let channels: &[&str] = if task.owner.is_some() { &["slack", "notice"] } else { &["slack"] };
    let entry = |channel: &&str| OutboxEntry {
        run_id: task.run_id.clone(),
        ..OutboxEntry::waiting(format!("{}/{channel}", task.id), task.account_id.clone(), channel, payload.clone(), now)
    };
    channels.iter().map(entry).collect()
}
