//! What time does by itself: days turn, later facts come due, words against the score end; and a clock that goes back.

use mainstay_app::accounts::AsOf;
use mainstay_model::Timestamp;
use serde_json::{Value, json};

use crate::support::{Home, account, at, documents, group, instant, look_at_the_clock, past, present, sign_in, sign_in_of, signal, take};

const MAINSTAY: &str = "name: Time\ntime_zone: Europe/Berlin\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 2 days }
  logins_before: { from: events, where: name = 'Signed In', measure: count(), window: 2 complete days }
  silent: { from: events, measure: days_since(max(occurred_at)) }
";
const HEALTH: &str = "
health:
  standard:
    components: [{ signal: logins, weight: 1, curve: [[0, 0], [4, 100]] }]
";

fn home(now: &str) -> Home {
    Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), now)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_of_a_later_instant_waits_for_it() {
    let home = home("2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-10T11:00:00Z"), sign_in("2", "acme", "2026-03-10T18:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0));
    let app = home.reopen(app).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0), "after a start too");
    home.move_to(&app, "2026-03-10T17:59:59Z").await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0));
    home.move_to(&app, "2026-03-10T18:00:00Z").await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(50.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_turn_of_the_day_moves_every_window_and_keeps_the_score_of_the_day() {
    // Berlin's clocks go forward in the night to 2026-03-29: that day has 23 hours.
    let home = home("2026-03-28T20:00:00Z");
    let app = home.open().await;
    let two = vec![sign_in("1", "acme", "2026-03-27T23:00:00Z"), sign_in("2", "acme", "2026-03-28T19:00:00Z")];
    take(&app, two).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
    assert_eq!(signal(&app, "acme", "logins_before", &AsOf::NOW).await, json!(0.0));
    home.move_to(&app, "2026-03-28T23:00:00Z").await;
    assert_eq!(signal(&app, "acme", "logins_before", &AsOf::NOW).await, json!(2.0));
    home.move_to(&app, "2026-03-29T22:00:00Z").await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(0.0));
    assert_eq!(signal(&app, "acme", "silent", &AsOf::NOW).await, json!(2.0));
    app.settle_history().await;
    let kept = app.score_history("acme", 2, &AsOf::NOW).await.unwrap();
    let kept: Vec<_> = kept.iter().map(|point| (point.day.to_string(), point.score)).collect();
    let day = |day: &str, score| (day.to_owned(), Some(score));
    assert_eq!(kept, [day("2026-03-28", 50.0), day("2026-03-29", 50.0), day("2026-03-30", 0.0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_override_shows_until_its_end_and_ends_by_itself() {
    let home = home("2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), sign_in("1", "acme", "2026-03-10T11:00:00Z")]).await;
    let mut changes = app.subscribe();
    let mut told = async || changes.recv().await.unwrap().score;
    app.override_score("acme", 90.0, "met them", "ann", instant("2026-03-10T14:00:00Z")).await.unwrap();
    let row = async || app.score(None, &AsOf::NOW).await.unwrap().remove(0);
    assert_eq!((row().await.score, row().await.computed_score, row().await.band), (Some(90.0), Some(25.0), "healthy".to_owned()));
    let other = home.open_beside("beside").await;
    assert!(other.score(None, &AsOf::NOW).await.unwrap().is_empty());
    home.move_to(&app, "2026-03-10T14:00:00Z").await;
    assert_eq!((row().await.score, row().await.band), (Some(25.0), "critical".to_owned()));
    // Listeners are told of its beginning and of its end.
    while told().await != Some(90.0) {}
    assert_eq!(told().await, Some(25.0));
    let then = app.show_account("acme", &at(instant("2026-03-10T13:00:00Z"))).await.unwrap();
    assert_eq!((then.score, then.over.map(|over| over.author)), (Some(90.0), Some("ann".to_owned())));
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_end_while_nothing_runs_are_scored_at_the_next_start() {
    let home = home("2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-09T11:00:00Z"), sign_in("2", "acme", "2026-03-10T11:00:00Z")]).await;
    app.settle_history().await;
    app.close().await.unwrap();
    drop(app);
    home.clock.set(instant("2026-03-13T12:00:00Z"));
    let app = home.open().await;
    look_at_the_clock(&app).await;
    app.settle_history().await;
    let kept: Vec<_> = app.score_history("acme", 4, &AsOf::NOW).await.unwrap().into_iter().map(|point| point.score).collect();
    assert_eq!(kept, [Some(25.0), Some(50.0), Some(25.0), Some(0.0), Some(0.0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_backwards_takes_nothing_back() {
    let home = home("2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-10T11:00:00Z")]).await;
    home.clock.set(instant("2026-03-08T12:00:00Z"));
    look_at_the_clock(&app).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0));
    take(&app, vec![sign_in("2", "acme", "2026-03-10T11:30:00Z"), sign_in("3", "acme", "2026-03-08T11:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
    home.move_to(&app, "2026-03-10T13:00:00Z").await;
    let before = present(&app, 5).await;
    assert_eq!(before, present(&home.reopen(app).await, 5).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_known_then_is_answered_as_it_was_known() {
    let home = home("2026-03-05T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), account("globex", "2026-03-01T00:00:00Z")]).await;
    take(&app, vec![sign_in("1", "acme", "2026-03-05T10:00:00Z"), sign_in_of("2", "ann", "2026-03-05T11:00:00Z")]).await;
    home.move_to(&app, "2026-03-07T12:00:00Z").await;
    take(&app, vec![sign_in("3", "acme", "2026-03-05T09:00:00Z"), group("g", "ann", "acme", "2026-03-01T09:00:00Z")]).await;
    let fifth = instant("2026-03-05T12:00:00Z");
    let then = |known: &str| AsOf { at: Some(fifth), known: Some(instant(known)) };
    for (asked, expected) in [(then("2026-03-06T00:00:00Z"), 1.0), (then("2026-03-07T12:00:00Z"), 3.0), (at(fifth), 3.0)] {
        assert_eq!(signal(&app, "acme", "logins", &asked).await, json!(expected), "{asked:?}");
        assert_eq!(signal(&app, "globex", "logins", &asked).await, json!(0.0), "{asked:?}");
    }
    let before_all = AsOf { at: Some(fifth), known: Some(instant("2026-03-05T11:59:59Z")) };
    assert!(app.score(None, &before_all).await.unwrap().is_empty(), "nobody was known of by then");
    assert!(app.show_account("acme", &before_all).await.is_err());
    let asked = then("2026-03-06T00:00:00Z");
    let before = past(&app, &asked).await;
    assert_eq!(before, past(&home.reopen(app).await, &asked).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_facts_change_the_days_they_fall_on_and_no_other() {
    let home = home("2026-03-01T12:00:00Z");
    let app = home.open().await;
    for day in 1..9 {
        home.move_to(&app, &format!("2026-03-0{day}T12:00:00Z")).await;
        take(&app, vec![sign_in(&format!("d{day}"), "acme", &format!("2026-03-0{day}T08:00:00Z"))]).await;
    }
    let scores = async || -> Vec<Option<f64>> {
        app.settle_history().await;
        app.score_history("acme", 7, &AsOf::NOW).await.unwrap().into_iter().map(|point| point.score).collect()
    };
    assert_eq!(scores().await, [Some(25.0)].into_iter().chain([Some(50.0); 7]).collect::<Vec<_>>());
    take(&app, vec![sign_in("late", "acme", "2026-03-04T08:00:00Z")]).await;
    let after = scores().await;
    assert_eq!(after[2..6], [Some(50.0), Some(75.0), Some(75.0), Some(50.0)]);
    let end_of_third = Timestamp(instant("2026-03-03T23:00:00Z").0 - 1);
    assert_eq!(signal(&app, "acme", "logins", &at(end_of_third)).await, json!(2.0));
    assert_ne!(signal(&app, "acme", "logins", &at(instant("2026-03-04T09:00:00Z"))).await, Value::Null);
}
