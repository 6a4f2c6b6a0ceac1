//! The response clocks on real facts: a decline, a fall into red, a ticket, and what was done.

use mainstay_app::App;
use mainstay_app::tasks::{ClockKind, NewTask, ResponseClock};
use serde_json::json;

use super::{ANN, account, done, home, new};
use crate::support::{instant, record, sign_in, take};

async fn clock(app: &App, kind: ClockKind) -> ResponseClock {
    let clocks = app.response_clocks(90).await.unwrap().clocks;
    clocks.into_iter().find(|clock| clock.clock == kind).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fall_begins_the_clocks_and_a_task_of_contact_that_is_done_answers_them() {
    let home = home("");
    let app = home.open().await;
    // Four sign-ins are a score of 100 for a week; then it is 0. That is on the 27th of February, a Friday.
    take(&app, (0..4).map(|number| sign_in(&number.to_string(), "acme", "2026-02-20T09:00:00Z")).collect()).await;
    let ticket = json!({"account_id": "acme", "created_at": "2026-03-09T09:00:00Z", "first_response_at": "2026-03-09T15:00:00Z"});
    take(&app, vec![account("acme", &json!({})), record("tickets", "t1", instant("2026-03-09T15:00:00Z"), &ticket)]).await;
    app.settle_history().await;
    let decline = clock(&app, ClockKind::DeclineToIntervention).await;
    assert_eq!((decline.begun, decline.running, decline.unanswered), (1, 1, 0), "{decline:?}");
    let red = clock(&app, ClockKind::RedToContact).await;
    assert_eq!((red.begun, red.unanswered, red.mean), (1, 1, None), "{red:?}");
    let issue = clock(&app, ClockKind::IssueToResponse).await;
    assert_eq!((issue.begun, issue.in_time, issue.median), (1, 1, Some(6.0)), "{issue:?}");
    assert_eq!(clock(&app, ClockKind::YellowToContact).await.begun, 0, "it fell past yellow");

    let todo = app.add_task(&new("acme", "Look into it", None)).await.unwrap();
    app.end_task(&todo, &done("done"), ANN).await.unwrap();
    let decline = clock(&app, ClockKind::DeclineToIntervention).await;
    assert_eq!((decline.in_time, decline.mean), (1, Some(11.0)), "{decline:?}");
    assert_eq!(clock(&app, ClockKind::RedToContact).await.late, 0, "nobody has spoken to them yet");
    let call = app.add_task(&NewTask { kind: "call".into(), ..new("acme", "Call them", None) }).await.unwrap();
    app.end_task(&call, &done("reached"), ANN).await.unwrap();
    // Friday, a week, Monday, and three hours of Tuesday.
    let red = clock(&app, ClockKind::RedToContact).await;
    assert_eq!((red.late, red.unanswered, red.mean), (1, 0, Some(59.0)), "{red:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_meeting_that_was_held_is_contact_and_days_that_make_no_sense_are_refused() {
    let home = home("");
    let app = home.open().await;
    take(&app, (0..4).map(|number| sign_in(&number.to_string(), "acme", "2026-02-20T09:00:00Z")).collect()).await;
    let meeting = |status: &str, at: &str| json!({"account_id": "acme", "status": status, "held_at": at});
    take(
        &app,
        vec![
            account("acme", &json!({})),
            record("meetings", "m1", instant("2026-02-27T12:00:00Z"), &meeting("missed", "2026-02-27T11:00:00Z")),
            record("meetings", "m2", instant("2026-03-02T12:00:00Z"), &meeting("held", "2026-03-02T11:00:00Z")),
        ],
    )
    .await;
    app.settle_history().await;
    let red = clock(&app, ClockKind::RedToContact).await;
    assert_eq!((red.in_time, red.mean), (1, Some(10.0)), "{red:?}");
    assert_eq!(app.response_clocks(7).await.unwrap().clocks[1].begun, 0, "it fell before");
    assert!(app.response_clocks(0).await.is_err() && app.response_clocks(367).await.is_err());
}
