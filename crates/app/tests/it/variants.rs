//! Variants of health models and thresholds, live and asked of the past.

use mainstay_app::App;
use mainstay_app::accounts::AsOf;
use mainstay_model::Fact;
use serde_json::json;

use crate::support::{Home, LOGINS, at, documents, instant, past, present, record, sign_in, take};

const MAINSTAY: &str = "name: Variants\ntime_zone: UTC\n";
const THRESHOLDS: &str = "
thresholds:
  few_logins:
    value: 3
    overrides: [{ when: region = 'apac', value: 1 }]
";
const HEALTH: &str = "
health:
  standard:
    components:
      - { signal: logins, weight: 1, healthy: '> 3', at_risk: '2..3', critical: '< 2' }
    guards:
      - { when: logins < few_logins, cap: 60, because: hardly anybody signs in }
    variants:
      apac:
        when: region = 'apac'
        components:
          logins: { healthy: '>= 1', critical: 0 }
";

fn home() -> Home {
    let mut documents = documents(MAINSTAY, LOGINS, HEALTH);
    documents.push(("thresholds/all.yaml", THRESHOLDS));
    Home::new(&documents, "2026-03-10T12:00:00Z")
}

fn in_region(id: &str, region: &str, at: &str) -> Fact {
    record("accounts", id, instant(at), &json!({"name": id, "region": region}))
}

/// Two accounts with one login each, in two regions.
fn facts() -> Vec<Fact> {
    vec![
        in_region("acme", "emea", "2026-03-01T00:00:00Z"),
        in_region("bora", "apac", "2026-03-01T00:00:00Z"),
        sign_in("1", "acme", "2026-03-09T10:00:00Z"),
        sign_in("2", "bora", "2026-03-09T10:00:00Z"),
    ]
}

async fn scores(app: &App, at: &AsOf) -> Vec<(String, Option<f64>, String)> {
    let mut rows = app.score(None, at).await.unwrap();
    rows.sort_by(|a, b| a.account_id.cmp(&b.account_id));
    rows.into_iter().map(|row| (row.account_id, row.score, row.model)).collect()
}

fn told(of: &[(&str, f64, &str)]) -> Vec<(String, Option<f64>, String)> {
    of.iter().map(|(account, score, model)| ((*account).to_owned(), Some(*score), (*model).to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_scores_the_accounts_of_its_region_live_and_as_of_any_instant() {
    let home = home();
    let app = home.open().await;
    take(&app, facts()).await;
    assert_eq!(scores(&app, &AsOf::NOW).await, told(&[("acme", 0.0, "standard"), ("bora", 100.0, "standard.apac")]));

    take(&app, vec![in_region("bora", "emea", "2026-03-10T11:00:00Z"), in_region("acme", "apac", "2026-03-10T11:00:00Z")]).await;
    assert_eq!(scores(&app, &AsOf::NOW).await, told(&[("acme", 100.0, "standard.apac"), ("bora", 0.0, "standard")]), "they moved");
    let before = at(instant("2026-03-10T10:00:00Z"));
    assert_eq!(scores(&app, &before).await, told(&[("acme", 0.0, "standard"), ("bora", 100.0, "standard.apac")]));

    let why = app.explain("acme", &AsOf::NOW).await.unwrap();
    assert_eq!(why.components[0].level.as_deref(), Some("healthy"));
    let beside = home.open_beside("beside").await;
    take(&beside, facts()).await;
    take(&beside, vec![in_region("acme", "apac", "2026-03-10T11:00:00Z"), in_region("bora", "emea", "2026-03-10T11:00:00Z")]).await;
    assert_eq!(present(&beside, 3).await, present(&app, 3).await, "in another order");
    assert_eq!(past(&beside, &before).await, past(&app, &before).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_holds_by_the_threshold_of_the_accounts_region() {
    let home = home();
    let app = home.open().await;
    take(&app, facts()).await;
    // Two logins are worth 50 by the levels, and too few everywhere but in Asia-Pacific.
    take(&app, vec![sign_in("3", "acme", "2026-03-10T10:00:00Z"), sign_in("4", "bora", "2026-03-10T10:00:00Z")]).await;
    let held = async |id: &str| app.explain(id, &AsOf::NOW).await.unwrap().adjustments.len();
    assert_eq!((held("acme").await, held("bora").await), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_variant_stands_in_the_document_of_its_model() {
    let home = home();
    let app = home.open().await;
    let views = app.health_models().await.unwrap();
    let told: Vec<(&str, &str)> = views.iter().map(|view| (view.model.name.as_str(), view.path.as_str())).collect();
    assert_eq!(told, [("standard.apac", "health/all.yaml"), ("standard", "health/all.yaml")]);
}
