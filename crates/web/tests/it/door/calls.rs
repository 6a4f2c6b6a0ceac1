//! The calls: every address, every answer.

use axum::http::StatusCode;

use super::{TestIntake, post};

#[tokio::test]
async fn every_call_has_a_full_and_a_short_address() {
    let intake = TestIntake::new();
    let body = r#"{"userId":"u","groupId":"g","previousId":"p","event":"A","name":"N"}"#;
    let batch = r#"{"batch":[{"type":"track","userId":"u","event":"A"}]}"#;
    for name in ["track", "identify", "group", "page", "screen", "alias", "t", "i", "g", "p", "s", "a"] {
        assert_eq!(post(&intake, &format!("/v1/{name}"), body).await.0, StatusCode::OK, "{name}");
    }
    for name in ["batch", "import", "b"] {
        assert_eq!(post(&intake, &format!("/v1/{name}"), batch).await.0, StatusCode::OK, "{name}");
    }
    let (status, answer) = post(&intake, "/v1/delete", body).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    insta::assert_snapshot!(answer, @r#"{"code":"not_found","message":"the tracking API has no call `/v1/delete`","hint":"it has track, identify, group, page, screen, alias, batch and import"}"#);
}

#[tokio::test]
async fn each_message_of_a_batch_gets_its_answer_and_a_retry_doubles_nothing() {
    let intake = TestIntake::new();
    let batch = r#"{"batch":[
        {"type":"track","messageId":"1","userId":"u","event":"A"},
        {"type":"track","messageId":"2","event":"A"},
        {"type":"group","messageId":"3","userId":"u","groupId":"a","traits":{"employees":"many"},"timestamp":"2026-03-01T09:00:00.000Z"},
        {"type":"track","messageId":"1","userId":"u","event":"A"}]}"#;
    let (status, answer) = post(&intake, "/v1/batch", batch).await;
    assert_eq!(status, StatusCode::OK);
    insta::assert_snapshot!(answer, @r#"{"success":true,"accepted":2,"duplicate":1,"rejected":1,"records_rejected":1,"results":[{"messageId":"1","status":"accepted"},{"messageId":"2","status":"rejected","quarantine_id":1,"reason":{"code":"missing_field","field":"userId","value":"","message":"a call needs `userId` or `anonymousId`: who did it"}},{"messageId":"3","status":"accepted","records":[{"status":"rejected","quarantine_id":2,"reason":{"code":"wrong_type","field":"traits.employees","value":"\"many\"","message":"`employees` must be a whole number of at most 18 digits, like 120; the event was kept, the record of `accounts` was not"}}]},{"messageId":"1","status":"duplicate"}]}"#);
    let kept = intake.facts.lock().unwrap().len();
    let (status, answer) = post(&intake, "/v1/batch", batch).await;
    assert_eq!(status, StatusCode::OK);
    assert!(answer.starts_with(r#"{"success":true,"accepted":0,"duplicate":3,"rejected":1,"#), "{answer}");
    assert_eq!(intake.facts.lock().unwrap().len(), kept);
}
