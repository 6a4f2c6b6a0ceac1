//! Why a play did not start for somebody: kept when nobody is there to be told, with the reason and how often.

use mainstay_app::App;
use mainstay_app::play_book::{RefusalLine, RefusalsAsked};
use mainstay_store::DecisionBatch;
use serde_json::json;

use super::{NOON, account, home, look, look_at, runs, tier};
use crate::support::{instant, sign_in, sign_in_to, take};

const DAWN: &str = "2026-03-01T00:00:00Z";
const BY: &str = "lea@vendor.example";
const PICKY: &str = "
plays:
  picky:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    qualify: region = 'emea'
    steps:
      - at: day 1
        do:
          - note: hello
";
const TWO: &str = "
plays:
  first:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    reentry: { after: 60 days }
    excludes: [second]
    steps:
      - at: day 1
        do:
          - note: hello
      - at: day 4
        do:
          - note: still there
  second:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        do:
          - note: hello
";
const CHAIN: &str = "
plays:
  rescue:
    purpose: churn_prevention
    trigger: { by_hand: true }
    steps:
      - at: day 1
        do:
          - start: nurture
      - at: day 9
        do:
          - note: later
  nurture:
    purpose: churn_prevention
    trigger: { by_hand: true }
    steps:
      - at: day 9
        do:
          - note: later
";
const WELCOME: &str = "
plays:
  welcome:
    purpose: onboarding
    trigger: { event: Signed In }
    steps:
      - at: day 9
        do:
          - note: later
";

const EACH_PRODUCT: &str = "
plays:
  each:
    purpose: onboarding
    trigger: { event: Signed In }
    qualify: region = 'emea'
    reentry: { parallel: trigger.product }
    steps:
      - at: day 9
        do:
          - note: later
";

async fn refused(app: &App, asked: RefusalsAsked) -> Vec<RefusalLine> {
    app.list_refusals(&asked).await.unwrap()
}

/// Play and reason of every refusal, the latest first.
async fn reasons(app: &App) -> Vec<(String, String)> {
    refused(app, RefusalsAsked::default()).await.into_iter().map(|line| (line.play, line.why)).collect()
}

fn pair(play: &str, why: &str) -> (String, String) {
    (play.to_owned(), why.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_qualify_is_kept_with_the_reason_and_how_often() {
    let home = home(PICKY);
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "free")]).await;
    look(&app).await;
    assert!(refused(&app, RefusalsAsked::default()).await.is_empty());
    for minute in 0..4 {
        let now = format!("2026-03-10T12:0{minute}:00Z");
        home.clock.set(instant(&now));
        take(&app, vec![tier("acme", &now, if minute % 2 == 0 { "gold" } else { "free" })]).await;
        assert_eq!(look(&app).await.begun, 0);
    }
    let line = RefusalLine {
        play: "picky".into(),
        account_id: "acme".into(),
        subject: "acme".into(),
        at: instant("2026-03-10T12:02:00Z"),
        reason: "not_qualified".into(),
        why: "it does not qualify".into(),
        times: 2,
    };
    let app = home.reopen(app).await;
    look(&app).await;
    assert_eq!(refused(&app, RefusalsAsked::default()).await, std::slice::from_ref(&line));
    assert_eq!(app.show_play("picky").await.unwrap().refused, [line]);
    for (since, lines) in [("2026-03-10", 1), ("2026-03-10T12:02", 1), ("2026-03-10T12:03", 0), ("2026-03-11", 0)] {
        let asked = RefusalsAsked { account: Some("acme".into()), since: Some(since.into()), ..RefusalsAsked::default() };
        assert_eq!(refused(&app, asked).await.len(), lines, "since {since}");
    }
    for wrong in [
        RefusalsAsked { since: Some("some day".into()), ..RefusalsAsked::default() },
        RefusalsAsked { limit: Some(0), ..RefusalsAsked::default() },
    ] {
        assert!(app.list_refusals(&wrong).await.is_err(), "{wrong:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn exclusion_a_run_under_way_and_re_entry_are_told_apart() {
    let home = home(TWO);
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "free")]).await;
    look(&app).await;
    let excluded = pair("second", "the play first, which is under way for it, excludes this one");
    take(&app, vec![tier("acme", NOON, "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    assert_eq!(reasons(&app).await, std::slice::from_ref(&excluded));
    for (now, word) in [("2026-03-10T12:01:00Z", "free"), ("2026-03-10T12:02:00Z", "gold"), ("2026-03-10T12:03:00Z", "free")] {
        home.clock.set(instant(now));
        take(&app, vec![tier("acme", now, word)]).await;
        look(&app).await;
    }
    assert_eq!(reasons(&app).await, [pair("first", "a run of it is under way"), excluded.clone()]);
    look_at(&home, &app, "2026-03-13T09:00:00Z").await;
    let later = "2026-03-14T12:00:00Z";
    home.clock.set(instant(later));
    take(&app, vec![tier("acme", later, "gold")]).await;
    assert_eq!(look(&app).await.begun, 1, "the second one is free to start now");
    assert_eq!(reasons(&app).await, [pair("first", "it may enter again on 2026-05-09"), excluded]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_starts_a_play_is_told_and_only_what_nobody_was_told_is_kept() {
    let home = home(CHAIN);
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "free")]).await;
    look(&app).await;
    app.start_play("nurture", "acme", None, BY).await.unwrap();
    home.clock.forward(60);
    let told = app.start_play("nurture", "acme", None, BY).await.unwrap_err();
    assert!(told.message.contains("a run of it is under way"), "{told}");
    assert!(reasons(&app).await.is_empty(), "who asked was told");
    app.start_play("rescue", "acme", None, BY).await.unwrap();
    assert_eq!(reasons(&app).await, [pair("nurture", "a run of it is under way")], "the other play could not start it");
    assert_eq!(runs(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_is_heard_again_after_a_crash_is_no_refusal() {
    let home = home(WELCOME);
    let app = home.open().await;
    take(&app, vec![account("acme", DAWN, &json!({}))]).await;
    look(&app).await;
    let before = app.store().play_cursor().await.unwrap();
    take(&app, vec![sign_in("1", "acme", "2026-03-10T11:00:00Z")]).await;
    assert_eq!(look(&app).await.begun, 1);
    // As if it had died between its decision and what it wrote last: how far it had heard.
    app.store().decide(&DecisionBatch { cursor: before, ..DecisionBatch::default() }).await.unwrap();
    let app = home.reopen(app).await;
    let again = look(&app).await;
    assert_eq!((again.begun, again.refused), (0, 1), "it was heard again");
    assert!(reasons(&app).await.is_empty());
    take(&app, vec![sign_in("2", "acme", "2026-03-10T11:30:00Z")]).await;
    look(&app).await;
    assert_eq!(reasons(&app).await, [pair("welcome", "a run of it is under way")], "another sign-in is another matter");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_the_trigger_make_no_rows_of_their_own() {
    let home = home(EACH_PRODUCT);
    let app = home.open().await;
    take(&app, vec![account("acme", DAWN, &json!({}))]).await;
    look(&app).await;
    let signed_in = ["core", "labs"].map(|product| sign_in_to(product, product, "acme", "2026-03-10T11:00:00Z"));
    take(&app, signed_in.into()).await;
    assert_eq!(look(&app).await.refused, 2);
    let lines = refused(&app, RefusalsAsked::default()).await;
    let seen: Vec<(&str, u64)> = lines.iter().map(|line| (line.subject.as_str(), line.times)).collect();
    assert_eq!(seen, [("acme", 2)]);
}
