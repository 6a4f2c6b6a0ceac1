//! What messages become: facts, times, refusals.

use mainstay_model::{Event, Fact, ReasonCode, RecordVersion, Timestamp, Workspace};

use super::*;

const RECEIVED: &str = "2026-03-01T10:00:00Z";

fn workspace() -> Workspace {
    let mut workspace = mainstay_testkit::workspace(&["app"]);
    workspace.sources.get_mut("app").unwrap().rename_events.insert("Login".into(), "Signed In".into());
    workspace
}

fn read(call: &str, body: &str) -> Reading {
    read_at(call, body, RECEIVED)
}

fn read_at(call: &str, body: &str, received: &str) -> Reading {
    let workspace = workspace();
    Door::new(&workspace, &workspace.sources["app"], Timestamp::parse(received).unwrap())
        .read(Call::named(call).unwrap(), body.as_bytes())
        .unwrap()
}

fn events(reading: &Reading) -> Vec<Event> {
    let facts = reading.candidates.iter().filter_map(|candidate| candidate.fact.clone().ok());
    facts.filter_map(|fact| if let Fact::Event(event) = fact { Some(event) } else { None }).collect()
}

fn records(reading: &Reading) -> Vec<RecordVersion> {
    let facts = reading.candidates.iter().filter_map(|candidate| candidate.fact.clone().ok());
    facts.filter_map(|fact| if let Fact::Record(record) = fact { Some(record) } else { None }).collect()
}

fn refusal(call: &str, body: &str) -> (ReasonCode, String) {
    let reading = read(call, body);
    let rejection = reading.candidates[0].fact.clone().unwrap_err();
    (rejection.code, rejection.field)
}

#[test]
fn a_track_call_is_an_event_with_its_properties_as_sent() {
    let reading = read(
        "track",
        r#"{"messageId":"m1","userId":"u1","event":"Login","properties":{"via": "sso"},"context":{"groupId":"a1","os":{"name":"x"}},"timestamp":"2026-03-01T11:59:00+02:00"}"#,
    );
    let event = &events(&reading)[0];
    assert_eq!((event.name.as_str(), event.account_id.as_deref(), event.user_id.as_deref()), ("Signed In", Some("a1"), Some("u1")));
    assert_eq!(event.occurred_at.to_rfc3339(), "2026-03-01T09:59:00Z");
    assert_eq!(event.properties, r#"{"via": "sso"}"#);
    assert_eq!(reading.messages[0].message_id.as_deref(), Some("m1"));
    assert!(records(&reading).is_empty());
}

#[test]
fn identify_and_group_state_records_of_the_traits_that_entities_know() {
    let body = r#"{"batch":[
        {"type":"identify","messageId":"1","userId":7,"traits":{"firstName":"Ada","lastName":"L","email":"ada@a.io","department":"R&D","createdAt":"2026-01-01T00:00:00Z","shoe":44,"company":{"id":"a1"}},"timestamp":"2026-03-01T09:00:00.123Z"},
        {"type":"group","messageId":"2","userId":"7","groupId":"a1","traits":{"name":"Acme","employees":"120","plan":"pro"},"timestamp":"2026-03-01T09:00:00.123Z"}]}"#;
    let reading = read("batch", body);
    let records = records(&reading);
    let shown: Vec<String> = records.iter().map(|record| format!("{} {} {}", record.entity, record.external_id, record.fields)).collect();
    assert_eq!(
        shown,
        [
            r#"users 7 {"account_id":"a1","created_at":"2026-01-01T00:00:00Z","department":"R&D","email":"ada@a.io","name":"Ada L"}"#,
            r#"accounts a1 {"employees":120,"name":"Acme","plan":"pro"}"#,
            r#"users 7 {"account_id":"a1"}"#,
        ]
    );
    assert!(events(&reading)[0].properties.contains("shoe"));
    assert_eq!(reading.messages[1].candidates, 2..5);
    // Both records of user 7 have the same millisecond, and still are two.
    assert!(records[0].occurred_at < records[2].occurred_at);
    assert_eq!(records[0].occurred_at.0 / 1000, records[2].occurred_at.0 / 1000);
}

#[test]
fn a_retry_has_the_same_identities_even_where_the_clock_was_corrected() {
    let body = |sent: &str| {
        format!(
            r#"{{"sentAt":"{sent}","batch":[{{"type":"identify","messageId":"1","userId":"u","traits":{{"name":"A"}},"timestamp":"2026-03-02T09:55:00.000Z"}}]}}"#
        )
    };
    let first = read_at("batch", &body("2026-03-02T10:00:05.010Z"), "2026-03-01T10:00:00Z");
    let again = read_at("batch", &body("2026-03-02T10:00:15.010Z"), "2026-03-01T10:00:10Z");
    let digests = |reading: &Reading| reading.candidates.iter().map(|c| c.fact.clone().unwrap().digest()).collect::<Vec<_>>();
    assert_eq!(digests(&first), digests(&again));
    assert_eq!(events(&first)[0].occurred_at.to_rfc3339(), "2026-03-01T09:54:00Z");
}

