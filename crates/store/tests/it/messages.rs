//! Messages are counted for caps, and what comes back is noted once.

use mainstay_store::{
    Consent, ConsentState, Decided, InAppMessage, InAppReceipt, Message, MessageCount, MessageFilter, PlayRun, Response, Settlement, Store,
    TaskEnd, TaskStatus, UnrecordedMessage,
};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, begin, decide, entry, open, run, task};

/// Sends a message to a colleague.
async fn send_to_colleague(store: &Store, key: &str, second: i64) {
    let run = run("r2", at(10));
    decide(store, vec![Decided { outbox: vec![entry(key, &run, at(1))], ..begin(&run) }]).await;
    let sample = store.message("a").await.unwrap().unwrap();
    let message = Message { key: key.into(), sent_at: at(second), to_colleague: true, ..sample };
    store.settle(&[Settlement::Sent { key: key.into(), at: at(second), message: Some(message) }]).await.unwrap();
}

/// Sends one message each: key, person, category, second.
async fn send(store: &Store, messages: &[(&str, &str, &str, i64)]) {
    let run = run("r1", at(10));
    let outbox = messages.iter().map(|(key, ..)| entry(key, &run, at(1))).collect();
    decide(store, vec![Decided { outbox, ..begin(&run) }]).await;
    for (key, person, category, second) in messages {
        let message = Message {
            key: (*key).into(),
            channel: "email".into(),
            category: (*category).into(),
            account_id: "acme".into(),
            person: Some((*person).into()),
            address: format!("{person}@acme.example"),
            subject: "Hello".into(),
            run_id: Some("r1".into()),
            step: None,
            created_at: at(1),
            sent_at: at(*second),
            opened_at: None,
            clicked_at: None,
            replied_at: None,
            bounced_at: None,
            message_id: Some(format!("<{key}>")),
            to_colleague: false,
            tracked: true,
        };
        store.settle(&[Settlement::Sent { key: (*key).into(), at: at(*second), message: Some(message) }]).await.unwrap();
    }
}

async fn caps_count_by_person_account_category_and_time(database: Database) {
    let store = open(&database).await;
    send(
        &store,
        &[("a", "zoe", "marketing", 10), ("b", "zoe", "marketing", 20), ("c", "zoe", "success", 30), ("d", "ali", "marketing", 40)],
    )
    .await;
    let counts =
        |counts: Vec<mainstay_store::CategoryCount>| counts.into_iter().map(|count| (count.category, count.messages)).collect::<Vec<_>>();
    let zoe = counts(store.count_messages_to_person("zoe", at(20)).await.unwrap());
    assert_eq!(zoe, [("marketing".to_owned(), 1), ("success".to_owned(), 1)]);
    let acme = counts(store.count_messages_to_account("acme", at(10)).await.unwrap());
    assert_eq!(acme, [("marketing".to_owned(), 3), ("success".to_owned(), 1)]);
    assert!(store.count_messages_to_person("zoe", at(31)).await.unwrap().is_empty());

    let list =
        MessageFilter { person: Some("zoe".into()), since: Some(at(10)), before: Some(at(30)), limit: 10, ..MessageFilter::default() };
    let keys: Vec<String> = store.messages(&list).await.unwrap().into_iter().map(|message| message.key).collect();
    assert_eq!(keys, ["b", "a"]);
}

async fn a_response_is_noted_the_first_time(database: Database) {
    let store = open(&database).await;
    send(&store, &[("a", "zoe", "marketing", 10)]).await;
    for response in Response::ALL {
        assert!(store.note_response("a", *response, at(20)).await.unwrap());
        assert!(!store.note_response("a", *response, at(30)).await.unwrap());
        assert!(!store.note_response("unknown", *response, at(30)).await.unwrap());
    }
    let message = store.message_by_message_id("<a>").await.unwrap().unwrap();
    let first = Some(at(20));
    assert_eq!((message.opened_at, message.clicked_at, message.replied_at, message.bounced_at), (first, first, first, first));
    assert_eq!(store.message("a").await.unwrap(), Some(message));
}

