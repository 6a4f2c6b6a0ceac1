//! What begins a run, and what does not.

use std::collections::BTreeSet;

use mainstay_store::RunStatus;
use serde_json::json;

use super::{NOON, OWNER, account, home, home_without_plays, look, look_at, runs, tasks, tier, titles};
use crate::support::{instant, sign_in, take};

const BUSY: &str = "
plays:
  busy:
    purpose: expansion
    trigger: { when: logins >= 3 }
    steps:
      - at: day 1
        name: greet
        do:
          - task: { to: csm, title: \"Call {{ account.name }}\" }
";
const GOLD: &str = "
plays:
  gold:
    purpose: expansion
    trigger: { when: tier = 'gold' }
    steps:
      - at: day 1
        do:
          - task: { to: csm, title: \"Call {{ account.name }}\" }
      - at: day 4
        do:
          - note: still there
";
const WELCOME: &str = "
plays:
  welcome:
    purpose: onboarding
    trigger: { event: Signed In }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: \"Greet {{ account.name }}\" }
";
const DAWN: &str = "2026-03-01T00:00:00Z";

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_becomes_true_begins_one_run_with_a_task_for_the_owner() {
    let home = home(BUSY);
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let app = home.open_beside(name).await;
        look(&app).await;
        take(&app, vec![account("acme", DAWN, &json!({})), sign_in("1", "acme", "2026-03-10T09:00:00Z")]).await;
        assert_eq!(look(&app).await.begun, 0, "one sign-in is not three");
        take(&app, vec![sign_in("2", "acme", "2026-03-10T10:00:00Z"), sign_in("3", "acme", "2026-03-10T11:00:00Z")]).await;
        assert_eq!(look(&app).await.begun, 1);
        take(&app, vec![sign_in("4", "acme", "2026-03-10T11:30:00Z")]).await;
        assert_eq!(look(&app).await.begun, 0, "it was true before");
        let (runs, tasks) = (runs(&app).await, tasks(&app).await);
        assert_eq!((runs.len(), tasks.len()), (1, 1));
        assert_eq!((runs[0].account_id.as_str(), runs[0].trigger_at), ("acme", instant(NOON)));
        assert_eq!((tasks[0].title.as_str(), tasks[0].owner.as_deref()), ("Call acme", Some(OWNER)));
        assert!(tasks[0].id.starts_with(&format!("{}/greet/", runs[0].id)), "{}", tasks[0].id);
        ids.push(tasks[0].id.clone());
        app.close().await.unwrap();
    }
    assert_eq!(ids[0], ids[1], "the key says what is done, not when it was thought of");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_the_condition_already_begins_nothing() {
    let home = home_without_plays();
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "gold"), tier("bolt", DAWN, "free")]).await;
    look(&app).await;
    home.write("plays/all.yaml", GOLD);
    assert!(app.reload().await.unwrap().changed);
    assert_eq!(look(&app).await.begun, 0, "a new play");
    let app = home.reopen(app).await;
    assert_eq!(look(&app).await.begun, 0, "a start");
    home.write("plays/all.yaml", &GOLD.replace("tier = 'gold'", "tier = 'gold' or tier = 'silver'"));
    assert!(app.reload().await.unwrap().changed);
    assert_eq!(look(&app).await.begun, 0, "another trigger");
    take(&app, vec![tier("bolt", "2026-03-10T11:00:00Z", "silver")]).await;
    assert_eq!(look(&app).await.begun, 1, "it has just become true");
    assert_eq!(titles(&app).await, ["Call bolt"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_play_with_backfill_begins_for_those_who_are_in_the_condition() {
    let home = home_without_plays();
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "gold"), tier("bolt", DAWN, "free")]).await;
    look(&app).await;
    home.write("plays/all.yaml", &GOLD.replace("    steps:", "    backfill: true\n    steps:"));
    app.reload().await.unwrap();
    assert_eq!(look(&app).await.begun, 1);
    assert_eq!(look(&app).await.begun, 0);
    let app = home.reopen(app).await;
    assert_eq!(look(&app).await.begun, 0);
    assert_eq!(titles(&app).await, ["Call acme"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_comes_and_goes_begins_one_run_until_that_one_ends() {
    let home = home(GOLD);
    let app = home.open().await;
    take(&app, vec![tier("acme", DAWN, "free")]).await;
    look(&app).await;
    for minute in 0..6 {
        let now = format!("2026-03-10T12:0{minute}:00Z");
        home.clock.set(instant(&now));
        take(&app, vec![tier("acme", &now, if minute % 2 == 0 { "gold" } else { "free" })]).await;
        look(&app).await;
    }
    assert_eq!(runs(&app).await.len(), 1);
    look_at(&home, &app, "2026-03-13T09:00:00Z").await;
    assert_eq!(runs(&app).await[0].status, RunStatus::Finished, "its last step was on day 4");
    home.clock.set(instant("2026-03-14T12:00:00Z"));
    take(&app, vec![tier("acme", "2026-03-14T12:00:00Z", "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    assert_eq!(runs(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_that_are_held_out_have_runs_without_tasks() {
    let home = home(&GOLD.replace("    steps:", "    holdout: 50%\n    steps:"));
    let app = home.open().await;
    let names: Vec<String> = (0..24).map(|number| format!("acme{number}")).collect();
    take(&app, names.iter().map(|name| tier(name, DAWN, "free")).collect()).await;
    look(&app).await;
    take(&app, names.iter().map(|name| tier(name, "2026-03-10T11:00:00Z", "gold")).collect()).await;
    assert_eq!(look(&app).await.begun, names.len());
    let held = |held: bool, runs: &[mainstay_store::PlayRun]| -> BTreeSet<String> {
        runs.iter().filter(|run| run.held_out == held).map(|run| run.account_id.clone()).collect()
    };
    let runs = runs(&app).await;
    let (out, inside) = (held(true, &runs), held(false, &runs));
    assert!(out.len() > 3 && inside.len() > 3, "{} of {} are held out", out.len(), names.len());
    assert!(runs.iter().all(|run| run.held_out == (run.status == RunStatus::HeldOut)));
    let with_tasks: BTreeSet<String> = tasks(&app).await.into_iter().map(|task| task.account_id).collect();
    assert_eq!(with_tasks, inside);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_begins_a_run_however_long_nobody_looked_unless_it_was_old_when_it_came() {
    let home = home(WELCOME);
    let app = home.open().await;
    take(&app, vec![account("acme", DAWN, &json!({})), account("bolt", DAWN, &json!({}))]).await;
    look(&app).await;
    take(&app, vec![sign_in("1", "acme", "2026-03-10T11:00:00Z"), sign_in("2", "bolt", "2026-03-08T11:00:00Z")]).await;
    app.close().await.unwrap();
    drop(app);
    home.clock.set(instant("2026-03-14T13:00:00Z"));
    let app = home.open().await;
    assert_eq!(look(&app).await.begun, 1);
    let runs = runs(&app).await;
    assert_eq!((runs[0].account_id.as_str(), runs[0].trigger_at), ("acme", instant("2026-03-10T11:00:00Z")));
    assert_eq!(titles(&app).await, ["Greet acme"]);
}
