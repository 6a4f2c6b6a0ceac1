//! How it went with an account, as of an instant of the past.

use mainstay_app::accounts::AsOf;
use mainstay_app::lifecycle::Autopsy;
use mainstay_app::{App, ErrorCode};
use mainstay_model::{Day, Timestamp};
use mainstay_store::{Intervention, Task, TaskStatus};
use serde_json::json;

use crate::support::{HEALTH_BY_LOGINS, Home, at, documents, instant, record, sign_in, take};

const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
";
const NOW: &str = "2026-03-10T12:00:00Z";

fn task(id: &str, created_at: &str, done_at: Option<&str>) -> Task {
    Task {
        id: id.into(),
        run_id: None,
        step: None,
        account_id: "acme".into(),
        title: format!("Call about {id}"),
        body: String::new(),
        kind: "call".into(),
        owner: Some("ann@vendor.example".into()),
        role: None,
        priority: "normal".into(),
        created_at: instant(created_at),
        due_at: None,
        sla_started_at: None,
        status: if done_at.is_some() { TaskStatus::Done } else { TaskStatus::Open },
        outcome: done_at.map(|_| "reached".into()),
        note: None,
        done_by: done_at.map(|_| "bob@vendor.example".into()),
        done_at: done_at.map(instant),
        money_at_stake: None,
    }
}

fn visit(id: &str, at: &str) -> Intervention {
    Intervention {
        id: id.into(),
        account_id: "acme".into(),
        run_id: None,
        task_id: None,
        at: instant(at),
        who: "ann@vendor.example".into(),
        what: format!("Visit {id}"),
        outcome: None,
        learned: None,
    }
}

async fn open() -> (Home, App) {
    let home = Home::new(&documents("name: Life\ntime_zone: UTC\n", SIGNALS, HEALTH_BY_LOGINS), NOW);
    let app = home.open().await;
    let facts = vec![
        record("accounts", "acme", instant("2026-01-01T00:00:00Z"), &json!({"name": "Acme", "stage": "adoption"})),
        record("accounts", "acme", instant("2026-03-05T09:00:00Z"), &json!({"name": "Acme", "stage": "churned"})),
        sign_in("one", "acme", "2026-03-02T12:00:00Z"),
    ];
    take(&app, facts).await;
    for made in [
        task("seats", "2026-02-01T09:00:00Z", Some("2026-03-03T09:00:00Z")),
        task("price", "2026-02-02T09:00:00Z", Some("2026-02-03T09:00:00Z")),
        task("end", "2026-03-06T09:00:00Z", None),
    ] {
        app.store().add_task(&made).await.unwrap();
    }
    app.store().add_intervention(&visit("before", "2026-02-10T09:00:00Z")).await.unwrap();
    app.store().add_intervention(&visit("after", "2026-03-04T09:00:00Z")).await.unwrap();
    (home, app)
}

/// Titles and details of what was done, in order.
fn done(autopsy: &Autopsy) -> Vec<String> {
    let work = autopsy.replay.iter().filter(|entry| ["task", "intervention", "stage"].contains(&entry.kind.as_str()));
    work.map(|entry| format!("{} ({})", entry.title, entry.detail)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autopsy_of_the_past_knows_nothing_of_what_came_later() {
    let (_home, app) = open().await;
    let now = app.autopsy("acme", &AsOf::NOW).await.unwrap();
    assert_eq!((now.left_on, now.tasks, now.tasks_done), (Day::parse("2026-03-05").ok(), 3, 2));
    assert_eq!(now.account.as_of, Timestamp(instant("2026-03-05T00:00:00Z").micros() - 1), "its last day as a customer");
    let then = app.autopsy("acme", &at(instant("2026-03-02T23:00:00Z"))).await.unwrap();
    assert_eq!((then.left_on, then.said.is_none(), then.tasks, then.tasks_done), (None, true, 2, 1));
    assert_eq!((then.account.as_of, then.account.score), (instant("2026-03-02T23:00:00Z"), Some(25.0)));
    assert_eq!(
        done(&then),
        [
            "Stage: adoption (crm)",
            "Task: Call about seats (open)",
            "Task: Call about price (bob@vendor.example · reached)",
            "Visit before (ann@vendor.example)"
        ]
    );
    assert!(done(&now).contains(&"Task: Call about seats (bob@vendor.example · reached)".to_owned()), "{:?}", done(&now));
    assert!(now.replay.iter().all(|entry| entry.at <= app.now()) && then.replay.iter().all(|entry| entry.at <= then.account.as_of));
    let refused = app.autopsy("acme", &at(instant("2025-12-31T00:00:00Z"))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
}
