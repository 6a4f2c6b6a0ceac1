//! Tasks and absences of a running server.

use mainstay_app::Result;
use mainstay_app::tasks::{
    Absence, BriefingSent, CapacityPlan, NewTask, ResponseClocks, TaskEnding, Whose, WorkItem, WorkLoad, WorkPage, WorkQuery,
};
use serde_json::{Value, json};

use super::{Server, segment};

impl Server {
    /// The tasks of a query; instants as they were typed, for the server to read in its zone.
    pub(crate) async fn tasks(&self, query: &WorkQuery, ended_since: Option<&str>) -> Result<WorkPage> {
        let (offset, limit) = (query.offset.to_string(), query.limit.to_string());
        let (owner, nobody) = match &query.whose {
            Whose::Everybody => (None, None),
            Whose::Of(address) => (Some(address.as_str()), None),
            Whose::Nobody => (None, Some("true")),
        };
        let asked: Vec<(&str, &str)> = [
            ("owner", owner),
            ("nobody", nobody),
            ("account", query.account.as_deref()),
            ("play", query.play.as_deref()),
            ("kind", query.kind.as_deref()),
            ("group", query.group.map(mainstay_app::tasks::Group::as_str)),
            ("ended_since", ended_since),
            ("offset", Some(offset.as_str())),
            ("limit", Some(limit.as_str())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        self.get("/api/tasks", &asked).await
    }

    /// One task.
    pub(crate) async fn task(&self, id: &str) -> Result<WorkItem> {
        self.get(&format!("/api/tasks/{}", segment(id)), &[]).await
    }

    /// Makes a task; answers its id.
    pub(crate) async fn add_task(&self, new: &NewTask, due_at: Option<&str>) -> Result<String> {
        let NewTask { account, title, body, kind, priority, owner, .. } = new;
        let body =
            json!({"account": account, "title": title, "body": body, "kind": kind, "priority": priority, "owner": owner, "due_at": due_at});
        Ok(self.post::<WorkItem>("/api/tasks", &body).await?.task.id)
    }

    /// Ends a task.
    pub(crate) async fn end_task(&self, id: &str, ending: &TaskEnding, by: &str) -> Result<()> {
        let TaskEnding { outcome, note, not_needed } = ending;
        self.change_task(id, "end", &json!({"outcome": outcome, "note": note, "not_needed": not_needed, "by": by})).await
    }

    /// Opens a task again.
    pub(crate) async fn reopen_task(&self, id: &str) -> Result<()> {
        self.change_task(id, "reopen", &json!({})).await
    }

    /// Gives a task to somebody.
    pub(crate) async fn assign_task(&self, id: &str, owner: &str) -> Result<()> {
        self.change_task(id, "assign", &json!({"owner": owner})).await
    }

    /// Moves the due time of a task.
    pub(crate) async fn move_task(&self, id: &str, due_at: &str) -> Result<()> {
        self.change_task(id, "assign", &json!({"due_at": due_at})).await
    }

    /// Gives all open tasks of somebody to somebody else.
    pub(crate) async fn hand_over_tasks(&self, from: &str, to: &str) -> Result<u64> {
        self.post("/api/tasks/hand-over", &json!({"from": from, "to": to})).await
    }

    /// How much everybody has to do.
    pub(crate) async fn work_load(&self) -> Result<WorkLoad> {
        self.get("/api/tasks/load", &[]).await
    }

    /// Everybody's book and the work ahead.
    pub(crate) async fn plan_capacity(&self) -> Result<CapacityPlan> {
        self.get("/api/tasks/capacity", &[]).await
    }

    /// How the response clocks ran.
    pub(crate) async fn response_clocks(&self) -> Result<ResponseClocks> {
        self.get("/api/tasks/clocks", &[]).await
    }

    /// Sends briefings.
    pub(crate) async fn send_briefings(&self, person: Option<&str>) -> Result<Vec<BriefingSent>> {
        self.post("/api/tasks/briefing", &json!({"person": person})).await
    }

    /// Who is away.
    pub(crate) async fn absences(&self) -> Result<Vec<Absence>> {
        self.get("/api/absences", &[]).await
    }

    /// Keeps an absence.
    pub(crate) async fn add_absence(&self, person: &str, from: &str, until: &str, cover: Option<&str>) -> Result<Vec<Absence>> {
        self.post("/api/absences", &json!({"person": person, "from": from, "until": until, "cover": cover})).await
    }

    /// Removes an absence.
    pub(crate) async fn remove_absence(&self, person: &str, from: &str) -> Result<Vec<Absence>> {
        self.post("/api/absences/remove", &json!({"person": person, "from": from})).await
    }

    async fn change_task(&self, id: &str, what: &str, body: &Value) -> Result<()> {
        self.post::<Value>(&format!("/api/tasks/{}/{what}", segment(id)), body).await.map(drop)
    }
}