async fn a_message_is_to_be_stated_until_all_that_is_known_of_it_is(database: Database) {
    let store = open(&database).await;
    send(&store, &[("b", "zoe", "success", 20), ("a", "zoe", "success", 10)]).await;
    send_to_colleague(&store, "c", 15).await;
    let keys = |unrecorded: &[UnrecordedMessage]| unrecorded.iter().map(|one| one.message.key.clone()).collect::<Vec<_>>();
    let read = store.unrecorded_messages(10).await.unwrap();
    assert_eq!(keys(&read), ["a", "b"], "what went to a colleague is nothing about the account");
    assert_eq!(keys(&store.unrecorded_messages(1).await.unwrap()), ["a"]);
    // It is opened while what was read is being stated.
    store.note_response("a", Response::Opened, at(30)).await.unwrap();
    store.note_response("c", Response::Opened, at(30)).await.unwrap();
    store.mark_recorded(&read).await.unwrap();
    let again = store.unrecorded_messages(10).await.unwrap();
    assert_eq!(keys(&again), ["a"]);
    assert_eq!((again[0].message.opened_at, again[0].changes), (Some(at(30)), 2));
    store.mark_recorded(&again).await.unwrap();
    store.mark_recorded(&read).await.unwrap();
    store.note_response("a", Response::Opened, at(40)).await.unwrap();
    assert!(store.unrecorded_messages(10).await.unwrap().is_empty(), "a slower one takes nothing back, and a second opening is no news");
    store.mark_recorded(&[]).await.unwrap();
}

async fn what_came_back_is_counted_by_play_and_channel(database: Database) {
    let store = open(&database).await;
    send(&store, &[("a", "zoe", "success", 10), ("b", "zoe", "success", 20), ("c", "ali", "success", 30)]).await;
    let other = PlayRun { play: "greet".into(), ..run("r2", at(10)) };
    decide(&store, vec![Decided { outbox: vec![entry("d", &other, at(1)), entry("e", &run("r1", at(10)), at(1))], ..begin(&other) }]).await;
    let sample = store.message("a").await.unwrap().unwrap();
    for (key, run_id, channel) in [("d", "r2", "email"), ("e", "r1", "slack")] {
        let message = Message { key: key.into(), run_id: Some(run_id.into()), channel: channel.into(), ..sample.clone() };
        store.settle(&[Settlement::Sent { key: key.into(), at: at(40), message: Some(message) }]).await.unwrap();
    }
    let noted = [
        ("a", Response::Opened),
        ("a", Response::Clicked),
        ("b", Response::Opened),
        ("b", Response::Opened),
        ("b", Response::Replied),
        ("c", Response::Bounced),
        ("d", Response::Opened),
    ];
    for (key, response) in noted {
        store.note_response(key, response, at(50)).await.unwrap();
    }
    let count = |channel: &str, [sent, opened, clicked, replied, bounced]: [u64; 5]| MessageCount {
        channel: channel.into(),
        sent,
        opened,
        clicked,
        replied,
        bounced,
    };
    let rescue = store.count_messages_of_play("rescue").await.unwrap();
    assert_eq!(rescue, [count("email", [3, 2, 1, 1, 1]), count("slack", [1, 0, 0, 0, 0])]);
    assert_eq!(store.count_messages_of_play("greet").await.unwrap(), [count("email", [1, 1, 0, 0, 0])]);
    assert!(store.count_messages_of_play("nothing").await.unwrap().is_empty());
}

async fn the_last_word_on_consent_counts_whatever_arrives_late(database: Database) {
    let store = open(&database).await;
    let said = |state, second| Consent {
        person: "zoe".into(),
        channel: "email".into(),
        category: "marketing".into(),
        state,
        at: at(second),
        how: "a form".into(),
    };
    assert!(store.save_consent(&said(ConsentState::Given, 10)).await.unwrap());
    assert!(store.save_consent(&said(ConsentState::Withdrawn, 30)).await.unwrap());
    assert!(!store.save_consent(&said(ConsentState::Given, 20)).await.unwrap());
    assert_eq!(store.consents_of("zoe").await.unwrap(), [said(ConsentState::Withdrawn, 30)]);
}

async fn an_in_app_message_is_shown_to_whom_it_is_for_until_it_is_closed_or_over(database: Database) {
    let store = open(&database).await;
    let message = |key: &str, user: Option<&str>, expires: Option<i64>| InAppMessage {
        key: key.into(),
        account_id: "acme".into(),
        user_id: user.map(Into::into),
        title: "Hello".into(),
        body: "**You** are near your limit".into(),
        url: Some("https://acme.example".into()),
        created_at: at(10),
        expires_at: expires.map(at),
    };
    for one in [message("all", None, None), message("mine", Some("u1"), Some(50)), message("theirs", Some("u2"), None)] {
        assert!(store.add_in_app_message(&one).await.unwrap());
        assert!(!store.add_in_app_message(&one).await.unwrap());
    }
    let shown = |now| {
        let store = store.clone();
        async move {
            let list = store.in_app_messages_for("acme", &["u1".to_owned()], at(now), 10).await.unwrap();
            list.into_iter().map(|message| message.key).collect::<Vec<_>>()
        }
    };
    assert!(shown(9).await.is_empty());
    assert_eq!(shown(49).await, ["all", "mine"]);
    assert_eq!(shown(50).await, ["all"]);
    store.keep_in_app_receipt(&receipt("all", "u1")).await.unwrap();
    assert_eq!(shown(49).await, ["all", "mine"], "it was shown and no more");
    store.keep_in_app_receipt(&InAppReceipt { dismissed_at: Some(at(22)), ..receipt("all", "u1") }).await.unwrap();
    assert_eq!(shown(49).await, ["mine"]);
    store.keep_in_app_receipt(&InAppReceipt { clicked_at: Some(at(23)), ..receipt("mine", "u1") }).await.unwrap();
    assert!(shown(49).await.is_empty());
}

