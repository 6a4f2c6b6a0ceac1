//! Laws of the links.

use proptest::prelude::*;

use super::*;

fn event(kind: EventKind, user: &str, account: Option<&str>, anonymous: Option<&str>, at: i64, received: i64) -> Event {
    Event {
        source: "app".into(),
        message_id: format!("{kind:?}-{user}-{account:?}-{anonymous:?}-{at}"),
        kind,
        name: String::new(),
        account_id: account.map(str::to_owned),
        user_id: Some(user.to_owned()),
        anonymous_id: anonymous.map(str::to_owned),
        occurred_at: Timestamp(at),
        received_at: Timestamp(received),
        properties: "{}".into(),
    }
}

fn group(user: &str, account: &str, at: i64) -> Event {
    event(EventKind::Group, user, Some(account), None, at, at)
}

fn account(links: &Links, user: &str, at: i64) -> Option<String> {
    links.account_of(None, Some(user), None, Timestamp(at), None).map(str::to_owned)
}

#[test]
fn an_event_counts_for_the_account_it_names() {
    let mut links = Links::new();
    links.apply_event(&group("u", "acme", 10));
    assert_eq!(links.account_of(Some("other"), Some("u"), None, Timestamp(20), None), Some("other"));
}

#[test]
fn the_latest_link_at_or_before_the_event_counts_and_else_the_earliest() {
    let mut links = Links::new();
    links.apply_event(&group("u", "acme", 10));
    links.apply_event(&group("u", "bolt", 20));
    let seen: Vec<_> = [5, 10, 19, 20, 99].map(|at| account(&links, "u", at).unwrap()).into();
    assert_eq!(seen, ["acme", "acme", "acme", "bolt", "bolt"]);
    assert_eq!(account(&links, "nobody", 10), None);
}

#[test]
fn links_are_read_as_known_then_when_asked() {
    let mut links = Links::new();
    links.apply_event(&event(EventKind::Group, "u", Some("acme"), None, 10, 10));
    links.apply_event(&event(EventKind::Group, "u", Some("bolt"), None, 5, 50));
    let at = |known| links.account_of(None, Some("u"), None, Timestamp(7), known).map(str::to_owned);
    assert_eq!(at(None).as_deref(), Some("bolt"));
    assert_eq!(at(Some(Timestamp(49))).as_deref(), Some("acme"));
    assert_eq!(at(Some(Timestamp(9))), None);
}

#[test]
fn an_anonymous_id_counts_for_the_account_of_the_user_it_is_tied_to() {
    let mut links = Links::new();
    let first = links.apply_event(&event(EventKind::Identify, "u", None, Some("anon"), 30, 30));
    assert_eq!(first.anonymous, ["anon"]);
    let second = links.apply_event(&group("u", "acme", 20));
    assert_eq!((second.users, second.anonymous), (vec!["u".to_owned()], vec!["anon".to_owned()]));
    assert_eq!(links.account_of(None, None, Some("anon"), Timestamp(1), None), Some("acme"));
}

#[test]
fn records_of_users_link_and_other_records_do_not() {
    let mut links = Links::new();
    let record = |entity: &str, fields: &str| RecordVersion {
        source: "crm".into(),
        entity: entity.into(),
        external_id: "u".into(),
        occurred_at: Timestamp(1),
        received_at: Timestamp(1),
        fields: fields.into(),
    };
    assert!(links.apply_record(&record("people", r#"{"account_id":"acme"}"#)).is_empty());
    assert!(links.apply_record(&record("users", r#"{"name":"U","account_id":null}"#)).is_empty());
    assert!(!links.apply_record(&record("users", r#"{"name":"U","account_id":"acme"}"#)).is_empty());
    assert_eq!(account(&links, "u", 5).as_deref(), Some("acme"));
}

#[test]
fn a_link_that_says_nothing_new_relinks_nobody() {
    let mut links = Links::new();
    assert!(!links.apply_event(&group("u", "acme", 10)).is_empty());
    assert!(links.apply_event(&group("u", "acme", 10)).is_empty());
    assert!(links.apply_event(&group("u", "acme", 20)).is_empty());
    assert!(links.apply_event(&group("u", "acme", 5)).is_empty());
    assert!(!links.apply_event(&group("u", "bolt", 15)).is_empty());
}

fn any_event() -> impl Strategy<Value = Event> {
    let user = prop_oneof![Just("u1"), Just("u2")];
    let target = prop_oneof![Just("acme"), Just("bolt"), Just("core")];
    let anonymous = prop_oneof![Just("x"), Just("y")];
    (user, target, anonymous, 0_i64..12, 0_i64..12, 0_u8..3).prop_map(|(user, target, anonymous, at, received, kind)| match kind {
        0 => event(EventKind::Identify, user, None, Some(anonymous), at, received),
        1 => event(EventKind::Alias, user, None, Some(anonymous), at, received),
        _ => event(EventKind::Group, user, Some(target), None, at, received),
    })
}

type Answers = Vec<Option<String>>;

fn answers(links: &Links) -> Answers {
    let mut all = Vec::new();
    for at in 0..13 {
        for known in [None, Some(Timestamp(6))] {
            for (user, anonymous) in [(Some("u1"), None), (Some("u2"), None), (None, Some("x")), (None, Some("y"))] {
                all.push(links.account_of(None, user, anonymous, Timestamp(at), known).map(str::to_owned));
            }
        }
    }
    all
}

proptest! {
    #[test]
    fn the_order_of_application_does_not_matter(events in proptest::collection::vec(any_event(), 0..12), seed in any::<u64>()) {
        let mut shuffled: Vec<(u64, &Event)> = events.iter().enumerate().map(|(i, e)| (seed.wrapping_mul(i as u64 * 2 + 1) >> 7, e)).collect();
        shuffled.sort_by_key(|(key, _)| *key);
        let (mut one, mut other) = (Links::new(), Links::new());
        for event in &events { one.apply_event(event); }
        for (_, event) in &shuffled { other.apply_event(event); }
        prop_assert_eq!(answers(&one), answers(&other));
    }

    #[test]
    fn whoever_is_not_named_as_relinked_keeps_their_account(events in proptest::collection::vec(any_event(), 1..12)) {
        let mut links = Links::new();
        let state = |links: &Links, user: Option<&str>, anonymous: Option<&str>| -> Answers {
            (-1..13).map(|at| links.account_of(None, user, anonymous, Timestamp(at), None).map(str::to_owned)).collect()
        };
        for event in &events {
            let before: Vec<Answers> = vec![state(&links, Some("u1"), None), state(&links, Some("u2"), None), state(&links, None, Some("x")), state(&links, None, Some("y"))];
            let relinked = links.apply_event(event);
            for (user, held) in ["u1", "u2"].iter().zip(&before) {
                if !relinked.users.iter().any(|name| name == user) { prop_assert_eq!(&state(&links, Some(user), None), held); }
            }
            for (anonymous, held) in ["x", "y"].iter().zip(before.iter().skip(2)) {
                if !relinked.anonymous.iter().any(|name| name == anonymous) { prop_assert_eq!(&state(&links, None, Some(anonymous)), held); }
            }
        }
    }
}
