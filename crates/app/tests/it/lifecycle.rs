//! The life cycle from facts: stages, renewals, onboarding, and how it went with an account that left.

use mainstay_app::accounts::AsOf;
use mainstay_app::lifecycle::{EndMove, Renewal, RenewalBook, RenewalQuery, RenewalStage};
use mainstay_app::{App, ErrorCode};
use mainstay_model::{Day, Fact};
use mainstay_store::{OutboxFilter, Task, TaskStatus};
use serde_json::{Value, json};

use crate::support::{HEALTH_BY_LOGINS, Home, at, documents, instant, record, sign_in, take};

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
  logins_change: { measure: change(logins) }
";
const PLAYS: &str = "
plays:
  renewal:
    purpose: renewal
    per: subscription
    trigger: { date: ends_on, from: -120 days }
    steps:
      - at: -90 days
        name: readiness
        do:
          - report: { kind: renewal_readiness, to: csm }
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

async fn open() -> (Home, App) {
    let home = home();
    let app = home.open().await;
    (home, app)
}

fn account(id: &str, at: &str, fields: &Value) -> Fact {
    record("accounts", id, instant(at), fields)
}

fn line(id: &str, at: &str, fields: &Value) -> Fact {
    record("subscriptions", id, instant(at), fields)
}

/// A line of a year at 1,000 a month that ends on a day.
fn yearly(id: &str, account: &str, starts_on: &str, ends_on: &str) -> Fact {
    let fields = json!({"account_id": account, "product": "core", "amount": "1000", "starts_on": starts_on, "ends_on": ends_on});
    line(id, "2025-01-01T00:00:00Z", &fields)
}

async fn book(app: &App, change: impl FnOnce(&mut RenewalQuery)) -> RenewalBook {
    let mut query = RenewalQuery::default();
    change(&mut query);
    app.renewals(&query, &AsOf::NOW).await.unwrap()
}

fn ids(rows: &[Renewal]) -> Vec<&str> {
    rows.iter().map(|row| row.subscription_id.as_str()).collect()
}

