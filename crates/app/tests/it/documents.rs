//! A workspace that changes under a running application.

use mainstay_app::accounts::AsOf;
use mainstay_app::{ErrorCode, WorkspaceWatch};
use serde_json::json;

use crate::support::{Home, documents, sign_in, signal, take};

const MAINSTAY: &str = "name: Documents\ntime_zone: UTC\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 3 days }
";
const HEALTH: &str = "
health:
  standard:
    components: [{ signal: logins, weight: 1, curve: [[0, 0], [4, 100]] }]
";

fn home() -> Home {
    Home::new(&documents(MAINSTAY, SIGNALS, HEALTH), "2026-03-10T12:00:00Z")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_with_errors_leaves_the_version_before_in_force() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-10T10:00:00Z")]).await;
    let version = app.workspace_status().version;
    home.write("signals/all.yaml", &SIGNALS.replace("count()", "cuont()"));
    let refused = app.reload().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Configuration);
    assert!(refused.message.contains("cuont"), "{}", refused.message);
    let status = app.workspace_status();
    assert_eq!(status.version, version);
    assert!(status.refused.is_some_and(|shown| shown.contains("cuont")));
    take(&app, vec![sign_in("2", "acme", "2026-03-10T11:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
    home.write("signals/all.yaml", SIGNALS);
    assert!(!app.reload().await.unwrap().changed);
    assert_eq!(app.workspace_status().refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_put_in_force_once_when_it_is_the_same_at_two_looks() {
    let home = home();
    let app = home.open().await;
    let mut watch = WorkspaceWatch::default();
    take(&app, vec![sign_in("1", "acme", "2026-03-10T10:00:00Z")]).await;
    let first = app.workspace_status().version;
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none(), "nothing has changed");

    home.write("health/all.yaml", &HEALTH.replace("[4, 100]", "[3, 100]"));
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none(), "the change may not be done");
    home.write("health/all.yaml", &HEALTH.replace("[4, 100]", "[2, 100]"));
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none(), "and it was not");
    let report = app.follow_workspace(&mut watch).await.unwrap().unwrap();
    assert!(report.changed && report.version != first);
    assert_eq!(app.score(None, &AsOf::NOW).await.unwrap()[0].score, Some(50.0));
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none(), "it is in force");

    home.write("health/all.yaml", &HEALTH.replace("logins", "lgins"));
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none());
    let refused = app.follow_workspace(&mut watch).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Configuration);
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none(), "what is wrong is said once");
    let status = app.workspace_status();
    assert_eq!(status.version, report.version);
    assert!(status.refused.is_some_and(|shown| shown.contains("lgins")), "and shown until it is mended");

    home.write("health/all.yaml", HEALTH);
    assert!(app.follow_workspace(&mut watch).await.unwrap().is_none());
    assert_eq!(app.follow_workspace(&mut watch).await.unwrap().unwrap().version, first);
    assert_eq!(app.workspace_status().refused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_signal_is_computed_from_the_facts_there_are() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-08T10:00:00Z"), sign_in("2", "acme", "2026-03-10T10:00:00Z")]).await;
    let days = "  days: { from: events, measure: active_days(), window: 10 days }\n";
    home.write("signals/all.yaml", &format!("{SIGNALS}{days}"));
    assert!(app.reload().await.unwrap().changed);
    assert_eq!(signal(&app, "acme", "days", &AsOf::NOW).await, json!(2.0));
    take(&app, vec![sign_in("3", "acme", "2026-03-07T10:00:00Z")]).await;
    assert_eq!(signal(&app, "acme", "days", &AsOf::NOW).await, json!(3.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_scores_stay_with_the_model_version_that_made_them() {
    let home = home();
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-10T10:00:00Z")]).await;
    home.move_to(&app, "2026-03-12T12:00:00Z").await;
    app.settle_history().await;
    let before = app.score_history("acme", 2, &AsOf::NOW).await.unwrap();
    home.write("health/all.yaml", &HEALTH.replace("[4, 100]", "[2, 100]"));
    app.reload().await.unwrap();
    app.settle_history().await;
    let after = app.score_history("acme", 2, &AsOf::NOW).await.unwrap();
    assert_eq!(after[..2], before[..2], "days that ended keep score and version");
    assert_eq!((before[2].score, after[2].score), (Some(25.0), Some(50.0)));
    assert_ne!(before[2].model_version, after[2].model_version);
    let app = home.reopen(app).await;
    app.settle_history().await;
    assert_eq!(app.score_history("acme", 2, &AsOf::NOW).await.unwrap(), after, "after a start too");
}
