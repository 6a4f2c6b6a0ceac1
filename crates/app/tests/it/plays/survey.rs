//! Plays that answers to surveys begin.

use mainstay_model::Fact;
use serde_json::json;

use super::{account, home, look, runs, titles};
use crate::support::{instant, record, take};

const PLAYS: &str = "
plays:
  detractor:
    purpose: feedback
    trigger: { record: surveys, where: kind = 'nps' and score <= 6 }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: \"Call about {{ trigger.score }}\" }
";

fn answer(id: &str, at: &str, score: u8) -> Fact {
    let fields = json!({"account_id": "acme", "kind": "nps", "score": score, "answered_at": at});
    record("surveys", id, instant(at), &fields)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_answer_begins_its_play_once_and_an_old_one_never() {
    let home = home(PLAYS);
    let app = home.open().await;
    look(&app).await;
    take(&app, vec![account("acme", "2026-03-01T00:00:00Z", &json!({})), answer("old", "2026-03-09T11:59:59Z", 1)]).await;
    assert_eq!(look(&app).await.begun, 0, "more than a day ago");
    take(&app, vec![answer("one", "2026-03-10T11:00:00Z", 3), answer("good", "2026-03-10T11:00:00Z", 9)]).await;
    assert_eq!(look(&app).await.begun, 1);
    home.clock.set(instant("2026-03-10T13:00:00Z"));
    take(&app, vec![answer("one", "2026-03-10T12:30:00Z", 2)]).await;
    assert_eq!(look(&app).await.begun, 0, "the same answer, written again");
    let app = home.reopen(app).await;
    assert_eq!(look(&app).await.begun, 0);
    take(&app, vec![answer("two", "2026-03-10T12:45:00Z", 0)]).await;
    assert_eq!(look(&app).await.begun, 1, "another answer");
    assert_eq!(runs(&app).await.len(), 2);
    assert_eq!(titles(&app).await, ["Call about 0", "Call about 3"]);
}