#[test]
fn a_message_without_an_id_gets_one_from_its_content_and_time() {
    let timed = r#"{"userId":"u","event":"A","timestamp":"2026-03-01T09:00:00Z"}"#;
    let one = read_at("track", timed, "2026-03-01T10:00:00Z").messages[0].message_id.clone();
    let two = read_at("track", timed, "2026-03-01T11:00:00Z").messages[0].message_id.clone();
    assert_eq!(one, two);
    let other = read("track", r#"{"userId":"u","event":"B","timestamp":"2026-03-01T09:00:00Z"}"#).messages[0].message_id.clone();
    assert_ne!(one, other);
    let timeless = read("batch", r#"{"batch":[{"type":"track","userId":"u","event":"A"},{"type":"track","userId":"u","event":"A"}]}"#);
    assert_ne!(timeless.messages[0].message_id, timeless.messages[1].message_id);
}

#[test]
fn a_trait_of_a_wrong_type_costs_the_record_and_not_the_event() {
    let reading = read("group", r#"{"userId":"u","groupId":"a","traits":{"employees":"50-100"}}"#);
    assert!(reading.candidates[0].fact.is_ok());
    let rejection = reading.candidates[1].fact.clone().unwrap_err();
    assert_eq!((rejection.code, rejection.field.as_str()), (ReasonCode::WrongType, "traits.employees"));
    assert!(reading.candidates[2].fact.is_ok());
}

#[test]
fn b2b_events_say_who_belongs_where() {
    let made = read(
        "track",
        r#"{"userId":"u","event":"Account Created","properties":{"account_name":"Acme","plan":"pro"},"context":{"groupId":"a"},"timestamp":"2026-03-01T09:00:00Z"}"#,
    );
    let records = records(&made);
    assert_eq!(records[0].fields, r#"{"created_at":"2026-03-01T09:00:00Z","name":"Acme","plan":"pro"}"#);
    assert_eq!((records[1].entity.as_str(), records[1].fields.as_str()), ("users", r#"{"account_id":"a"}"#));
    let left = read("track", r#"{"userId":"u","event":"Account Removed User","context":{"groupId":"a"}}"#);
    assert_eq!(self::records(&left)[0].fields, r#"{"account_id":null}"#);
}

#[test]
fn rudderstack_puts_traits_into_the_context_and_the_time_into_original_timestamp() {
    let reading = read("i", r#"{"userId":"u","context":{"traits":{"email":"e@x.io"}},"originalTimestamp":"2026-03-01T09:00:00.5Z"}"#);
    assert_eq!(events(&reading)[0].properties, r#"{"email":"e@x.io"}"#);
    assert_eq!(records(&reading)[0].fields, r#"{"email":"e@x.io"}"#);
    assert_eq!(events(&reading)[0].occurred_at.to_rfc3339(), "2026-03-01T09:00:00.5Z");
}

#[test]
fn an_alias_ties_the_earlier_id_and_a_page_has_a_name() {
    let alias = &events(&read("alias", r#"{"previousId":"anon","userId":"u"}"#))[0];
    assert_eq!((alias.anonymous_id.as_deref(), alias.user_id.as_deref()), (Some("anon"), Some("u")));
    let named = |body| events(&read("page", body))[0].name.clone();
    assert_eq!(named(r#"{"anonymousId":"x","name":"Home","category":"Docs"}"#), "Home");
    assert_eq!(named(r#"{"anonymousId":"x","name":null,"category":"Docs"}"#), "Docs");
    assert_eq!(named(r#"{"anonymousId":"x"}"#), "page");
}

#[test]
fn the_product_of_a_source_fills_in_where_the_event_says_none() {
    let mut workspace = workspace();
    workspace.sources.get_mut("app").unwrap().product = Some("Suite".into());
    let door = Door::new(&workspace, &workspace.sources["app"], Timestamp::parse(RECEIVED).unwrap());
    let properties = |facts: &str| {
        let body = format!(r#"{{"userId":"u","event":"A","properties":{facts}}}"#);
        events(&door.read(Call::named("t").unwrap(), body.as_bytes()).unwrap())[0].properties.clone()
    };
    assert_eq!(properties("{}"), r#"{"product":"Suite"}"#);
    assert_eq!(properties(r#"{"a":1}"#), r#"{"product":"Suite","a":1}"#);
    assert_eq!(properties(r#"{"product":"Other"}"#), r#"{"product":"Other"}"#);
    assert_eq!(properties(r#"{"product":null}"#), r#"{"product":null}"#);
}

#[test]
fn what_cannot_be_a_fact_is_refused_with_the_field_at_fault() {
    for (call, body, code, field) in [
        ("track", r#"{"userId":"u"}"#, ReasonCode::MissingField, "event"),
        ("track", r#"{"event":"A"}"#, ReasonCode::MissingField, "userId"),
        ("track", r#"{"event":"A","userId":""}"#, ReasonCode::MissingField, "userId"),
        ("track", r#"{"event":"A","userId":{}}"#, ReasonCode::WrongType, "userId"),
        ("track", r#"{"event":5,"userId":"u"}"#, ReasonCode::WrongType, "event"),
        ("track", r#"{"event":"A","userId":"u","properties":[1]}"#, ReasonCode::WrongType, "properties"),
        ("track", r#"{"event":"A","userId":"u","properties":{"a":"\ud800"}}"#, ReasonCode::MalformedJson, "properties"),
        ("track", r#"{"event":"A","userId":"u","properties":{"a":1e999}}"#, ReasonCode::MalformedJson, "properties"),
        ("track", r#"{"event":"A","userId":"u","timestamp":"2026-03-01T09:00:00"}"#, ReasonCode::InvalidTime, "timestamp"),
        ("track", r#"{"event":"A","userId":"u","timestamp":1772359200}"#, ReasonCode::InvalidTime, "timestamp"),
        ("track", r#"{"event":"A","userId":"u","timestamp":"1970-01-01T00:00:00Z"}"#, ReasonCode::TooOld, "timestamp"),
        ("track", r#"{"event":"A","userId":"u","timestamp":"2027-03-01T09:00:00Z"}"#, ReasonCode::InTheFuture, "timestamp"),
        ("group", r#"{"userId":"u"}"#, ReasonCode::MissingField, "groupId"),
        ("alias", r#"{"userId":"u"}"#, ReasonCode::MissingField, "previousId"),
        ("identify", r#"{"traits":{}}"#, ReasonCode::MissingField, "userId"),
        ("batch", r#"{"batch":[{"userId":"u"}]}"#, ReasonCode::MissingField, "type"),
        ("batch", r#"{"batch":[{"type":"delete","userId":"u"}]}"#, ReasonCode::UnknownKind, "type"),
        ("batch", r#"{"batch":[17]}"#, ReasonCode::WrongType, ""),
    ] {
        assert_eq!(refusal(call, body), (code, field.to_owned()), "{call} {body}");
    }
    let long = "x".repeat(600);
    assert_eq!(refusal("track", &format!(r#"{{"event":"{long}","userId":"u"}}"#)), (ReasonCode::TextTooLong, "event".into()));
    let huge = "x".repeat(MESSAGE_LIMIT_BYTES);
    assert_eq!(refusal("track", &format!(r#"{{"event":"A","userId":"u","properties":{{"a":"{huge}"}}}}"#)).0, ReasonCode::TooLarge);
}

#[test]
fn one_bad_message_does_not_harm_its_neighbours() {
    let reading = read(
        "batch",
        r#"{"batch":[{"type":"track","userId":"u","event":"A","messageId":"1"},{"type":"track","messageId":"2"},{"type":"page","userId":"u","messageId":"3"}]}"#,
    );
    let kept: Vec<bool> = reading.candidates.iter().map(|candidate| candidate.fact.is_ok()).collect();
    assert_eq!(kept, [true, false, true]);
    assert_eq!(reading.messages[1].message_id.as_deref(), Some("2"));
}

#[test]
fn a_body_that_cannot_be_read_is_refused_whole() {
    let workspace = workspace();
    let door = Door::new(&workspace, &workspace.sources["app"], Timestamp::parse(RECEIVED).unwrap());
    for body in [&b"{\"batch\":["[..], b"", b"\xff\xfe", b"{\"batch\":\"no\"}", b"{\"batch\":[{\"a\":\"\xc3\x28\"}]}"] {
        assert_eq!(door.read(Call::Batch, body).unwrap_err().code, ReasonCode::MalformedJson);
    }
    assert_eq!(door.read(Call::Batch, b"{}").unwrap_err().code, ReasonCode::MissingField);
    let many = format!("{{\"batch\":[{}]}}", vec!["{}"; BATCH_LIMIT_MESSAGES + 1].join(","));
    assert_eq!(door.read(Call::Batch, many.as_bytes()).unwrap_err().code, ReasonCode::TooLarge);
}

#[test]
fn a_mended_message_is_read_as_the_door_it_came_by() {
    let workspace = workspace();
    let door = Door::new(&workspace, &workspace.sources["app"], Timestamp::parse(RECEIVED).unwrap());
    assert!(door.read_again("track", r#"{"userId":"u","event":"A"}"#).unwrap().candidates[0].fact.is_ok());
    assert!(door.read_again("batch", r#"{"type":"page","userId":"u"}"#).unwrap().candidates[0].fact.is_ok());
    assert_eq!(
        door.read_again("batch", r#"{"batch":[{"type":"page","userId":"u"},{"type":"page","userId":"v"}]}"#).unwrap().candidates.len(),
        2
    );
    assert!(door.read_again("track", "{").is_err());
}
