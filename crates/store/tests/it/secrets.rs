//! People, sessions, tokens and write keys: who gets in, and when no more.

use mainstay_model::Timestamp;
use mainstay_model::access::Role;
use mainstay_store::{ApiToken, PersonRow, SavedView, SessionRow, StoreError};
use mainstay_testkit::{Database, on_both_databases};

use crate::support::{at, open, write_key};

fn person(id: &str, email: &str) -> PersonRow {
    PersonRow {
        id: id.into(),
        email: email.into(),
        name: "Zoë".into(),
        role: Role::Admin,
        password_hash: "$argon2id$".into(),
        created_at: at(1),
        disabled_at: None,
    }
}

async fn an_address_is_taken_once(database: Database) {
    let store = open(&database).await;
    let zoe = person("p1", "zoe@acme.example");
    store.add_person(&zoe).await.unwrap();
    assert!(matches!(store.add_person(&person("p2", "zoe@acme.example")).await, Err(StoreError::Exists { .. })));
    assert_eq!(store.people().await.unwrap(), std::slice::from_ref(&zoe));
    let away = PersonRow { disabled_at: Some(at(9)), ..zoe };
    assert!(store.update_person(&away).await.unwrap());
    assert_eq!(store.person_by_email("zoe@acme.example").await.unwrap(), Some(away));
}

async fn a_session_ends_when_told_and_when_its_time_is_up(database: Database) {
    let store = open(&database).await;
    store.add_person(&person("p1", "zoe@acme.example")).await.unwrap();
    let session = SessionRow { person_id: "p1".into(), csrf: "c".into(), created_at: at(1), seen_at: at(1), expires_at: at(100) };
    for token in ["one", "two"] {
        store.add_session(token, &session).await.unwrap();
    }
    store.touch_session("one", at(5)).await.unwrap();
    assert_eq!(store.session("one").await.unwrap().unwrap().0.seen_at, at(5));
    store.remove_ended_sessions(at(50), at(3)).await.unwrap();
    assert!(store.session("two").await.unwrap().is_none());
    store.remove_sessions_of("p1").await.unwrap();
    assert!(store.session("one").await.unwrap().is_none());
}

async fn a_revoked_token_or_key_opens_nothing(database: Database) {
    let store = open(&database).await;
    let token = ApiToken {
        id: "t1".into(),
        name: "export".into(),
        role: Role::Admin,
        created_by: "p1".into(),
        created_at: at(1),
        used_at: None,
        revoked_at: None,
    };
    store.add_token("secret", &token).await.unwrap();
    store.add_write_key("secret", &write_key("k1", "product")).await.unwrap();
    store.touch_token("t1", at(100)).await.unwrap();
    store.touch_token("t1", at(130)).await.unwrap();
    assert_eq!(store.tokens().await.unwrap()[0].used_at, Some(at(100)), "noted at most once a minute");
    assert!(store.role_of_token("secret").await.unwrap().is_some());
    assert!(store.revoke_token("t1", at(200)).await.unwrap() && store.revoke_write_key("k1", at(200)).await.unwrap());
    assert!(store.role_of_token("secret").await.unwrap().is_none());
    assert!(store.source_of_write_key("secret").await.unwrap().is_none());
    assert!(!store.revoke_token("t1", at(300)).await.unwrap());
    assert_eq!(store.write_keys().await.unwrap()[0].revoked_at, Some(at(200)));
}

async fn failed_sign_ins_are_counted_until_they_are_forgotten(database: Database) {
    let store = open(&database).await;
    for expected in 1..=3 {
        assert_eq!(store.add_sign_in_failure("zoe@acme.example", at(10), Timestamp(0)).await.unwrap(), expected);
    }
    assert_eq!(store.sign_in_failures("zoe@acme.example").await.unwrap().failures, 3);
    assert_eq!(store.add_sign_in_failure("zoe@acme.example", at(20), at(15)).await.unwrap(), 1);
    store.clear_sign_in_failures("zoe@acme.example").await.unwrap();
    assert_eq!(store.sign_in_failures("zoe@acme.example").await.unwrap().failures, 0);
}

async fn a_view_of_the_same_name_is_replaced(database: Database) {
    let store = open(&database).await;
    store.add_person(&person("p1", "zoe@acme.example")).await.unwrap();
    let view = SavedView { id: "v1".into(), person_id: "p1".into(), name: "Mine".into(), definition: "a".into(), created_at: at(1) };
    store.save_view(&view).await.unwrap();
    store.save_view(&SavedView { id: "v2".into(), definition: "b".into(), ..view.clone() }).await.unwrap();
    assert_eq!(store.views_of("p1").await.unwrap(), [SavedView { definition: "b".into(), ..view }]);
    assert!(store.remove_view("p1", "v1").await.unwrap() && !store.remove_view("p1", "v1").await.unwrap());
}

on_both_databases!(
    an_address_is_taken_once,
    a_session_ends_when_told_and_when_its_time_is_up,
    a_revoked_token_or_key_opens_nothing,
    failed_sign_ins_are_counted_until_they_are_forgotten,
    a_view_of_the_same_name_is_replaced,
);
