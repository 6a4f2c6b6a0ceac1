//! Write keys: who may send, and as which source.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use super::{TestIntake, call, send, text};

const TRACK: &str = r#"{"userId":"u","event":"A"}"#;

#[tokio::test]
async fn a_request_without_a_key_in_force_is_refused_for_good() {
    let intake = TestIntake::new();
    let none = Request::post("/v1/track").body(Body::from(TRACK)).unwrap();
    let (status, answer) = text(send(&intake, none).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    insta::assert_snapshot!(answer, @r#"{"code":"unauthorized","message":"the request has no write key","hint":"send it as the user name of Basic authorization, or as `writeKey` in the body; `mainstay key create SOURCE` makes one"}"#);
    let unknown = Request::post("/v1/track").header(header::AUTHORIZATION, "Basic bm9uZTo=").body(Body::from(TRACK)).unwrap();
    let (status, answer) = text(send(&intake, unknown).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    insta::assert_snapshot!(answer, @r#"{"code":"unauthorized","message":"the write key is not known, or was revoked","hint":"check the key in the sender's settings; `mainstay key list` shows which are in force"}"#);
    let gone = Request::post("/v1/track").body(Body::from(r#"{"writeKey":"key-of-gone","userId":"u","event":"A"}"#)).unwrap();
    let (status, answer) = text(send(&intake, gone).await).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    insta::assert_snapshot!(answer, @r#"{"code":"unauthorized","message":"the write key is of the source `gone`, which the workspace does not have any more","hint":"declare the source again, or use the key of another"}"#);
    assert!(intake.facts.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_key_may_stand_in_the_body_as_browsers_send_it() {
    let intake = TestIntake::new();
    let request = Request::post("/v1/t").body(Body::from(r#"{"writeKey":"key-of-app","userId":"u","event":"A"}"#)).unwrap();
    assert_eq!(send(&intake, request).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_revoked_key_stops_working_within_seconds() {
    let intake = TestIntake::new();
    let app = mainstay_web::ingest::routes(mainstay_web::ingest::DoorState::new(intake.clone()));
    let send = async || {
        let request = call("/v1/track").body(Body::from(TRACK)).unwrap();
        tower::ServiceExt::oneshot(app.clone(), request).await.unwrap().status()
    };
    assert_eq!(send().await, StatusCode::OK);
    intake.keys.lock().unwrap().clear();
    assert_eq!(send().await, StatusCode::OK);
    intake.clock.forward(11);
    assert_eq!(send().await, StatusCode::UNAUTHORIZED);
}
