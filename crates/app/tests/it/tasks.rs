//! Work for people on real facts: what matters most comes first, what is ended reaches its run, who is away has a cover.

mod absence;
mod capacity;
mod clocks;
mod ended;
mod ladder;
mod ranked;

use mainstay_app::App;
use mainstay_app::tasks::{NewTask, TaskEnding, Whose, WorkItem, WorkPage, WorkQuery};
use mainstay_model::Fact;
use serde_json::{Value, json};

use crate::support::{HEALTH_BY_LOGINS, Home, LOGINS, documents, instant, record, take};

pub(crate) const MAINSTAY: &str =
    "name: Work\ntime_zone: UTC\nplay_hour: 09:00\nroles:\n  csm: { from: owner }\n  csm_manager: { email: Boss@vendor.example }\n";
/// A Tuesday.
pub(crate) const NOON: &str = "2026-03-10T12:00:00Z";
pub(crate) const DAWN: &str = "2026-03-01T00:00:00Z";
pub(crate) const ANN: &str = "ann@vendor.example";
pub(crate) const BOB: &str = "bob@vendor.example";

/// A workspace with these plays; the clock shows noon of a Tuesday.
fn home(plays: &str) -> Home {
    let home = Home::new(&documents(MAINSTAY, LOGINS, HEALTH_BY_LOGINS), NOON);
    if !plays.is_empty() {
        home.write("plays/all.yaml", plays);
    }
    home
}

fn account(id: &str, fields: &Value) -> Fact {
    let mut all = json!({"name": format!("{id} Inc"), "owner": "Ann@Vendor.example"});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    record("accounts", id, instant(DAWN), &all)
}

/// A line that is worth so much a year.
fn worth(id: &str, arr: u32) -> Fact {
    let fields =
        json!({"account_id": id, "amount": arr, "quantity": 1, "interval_months": 12, "starts_on": "2026-01-01", "status": "active"});
    record("subscriptions", &format!("line of {id}"), instant(DAWN), &fields)
}

async fn open(home: &Home, accounts: &[(&str, u32)]) -> App {
    let app = home.open().await;
    let facts = accounts.iter().flat_map(|(id, arr)| [account(id, &json!({})), worth(id, *arr)]);
    take(&app, facts.collect()).await;
    app
}

fn new(account: &str, title: &str, due: Option<&str>) -> NewTask {
    NewTask { account: account.into(), title: title.into(), due_at: due.map(instant), ..NewTask::default() }
}

fn done(outcome: &str) -> TaskEnding {
    TaskEnding { outcome: outcome.into(), ..TaskEnding::default() }
}

async fn list(app: &App, whose: Whose) -> WorkPage {
    app.list_tasks(&WorkQuery { whose, ..WorkQuery::default() }).await.unwrap()
}

fn titles(page: &WorkPage) -> Vec<&str> {
    page.tasks.iter().map(|item| item.task.title.as_str()).collect()
}

/// The one open task whose title begins so.
async fn task(app: &App, title: &str) -> WorkItem {
    let page = list(app, Whose::Everybody).await;
    let mut found = page.tasks.into_iter().filter(|item| item.task.title.starts_with(title));
    let item = found.next().unwrap_or_else(|| panic!("there is no task `{title}`"));
    assert!(found.next().is_none(), "there are several tasks `{title}`");
    item
}
