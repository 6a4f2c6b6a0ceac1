//! What is refused is kept, mended and taken in as if it had come right the first time.

use mainstay_app::accounts::AsOf;
use mainstay_app::data::QuarantineFilter;
use mainstay_app::ingest::{Answer, Candidate};
use mainstay_model::{ReasonCode, Rejection};
use serde_json::json;

use crate::support::{Home, documents, sign_in, signal, take};

const MAINSTAY: &str = "name: Refused\ntime_zone: UTC\n";
const SIGNALS: &str = "
signals:
  logins: { from: events, where: name = 'Signed In', measure: count(), window: 3 days }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_mended_record_counts_on_the_day_it_happened_and_only_once() {
    let home = Home::new(&documents(MAINSTAY, SIGNALS, ""), "2026-03-10T12:00:00Z");
    let app = home.open().await;
    take(&app, vec![sign_in("1", "acme", "2026-03-09T10:00:00Z")]).await;
    let broken = json!({"type": "track", "event": "Signed In", "userId": "ann", "messageId": "m2", "timestamp": "yesterday",
        "context": {"groupId": "acme"}});
    let reason = Rejection::new(ReasonCode::InvalidTime, "timestamp", "yesterday", "`yesterday` is not a time");
    let refused = Candidate { raw: broken.to_string(), fact: Err(reason) };
    let answers = app.ingest("product", "track", vec![refused]).await.unwrap();
    let [Answer::Rejected { quarantine_id, .. }] = answers[..] else { panic!("{answers:?}") };
    let listed = app.quarantine_list(&QuarantineFilter { limit: 10, ..QuarantineFilter::default() }).await.unwrap();
    assert_eq!(listed.iter().map(|entry| entry.id).collect::<Vec<_>>(), [quarantine_id]);

    let still = app.quarantine_replay(&[quarantine_id], None).await.unwrap();
    assert!(matches!(still[..], [Answer::Rejected { .. }]), "{still:?}");
    let mended = broken.to_string().replace("\"yesterday\"", "\"2026-03-09T11:00:00Z\"");
    assert_eq!(app.quarantine_replay(&[quarantine_id], Some(mended.clone())).await.unwrap(), [Answer::Accepted]);
    app.settle().await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
    assert_eq!(app.quarantine_replay(&[quarantine_id], Some(mended)).await.unwrap(), [Answer::Duplicate]);
    app.settle().await;
    assert_eq!(signal(&app, "acme", "logins", &AsOf::NOW).await, json!(2.0));
}
