//! What is done with tasks, at the data itself or the server that holds it.

use mainstay_app::tasks::{
    BriefingSent, CLOCK_DAYS, CapacityPlan, NewTask, ResponseClocks, TaskEnding, WorkItem, WorkLoad, WorkPage, WorkQuery,
};
use mainstay_app::{Result, instant_of};

use crate::desk::Desk;

impl Desk {
    /// The tasks of a query; `ended_since` as it was typed, so that a server reads it in its own zone.
    pub(super) async fn list_tasks(&self, query: WorkQuery, ended_since: Option<&str>) -> Result<WorkPage> {
        match self {
            Self::Data(app) => {
                let ended_since = ended_since.map(|text| instant_of(text, &app.workspace().zone)).transpose()?;
                app.list_tasks(&WorkQuery { ended_since, ..query }).await
            }
            Self::Server(server) => server.tasks(&query, ended_since).await,
        }
    }

    pub(super) async fn show_task(&self, id: &str) -> Result<WorkItem> {
        match self {
            Self::Data(app) => app.show_task(id).await,
            Self::Server(server) => server.task(id).await,
        }
    }

    pub(super) async fn end_task(&self, id: &str, ending: &TaskEnding, by: &str) -> Result<()> {
        match self {
            Self::Data(app) => app.end_task(id, ending, by).await,
            Self::Server(server) => server.end_task(id, ending, by).await,
        }
    }

    pub(super) async fn reopen_task(&self, id: &str) -> Result<()> {
        match self {
            Self::Data(app) => app.reopen_task(id).await,
            Self::Server(server) => server.reopen_task(id).await,
        }
    }

    pub(super) async fn assign_task(&self, id: &str, owner: &str) -> Result<()> {
        match self {
            Self::Data(app) => app.assign_task(id, owner).await,
            Self::Server(server) => server.assign_task(id, owner).await,
        }
    }

    pub(super) async fn move_task(&self, id: &str, due_at: &str) -> Result<()> {
        match self {
            Self::Data(app) => app.move_task(id, instant_of(due_at, &app.workspace().zone)?).await,
            Self::Server(server) => server.move_task(id, due_at).await,
        }
    }

    pub(super) async fn hand_over_tasks(&self, from: &str, to: &str) -> Result<u64> {
        match self {
            Self::Data(app) => app.hand_over_tasks(from, to).await,
            Self::Server(server) => server.hand_over_tasks(from, to).await,
        }
    }

    pub(super) async fn add_task(&self, new: NewTask, due_at: Option<&str>) -> Result<String> {
        match self {
            Self::Data(app) => {
                let due_at = due_at.map(|text| instant_of(text, &app.workspace().zone)).transpose()?;
                app.add_task(&NewTask { due_at, ..new }).await
            }
            Self::Server(server) => server.add_task(&new, due_at).await,
        }
    }

    pub(super) async fn work_load(&self) -> Result<WorkLoad> {
        match self {
            Self::Data(app) => app.work_load().await,
            Self::Server(server) => server.work_load().await,
        }
    }

    pub(super) async fn plan_capacity(&self) -> Result<CapacityPlan> {
        match self {
            Self::Data(app) => app.plan_capacity().await,
            Self::Server(server) => server.plan_capacity().await,
        }
    }

    pub(super) async fn response_clocks(&self) -> Result<ResponseClocks> {
        match self {
            Self::Data(app) => app.response_clocks(CLOCK_DAYS).await,
            Self::Server(server) => server.response_clocks().await,
        }
    }

    pub(super) async fn send_briefings(&self, person: Option<&str>) -> Result<Vec<BriefingSent>> {
        match self {
            Self::Data(app) => app.send_briefings(person).await,
            Self::Server(server) => server.send_briefings(person).await,
        }
    }
}
