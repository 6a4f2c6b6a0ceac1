//! Tasks for programs: the ranked list, what came of them, whose they are, new ones; how much everybody has to do, now and in the weeks ahead.

use axum::extract::{Path, Query, State};
use axum::{Extension, Json};
use mainstay_app::tasks::{
    BriefingSent, CLOCK_DAYS, CapacityPlan, Group, NewTask, ResponseClocks, TaskEnding, Whose, WorkItem, WorkLoad, WorkPage, WorkQuery,
};
use mainstay_app::{App, AppError, instant_of};
use mainstay_model::Zone;
use serde::{Deserialize, Serialize};

use super::authorize::Caller;
use super::body_as;
use crate::error::ApiError;

/// Tasks of a page where nobody says, and at most.
const TASKS_USUAL: usize = 100;
const TASKS_MOST: usize = 10_000;

/// Which tasks, as it stands in an address.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct ListParameters {
    owner: Option<String>,
    nobody: bool,
    account: Option<String>,
    play: Option<String>,
    kind: Option<String>,
    group: Option<String>,
    ended_since: Option<String>,
    offset: usize,
    limit: Option<usize>,
}

impl ListParameters {
    fn read(self, zone: &Zone) -> Result<WorkQuery, AppError> {
        let limit = self.limit.unwrap_or(TASKS_USUAL);
        if limit == 0 || limit > TASKS_MOST {
            return Err(AppError::invalid(format!("`limit` must be 1 to {TASKS_MOST}, not {limit}")));
        }
        let whose = match (self.owner, self.nobody) {
            (Some(_), true) => return Err(AppError::invalid("`owner` and `nobody` exclude each other").hint("send one of them")),
            (Some(owner), false) => Whose::Of(owner),
            (None, true) => Whose::Nobody,
            (None, false) => Whose::Everybody,
        };
        let group = |word: String| {
            Group::parse(&word).ok_or_else(|| AppError::invalid(format!("`group` must be now, today, week or later, not `{word}`")))
        };
        Ok(WorkQuery {
            whose,
            account: self.account,
            play: self.play,
            kind: self.kind,
            group: self.group.map(group).transpose()?,
            ended_since: self.ended_since.map(|text| instant_of(&text, zone)).transpose()?,
            offset: self.offset,
            limit,
        })
    }
}

/// What was done.
#[derive(Serialize)]
pub(super) struct Done {
    done: bool,
}

const DONE: Json<Done> = Json(Done { done: true });

pub(super) async fn list_tasks(State(app): State<App>, Query(asked): Query<ListParameters>) -> Result<Json<WorkPage>, ApiError> {
    Ok(Json(app.list_tasks(&asked.read(&app.workspace().zone)?).await?))
}

pub(super) async fn show_task(State(app): State<App>, Path(id): Path<String>) -> Result<Json<WorkItem>, ApiError> {
    Ok(Json(app.show_task(&id).await?))
}

pub(super) async fn show_load(State(app): State<App>) -> Result<Json<WorkLoad>, ApiError> {
    Ok(Json(app.work_load().await?))
}

pub(super) async fn show_capacity(State(app): State<App>) -> Result<Json<CapacityPlan>, ApiError> {
    Ok(Json(app.plan_capacity().await?))
}

/// How far the clocks look back, as it stands in an address.
#[derive(Deserialize, Default, Debug)]
#[serde(default)]
pub(super) struct ClockParameters {
    days: Option<u32>,
}

pub(super) async fn show_clocks(State(app): State<App>, Query(asked): Query<ClockParameters>) -> Result<Json<ResponseClocks>, ApiError> {
    Ok(Json(app.response_clocks(asked.days.unwrap_or(CLOCK_DAYS)).await?))
}

/// A task that is to be made; its due time as a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    account: String,
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    priority: String,
    #[serde(default)]
    owner: Option<String>,
    #[serde(default)]
    due_at: Option<String>,
}

pub(super) async fn add_task(State(app): State<App>, body: String) -> Result<Json<WorkItem>, ApiError> {
    let Wanted { account, title, body, kind, priority, owner, due_at } =
        body_as(&body, r#"{"account": "acme", "title": "Call Ann", "kind": "call", "due_at": "2026-03-01T14:00:00Z"}"#)?;
    let due_at = due_at.map(|text| instant_of(&text, &app.workspace().zone)).transpose()?;
    let id = app.add_task(&NewTask { account, title, body, kind, priority, owner, due_at }).await?;
    Ok(Json(app.show_task(&id).await?))
}

/// How a task ended, and who says so.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Ended {
    outcome: String,
    note: String,
    not_needed: bool,
    by: Option<String>,
}

pub(super) async fn end_task(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    body: String,
) -> Result<Json<Done>, ApiError> {
    let Ended { outcome, note, not_needed, by } = body_as(&body, r#"{"outcome": "reached", "note": "", "by": "ann@example.com"}"#)?;
    let by = caller.speaks_for(by);
    app.end_task(&id, &TaskEnding { outcome, note, not_needed }, &by).await?;
    Ok(DONE)
}

pub(super) async fn reopen_task(State(app): State<App>, Path(id): Path<String>) -> Result<Json<Done>, ApiError> {
    app.reopen_task(&id).await?;
    Ok(DONE)
}

/// Whose a task is from now on, until when, or both.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Assigned {
    owner: Option<String>,
    due_at: Option<String>,
}

pub(super) async fn assign_task(State(app): State<App>, Path(id): Path<String>, body: String) -> Result<Json<Done>, ApiError> {
    let like = r#"{"owner": "ann@example.com", "due_at": "2026-03-01T14:00:00Z"}"#;
    let assigned: Assigned = body_as(&body, like)?;
    if assigned.owner.is_none() && assigned.due_at.is_none() {
        return Err(ApiError(AppError::invalid(format!("the body names neither an owner nor a due time; it is like {like}"))));
    }
    let due_at = assigned.due_at.map(|text| instant_of(&text, &app.workspace().zone)).transpose()?;
    if let Some(owner) = assigned.owner {
        app.assign_task(&id, &owner).await?;
    }
    if let Some(due_at) = due_at {
        app.move_task(&id, due_at).await?;
    }
    Ok(DONE)
}

/// From whom all open tasks go to whom.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HandedOver {
    from: String,
    to: String,
}

pub(super) async fn hand_over_tasks(State(app): State<App>, body: String) -> Result<Json<u64>, ApiError> {
    let HandedOver { from, to } = body_as(&body, r#"{"from": "ann@example.com", "to": "bob@example.com"}"#)?;
    Ok(Json(app.hand_over_tasks(&from, &to).await?))
}

/// Whose briefing; everybody's where nobody is named.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Readers {
    person: Option<String>,
}

pub(super) async fn send_briefings(State(app): State<App>, body: String) -> Result<Json<Vec<BriefingSent>>, ApiError> {
    let readers: Readers = body_as(&body, r#"{"person": "ann@example.com"}"#)?;
    Ok(Json(app.send_briefings(readers.person.as_deref()).await?))
}
