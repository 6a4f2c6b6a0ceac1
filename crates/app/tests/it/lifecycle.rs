//! The life cycle from facts: stages, onboarding, and how it went with an account that left.

use mainstay_app::ErrorCode;
use mainstay_app::accounts::AsOf;
use mainstay_model::Day;
use mainstay_store::{OutboxFilter, Task, TaskStatus};
use serde_json::json;

use crate::support::{HEALTH_BY_LOGINS, Home, account_with, at, documents, instant, record, sign_in, take};

const MAINSTAY: &str = "\
name: Life
time_zone: UTC
currency: USD
stages: [onboarding, adoption, churned]
onboarding:
  stalled: signed_in_ever = 0
  time_to_value: days_to_value
  milestones:
    - { name: first_login, when: signed_in_ever > 0, due_days: 5 }
    - { name: routine, label: In daily use, when: signed_in_ever >= 3, due_days: 20 }
";
const SIGNALS: &str = "
signals:
  signed_in_ever: { from: events, where: name = 'Signed In', measure: count(), window: all }
  first_login_unixtime: { from: events, where: name = 'Signed In', measure: min(to_unixtime(occurred_at)), window: all }
  days_to_value: { measure: (first_login_unixtime - to_unixtime(created_at)) / 86400, unit: days }
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 7 days }
";
const PLAYS: &str = "
plays:
  farewell:
    trigger: { when: stage = 'churned' }
    steps:
      - at: immediately
        do:
          - report: { kind: autopsy, to: csm }
";
/// A Tuesday.
const NOW: &str = "2026-03-10T12:00:00Z";