fn count(book: &RenewalBook, stage: RenewalStage) -> (usize, f64) {
    book.stages.iter().find(|column| column.stage == stage).map(|column| (column.count, column.arr)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn renewals_stand_by_their_days_left_and_sum_up_by_month() {
    let (_home, app) = open().await;
    take(
        &app,
        vec![
            account("acme", "2025-01-01T00:00:00Z", &json!({"name": "Acme", "owner": "ann@vendor.example"})),
            account("globex", "2025-01-01T00:00:00Z", &json!({"name": "Globex", "owner": "bob@vendor.example"})),
            yearly("due", "acme", "2025-03-15", "2026-03-15"),
            yearly("in_90", "globex", "2025-06-01", "2026-06-01"),
            yearly("far", "globex", "2025-12-01", "2026-12-01"),
            yearly("overdue", "acme", "2025-03-09", "2026-03-09"),
            line("open_ended", "2025-01-01T00:00:00Z", &json!({"account_id": "acme", "amount": "5", "starts_on": "2025-01-01"})),
            line("trial", "2026-03-01T00:00:00Z", &json!({"account_id": "acme", "status": "trialing", "ends_on": "2026-03-20"})),
            line("pounds", "2025-01-01T00:00:00Z", &json!({"account_id": "acme", "product": "other", "amount": "70", "currency": "GBP", "starts_on": "2025-03-20", "ends_on": "2026-03-20"})),
        ],
    )
    .await;
    let all = book(&app, |_| ()).await;
    assert_eq!(ids(&all.rows), ["due", "pounds", "in_90", "far"]);
    assert_eq!((all.total, all.lines_in_other_currencies, all.lines_without_end), (4, 1, 1));
    assert_eq!(all.months.len(), 12);
    assert_eq!((all.months[0].month, all.months[0].count, all.months[0].arr), (Day::parse("2026-03-01").unwrap(), 2, 12_000.0));
    assert_eq!((all.months[3].count, all.months[3].arr, all.months[9].count), (1, 12_000.0, 1));
    assert_eq!(count(&all, RenewalStage::Due), (1, 12_000.0));
    assert_eq!(count(&all, RenewalStage::Escalated), (1, 0.0), "another currency is in no sum");
    assert_eq!(count(&all, RenewalStage::Reviewed), (1, 12_000.0));
    assert_eq!(count(&all, RenewalStage::Overdue).0, 1);
    let due = &all.rows[0];
    assert_eq!((due.name.as_str(), due.owner.as_deref(), due.days_left, due.arr), ("Acme", Some("ann@vendor.example"), 5, Some(12_000.0)));
    assert_eq!(ids(&book(&app, |query| query.stage = Some(RenewalStage::Overdue)).await.rows), ["overdue"]);
    assert_eq!(ids(&book(&app, |query| query.month = Some(Day::parse("2026-06-17").unwrap())).await.rows), ["in_90"]);
    assert_eq!(ids(&book(&app, |query| query.owner = Some("bob@vendor.example".into())).await.rows), ["in_90", "far"]);
    let second = book(&app, |query| (query.offset, query.limit) = (1, 2)).await;
    assert_eq!((ids(&second.rows), second.total), (vec!["pounds", "in_90"], 4));
    let refused = app.renewals(&RenewalQuery { months: 37, ..RenewalQuery::default() }, &AsOf::NOW).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Invalid);
    let then = app.renewals(&RenewalQuery::default(), &at(instant("2026-03-08T00:00:00Z"))).await.unwrap();
    assert_eq!((then.rows[0].subscription_id.as_str(), then.rows[0].days_left), ("overdue", 1), "two days ago it was not over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_that_moves_is_kept_with_who_said_it_when() {
    let (_home, app) = open().await;
    take(
        &app,
        vec![
            account("acme", "2025-01-01T00:00:00Z", &json!({})),
            yearly("slips", "acme", "2025-03-01", "2026-03-01"),
            line("slips", "2026-02-20T09:00:00Z", &json!({"ends_on": "2026-03-31"})),
            line("slips", "2026-02-21T09:00:00Z", &json!({"quantity": "1"})),
            yearly("renews", "acme", "2025-02-01", "2026-02-01"),
            line("renews", "2026-01-25T09:00:00Z", &json!({"ends_on": "2027-02-01"})),
        ],
    )
    .await;
    let rows = app.renewals_of("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(ids(&rows), ["slips", "renews"]);
    let moved = &rows[0].moves[0];
    assert_eq!((rows[0].moves.len(), moved.what, moved.source.as_str()), (1, EndMove::Slipped, "crm"));
    assert_eq!(
        (moved.from.to_string(), moved.to.to_string(), moved.at),
        ("2026-03-01".into(), "2026-03-31".into(), instant("2026-02-20T09:00:00Z"))
    );
    assert_eq!(rows[0].stage, Some(RenewalStage::Escalated), "the end that is in force counts");
    assert_eq!((rows[1].stage, rows[1].moves[0].what), (Some(RenewalStage::Renewed), EndMove::Renewed));
    let before = app.renewals_of("acme", &at(instant("2026-02-19T00:00:00Z"))).await.unwrap();
    assert!(before.iter().find(|row| row.subscription_id == "slips").unwrap().moves.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_renewed_by_the_one_that_follows_it_and_lost_with_its_account() {
    let (_home, app) = open().await;
    take(
        &app,
        vec![
            account("acme", "2025-01-01T00:00:00Z", &json!({})),
            yearly("first", "acme", "2025-03-20", "2026-03-20"),
            yearly("second", "acme", "2026-03-20", "2027-03-20"),
            account("gone", "2026-02-01T00:00:00Z", &json!({"churned_on": "2026-02-28"})),
            yearly("lost", "gone", "2025-02-28", "2026-02-28"),
            account("by_itself", "2025-01-01T00:00:00Z", &json!({})),
            yearly("rolls", "by_itself", "2025-03-01", "2026-03-01"),
            line("rolls", "2025-01-02T00:00:00Z", &json!({"auto_renews": true, "notice_days": 30, "opt_out_days": 90})),
        ],
    )
    .await;
    let all = book(&app, |_| ()).await;
    assert!(!ids(&all.rows).contains(&"first"), "it is decided, so it is not ahead");
    assert_eq!(count(&all, RenewalStage::Renewed).0, 2);
    assert_eq!(count(&all, RenewalStage::Churned), (1, 12_000.0));
    let rolled = app.renewals_of("by_itself", &AsOf::NOW).await.unwrap().remove(0);
    assert_eq!((rolled.renews_on.to_string().as_str(), rolled.computed, rolled.stage), ("2027-03-01", true, Some(RenewalStage::Renewed)));
    assert_eq!(rolled.last_notice_on.to_string(), "2027-01-29");
    assert_eq!(rolled.notice_from.unwrap().to_string(), "2026-12-01");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_shows_its_play_and_the_report_leads_to_its_page() {
    let home = home();
    let app = home.open().await;
    app.look_at_plays().await.unwrap();
    take(
        &app,
        vec![
            account("acme", "2025-01-01T00:00:00Z", &json!({"owner": "ann@vendor.example"})),
            yearly("line", "acme", "2025-07-09", "2026-07-09"),
        ],
    )
    .await;
    // 120 days before the end, at the play hour, and 90 days before it.
    for now in ["2026-03-11T09:01:00Z", "2026-04-10T09:01:00Z"] {
        home.move_to(&app, now).await;
        app.look_at_plays().await.unwrap();
    }
    let run = book(&app, |_| ()).await.rows.remove(0).run.unwrap();
    assert_eq!((run.play.as_str(), run.status.is_empty()), ("renewal", false));
    let outbox = app.store().outbox(&OutboxFilter { limit: 10, ..OutboxFilter::default() }).await.unwrap();
    assert!(outbox.iter().any(|entry| entry.payload.contains("/accounts/acme/renewal")), "{outbox:?}");
    let report = app.readiness("acme", &AsOf::NOW).await.unwrap();
    assert_eq!((report.renewals.len(), report.renewals[0].run.is_some()), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readiness_report_has_health_use_issues_and_room_to_grow() {
    let (_home, app) = open().await;
    let mut facts = vec![
        account("acme", "2025-01-01T00:00:00Z", &json!({"name": "Acme"})),
        yearly("line", "acme", "2025-06-08", "2026-06-08"),
        record(
            "tickets",
            "t1",
            instant("2026-03-01T00:00:00Z"),
            &json!({"account_id": "acme", "subject": "Slow", "status": "open", "created_at": "2026-03-01T00:00:00Z"}),
        ),
        record("tickets", "t2", instant("2026-03-01T00:00:00Z"), &json!({"account_id": "acme", "subject": "Done", "status": "solved"})),
        record(
            "invoices",
            "i1",
            instant("2026-01-01T00:00:00Z"),
            &json!({"account_id": "acme", "number": "17", "status": "open", "due_at": "2026-02-01T00:00:00Z"}),
        ),
        record(
            "surveys",
            "s1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "kind": "nps", "score": 3, "answered_at": "2026-02-01T00:00:00Z"}),
        ),
        record(
            "opportunities",
            "o1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "kind": "expansion", "stage": "proposal"}),
        ),
        record(
            "feature_requests",
            "f1",
            instant("2026-02-01T00:00:00Z"),
            &json!({"account_id": "acme", "title": "Audit log", "premium": true, "status": "open"}),
        ),
    ];
    facts.extend((0..4).map(|day| sign_in(&format!("old {day}"), "acme", &format!("2026-02-2{}T09:00:00Z", 4 + day))));
    facts.extend((0..2).map(|day| sign_in(&format!("new {day}"), "acme", &format!("2026-03-0{}T09:00:00Z", 5 + day))));
    take(&app, facts).await;
    let report = app.readiness("acme", &AsOf::NOW).await.unwrap();
    let titles = |findings: &[mainstay_app::lifecycle::Finding]| findings.iter().map(|found| found.title.clone()).collect::<Vec<_>>();
    let issues = titles(&report.issues);
    for expected in ["Slow", "Invoice 17 is not paid", "NPS 3"] {
        assert!(issues.contains(&expected.to_owned()), "{expected}: {issues:?}");
    }
    assert!(!issues.contains(&"Done".to_owned()));
    assert_eq!(report.issues[0].kind, "health");
    assert_eq!(titles(&report.opportunities), ["Expansion in the pipeline", "Audit log"]);
    assert_eq!((report.usage.len(), report.usage[0].name.as_str(), report.usage[0].compared_by.as_str()), (1, "logins", "logins_change"));
    assert_eq!(app.readiness("nobody", &AsOf::NOW).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stage_has_a_history_with_who_moved_it_when_and_why() {
    let (home, app) = open().await;
    take(
        &app,
        vec![
            account("acme", "2026-03-01T12:00:00Z", &json!({"stage": "onboarding"})),
            account("acme", "2026-03-05T12:00:00Z", &json!({"stage": "onboarding", "tier": "smb"})),
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
    let (_home, app) = open().await;
    let arrived = |id: &str, on: &str| {
        account(id, &format!("{on}T00:00:00Z"), &json!({"stage": "onboarding", "created_at": format!("{on}T00:00:00Z")}))
    };
    let mut facts = vec![
        arrived("stuck", "2026-03-01"),
        arrived("quick", "2026-03-08"),
        arrived("slow", "2026-02-01"),
        account("done", "2026-01-01T00:00:00Z", &json!({"stage": "adoption"})),
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
    take(&app, vec![account("acme", "2026-03-01T12:00:00Z", &json!({}))]).await;
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
            account("acme", "2026-01-01T00:00:00Z", &json!({"name": "Acme", "owner": "ann@vendor.example", "stage": "adoption"})),
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
