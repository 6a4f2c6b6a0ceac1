//! Of each play and subject the latest refusal is kept, in the transaction of the decision.

use mainstay_store::{DecisionBatch, PlayRefusal, RefusalFilter, Store};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, begin, open, run};

/// Refused once, because it does not qualify.
fn refusal(play: &str, account: &str, subject: &str, second: i64) -> PlayRefusal {
    PlayRefusal {
        play: play.into(),
        account_id: account.into(),
        subject: subject.into(),
        at: at(second),
        reason: "not_qualified".into(),
        detail: None,
        times: 1,
    }
}

fn excluded(second: i64) -> PlayRefusal {
    PlayRefusal { reason: "excluded".into(), detail: Some("rescue".into()), ..refusal("greet", "acme", "acme", second) }
}

async fn decide(store: &Store, refusals: Vec<PlayRefusal>) {
    store.decide(&DecisionBatch { refusals, ..DecisionBatch::default() }).await.unwrap();
}

async fn all(store: &Store) -> Vec<PlayRefusal> {
    store.play_refusals(&RefusalFilter { limit: 100, ..RefusalFilter::default() }).await.unwrap()
}

async fn the_latest_refusal_of_a_subject_replaces_the_one_before_and_counts_on(database: Database) {
    let store = open(&database).await;
    decide(&store, vec![refusal("greet", "acme", "acme", 10)]).await;
    assert_eq!(all(&store).await, [refusal("greet", "acme", "acme", 10)], "what is read is what was written");
    decide(&store, vec![excluded(20)]).await;
    assert_eq!(all(&store).await, [PlayRefusal { times: 2, ..excluded(20) }]);
    decide(&store, vec![refusal("greet", "acme", "acme", 30)]).await;
    assert_eq!(
        all(&store).await,
        [PlayRefusal { times: 3, ..refusal("greet", "acme", "acme", 30) }],
        "what belonged to another reason is gone"
    );
}

async fn of_several_refusals_in_one_decision_the_last_is_kept_with_the_times_of_all(database: Database) {
    let store = open(&database).await;
    decide(&store, vec![refusal("greet", "acme", "acme", 10), refusal("greet", "acme", "line", 10), excluded(10)]).await;
    let kept = all(&store).await;
    assert_eq!(kept, [PlayRefusal { times: 2, ..excluded(10) }, refusal("greet", "acme", "line", 10)]);
}

async fn refusals_are_listed_by_play_account_and_time_the_latest_first(database: Database) {
    let store = open(&database).await;
    let many = (0..300).map(|number| refusal("survey", &format!("account {number}"), "person", 5)).collect();
    decide(&store, many).await;
    decide(&store, vec![refusal("greet", "acme", "acme", 10), refusal("greet", "bolt", "bolt", 20), refusal("renew", "acme", "line", 30)])
        .await;
    let listed = async |filter: RefusalFilter| {
        let list = store.play_refusals(&RefusalFilter { limit: 100, ..filter }).await.unwrap();
        list.into_iter().map(|one| (one.play, one.account_id)).collect::<Vec<_>>()
    };
    let pair = |play: &str, account: &str| (play.to_owned(), account.to_owned());
    let of_play = RefusalFilter { play: Some("greet".into()), ..RefusalFilter::default() };
    assert_eq!(listed(of_play.clone()).await, [pair("greet", "bolt"), pair("greet", "acme")]);
    let of_account = RefusalFilter { account_id: Some("acme".into()), ..RefusalFilter::default() };
    assert_eq!(listed(of_account.clone()).await, [pair("renew", "acme"), pair("greet", "acme")]);
    assert_eq!(listed(RefusalFilter { account_id: of_account.account_id, ..of_play }).await, [pair("greet", "acme")]);
    let late = RefusalFilter { since: Some(at(20)), ..RefusalFilter::default() };
    assert_eq!(listed(late).await, [pair("renew", "acme"), pair("greet", "bolt")], "from that instant on");
    let latest = store.play_refusals(&RefusalFilter { limit: 1, ..RefusalFilter::default() }).await.unwrap();
    assert_eq!(latest, [refusal("renew", "acme", "line", 30)]);
}

async fn a_refusal_is_kept_whatever_becomes_of_the_runs_of_its_decision(database: Database) {
    let store = open(&database).await;
    let run = run("r1", at(10));
    for second in [10, 20] {
        let batch =
            DecisionBatch { runs: vec![begin(&run)], refusals: vec![refusal("greet", "acme", "acme", second)], ..DecisionBatch::default() };
        store.decide(&batch).await.unwrap();
    }
    assert_eq!(all(&store).await, [PlayRefusal { times: 2, ..refusal("greet", "acme", "acme", 20) }], "the run began before, that is all");
}

on_both_databases!(
    the_latest_refusal_of_a_subject_replaces_the_one_before_and_counts_on,
    of_several_refusals_in_one_decision_the_last_is_kept_with_the_times_of_all,
    refusals_are_listed_by_play_account_and_time_the_latest_first,
    a_refusal_is_kept_whatever_becomes_of_the_runs_of_its_decision,
);
