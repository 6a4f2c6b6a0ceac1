//! Bad input, and what it gets.

use axum::body::Body;
use axum::http::{StatusCode, header};
use mainstay_app::ErrorCode;

use super::browsers::gzip;
use super::{TestIntake, call, post, send};

#[tokio::test]
async fn what_is_no_json_is_refused_and_kept_for_people_to_look_at() {
    let intake = TestIntake::new();
    let (status, answer) = post(&intake, "/v1/batch", r#"{"batch":[{"type":"tr"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"malformed_json","message":"the body is not JSON: EOF while parsing a string at line 1 column 21","accepted":0,"duplicate":0,"rejected":1,"results":[{"status":"rejected","quarantine_id":1,"reason":{"code":"malformed_json","field":"","value":"{\"batch\":[{\"type\":\"tr","message":"the body is not JSON: EOF while parsing a string at line 1 column 21"}}]}"#);
    let (status, answer) = post(&intake, "/v1/track", &b"{\"userId\":\"\xff\xfe\"}"[..]).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"malformed_json","message":"the body is not UTF-8; send JSON in UTF-8","accepted":0,"duplicate":0,"rejected":1,"results":[{"status":"rejected","quarantine_id":2,"reason":{"code":"malformed_json","field":"","value":"{\"userId\":\"��\"}","message":"the body is not UTF-8; send JSON in UTF-8"}}]}"#);
    let (status, answer) = post(&intake, "/v1/track", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"malformed_json","message":"the body is not JSON: EOF while parsing a value at line 1 column 0","accepted":0,"duplicate":0,"rejected":1,"results":[{"status":"rejected","quarantine_id":3,"reason":{"code":"malformed_json","field":"","value":"","message":"the body is not JSON: EOF while parsing a value at line 1 column 0"}}]}"#);
    assert_eq!(intake.quarantine.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_single_call_that_is_refused_says_so_by_its_status() {
    let intake = TestIntake::new();
    let (status, answer) = post(&intake, "/v1/track", r#"{"messageId":"m","userId":"u","event":"A","timestamp":"2026-03-01 09:00"}"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"invalid_time","message":"`2026-03-01 09:00` has no time zone; add one, like 2026-03-01 09:00Z or 2026-03-01 09:00+02:00","accepted":0,"duplicate":0,"rejected":1,"results":[{"messageId":"m","status":"rejected","quarantine_id":1,"reason":{"code":"invalid_time","field":"timestamp","value":"2026-03-01 09:00","message":"`2026-03-01 09:00` has no time zone; add one, like 2026-03-01 09:00Z or 2026-03-01 09:00+02:00"}}]}"#);
    assert_eq!(intake.quarantine.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_over_its_limit_is_refused_and_its_neighbours_are_kept() {
    let intake = TestIntake::new();
    let long = "x".repeat(33_000);
    let large = format!(r#"{{"type":"track","messageId":"2","userId":"u","event":"A","properties":{{"text":"{long}"}}}}"#);
    let batch = format!(r#"{{"batch":[{{"type":"track","messageId":"1","userId":"u","event":"A"}},{large}]}}"#);
    let (status, answer) = post(&intake, "/v1/batch", batch).await;
    assert_eq!(status, StatusCode::OK);
    insta::assert_snapshot!(answer, @r#"{"success":true,"accepted":1,"duplicate":0,"rejected":1,"results":[{"messageId":"1","status":"accepted"},{"messageId":"2","status":"rejected","quarantine_id":1,"reason":{"code":"too_large","field":"","value":"33082 bytes","message":"a message may have 32768 bytes; leave out what nobody will count"}}]}"#);
    assert_eq!(post(&intake, "/v1/track", large).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_over_its_limit_is_refused_packed_or_not() {
    let intake = TestIntake::new();
    let megabyte = format!(r#"{{"userId":"u","event":"A","properties":{{"text":"{}"}}}}"#, "x".repeat(1_000_000));
    let (status, answer) = post(&intake, "/v1/track", megabyte.clone()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"too_large","message":"a body may have 512000 bytes, unpacked; send smaller batches"}"#);
    assert_eq!(post(&intake, "/v1/track", gzip(megabyte.as_bytes())).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let bomb = gzip(&vec![b' '; 50_000_000]);
    assert!(bomb.len() < 1_000_000);
    assert_eq!(post(&intake, "/v1/batch", bomb).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn under_load_or_without_room_senders_are_told_when_to_come_back() {
    let intake = TestIntake::new();
    for (code, status, seconds) in
        [(ErrorCode::Busy, StatusCode::TOO_MANY_REQUESTS, "1"), (ErrorCode::Unavailable, StatusCode::SERVICE_UNAVAILABLE, "5")]
    {
        *intake.failure.lock().unwrap() = Some(code);
        let response = send(&intake, call("/v1/track").body(Body::from(r#"{"userId":"u","event":"A"}"#)).unwrap()).await;
        assert_eq!(response.status(), status);
        assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
    }
    *intake.failure.lock().unwrap() = None;
    assert_eq!(post(&intake, "/v1/track", r#"{"userId":"u","event":"A"}"#).await.0, StatusCode::OK);
}

#[tokio::test]
async fn deep_nesting_and_duplicate_keys_do_no_harm() {
    let intake = TestIntake::new();
    let deep = format!(r#"{{"userId":"u","event":"A","properties":{{"a":{}1{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(post(&intake, "/v1/track", deep).await.0, StatusCode::BAD_REQUEST);
    let twice = r#"{"userId":"u","userId":"v","event":"A"}"#;
    assert_eq!(post(&intake, "/v1/track", twice).await.0, StatusCode::BAD_REQUEST);
}
