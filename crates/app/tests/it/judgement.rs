//! Guards and people's words: what is shown, what was computed, and why they differ.

use mainstay_app::accounts::AsOf;
use serde_json::json;

use crate::support::{Home, account, at, documents, instant, record, sign_in, take};

const MAINSTAY: &str = "name: Judgement\ntime_zone: UTC\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 2 days }
  escalations: { from: tickets, where: escalated and solved_at is null, measure: count(), window: all }
";
const HEALTH: &str = "
health:
  standard:
    components: [{ signal: logins, weight: 1, curve: [[0, 0], [2, 100]] }]
    guards:
      - { when: escalations > 0, cap: 59, because: a critical escalation is open }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_caps_the_score_while_it_holds_and_names_itself() {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z");
    let app = home.open().await;
    let acme = vec![
        account("acme", "2026-03-01T00:00:00Z"),
        sign_in("1", "acme", "2026-03-10T10:00:00Z"),
        sign_in("2", "acme", "2026-03-10T11:00:00Z"),
    ];
    take(&app, acme).await;
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(100.0));
    let ticket = |at, fields| record("tickets", "t1", instant(at), &fields);
    take(&app, vec![ticket("2026-03-10T11:30:00Z", json!({"account_id": "acme", "escalated": true}))]).await;
    let row = app.score(None, &AsOf::NOW).await.unwrap().remove(0);
    assert_eq!((row.score, row.computed_score, row.band.as_str()), (Some(59.0), Some(100.0), "at_risk"));
    let why = serde_json::to_string(&app.explain("acme", &AsOf::NOW).await.unwrap()).unwrap();
    assert!(why.contains("a critical escalation is open"), "{why}");
    assert_eq!(app.show_account("acme", &at(instant("2026-03-10T11:29:00Z"))).await.unwrap().score, Some(100.0));
    take(&app, vec![ticket("2026-03-10T11:50:00Z", json!({"solved_at": "2026-03-10T11:50:00Z"}))]).await;
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(100.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sentiment_keeps_who_stated_it_and_when_until_another_source_states_another() {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z")]).await;
    app.set_sentiment("acme", "good", "ann@acme.example").await.unwrap();
    home.move_to(&app, "2026-03-12T12:00:00Z").await;
    app.set_sentiment("acme", "bad", "ben@acme.example").await.unwrap();
    let said = async |at: &AsOf| {
        let view = app.show_account("acme", at).await.unwrap();
        (view.sentiment.unwrap_or_default(), view.sentiment_said.map(|said| (said.by, said.at.to_rfc3339())))
    };
    let stated = |by: &str, at: &str| Some((by.to_owned(), at.to_owned()));
    assert_eq!(said(&AsOf::NOW).await, ("bad".into(), stated("ben@acme.example", "2026-03-12T12:00:00Z")));
    let before = at(instant("2026-03-11T00:00:00Z"));
    assert_eq!(said(&before).await, ("good".into(), stated("ann@acme.example", "2026-03-10T12:00:00Z")));
    home.move_to(&app, "2026-03-13T12:00:00Z").await;
    take(&app, vec![record("accounts", "acme", instant("2026-03-13T08:00:00Z"), &json!({"csm_sentiment": "neutral"}))]).await;
    assert_eq!(said(&AsOf::NOW).await, ("neutral".into(), None), "the CRM does not say who");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_override_leaves_the_computed_score_and_its_own_past() {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), sign_in("1", "acme", "2026-03-10T10:00:00Z")]).await;
    app.override_score("acme", 10.0, "their champion left", "ann", instant("2026-04-01T00:00:00Z")).await.unwrap();
    home.move_to(&app, "2026-03-10T13:00:00Z").await;
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(10.0));
    app.withdraw_override("acme", "ben").await.unwrap();
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(50.0));
    assert_eq!(app.show_account("acme", &at(instant("2026-03-10T12:30:00Z"))).await.unwrap().score, Some(10.0));
    assert!(app.withdraw_override("acme", "ben").await.is_err(), "none is in force any more");
}
