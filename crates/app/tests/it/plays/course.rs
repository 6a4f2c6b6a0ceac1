//! How a run goes on: its days, what it waits for, what ends it.

use mainstay_app::App;
use mainstay_model::{Event, Fact};
use mainstay_store::{OutboxFilter, OutboxStatus, RunStatus, StepOutcome, TaskStatus};
use serde_json::json;

use super::{account, home, look, look_at, runs, tasks, tier, titles};
use crate::support::{Home, event, instant, sign_in, take};

const DAYS: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    goal: { name: busy, when: logins >= 3, ends: true }
    steps:
      - at: day 1
        name: first
        do:
          - task: { to: csm, title: First }
      - at: day 2
        name: second
        do:
          - task: { to: csm, title: Second }
      - at: day 3
        name: third
        unless: logins >= 1
        do:
          - task: { to: csm, title: Third }
      - at: day 9
        name: last
        do:
          - task: { to: csm, title: Last }
";
const WAIT: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        name: booked
        wait_for: { event: Meeting Booked, for: 3 days }
        then:
          - task: { to: csm, title: Prepare }
        else:
          - task: { to: csm, title: Call }
";
const RIVALS: &str = "
plays:
  news:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: Tell them the news }
          - slack: { to: csm, text: Told them }
      - at: day 5
        do:
          - task: { to: csm, title: More news }
  rescue:
    purpose: churn_prevention
    priority: 90
    trigger: { when: tier = 'TIER' }
    steps:
      - at: immediately
        do:
          - stop: news
          - task: { to: csm, title: Rescue }
";
const DAWN: &str = "2026-03-01T00:00:00Z";

/// `acme` in New York, for whom a run has begun at 8 in the morning there.
async fn begun(home: &Home) -> App {
    let app = home.open().await;
    look(&app).await;
    take(&app, vec![account("acme", DAWN, &json!({"tier": "free", "time_zone": "America/New_York"})), sign_in("0", "bolt", DAWN)]).await;
    look(&app).await;
    take(&app, vec![tier("acme", "2026-03-10T12:00:00Z", "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    app
}

fn booked(id: &str, at: &str) -> Fact {
    Fact::Event(Event { account_id: Some("acme".into()), ..event(id, "Meeting Booked", instant(at)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn steps_are_due_at_the_play_hour_of_the_account_s_zone() {
    let home = home(DAYS);
    let app = begun(&home).await;
    let mut seen = Vec::new();
    for now in ["2026-03-10T12:59:59Z", "2026-03-10T13:00:00Z", "2026-03-11T12:59:59Z", "2026-03-11T13:00:00Z"] {
        look_at(&home, &app, now).await;
        seen.push(titles(&app).await.join(" "));
    }
    assert_eq!(seen, ["", "First", "First", "First Second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_left_out_unless_it_is_needed_and_a_goal_ends_the_run() {
    let home = home(DAYS);
    let app = begun(&home).await;
    look_at(&home, &app, "2026-03-11T14:00:00Z").await;
    take(&app, vec![sign_in("1", "acme", "2026-03-11T13:30:00Z")]).await;
    look(&app).await;
    look_at(&home, &app, "2026-03-12T13:00:00Z").await;
    let run = runs(&app).await.remove(0);
    let steps = app.store().steps_of_run(&run.id).await.unwrap();
    let third = steps.iter().find(|step| step.step == "third").unwrap();
    assert_eq!(third.outcome, StepOutcome::Skipped);
    take(&app, vec![sign_in("2", "acme", "2026-03-12T12:00:00Z"), sign_in("3", "acme", "2026-03-12T12:30:00Z")]).await;
    look(&app).await;
    let run = runs(&app).await.remove(0);
    assert_eq!((run.status, run.outcome.as_deref(), run.due_at), (RunStatus::Finished, Some("busy"), None));
    for task in tasks(&app).await {
        assert_eq!((task.status, task.note.as_deref()), (TaskStatus::Cancelled, Some("the run has ended: busy")));
    }
    look_at(&home, &app, "2026-03-20T13:00:00Z").await;
    assert_eq!(titles(&app).await, ["First", "Second"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_came_while_nobody_looked_is_counted() {
    let home = home(WAIT);
    let app = begun(&home).await;
    look_at(&home, &app, "2026-03-10T13:00:00Z").await;
    home.clock.set(instant("2026-03-11T10:00:00Z"));
    take(&app, vec![booked("1", "2026-03-11T10:00:00Z")]).await;
    app.close().await.unwrap();
    drop(app);
    home.clock.set(instant("2026-03-20T13:00:00Z"));
    let app = home.open().await;
    look(&app).await;
    assert_eq!(titles(&app).await, ["Prepare"]);
    look(&app).await;
    assert_eq!(runs(&app).await[0].status, RunStatus::Finished);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_ends_when_nothing_came() {
    let home = home(WAIT);
    let app = begun(&home).await;
    look_at(&home, &app, "2026-03-10T13:00:00Z").await;
    take(&app, vec![booked("0", "2026-03-09T10:00:00Z")]).await;
    look(&app).await;
    assert!(titles(&app).await.is_empty(), "that was before the run began");
    look_at(&home, &app, "2026-03-13T13:00:00Z").await;
    assert_eq!(titles(&app).await, ["Call"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_keeps_the_version_that_it_began_with() {
    let home = home(DAYS);
    let app = begun(&home).await;
    look_at(&home, &app, "2026-03-10T14:00:00Z").await;
    take(&app, vec![tier("bolt", DAWN, "free")]).await;
    look(&app).await;
    home.write("plays/all.yaml", &DAYS.replace("title: Second", "title: Other"));
    assert!(app.reload().await.unwrap().changed);
    look(&app).await;
    take(&app, vec![tier("bolt", "2026-03-10T14:00:00Z", "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    let app = home.reopen(app).await;
    look_at(&home, &app, "2026-03-11T13:00:00Z").await;
    assert_eq!(titles(&app).await, ["First", "First", "Other", "Second"]);
    let versions: Vec<String> = runs(&app).await.into_iter().map(|run| run.version).collect();
    assert_ne!(versions[0], versions[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_stops_another_one_whether_that_runs_already_or_begins_with_it() {
    for (tier_of_rescue, at_first) in [("gold", vec!["Rescue"]), ("lost", vec!["Tell them the news"])] {
        let home = home(&RIVALS.replace("TIER", tier_of_rescue));
        let app = home.open().await;
        take(&app, vec![tier("acme", DAWN, "free")]).await;
        look(&app).await;
        take(&app, vec![tier("acme", "2026-03-10T11:00:00Z", "gold")]).await;
        look(&app).await;
        assert_eq!(titles(&app).await, at_first);
        take(&app, vec![tier("acme", "2026-03-10T11:30:00Z", "lost")]).await;
        look(&app).await;
        let (runs, tasks) = (runs(&app).await, tasks(&app).await);
        let of = |play: &str| runs.iter().find(|run| run.play == play).unwrap();
        assert_eq!((of("news").status, of("rescue").status), (RunStatus::Stopped, RunStatus::Finished));
        assert!(tasks.iter().all(|task| (task.status == TaskStatus::Open) == (task.title == "Rescue")), "{tasks:?}");
        let waiting = app.store().outbox(&OutboxFilter { limit: 10, ..OutboxFilter::default() }).await.unwrap();
        assert!(waiting.iter().all(|entry| entry.status == OutboxStatus::Suppressed), "{waiting:?}");
        look_at(&home, &app, "2026-03-20T13:00:00Z").await;
        assert!(!titles(&app).await.contains(&"More news".to_owned()));
    }
}
