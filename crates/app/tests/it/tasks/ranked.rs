//! The order of tasks, what narrows it, and what people do with them.

use mainstay_app::ErrorCode;
use mainstay_app::tasks::{Group, TaskStatus, Whose, WorkQuery};
use mainstay_store::InterventionFilter;

use super::{ANN, BOB, NOON, done, home, list, new, open, task, titles};
use crate::support::{instant, sign_in, take};

#[tokio::test(flavor = "multi_thread")]
async fn tasks_come_by_group_and_within_one_by_money_at_risk_times_urgency() {
    let home = home("");
    let app = open(&home, &[("small", 9_000), ("big", 100_000), ("safe", 100_000)]).await;
    // Four sign-ins are a score of 100; none at all is 0.
    take(&app, (0..4).map(|number| sign_in(&number.to_string(), "safe", "2026-03-10T09:00:00Z")).collect()).await;
    take(&app, ["small", "big"].map(|id| sign_in(&format!("once {id}"), id, "2026-03-01T09:00:00Z")).to_vec()).await;
    for (account, title, due) in [
        ("big", "later", Some("2026-04-10T12:00:00Z")),
        ("small", "small today", Some("2026-03-10T18:00:00Z")),
        ("safe", "safe today", Some("2026-03-10T18:00:00Z")),
        ("big", "big today", Some("2026-03-10T18:00:00Z")),
        ("small", "overdue", Some("2026-03-09T12:00:00Z")),
        ("big", "some day", None),
    ] {
        app.add_task(&new(account, title, due)).await.unwrap();
    }
    let page = list(&app, Whose::Of(ANN.into())).await;
    // A healthy account counts a tenth: a little more than the small one that nobody uses.
    assert_eq!(titles(&page), ["overdue", "big today", "safe today", "small today", "some day", "later"]);
    assert_eq!(page.groups, [(Group::Now, 1), (Group::Today, 3), (Group::Week, 1), (Group::Later, 1)]);
    assert_eq!((page.total, page.overdue, page.cut), (6, 1, false));
    let big = task(&app, "big today").await;
    assert_eq!((big.arr.map(f64::round), big.score, big.account_name.as_str()), (Some(100_000.0), Some(0.0), "big Inc"));
    assert!((big.at_risk - 100_000.0).abs() < 1e-6 && (big.rank - big.at_risk * big.urgency).abs() < 1e-6);
    assert!((page.at_risk - 119_000.0).abs() < 1e-6, "each account once: {}", page.at_risk);
}

