//! Runs that are due are taken by one claimant at a time, in order, and come back when the lease is over.

use std::collections::BTreeSet;

use mainstay_store::{PlayRun, RunFilter, RunStatus};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, begin, decide, go_on, open, run};

async fn what_is_due_is_claimed_in_order_and_nothing_else(database: Database) {
    let store = open(&database).await;
    let important = PlayRun { priority: 90, ..run("important", at(20)) };
    let paused = PlayRun { status: RunStatus::Paused, ..run("paused", at(1)) };
    let idle = PlayRun { due_at: None, ..run("idle", at(1)) };
    let all = [run("b", at(20)), run("a", at(20)), important, run("late", at(10)), run("future", at(31)), paused, idle];
    decide(&store, all.iter().map(begin).collect()).await;

    assert_eq!(store.next_due().await.unwrap(), Some(at(10)));
    let claimed = store.claim_due(at(30), 10, at(90), "me").await.unwrap();
    let ids: Vec<&str> = claimed.iter().map(|run| run.id.as_str()).collect();
    assert_eq!(ids, ["late", "important", "a", "b"]);
    assert!(claimed.iter().all(|run| run.claim.as_deref() == Some("me") && run.claim_until == Some(at(90))));
    assert!(store.claim_due(at(30), 10, at(90), "other").await.unwrap().is_empty());
}

async fn a_limit_takes_the_longest_overdue_first(database: Database) {
    let store = open(&database).await;
    decide(&store, (0..10).map(|number| begin(&run(&format!("r{number}"), at(10 - number)))).collect()).await;
    let first = store.claim_due(at(30), 3, at(90), "me").await.unwrap();
    assert_eq!(first.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["r9", "r8", "r7"]);
    assert_eq!(store.claim_due(at(30), 100, at(90), "me").await.unwrap().len(), 7);
}

async fn a_run_comes_back_when_its_claimant_dies(database: Database) {
    let store = open(&database).await;
    decide(&store, vec![begin(&run("r1", at(10)))]).await;
    assert_eq!(store.claim_due(at(30), 10, at(60), "dead").await.unwrap().len(), 1);
    assert!(store.claim_due(at(59), 10, at(90), "alive").await.unwrap().is_empty());
    let again = store.claim_due(at(60), 10, at(90), "alive").await.unwrap();
    assert_eq!(again[0].claim.as_deref(), Some("alive"));
    assert_eq!(again[0].revision, 0, "nothing was decided in between");

    store.release_runs(&["r1".to_owned()], "dead").await.unwrap();
    assert!(store.claim_due(at(61), 10, at(90), "other").await.unwrap().is_empty(), "only the holder gives a run back");
    store.release_runs(&["r1".to_owned()], "alive").await.unwrap();
    assert_eq!(store.claim_due(at(61), 10, at(90), "other").await.unwrap().len(), 1);
}

async fn a_decision_ends_the_claim(database: Database) {
    let store = open(&database).await;
    decide(&store, vec![begin(&run("r1", at(10)))]).await;
    let claimed = store.claim_due(at(30), 10, at(60), "me").await.unwrap();
    decide(&store, vec![go_on(&claimed[0], Some(at(40)))]).await;
    let now = store.run("r1").await.unwrap().unwrap();
    assert_eq!((now.claim, now.claim_until, now.revision, now.due_at), (None, None, 1, Some(at(40))));
    assert_eq!(store.claim_due(at(40), 10, at(60), "other").await.unwrap().len(), 1);
}

async fn claimants_at_the_same_time_never_get_the_same_run(database: Database) {
    const RUNS: usize = 300;
    let store = open(&database).await;
    decide(&store, (0..RUNS).map(|number| begin(&run(&format!("r{number:03}"), at(10)))).collect()).await;
    let claimants = (0..4).map(|claimant| {
        let store = store.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let claimed = store.claim_due(at(30), 7, at(90), &format!("c{claimant}")).await.unwrap();
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.into_iter().map(|run| run.id));
            }
        })
    });
    let mut all = Vec::new();
    for claimant in claimants.collect::<Vec<_>>() {
        all.extend(claimant.await.unwrap());
    }
    // A claimant may see nothing while the others hold the last rows; what is left then is free still.
    all.extend(store.claim_due(at(30), 1000, at(90), "last").await.unwrap().into_iter().map(|run| run.id));
    assert_eq!(all.len(), RUNS, "nobody got a run twice, and none was left out");
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), RUNS);
}

async fn runs_are_listed_and_counted_by_what_is_asked(database: Database) {
    let store = open(&database).await;
    let other = PlayRun { account_id: "beta".into(), started_at: at(5), ..run("r2", at(10)) };
    let held = PlayRun { status: RunStatus::HeldOut, held_out: true, started_at: at(9), ..run("r3", at(10)) };
    decide(&store, [run("r1", at(10)), other.clone(), held.clone()].iter().map(begin).collect()).await;
    let list = |filter: RunFilter| {
        let store = store.clone();
        async move { store.runs(&filter).await.unwrap().into_iter().map(|run| run.id).collect::<Vec<_>>() }
    };
    let all = RunFilter { limit: 10, ..RunFilter::default() };
    let mut accounts = store.accounts_under_way().await.unwrap();
    accounts.sort();
    assert_eq!(accounts, ["acme", "beta"]);
    assert_eq!(list(all.clone()).await, ["r3", "r2", "r1"]);
    assert_eq!(list(RunFilter { account_id: Some("acme".into()), ..all.clone() }).await, ["r3", "r1"]);
    assert_eq!(list(RunFilter { status: Some(RunStatus::Running), started_since: Some(at(3)), ..all.clone() }).await, ["r2"]);
    assert!(list(RunFilter { due_before: Some(at(10)), ..all.clone() }).await.is_empty());
    assert_eq!(list(RunFilter { due_before: Some(at(11)), account_id: Some("beta".into()), ..all.clone() }).await, ["r2"]);
    assert_eq!(list(RunFilter { limit: 1, offset: 1, ..all.clone() }).await, ["r2"]);
    assert!(list(RunFilter { play: Some("other".into()), ..all }).await.is_empty());
    assert_eq!(store.runs_of_accounts(&["beta".to_owned()]).await.unwrap(), [other]);
    let counts = store.count_runs().await.unwrap();
    assert_eq!(
        counts.iter().map(|count| (count.status, count.runs)).collect::<Vec<_>>(),
        [(RunStatus::HeldOut, 1), (RunStatus::Running, 2)]
    );
    assert!(store.run("r3").await.unwrap().unwrap().held_out);
}

on_both_databases!(
    what_is_due_is_claimed_in_order_and_nothing_else,
    a_limit_takes_the_longest_overdue_first,
    a_run_comes_back_when_its_claimant_dies,
    a_decision_ends_the_claim,
    claimants_at_the_same_time_never_get_the_same_run,
    runs_are_listed_and_counted_by_what_is_asked,
);
