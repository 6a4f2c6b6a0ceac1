//! What browsers and odd senders do: preflights, plain text, gzip under other names.

use std::io::Write;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::{TestIntake, call, post, send, text};

pub(super) fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

const TRACK: &[u8] = br#"{"userId":"u","event":"A"}"#;

#[tokio::test]
async fn a_preflight_that_asks_for_authorization_is_granted() {
    let intake = TestIntake::new();
    let request = Request::options("/v1/t")
        .header(header::ORIGIN, "https://shop.example")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type")
        .body(Body::empty())
        .unwrap();
    let response = send(&intake, request).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let headers = response.headers();
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "authorization,content-type");
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_METHODS], "GET, POST, OPTIONS");
}

#[tokio::test]
async fn scripts_may_read_answers_refusals_too() {
    let intake = TestIntake::new();
    for body in [&b"{"[..], TRACK] {
        let response = send(&intake, call("/v1/t").body(Body::from(body)).unwrap()).await;
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    }
}

#[tokio::test]
async fn the_label_of_a_body_does_not_matter() {
    let intake = TestIntake::new();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-8", "application/octet-stream"] {
        let plain = call("/v1/t").header(header::CONTENT_TYPE, kind).body(Body::from(TRACK)).unwrap();
        assert_eq!(send(&intake, plain).await.status(), StatusCode::OK, "{kind}");
        let packed = call("/v1/t").header(header::CONTENT_TYPE, kind).body(Body::from(gzip(TRACK))).unwrap();
        assert_eq!(send(&intake, packed).await.status(), StatusCode::OK, "gzip as {kind}");
    }
    let labelled = call("/v1/t").header(header::CONTENT_ENCODING, "gzip").body(Body::from(gzip(TRACK))).unwrap();
    assert_eq!(send(&intake, labelled).await.status(), StatusCode::OK);
    let unpacked_on_the_way = call("/v1/t").header(header::CONTENT_ENCODING, "gzip").body(Body::from(TRACK)).unwrap();
    assert_eq!(send(&intake, unpacked_on_the_way).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn an_encoding_that_is_not_gzip_is_refused_by_name() {
    let intake = TestIntake::new();
    let request = call("/v1/t").header(header::CONTENT_ENCODING, "br").body(Body::from(TRACK)).unwrap();
    let (status, answer) = text(send(&intake, request).await).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"invalid","message":"send the body plain or as gzip"}"#);
    let cut = &gzip(&[b'x'; 4_000])[..20];
    let (status, answer) = post(&intake, "/v1/t", cut.to_vec()).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    insta::assert_snapshot!(answer, @r#"{"success":false,"code":"invalid","message":"the body begins as gzip but cannot be unpacked"}"#);
}

#[tokio::test]
async fn the_browser_library_is_told_to_send_here() {
    let intake = TestIntake::new();
    let request = |key: &str| {
        Request::get(format!("/v1/projects/{key}/settings")).header(header::HOST, "localhost:8080").body(Body::empty()).unwrap()
    };
    let (status, answer) = text(send(&intake, request("key-of-app")).await).await;
    assert_eq!(status, StatusCode::OK);
    insta::assert_snapshot!(answer, @r#"{"integrations":{"Segment.io":{"apiKey":"key-of-app","apiHost":"localhost:8080/v1","protocol":"http","addBundledMetadata":false}},"plan":{},"edgeFunction":{},"middlewareSettings":{},"enabledMiddleware":{},"metrics":{"sampleRate":0},"legacyVideoPluginsEnabled":false,"remotePlugins":[]}"#);
    assert_eq!(send(&intake, request("none")).await.status(), StatusCode::UNAUTHORIZED);
}
