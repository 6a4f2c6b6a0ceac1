//! Plays at work on real facts: what begins, what follows when, and that nothing is lost or done twice.

mod begin;
mod course;
mod killed;
mod receiver;
mod recorded;
mod refused;
mod restart;
mod returned;
mod steer;
mod survey;

use std::fmt::Write as _;

use mainstay_app::App;
use mainstay_app::plays::PlayTick;
use mainstay_model::Fact;
use mainstay_store::{OutboxFilter, PlayRun, RunFilter, Task, TaskFilter};
use serde_json::{Value, json};

use crate::support::{HEALTH_BY_LOGINS, Home, LOGINS, documents, instant, record};

const MAINSTAY: &str = "name: Plays\ntime_zone: UTC\nplay_hour: 09:00\nroles:\n  csm: { from: owner }\n";
/// A Tuesday.
const NOON: &str = "2026-03-10T12:00:00Z";
/// The address of everybody's owner.
const OWNER: &str = "ann@vendor.example";

/// A workspace with these plays; the clock shows noon of a Tuesday.
fn home(plays: &str) -> Home {
    let home = home_without_plays();
    home.write("plays/all.yaml", plays);
    home
}

fn home_without_plays() -> Home {
    Home::new(&documents(MAINSTAY, LOGINS, HEALTH_BY_LOGINS), NOON)
}

/// An account with its owner and further fields.
fn account(id: &str, at: &str, fields: &Value) -> Fact {
    let mut all = json!({"name": id, "owner": OWNER});
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    record("accounts", id, instant(at), &all)
}

fn tier(id: &str, at: &str, tier: &str) -> Fact {
    account(id, at, &json!({"tier": tier}))
}

async fn look(app: &App) -> PlayTick {
    app.look_at_plays().await.unwrap()
}

/// Moves the clock and looks, as a running server does at every moment.
async fn look_at(home: &Home, app: &App, now: &str) -> PlayTick {
    home.move_to(app, now).await;
    look(app).await
}

async fn runs(app: &App) -> Vec<PlayRun> {
    app.store().runs(&RunFilter { limit: 100_000, ..RunFilter::default() }).await.unwrap()
}

/// All tasks by id.
async fn tasks(app: &App) -> Vec<Task> {
    let mut tasks = app.store().tasks(&TaskFilter { limit: 100_000, ..TaskFilter::default() }).await.unwrap();
    tasks.sort_by(|a, b| a.id.cmp(&b.id));
    tasks
}

/// The titles of all tasks, in order.
async fn titles(app: &App) -> Vec<String> {
    let mut titles: Vec<String> = tasks(app).await.into_iter().map(|task| task.title).collect();
    titles.sort();
    titles
}

/// Everything that plays have decided, in one text.
async fn decided(app: &App) -> String {
    let mut text = String::new();
    let mut runs = runs(app).await;
    runs.sort_by(|a, b| a.id.cmp(&b.id));
    for run in &runs {
        let PlayRun { id, account_id, status, outcome, trigger_at, due_at, started_at, ended_at, .. } = run;
        writeln!(text, "run {id} {account_id} {status:?} {outcome:?} {trigger_at:?} {due_at:?} {started_at:?} {ended_at:?}").unwrap();
        for step in app.store().steps_of_run(id).await.unwrap() {
            writeln!(text, "  step {}", serde_json::to_string(&step).unwrap()).unwrap();
        }
    }
    for task in tasks(app).await {
        writeln!(text, "task {}", serde_json::to_string(&task).unwrap()).unwrap();
    }
    let mut outbox = app.store().outbox(&OutboxFilter { limit: 1_000, ..OutboxFilter::default() }).await.unwrap();
    outbox.sort_by(|a, b| a.key.cmp(&b.key));
    for entry in &outbox {
        writeln!(text, "outbox {}", serde_json::to_string(entry).unwrap()).unwrap();
    }
    text
}