#[tokio::test(flavor = "multi_thread")]
async fn tasks_are_found_by_whose_and_what_they_are() {
    let home = home("");
    let app = open(&home, &[("acme", 1_000), ("bolt", 1_000)]).await;
    app.add_task(&new("acme", "ann's", None)).await.unwrap();
    let bobs = app
        .add_task(&super::NewTask { owner: Some(" BOB@vendor.example ".into()), kind: "call".into(), ..new("bolt", "bob's", None) })
        .await
        .unwrap();
    assert_eq!(titles(&list(&app, Whose::Of("ANN@vendor.example".into())).await), ["ann's"], "owners are met whatever the case");
    assert_eq!(titles(&list(&app, Whose::Of(BOB.into())).await), ["bob's"]);
    assert!(list(&app, Whose::Nobody).await.tasks.is_empty());
    let query = async |query: WorkQuery| {
        let page = app.list_tasks(&query).await.unwrap();
        page.tasks.into_iter().map(|item| item.task.title).collect::<Vec<_>>()
    };
    assert_eq!(query(WorkQuery { account: Some("acme".into()), ..WorkQuery::default() }).await, ["ann's"]);
    assert_eq!(query(WorkQuery { kind: Some("call".into()), ..WorkQuery::default() }).await, ["bob's"]);
    assert!(query(WorkQuery { group: Some(Group::Now), ..WorkQuery::default() }).await.is_empty());
    assert_eq!(query(WorkQuery { limit: 1, offset: 1, ..WorkQuery::default() }).await.len(), 1);
    app.assign_task(&bobs, ANN).await.unwrap();
    app.move_task(&bobs, instant("2026-03-10T13:00:00Z")).await.unwrap();
    let moved = task(&app, "bob's").await;
    assert_eq!((moved.task.owner.as_deref(), moved.group), (Some(ANN), Group::Now));
    assert_eq!(app.hand_over_tasks(ANN, BOB).await.unwrap(), 2);
    assert_eq!(list(&app, Whose::Of(BOB.into())).await.total, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_ends_with_what_came_of_it_is_in_the_log_and_can_be_opened_again() {
    let home = home("");
    let app = open(&home, &[("acme", 1_000)]).await;
    let id = app.add_task(&new("acme", "Call", None)).await.unwrap();
    let ending = super::TaskEnding { note: " calls back ".into(), ..done("reached") };
    app.end_task(&id, &ending, ANN).await.unwrap();
    assert!(list(&app, Whose::Everybody).await.tasks.is_empty());
    let ended = WorkQuery { ended_since: Some(instant(NOON)), ..WorkQuery::default() };
    let shown = app.list_tasks(&ended).await.unwrap().tasks.remove(0).task;
    assert_eq!((shown.status, shown.outcome.as_deref(), shown.note.as_deref()), (TaskStatus::Done, Some("reached"), Some("calls back")));
    assert_eq!((shown.done_by.as_deref(), shown.done_at), (Some(ANN), Some(instant(NOON))));
    let log = app.store().interventions(&InterventionFilter { limit: 9, ..InterventionFilter::default() }).await.unwrap();
    assert_eq!((log.len(), log[0].what.as_str(), log[0].outcome.as_deref(), log[0].who.as_str()), (1, "Call", Some("reached"), ANN));
    let again = app.end_task(&id, &done("reached"), BOB).await.unwrap_err();
    assert!(again.message.contains("ended by ann@vendor.example already"), "{again}");
    app.reopen_task(&id).await.unwrap();
    assert_eq!(titles(&list(&app, Whose::Of(ANN.into())).await), ["Call"]);
    assert_eq!(app.reopen_task(&id).await.unwrap_err().code, ErrorCode::Invalid);
    app.end_task(&id, &super::TaskEnding { not_needed: true, ..done("") }, ANN).await.unwrap();
    let shown = app.show_task(&id).await.unwrap().task;
    assert_eq!((shown.status, shown.outcome.as_deref()), (TaskStatus::Cancelled, Some("not_needed")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_with_what_to_do() {
    let home = home("");
    let app = open(&home, &[("acme", 1_000)]).await;
    let wrong = async |task: super::NewTask| app.add_task(&task).await.unwrap_err();
    assert_eq!(wrong(new("nobody", "Call", None)).await.code, ErrorCode::NotFound);
    assert_eq!(wrong(new("acme", " ", None)).await.code, ErrorCode::Invalid);
    assert!(wrong(new("acme", &"x".repeat(201), None)).await.message.contains("200 characters"));
    let kind = wrong(super::NewTask { kind: "dance".into(), ..new("acme", "Call", None) }).await;
    assert!(kind.hint.contains("todo, call, email"), "{}", kind.hint);
    assert_eq!(wrong(super::NewTask { owner: Some("ann".into()), ..new("acme", "Call", None) }).await.code, ErrorCode::Invalid);
    for error in [
        app.end_task("none", &done(""), ANN).await,
        app.reopen_task("none").await,
        app.assign_task("none", ANN).await,
        app.move_task("none", instant(NOON)).await,
        app.show_task("none").await.map(drop),
    ] {
        assert_eq!(error.unwrap_err().code, ErrorCode::NotFound);
    }
    let id = app.add_task(&new("acme", "Call", None)).await.unwrap();
    app.end_task(&id, &done(""), ANN).await.unwrap();
    assert!(app.assign_task(&id, BOB).await.unwrap_err().message.contains("has ended"));
    assert!(app.list_tasks(&WorkQuery { whose: Whose::Of("ann".into()), ..WorkQuery::default() }).await.is_err());
}
