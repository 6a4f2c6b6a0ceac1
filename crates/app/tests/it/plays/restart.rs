//! An application that is closed in the middle and opened again does what one does that was never closed.

use serde_json::json;

use super::{account, decided, home, look, tier};
use crate::support::{instant, look_at_the_clock, sign_in, take};

const PLAYS: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold', hold: 1 day }
    goal: { name: busy, when: logins >= 3 }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: \"Greet {{ account.name }}\" }
          - slack: { to: csm, text: \"{{ account.name }} is gold\" }
      - at: day 2
        unless: logins >= 1
        do:
          - task: { to: csm, title: Call }
          - webhook: { url_setting: hub, body: { account: \"{{ account.id }}\" } }
      - at: day 3
        wait_for: { event: Signed In, for: 2 days }
        then:
          - tag: active
        else:
          - task: { to: csm, title: Ask }
  busy:
    purpose: adoption
    trigger: { event: Signed In }
    reentry: { after: 2 days }
    steps:
      - at: day 1
        do:
          - task: { to: csm, title: Thank }
";
const DAWN: &str = "2026-03-01T00:00:00Z";

/// Lives through some days, looking every six hours; `closes` says at which looks the application was closed just before.
async fn lived(closes: impl Fn(usize) -> bool) -> String {
    let home = home(PLAYS);
    home.write(
        "mainstay.yaml",
        "name: Plays\ntime_zone: UTC\nplay_hour: 09:00\nroles:\n  csm: { from: owner }\nwebhooks: { hub: https://hub.example/x }\n",
    );
    let mut app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "free"), account("bolt", DAWN, &json!({"time_zone": "Asia/Tokyo"})), tier("cove", DAWN, "gold")])
        .await;
    look(&app).await;
    for turn in 0..32_usize {
        let now = instant("2026-03-10T12:00:00Z").plus_seconds(i64::try_from(turn).unwrap() * 21_600);
        home.clock.set(now);
        let text = now.to_string();
        match turn {
            1 => drop(take(&app, vec![tier("acme", &text, "gold"), tier("bolt", &text, "gold")]).await),
            9 | 10 | 21 => drop(take(&app, vec![sign_in(&text, "bolt", &text)]).await),
            12 => drop(take(&app, vec![tier("cove", &text, "free")]).await),
            14 => drop(take(&app, vec![tier("cove", &text, "gold")]).await),
            16 => drop(take(&app, vec![tier("cove", &text, "free")]).await),
            _ => {}
        }
        if closes(turn) {
            app = home.reopen(app).await;
        }
        look_at_the_clock(&app).await;
        look(&app).await;
    }
    decided(&app).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_done_twice() {
    let whole = lived(|_| false).await;
    for title in ["Greet acme", "Greet bolt", "Call", "Ask", "Thank"] {
        assert!(whole.contains(&format!("\"title\":\"{title}\"")), "{title} is missing in\n{whole}");
    }
    assert!(!whole.contains("Greet cove"), "it was not gold for a day");
    for closed in [lived(|turn| turn % 3 == 1).await, lived(|_| true).await] {
        assert_eq!(closed, whole);
    }
}