fn home() -> Home {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH_BY_LOGINS), NOW);
    home.write("plays/all.yaml", PLAYS);
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_has_a_history_with_who_moved_it_when_and_why() {
    let (home, app) = home().opened().await;
    take(
        &app,
        vec![
            account_with("acme", "2026-03-01T12:00:00Z", &json!({"stage": "onboarding"})),
            account_with("acme", "2026-03-05T12:00:00Z", &json!({"stage": "onboarding", "tier": "smb"})),
        ],
    )
    .await;
    app.set_stage("acme", "adoption", "they are live", "ann@vendor.example").await.unwrap();
    home.move_to(&app, "2026-03-12T00:00:00Z").await;
    let view = app.stage("acme", &AsOf::NOW).await.unwrap();
    assert_eq!((view.stage.as_deref(), view.since, view.days), (Some("adoption"), Some(instant(NOW)), Some(1.5)));
    assert_eq!(view.stages, ["onboarding", "adoption", "churned"]);
    let [now, before] = &view.history[..] else { panic!("{:?}", view.history) };
    assert_eq!((now.by.as_deref(), now.reason.as_deref()), (Some("ann@vendor.example"), Some("they are live")));
    assert_eq!(
        (before.stage.as_deref(), before.from, before.until, before.days),
        (Some("onboarding"), instant("2026-03-01T12:00:00Z"), Some(instant(NOW)), 9.0)
    );
    assert_eq!((before.by.clone(), before.source.as_str()), (None, "crm"));
    let then = app.stage("acme", &at(instant("2026-03-03T12:00:00Z"))).await.unwrap();
    assert_eq!((then.stage.as_deref(), then.days, then.history.len()), (Some("onboarding"), Some(2.0), 1));
    for (stage, expected) in [("adoptoin", "there is no stage"), ("adoption", "already"), ("", "there is no stage")] {
        let refused = app.set_stage("acme", stage, "", "ann@vendor.example").await.unwrap_err();
        assert!(refused.message.contains(expected), "{stage}: {}", refused.message);
    }
    assert_eq!(app.set_stage("nobody", "churned", "", "ann").await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn onboarding_shows_who_is_stuck_first_and_how_long_value_took() {
    let (_home, app) = home().opened().await;
    let arrived = |id: &str, on: &str| {
        account_with(id, &format!("{on}T00:00:00Z"), &json!({"stage": "onboarding", "created_at": format!("{on}T00:00:00Z")}))
    };
    let mut facts = vec![
        arrived("stuck", "2026-03-01"),
        arrived("quick", "2026-03-08"),
        arrived("slow", "2026-02-01"),
        account_with("done", "2026-01-01T00:00:00Z", &json!({"stage": "adoption"})),
        sign_in("q", "quick", "2026-03-09T12:00:00Z"),
    ];
    facts.extend((0..3).map(|day| sign_in(&format!("s{day}"), "slow", &format!("2026-02-1{day}T00:00:00Z"))));
    take(&app, facts).await;
    let board = app.onboarding(&AsOf::NOW).await.unwrap();
    let ids: Vec<&str> = board.accounts.iter().map(|account| account.account_id.as_str()).collect();
    assert_eq!(ids, ["stuck", "quick", "slow"]);
    assert_eq!((board.total, board.stalled, board.late, board.with_value, board.median_days_to_value), (3, 1, 1, 2, Some(5.25)));
    let [stuck, quick, slow] = &board.accounts[..] else { panic!("{board:?}") };
    assert_eq!(
        (stuck.next.as_deref(), stuck.days, stuck.late_days, stuck.stalled, stuck.days_to_value),
        (Some("first_login"), 9, Some(4), true, None)
    );
    assert_eq!(
        (quick.next.as_deref(), quick.reached.clone(), quick.late_days, quick.days_to_value),
        (Some("routine"), vec![true, false], Some(-18), Some(1.5))
    );
    assert_eq!((slow.next.clone(), slow.days_to_value), (None, Some(9.0)));
    let counts: Vec<(&str, usize)> = board.milestones.iter().map(|column| (column.label.as_str(), column.count)).collect();
    assert_eq!(counts, [("First login", 1), ("In daily use", 1), ("All reached", 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_declared_milestones_there_is_nothing_to_follow() {
    let home = Home::new(&documents("name: Life\ntime_zone: UTC\n", SIGNALS, HEALTH_BY_LOGINS), NOW);
    let app = home.open().await;
    let board = app.onboarding(&AsOf::NOW).await.unwrap();
    assert_eq!((board.stage, board.total), (None, 0));
    take(&app, vec![account_with("acme", "2026-03-01T12:00:00Z", &json!({}))]).await;
    app.set_stage("acme", "wherever", "", "ann@vendor.example").await.unwrap();
    assert_eq!(app.stage("acme", &AsOf::NOW).await.unwrap().stage.as_deref(), Some("wherever"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autopsy_replays_what_happened_and_what_was_done() {
    let home = home();
    let app = home.open().await;
    app.look_at_plays().await.unwrap();
    take(
        &app,
        vec![
            account_with("acme", "2026-01-01T00:00:00Z", &json!({"name": "Acme", "owner": "ann@vendor.example", "stage": "adoption"})),
            record(
                "tickets",
                "t1",
                instant("2026-02-01T00:00:00Z"),
                &json!({"account_id": "acme", "subject": "Slow", "created_at": "2026-02-01T00:00:00Z"}),
            ),
            sign_in("one", "acme", "2026-03-09T12:00:00Z"),
        ],
    )
    .await;
    app.store().add_task(&task("call", "acme")).await.unwrap();
    app.set_stage("acme", "churned", "too dear", "ann@vendor.example").await.unwrap();
    home.move_to(&app, "2026-03-10T12:01:00Z").await;
    app.look_at_plays().await.unwrap();
    let autopsy = app.autopsy("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(autopsy.left_on, Some(Day::parse("2026-03-10").unwrap()));
    assert_eq!(autopsy.said.as_ref().unwrap().reason.as_deref(), Some("too dear"));
    assert_eq!(autopsy.account.score, Some(25.0), "on the last day as a customer");
    assert_eq!((autopsy.weaknesses[0].label.as_str(), autopsy.weaknesses[0].lost), ("Logins", 75.0));
    assert_eq!((autopsy.runs, autopsy.tasks, autopsy.tasks_done), (1, 1, 0));
    let titles: Vec<&str> = autopsy.replay.iter().map(|entry| entry.title.as_str()).collect();
    for expected in ["Stage: adoption", "Ticket “Slow”", "Task: Call them", "Stage: churned", "Play began: Farewell"] {
        assert!(titles.contains(&expected), "{expected}: {titles:?}");
    }
    assert!(autopsy.replay.is_sorted_by_key(|entry| entry.at));
    let outbox = app.store().outbox(&OutboxFilter { limit: 10, ..OutboxFilter::default() }).await.unwrap();
    assert!(outbox.iter().any(|entry| entry.payload.contains("/accounts/acme/autopsy")), "{outbox:?}");
}

fn task(id: &str, account: &str) -> Task {
    Task {
        id: id.into(),
        run_id: None,
        step: None,
        account_id: account.into(),
        title: "Call them".into(),
        body: String::new(),
        kind: "call".into(),
        owner: Some("ann@vendor.example".into()),
        role: None,
        priority: "normal".into(),
        created_at: instant("2026-03-01T09:00:00Z"),
        due_at: None,
        sla_started_at: None,
        status: TaskStatus::Open,
        outcome: None,
        note: None,
        done_by: None,
        done_at: None,
        money_at_stake: None,
    }
}