/// That a message was shown to a user at second 20.
fn receipt(message: &str, user: &str) -> InAppReceipt {
    InAppReceipt { message_key: message.into(), user_id: user.into(), shown_at: Some(at(20)), clicked_at: None, dismissed_at: None }
}

async fn what_one_user_closes_stays_open_for_the_others_and_the_first_time_counts(database: Database) {
    let store = open(&database).await;
    let message = |key: &str, user: Option<&str>| InAppMessage {
        key: key.into(),
        account_id: "acme".into(),
        user_id: user.map(Into::into),
        title: "Hello".into(),
        body: String::new(),
        url: None,
        created_at: at(10),
        expires_at: Some(at(90)),
    };
    for one in [message("all", None), message("hers", Some("p-1"))] {
        assert!(store.add_in_app_message(&one).await.unwrap());
    }
    let closed = InAppReceipt { dismissed_at: Some(at(22)), ..receipt("all", "ada") };
    store.keep_in_app_receipt(&closed).await.unwrap();
    let later = InAppReceipt { shown_at: Some(at(30)), clicked_at: Some(at(31)), dismissed_at: Some(at(32)), ..receipt("all", "ada") };
    store.keep_in_app_receipt(&later).await.unwrap();
    store.keep_in_app_receipt(&receipt("all", "bob")).await.unwrap();
    let first = InAppReceipt { clicked_at: Some(at(31)), ..closed };
    assert_eq!(store.in_app_receipts("all").await.unwrap(), [first, receipt("all", "bob")]);
    assert!(store.in_app_receipts("hers").await.unwrap().is_empty());
    let shown = |ids: &[&str]| {
        let (store, ids) = (store.clone(), ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
        async move {
            let list = store.in_app_messages_for("acme", &ids, at(40), 10).await.unwrap();
            list.into_iter().map(|message| message.key).collect::<Vec<_>>()
        }
    };
    assert!(shown(&["ada"]).await.is_empty());
    assert_eq!(shown(&["bob"]).await, ["all"]);
    assert_eq!(shown(&["ada", "p-1"]).await, ["hers"], "whoever is known by two ids sees what is for each");
    assert_eq!(store.in_app_addressees("acme", at(40)).await.unwrap(), ["p-1"]);
    for (account, second) in [("acme", 9), ("acme", 90), ("other", 40)] {
        assert!(store.in_app_addressees(account, at(second)).await.unwrap().is_empty());
    }
}

async fn what_was_done_for_accounts_is_what_was_sent_and_stayed_and_tasks_that_were_done(database: Database) {
    let store = open(&database).await;
    send(&store, &[("a", "zoe", "success", 10), ("b", "zoe", "success", 20), ("c", "zoe", "success", 30)]).await;
    store.note_response("c", Response::Bounced, at(31)).await.unwrap();
    send_to_colleague(&store, "d", 25).await;
    for id in ["done", "not needed", "open"] {
        store.add_task(&task(id, None, None)).await.unwrap();
    }
    for (id, status) in [("done", TaskStatus::Done), ("not needed", TaskStatus::Cancelled)] {
        store.end_task(id, &TaskEnd { status, outcome: None, note: None, by: "zoe".into(), at: at(40) }).await.unwrap();
    }
    let mut touches = store.touches_of_accounts(&["acme".to_owned(), "beta".to_owned()], at(15)).await.unwrap();
    touches.sort_by_key(|touch| touch.at);
    let seen: Vec<_> = touches.iter().map(|touch| (touch.account_id.as_str(), touch.at, touch.task_kind.as_deref())).collect();
    assert_eq!(seen, [("acme", at(20), None), ("acme", at(40), Some("call"))]);
    assert!(store.touches_of_accounts(&["beta".to_owned()], at(0)).await.unwrap().is_empty());
}

on_both_databases!(
    caps_count_by_person_account_category_and_time,
    a_response_is_noted_the_first_time,
    a_message_is_to_be_stated_until_all_that_is_known_of_it_is,
    what_came_back_is_counted_by_play_and_channel,
    what_was_done_for_accounts_is_what_was_sent_and_stayed_and_tasks_that_were_done,
    the_last_word_on_consent_counts_whatever_arrives_late,
    an_in_app_message_is_shown_to_whom_it_is_for_until_it_is_closed_or_over,
    what_one_user_closes_stays_open_for_the_others_and_the_first_time_counts,
);
