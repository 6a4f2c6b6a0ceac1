//! Signals and scores per product of an account, and what accounts make of them.

use mainstay_app::accounts::{AsOf, ProductScore};
use mainstay_app::{App, Format, format_batches};
use mainstay_model::{Event, Fact};
use serde_json::json;

use crate::support::{Home, account, at, documents, event, group, instant, record, sign_in, sign_in_to, take};

const MAINSTAY: &str = "name: Products\ntime_zone: UTC\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 2 days }
  escalations: { from: tickets, where: escalated, measure: count(), window: all }
  product_logins: { per: product, from: events, where: name = 'Signed In', measure: count(), window: 2 days }
  product_seats: { per: product, from: subscriptions, measure: sum(quantity), window: all }
";
const HEALTH: &str = "
health:
  standard:
    components:
      - { signal: logins, weight: 1, curve: [[0, 0], [10, 100]] }
      - { weight: 1, products: average }
  pilots:
    per: product
    priority: 1
    applies_to: product = 'pilot'
    components: [{ signal: product_logins, weight: 1, curve: [[0, 50], [1, 100]] }]
  tools:
    per: product
    components:
      - { signal: product_logins, weight: 3, curve: [[0, 0], [4, 100]] }
      - { signal: product_seats, weight: 1, curve: [[0, 0], [10, 100]] }
    guards:
      - { when: escalations > 0 and product_logins < 2, cap: 30, because: they complain and do not use it }
";

fn home() -> Home {
    Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z")
}

async fn products(app: &App, account: &str, at: &AsOf) -> Vec<(String, Option<f64>)> {
    let row = app.score(Some(&[account.to_owned()]), at).await.unwrap().remove(0);
    row.products.into_iter().map(|ProductScore { product, score, .. }| (product, score)).collect()
}

fn scores(of: &[(&str, f64)]) -> Vec<(String, Option<f64>)> {
    of.iter().map(|(product, score)| ((*product).to_owned(), Some(*score))).collect()
}

async fn asked(app: &App, sql: &str) -> String {
    let answer = app.ask(sql, &AsOf::NOW).await.unwrap();
    format_batches(&answer.columns, &answer.batches, Format::Csv)
}

fn subscription(id: &str, product: &str, quantity: u32, at: &str) -> Fact {
    record("subscriptions", id, instant(at), &json!({"account_id": "acme", "product": product, "quantity": quantity}))
}

