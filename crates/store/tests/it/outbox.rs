//! What leaves the product leaves under one key, is tried again, given up, replayed, withdrawn.

use mainstay_store::{
    Decided, Message, MessageFilter, MessageVerdict, OutboxFilter, OutboxStatus, Settlement, Store, Verdict, VerdictFilter,
};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, begin, decide, entry, open, run};

/// A store with one entry for each second, keyed by it.
async fn filled(database: &Database, seconds: &[i64]) -> Store {
    let store = open(database).await;
    let run = run("r1", at(10));
    let outbox = seconds.iter().map(|second| entry(&format!("k{second}"), &run, at(*second))).collect();
    decide(&store, vec![Decided { outbox, ..begin(&run) }]).await;
    store
}

async fn keys(store: &Store, now: i64) -> Vec<String> {
    store.claim_outbox(at(now), 10, at(now + 60)).await.unwrap().into_iter().map(|entry| entry.key).collect()
}

async fn status(store: &Store, key: &str) -> OutboxStatus {
    store.outbox_entry(key).await.unwrap().unwrap().status
}

async fn entries_are_claimed_in_order_by_one_sender(database: Database) {
    let store = filled(&database, &[30, 10, 20, 99]).await;
    assert_eq!(store.next_outbox_at().await.unwrap(), Some(at(10)));
    assert_eq!(store.claim_outbox(at(40), 2, at(100)).await.unwrap().len(), 2);
    assert_eq!(keys(&store, 41).await, ["k30"]);
    assert!(keys(&store, 42).await.is_empty());
    assert_eq!(keys(&store, 102).await, ["k10", "k20", "k30", "k99"], "a lease that is over gives them back");
}

async fn what_is_sent_is_never_sent_again(database: Database) {
    let store = filled(&database, &[10]).await;
    keys(&store, 20).await;
    store.mark_sent("k10", at(21)).await.unwrap();
    store.retry_later("k10", at(22), "a second sender was slower").await.unwrap();
    store.bury("k10", "as well").await.unwrap();
    let entry = store.outbox_entry("k10").await.unwrap().unwrap();
    assert_eq!((entry.status, entry.sent_at, entry.attempts, entry.last_error), (OutboxStatus::Sent, Some(at(21)), 1, None));
    assert!(keys(&store, 1000).await.is_empty());
    assert_eq!(store.replay_dead(&["k10".to_owned()], at(30)).await.unwrap(), 0);
}

async fn what_fails_is_tried_again_then_given_up_then_replayed(database: Database) {
    let store = filled(&database, &[10]).await;
    for attempt in 1..=3 {
        let now = attempt * 100;
        assert_eq!(keys(&store, now).await, ["k10"]);
        store.retry_later("k10", at(now + 100), "451 try later").await.unwrap();
        assert!(keys(&store, now + 99).await.is_empty());
    }
    store.bury("k10", "550 no such user").await.unwrap();
    let dead = store.outbox(&OutboxFilter { status: Some(OutboxStatus::Dead), limit: 10, ..OutboxFilter::default() }).await.unwrap();
    assert_eq!((dead[0].attempts, dead[0].last_error.as_deref()), (4, Some("550 no such user")));
    assert!(keys(&store, 9000).await.is_empty());
    assert_eq!(store.replay_dead(&["k10".to_owned(), "unknown".to_owned()], at(9001)).await.unwrap(), 1);
    assert_eq!(keys(&store, 9001).await, ["k10"]);
    assert_eq!(store.count_outbox().await.unwrap(), [(OutboxStatus::Waiting, 1)]);
}

async fn a_message_is_logged_with_its_entry_or_not_at_all(database: Database) {
    let store = filled(&database, &[10]).await;
    let message = Message {
        key: "k10".into(),
        channel: "email".into(),
        category: "marketing".into(),
        account_id: "acme".into(),
        person: Some("zoe".into()),
        address: "zoë@acme.example".into(),
        subject: "Hello".into(),
        run_id: Some("r1".into()),
        step: Some("mail".into()),
        created_at: at(10),
        sent_at: at(21),
        opened_at: None,
        clicked_at: None,
        replied_at: None,
        bounced_at: None,
        message_id: Some("<1@mainstay>".into()),
        to_colleague: false,
        tracked: true,
    };
    let unknown =
        Settlement::Sent { key: "unknown".into(), at: at(21), message: Some(Message { key: "unknown".into(), ..message.clone() }) };
    let sent = Settlement::Sent { key: "k10".into(), at: at(21), message: Some(message.clone()) };
    store.settle(&[unknown, sent.clone()]).await.unwrap();
    store.settle(&[sent]).await.unwrap();
    let all = MessageFilter { limit: 10, ..MessageFilter::default() };
    assert_eq!(store.messages(&all).await.unwrap(), [message]);
    assert_eq!(status(&store, "k10").await, OutboxStatus::Sent);
}

async fn what_is_held_is_logged_with_its_reason(database: Database) {
    let store = filled(&database, &[10, 11]).await;
    keys(&store, 20).await;
    let verdict = |key: &str, verdict, until_at| MessageVerdict {
        id: format!("{key}/1"),
        at: at(20),
        account_id: "acme".into(),
        person: None,
        run_id: Some("r1".into()),
        step: None,
        key: key.into(),
        verdict,
        reason: "outside the send window".into(),
        until_at,
    };
    let delayed = verdict("k10", Verdict::Delayed, Some(at(500)));
    let suppressed = verdict("k11", Verdict::Suppressed, None);
    store.settle(&[Settlement::Held(delayed.clone()), Settlement::Held(suppressed.clone())]).await.unwrap();
    assert_eq!((status(&store, "k10").await, status(&store, "k11").await), (OutboxStatus::Delayed, OutboxStatus::Suppressed));
    assert!(keys(&store, 499).await.is_empty());
    assert_eq!(keys(&store, 500).await, ["k10"], "what is delayed comes back at its time, what is suppressed never");
    let filter = VerdictFilter { run_id: Some("r1".into()), limit: 10, ..VerdictFilter::default() };
    assert_eq!(store.message_verdicts(&filter).await.unwrap(), [delayed, suppressed]);
}

on_both_databases!(
    entries_are_claimed_in_order_by_one_sender,
    what_is_sent_is_never_sent_again,
    what_fails_is_tried_again_then_given_up_then_replayed,
    a_message_is_logged_with_its_entry_or_not_at_all,
    what_is_held_is_logged_with_its_reason,
);
