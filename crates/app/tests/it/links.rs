//! Who belongs to whom, learned late and changed: events move, and move back, without a trace.

use mainstay_app::accounts::AsOf;
use serde_json::{Value, json};

use crate::support::{Home, account, at, documents, group, instant, past, present, sign_in, sign_in_of, signal, take};

const MAINSTAY: &str = "name: Links\ntime_zone: America/New_York\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 5 days }
  users_seen: { from: events, where: name = 'Signed In', measure: count_distinct(user_id), window: 5 days }
  silent: { from: events, where: name = 'Signed In', measure: days_since(max(occurred_at)) }
  logins_change: { measure: change(logins) }
";
const HEALTH: &str = "
health:
  standard:
    components: [{ signal: logins, weight: 1, curve: [[0, 0], [10, 100]] }]
";

fn home() -> Home {
    Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_group_call_gives_the_account_what_its_user_did_before() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), sign_in("1", "acme", "2026-03-08T10:00:00Z")]).await;
    take(&app, vec![sign_in_of("2", "ann", "2026-03-09T10:00:00Z"), sign_in_of("3", "ann", "2026-03-10T10:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0));
    take(&app, vec![group("g", "ann", "acme", "2026-03-10T11:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(3.0));
    assert_eq!(signal(&app, "acme", "users_seen", &AsOf::NOW).await, json!(1.0));
    let yesterday = at(instant("2026-03-09T15:00:00Z"));
    assert_eq!(signal(&app, "acme", "logins", &yesterday).await, json!(2.0));
    let kept: Vec<_> = {
        app.settle_history().await;
        app.score_history("acme", 2, &AsOf::NOW).await.unwrap().into_iter().map(|point| point.score).collect()
    };
    assert_eq!(kept, [Some(10.0), Some(20.0), Some(30.0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_leaves_takes_only_what_came_after() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![group("g1", "ann", "acme", "2026-03-01T00:00:00Z"), sign_in_of("1", "ann", "2026-03-07T10:00:00Z")]).await;
    take(&app, vec![sign_in_of("2", "ann", "2026-03-09T10:00:00Z"), sign_in_of("3", "ann", "2026-03-10T10:00:00Z")]).await;
    take(&app, vec![group("g2", "ann", "globex", "2026-03-09T00:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(1.0));
    assert_eq!(signal(&app, "globex", "logins", &AsOf::NOW).await, json!(2.0));
    assert_eq!(signal(&app, "acme", "silent", &AsOf::NOW).await, json!(3.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_loses_its_first_events_is_as_young_as_what_it_keeps() {
    let home = home();
    let live = home.open().await;
    take(&live, vec![sign_in_of("1", "ann", "2026-02-20T10:00:00Z"), group("g1", "ann", "acme", "2026-03-08T10:00:00Z")]).await;
    assert!(live.show_account("acme", &at(instant("2026-02-25T00:00:00Z"))).await.is_ok());
    take(&live, vec![group("g0", "ann", "globex", "2026-02-01T10:00:00Z"), sign_in("2", "acme", "2026-03-09T10:00:00Z")]).await;
    let found = live.show_account("acme", &at(instant("2026-02-25T00:00:00Z"))).await;
    assert!(found.is_err(), "nothing was true of acme then");
    assert_eq!(signal(&live, "acme", "logins_change", &AsOf::NOW).await, Value::Null);
    let before = present(&live, 40).await;
    assert_eq!(before, present(&home.reopen(live).await, 40).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_moved_away_and_back_leaves_every_number_as_it_was() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![group("g1", "ann", "acme", "2026-03-01T00:00:00Z"), account("globex", "2026-03-01T00:00:00Z")]).await;
    let days = ["2026-03-05T04:59:59Z", "2026-03-07T10:00:00Z", "2026-03-08T06:30:00Z", "2026-03-09T03:59:59Z", "2026-03-10T10:00:00Z"];
    take(&app, days.iter().enumerate().map(|(n, at)| sign_in_of(&n.to_string(), "ann", at)).collect()).await;
    let asked = at(instant("2026-03-08T12:00:00Z"));
    let before = (present(&app, 12).await, past(&app, &asked).await);
    take(&app, vec![group("g2", "ann", "globex", "2026-03-02T00:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(0.0));
    assert_eq!(signal(&app, "globex", "logins", &AsOf::NOW).await, json!(4.0));
    take(&app, vec![group("g3", "ann", "acme", "2026-03-02T00:00:01Z")]).await;
    assert_eq!(before, (present(&app, 12).await, past(&app, &asked).await));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_fact_of_a_kind_makes_its_signal_known_for_every_account() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), account("globex", "2026-03-01T00:00:00Z")]).await;
    assert_eq!(signal(&app, "globex", "logins", &AsOf::NOW).await, Value::Null);
    take(&app, vec![sign_in("1", "acme", "2026-03-10T10:00:00Z")]).await;
    let asked = at(instant("2026-03-10T10:30:00Z"));
    assert_eq!(signal(&app, "globex", "logins", &asked).await, json!(0.0), "as of the first day too");
    let before = present(&app, 12).await;
    assert!(before.contains(r#""id":"globex","name":"globex","band":"critical","score":0.0"#), "{before}");
    assert_eq!(before, present(&home.reopen(app).await, 12).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_was_thought_to_be_known_earlier_is_shown_as_it_was_known_then() {
    let home = home();
    let app = home.open().await;
    // What ann did before she joined acme counts as acme's, until it is learned that she was with globex then.
    take(&app, vec![sign_in_of("1", "ann", "2026-03-08T10:00:00Z"), group("g1", "ann", "acme", "2026-03-09T10:00:00Z")]).await;
    home.move_to(&app, "2026-03-11T12:00:00Z").await;
    take(&app, vec![group("g2", "ann", "globex", "2026-03-07T10:00:00Z")]).await;
    let eighth = instant("2026-03-08T12:00:00Z");
    let then = AsOf { at: Some(eighth), known: Some(instant("2026-03-10T13:00:00Z")) };
    assert_eq!(signal(&app, "acme", "logins", &then).await, json!(1.0));
    assert!(app.show_account("acme", &at(eighth)).await.is_err(), "as is known now, acme came a day later");
    assert_eq!(signal(&app, "globex", "logins", &at(eighth)).await, json!(1.0));
}
