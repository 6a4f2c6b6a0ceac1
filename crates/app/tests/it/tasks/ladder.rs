//! Promises that are missed climb the ladder, and everybody's day leaves in the morning.

use mainstay_app::App;
use mainstay_app::plays::{Channels, RunAct};
use mainstay_app::tasks::Whose;
use mainstay_store::{OutboxFilter, RunFilter, TaskStatus};

use super::{ANN, NOON, done, home, list, new, open, task, titles};
use crate::support::{Home, instant};

const CALL: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { by_hand: true }
    steps:
      - at: immediately
        name: call
        within: 4 hours
        do:
          - task: { to: csm, title: \"Call {{ account.name }}\", kind: call }
      - at: day 9
        do:
          - task: { to: csm, title: Later }
";
const BOSS: &str = "boss@vendor.example";
const MORE_ROLES: &str = "  executive: { email: chief@vendor.example }\n";

/// Acme has been promised a call by 16:00.
async fn promised(roles: &str) -> (Home, App) {
    let home = home(CALL);
    home.write("mainstay.yaml", &format!("{}{roles}", super::MAINSTAY));
    let app = open(&home, &[("acme", 1_000)]).await;
    app.look_at_plays().await.unwrap();
    app.start_play("gold", "acme", None, ANN).await.unwrap();
    (home, app)
}

async fn at(home: &Home, app: &App, now: &str) -> usize {
    home.clock.set(instant(now));
    app.climb_ladder().await.unwrap()
}

async fn keys(app: &App) -> Vec<String> {
    let entries = app.store().outbox(&OutboxFilter { limit: 50, ..OutboxFilter::default() }).await.unwrap();
    entries.into_iter().map(|entry| entry.key).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_promise_is_told_once_to_the_next_on_the_ladder_and_climbs_on_after_a_working_day() {
    let (home, app) = promised(MORE_ROLES).await;
    let call = task(&app, "Call").await.task;
    assert_eq!(call.due_at, Some(instant("2026-03-10T16:00:00Z")));
    assert_eq!(at(&home, &app, "2026-03-10T15:59:00Z").await, 0);
    assert_eq!(at(&home, &app, "2026-03-10T16:00:00Z").await, 1);
    assert_eq!(at(&home, &app, "2026-03-10T16:01:00Z").await, 0, "once");
    let told = task(&app, "Overdue").await.task;
    assert_eq!(
        (told.title.as_str(), told.owner.as_deref(), told.role.as_deref()),
        ("Overdue: Call acme Inc", Some(BOSS), Some("csm_manager"))
    );
    assert_eq!(told.body, format!("Promised by 10 Mar 2026 16:00, and still open. It is the work of {ANN}."));
    assert_eq!((told.due_at, told.priority.as_str()), (Some(instant("2026-03-11T16:00:00Z")), "urgent"), "an hour today, seven tomorrow");
    let told_by = |channel: &str| format!("{}/missed/{channel}", call.id);
    assert_eq!(keys(&app).await, [told_by("notice"), told_by("slack")]);
    assert_eq!(at(&home, &app, "2026-03-11T16:00:00Z").await, 1);
    let chief = list(&app, Whose::Of("chief@vendor.example".into())).await;
    assert_eq!(titles(&chief), ["Overdue: Call acme Inc"]);
    assert_eq!(at(&home, &app, "2026-03-20T16:00:00Z").await, 0, "nobody is above the top");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_of_ends_with_the_task_and_with_its_run() {
    for stopped in [false, true] {
        let (home, app) = promised(MORE_ROLES).await;
        at(&home, &app, "2026-03-10T16:00:00Z").await;
        at(&home, &app, "2026-03-11T16:00:00Z").await;
        let (call, run) = (task(&app, "Call").await.task, app.store().runs(&RunFilter { limit: 1, ..RunFilter::default() }).await.unwrap());
        if stopped {
            app.act_on_run(&run[0].id, &RunAct::Stop { reason: "they left".into() }, ANN).await.unwrap();
        } else {
            app.end_task(&call.id, &done("reached"), ANN).await.unwrap();
            app.look_at_plays().await.unwrap();
            let boss = app.store().task(&format!("{}/missed", call.id)).await.unwrap().unwrap();
            assert_eq!((boss.status, boss.note.as_deref()), (TaskStatus::Cancelled, Some("the task itself was ended: reached")));
        }
        assert!(list(&app, Whose::Everybody).await.tasks.is_empty());
        assert_eq!(at(&home, &app, "2026-03-13T16:00:00Z").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_play_asks_about_its_task_is_not_answered_by_whoever_was_told() {
    let (home, app) = promised("").await;
    at(&home, &app, "2026-03-10T16:00:00Z").await;
    let told = task(&app, "Overdue").await.task;
    app.end_task(&told.id, &done("seen_to"), BOSS).await.unwrap();
    app.look_at_plays().await.unwrap();
    assert_eq!(titles(&list(&app, Whose::Everybody).await), ["Call acme Inc"], "the work itself is still to be done");
    assert_eq!(at(&home, &app, "2026-03-13T16:00:00Z").await, 0, "it was told of once");
}

#[tokio::test(flavor = "multi_thread")]
async fn briefings_leave_in_the_morning_of_worked_days_once_where_somebody_can_get_them() {
    let home = home("");
    let app = open(&home, &[("acme", 40_000)]).await;
    app.add_task(&new("acme", "Call them", Some(NOON))).await.unwrap();
    let sent_at = async |now: &str| {
        home.clock.set(instant(now));
        app.send_due_briefings().await.unwrap()
    };
    assert_eq!(sent_at("2026-03-11T08:00:00Z").await, 0, "nothing is connected");
    let folder = [("MAINSTAY_MAIL_FOLDER".to_owned(), home.path().join("mail").to_string_lossy().into_owned())].into();
    app.connect(Channels::from_variables("https://success.example", &folder).unwrap());
    assert_eq!(sent_at("2026-03-11T07:59:00Z").await, 0);
    assert_eq!(sent_at("2026-03-11T08:00:00Z").await, 1);
    assert_eq!(sent_at("2026-03-11T08:01:00Z").await, 0, "once a day");
    assert_eq!(sent_at("2026-03-12T09:30:00Z").await, 0, "too late for that day");
    assert_eq!(sent_at("2026-03-14T08:00:00Z").await, 0, "a Saturday");
    assert_eq!(sent_at("2026-03-16T08:30:00Z").await, 1);
    home.write("mainstay.yaml", &format!("{}briefing: never\n", super::MAINSTAY));
    app.reload().await.unwrap();
    assert_eq!(sent_at("2026-03-17T08:00:00Z").await, 0);
}
