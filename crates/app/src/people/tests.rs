//! People sign in, are locked out, and are managed; over a real store.

use std::sync::Arc;

use mainstay_model::access::Role;
use mainstay_store::Store;
use mainstay_testkit::TestClock;

use super::secret::tests::Counted;
use super::{LOCK_SECONDS, MAX_FAILURES, People, SESSION_IDLE_SECONDS, SESSION_SECONDS};
use crate::error::ErrorCode;

struct Office {
    people: People,
    clock: Arc<TestClock>,
    _folder: tempfile::TempDir,
}

async fn office() -> Office {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("state.sqlite")).await.unwrap();
    let clock = TestClock::at("2026-03-01T09:00:00Z");
    let people = People::new(store, clock.clone(), Arc::new(Counted::default()));
    Office { people, clock, _folder: folder }
}

#[tokio::test]
async fn the_first_start_makes_one_admin_and_the_second_none() {
    let office = office().await;
    let first = office.people.ensure_admin().await.unwrap().expect("nobody was there");
    assert!(office.people.ensure_admin().await.unwrap().is_none());
    let signed_in = office.people.sign_in(&first.email, &first.password).await.unwrap();
    assert_eq!(signed_in.session.person.role, Role::Admin);
    assert_eq!(office.people.session(&signed_in.token).await.unwrap(), Some(signed_in.session));
}

#[tokio::test]
async fn five_wrong_passwords_lock_an_address_for_a_while_known_or_not() {
    let office = office().await;
    let ann = office.people.create("Ann@Example.com", "Ann", Role::Csm).await.unwrap();
    for email in ["ann@example.com", "nobody@example.com"] {
        for _ in 0..MAX_FAILURES {
            assert_eq!(office.people.sign_in(email, "wrong").await.unwrap_err().code, ErrorCode::Unauthorized);
        }
        let locked = office.people.sign_in(email, &ann.password).await.unwrap_err();
        assert_eq!((locked.code, locked.hint.as_str()), (ErrorCode::Busy, "try again in 5 minutes"));
    }
    office.clock.forward(LOCK_SECONDS);
    office.people.sign_in("ann@example.com", &ann.password).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_old_signed_out_or_its_person_disabled() {
    let office = office().await;
    let people = &office.people;
    let ann = people.create("ann@example.com", "Ann", Role::Viewer).await.unwrap();

    let idle = people.sign_in(&ann.email, &ann.password).await.unwrap().token;
    office.clock.forward(SESSION_IDLE_SECONDS + 1);
    assert!(people.session(&idle).await.unwrap().is_none());

    let old = people.sign_in(&ann.email, &ann.password).await.unwrap().token;
    for _ in 0..(SESSION_SECONDS / (SESSION_IDLE_SECONDS / 2)) - 1 {
        office.clock.forward(SESSION_IDLE_SECONDS / 2);
        assert!(people.session(&old).await.unwrap().is_some(), "it is in use");
    }
    office.clock.forward(SESSION_IDLE_SECONDS / 2);
    assert!(people.session(&old).await.unwrap().is_none());

    let left = people.sign_in(&ann.email, &ann.password).await.unwrap().token;
    people.sign_out(&left).await.unwrap();
    assert!(people.session(&left).await.unwrap().is_none());

    let barred = people.sign_in(&ann.email, &ann.password).await.unwrap().token;
    people.disable("ANN@example.com").await.unwrap();
    assert!(people.session(&barred).await.unwrap().is_none());
    assert_eq!(people.sign_in(&ann.email, &ann.password).await.unwrap_err().code, ErrorCode::Unauthorized);
}

#[tokio::test]
async fn the_last_admin_can_neither_be_disabled_nor_demoted() {
    let office = office().await;
    let people = &office.people;
    people.create("ann@example.com", "Ann", Role::Admin).await.unwrap();
    assert_eq!(people.disable("ann@example.com").await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(people.set_role("ann@example.com", Role::Viewer).await.unwrap_err().code, ErrorCode::Invalid);
    people.create("bob@example.com", "Bob", Role::Admin).await.unwrap();
    people.set_role("ann@example.com", Role::Viewer).await.unwrap();
    assert_eq!(people.create("bob@example.com", "Bob", Role::Csm).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(people.create("bob", "Bob", Role::Csm).await.unwrap_err().code, ErrorCode::Invalid);
}

#[tokio::test]
async fn a_new_password_ends_the_old_one_and_its_sessions() {
    let office = office().await;
    let people = &office.people;
    let first = people.create("ann@example.com", "Ann", Role::Admin).await.unwrap();
    let session = people.sign_in(&first.email, &first.password).await.unwrap();
    let second = people.reset_password(&first.email).await.unwrap();
    assert!(people.session(&session.token).await.unwrap().is_none());
    assert!(people.sign_in(&first.email, &first.password).await.is_err());

    let id = session.session.person.id;
    assert_eq!(people.change_password(&id, &second.password, "short").await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(people.change_password(&id, "wrong", "a long enough one").await.unwrap_err().code, ErrorCode::Unauthorized);
    people.change_password(&id, &second.password, "a long enough one").await.unwrap();
    people.sign_in(&first.email, "a long enough one").await.unwrap();
}

#[tokio::test]
async fn tokens_and_write_keys_work_until_they_are_revoked() {
    let office = office().await;
    let people = &office.people;
    let token = people.create_token("export", Role::Viewer, "ann@example.com").await.unwrap();
    assert_eq!(people.role_of_token(&token.token).await.unwrap(), Some((token.id.clone(), Role::Viewer)));
    assert!(people.tokens().await.unwrap().iter().all(|kept| kept.used_at.is_some()));
    people.revoke_token(&token.id).await.unwrap();
    assert_eq!(people.role_of_token(&token.token).await.unwrap(), None);
    assert_eq!(people.revoke_token(&token.id).await.unwrap_err().code, ErrorCode::NotFound);

    let key = people.create_write_key("product", "web").await.unwrap();
    assert_eq!(people.store.source_of_write_key(&key.key).await.unwrap().as_deref(), Some("product"));
    assert!(key.key.starts_with(&people.write_keys().await.unwrap()[0].prefix));
    people.revoke_write_key(&key.id).await.unwrap();
    assert_eq!(people.store.source_of_write_key(&key.key).await.unwrap(), None);
}

#[tokio::test]
async fn a_view_of_the_same_name_is_replaced_and_belongs_to_its_person() {
    let office = office().await;
    let people = &office.people;
    people.create("ann@example.com", "Ann", Role::Csm).await.unwrap();
    let ann = people.list().await.unwrap()[0].id.clone();
    people.save_view(&ann, "Mine", "filter=arr>1").await.unwrap();
    people.save_view(&ann, "Mine", "filter=arr>2").await.unwrap();
    let views = people.views(&ann).await.unwrap();
    assert_eq!(views.iter().map(|view| view.definition.as_str()).collect::<Vec<_>>(), ["filter=arr>2"]);
    assert_eq!(people.remove_view("somebody else", &views[0].id).await.unwrap_err().code, ErrorCode::NotFound);
    people.remove_view(&ann, &views[0].id).await.unwrap();
}