/// `core` with 2 logins and 10 seats: (3 x 50 + 1 x 100) / 4 = 62.5; `pilot` with 1 login: 100.
fn acme() -> Vec<Fact> {
    vec![
        account("acme", "2026-03-01T00:00:00Z"),
        subscription("s1", "core", 10, "2026-03-02T00:00:00Z"),
        sign_in_to("core", "1", "acme", "2026-03-09T10:00:00Z"),
        sign_in_to("core", "2", "acme", "2026-03-10T10:00:00Z"),
        sign_in_to("pilot", "3", "acme", "2026-03-10T11:00:00Z"),
        sign_in("4", "acme", "2026-03-10T11:30:00Z"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_about_a_product_move_its_score_and_what_the_account_makes_of_it() {
    let home = home();
    let app = home.open().await;
    take(&app, acme()).await;
    take(&app, vec![sign_in("5", "globex", "2026-03-10T11:30:00Z")]).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, scores(&[("core", 62.5), ("pilot", 100.0)]));
    assert_eq!(products(&app, "globex", &AsOf::NOW).await, []);
    let rows = app.score(None, &AsOf::NOW).await.unwrap();
    // (40 + (62.5 + 100) / 2) / 2; without products their weight goes to the logins.
    assert_eq!(rows.iter().map(|row| row.score).collect::<Vec<_>>(), [Some(60.625), Some(10.0)]);
    let mut changes = app.subscribe();
    take(&app, vec![sign_in_to("core", "6", "acme", "2026-03-10T11:40:00Z")]).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, scores(&[("core", 81.25), ("pilot", 100.0)]));
    take(&app, vec![subscription("s1", "core", 5, "2026-03-10T11:50:00Z")]).await;
    let moved = [changes.recv().await.unwrap().account, changes.recv().await.unwrap().account];
    assert_eq!(moved, ["acme", "acme"], "nobody else is touched");
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, scores(&[("core", 68.75), ("pilot", 100.0)]));
    assert_eq!(products(&app, "acme", &at(instant("2026-03-10T10:30:00Z"))).await, scores(&[("core", 62.5)]), "before the pilot");
    let view = app.show_account("acme", &AsOf::NOW).await.unwrap();
    assert!(view.signals.iter().all(|signal| !signal.name.starts_with("product_")), "signals per product are the products'");
    assert_eq!(view.products[0].signals[0].value, json!(3.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_explanation_goes_down_to_the_components_of_each_product_and_adds_up() {
    let home = home();
    let app = home.open().await;
    take(&app, acme()).await;
    take(&app, vec![record("tickets", "t1", instant("2026-03-10T11:00:00Z"), &json!({"account_id": "acme", "escalated": true}))]).await;
    take(&app, vec![subscription("s2", "unused", 10, "2026-03-10T11:00:00Z")]).await;
    let why = app.explain("acme", &AsOf::NOW).await.unwrap();
    let part = &why.components[1];
    let told: Vec<_> = part.parts.iter().map(|one| (one.name.as_str(), one.points, one.level.as_deref())).collect();
    // Without a login and with all seats `unused` would come to 25; the guard at 30 takes nothing from it.
    assert_eq!(
        told,
        [("core", Some(62.5), Some("monitor")), ("pilot", Some(100.0), Some("healthy")), ("unused", Some(25.0), Some("critical"))]
    );
    let sum: i64 = part.parts.iter().map(|one| one.contribution.units).sum();
    assert_eq!(sum, part.contribution.units);
    assert!(part.parts.iter().all(|one| one.parts.iter().map(|inner| inner.contribution.units).sum::<i64>() == one.contribution.units));
    take(&app, vec![subscription("s2", "unused", 30, "2026-03-10T11:00:01Z")]).await;
    home.move_to(&app, "2026-03-12T12:00:00Z").await;
    let why = app.explain("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(why.shown.unwrap().units, why.components.iter().map(|one| one.contribution.units).sum::<i64>());
    assert_eq!(why.components[1].parts[0].points, Some(25.0), "two days without a login: the seats alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_the_accounts_while_a_record_names_it_or_once_an_event_did() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z"), subscription("s1", "core", 10, "2026-03-02T00:00:00Z")]).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, [("core".to_owned(), None)], "no login is known of any product: too little");
    take(&app, vec![subscription("s1", "suite", 10, "2026-03-05T00:00:00Z")]).await;
    take(&app, vec![sign_in_to("pilot", "1", "acme", "2026-03-06T10:00:00Z")]).await;
    let now = scores(&[("pilot", 50.0), ("suite", 25.0)]);
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, now);
    assert_eq!(products(&app, "acme", &at(instant("2026-03-04T00:00:00Z"))).await, [("core".to_owned(), None)]);
    let app = home.reopen(app).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, now, "after a start too");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_a_user_who_turns_out_to_be_anothers_take_their_product_along() {
    let home = home();
    let app = home.open().await;
    let used = |id: &str, at: &str| {
        let properties = json!({"product": "core"}).to_string();
        Fact::Event(Event { user_id: Some("ann".into()), properties, ..event(id, "Signed In", instant(at)) })
    };
    take(&app, vec![group("g1", "ann", "acme", "2026-03-01T00:00:00Z"), account("globex", "2026-03-01T00:00:00Z")]).await;
    take(&app, vec![used("1", "2026-03-09T10:00:00Z"), used("2", "2026-03-10T10:00:00Z")]).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, scores(&[("core", 50.0)]));
    let before = app.now();
    home.move_to(&app, "2026-03-10T13:00:00Z").await;
    take(&app, vec![group("g2", "ann", "globex", "2026-03-02T00:00:00Z")]).await;
    assert_eq!(products(&app, "acme", &AsOf::NOW).await, []);
    assert_eq!(products(&app, "globex", &AsOf::NOW).await, scores(&[("core", 50.0)]));
    let then = AsOf { at: Some(before), known: Some(before) };
    assert_eq!(products(&app, "acme", &then).await, scores(&[("core", 50.0)]), "as it was known");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_in_sql_tell_products_from_accounts() {
    let home = home();
    let app = home.open().await;
    take(&app, acme()).await;
    let sql =
        "select signal, product, value from signals where account_id = 'acme' and (product is not null or signal = 'logins') order by 1, 2";
    let signals = "signal,product,value\nlogins,,4.0\nproduct_logins,core,2.0\nproduct_logins,pilot,1.0\nproduct_seats,core,10.0\nproduct_seats,pilot,0.0\n";
    assert_eq!(asked(&app, sql).await, signals);
    let sql = "select product, model, component, contribution from score_components where account_id = 'acme' order by 1 nulls first, 3";
    let components = "product,model,component,contribution\n,standard,logins,20.0\n,standard,products,40.625\ncore,tools,product_logins,37.5\ncore,tools,product_seats,25.0\npilot,pilots,product_logins,100.0\n";
    assert_eq!(asked(&app, sql).await, components);
    home.move_to(&app, "2026-03-11T12:00:00Z").await;
    app.settle_history().await;
    let app = home.reopen(app).await;
    let sql = "select product, model, score, length(model_version) as digits from scores where account_id = 'acme' and day = '2026-03-10' order by 1 nulls first";
    assert_eq!(
        asked(&app, sql).await,
        "product,model,score,digits\n,standard,60.625,12\ncore,tools,62.5,12\npilot,pilots,100.0,12\n",
        "kept for ever, each with the model that made it"
    );
    let history = app.score_history("acme", 1, &AsOf::NOW).await.unwrap();
    assert_eq!((history.len(), history[0].score), (2, Some(60.625)), "the account's history is its own");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_facts_behind_a_signal_per_product_are_those_that_name_the_product() {
    let home = home();
    let app = home.open().await;
    take(&app, acme()).await;
    let behind = app.facts_behind("acme", "product_logins", Some("core"), &AsOf::NOW, 10).await.unwrap();
    assert_eq!(behind.facts.iter().map(|fact| fact.id.as_str()).collect::<Vec<_>>(), ["2", "1"]);
    let behind = app.facts_behind("acme", "product_seats", Some("pilot"), &AsOf::NOW, 10).await.unwrap();
    assert_eq!(behind.total, 0);
    let refused = app.facts_behind("acme", "product_logins", None, &AsOf::NOW, 10).await.unwrap_err();
    assert!(refused.message.contains("per product"), "{}", refused.message);
}
