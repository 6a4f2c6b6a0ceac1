//! The JSON API: what programs get for what makes no sense, and that its page has every call.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use mainstay_app::{App, AppOptions, packs};
use mainstay_model::access::Role;
use mainstay_testkit::TestClock;
use tower::ServiceExt;

struct Programs {
    app: App,
    router: Router,
    _folder: tempfile::TempDir,
}

impl Programs {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("workspace");
        packs::write("saas", &workspace, Some("Test")).unwrap();
        let clock = TestClock::at("2026-11-22T10:00:00Z");
        let app = App::open(AppOptions { workspace, data: folder.path().join("data"), state: None, clock: clock as Arc<_> }).await.unwrap();
        Self { router: mainstay_web::api::routes(app.clone()), app, _folder: folder }
    }

    async fn token(&self) -> String {
        self.app.people().create_token("test", Role::Viewer, "a test").await.unwrap().token
    }

    async fn ask(&self, (method, path, body): (&str, &str, &str), token: Option<&str>) -> (StatusCode, String) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        let status = answer.status();
        let bytes = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_makes_no_sense_is_refused_with_what_to_write() {
    let programs = Programs::open().await;
    let token = programs.token().await;
    let mut answers = String::new();
    for route in [
        ("GET", "/api/accounts?limit=0", ""),
        ("GET", "/api/accounts?as_of=yesterday", ""),
        ("GET", "/api/accounts?filter=ar%20%3E%205", ""),
        ("GET", "/api/accounts?sort=scoer", ""),
        ("GET", "/api/revenue", ""),
        ("GET", "/api/revenue?from=2026-01-01&to=2026-13-01", ""),
        ("GET", "/api/revenue?from=2026-01-01&to=2026-02-01&by=week", ""),
        ("GET", "/api/revenue?from=2026-01-01&to=2026-02-01&grain=user", ""),
        ("GET", "/api/revenue?from=2026-02-01&to=2026-01-01", ""),
        ("POST", "/api/sql", "select 1"),
        ("POST", "/api/sql", r#"{"sql": "delete from events"}"#),
        ("POST", "/api/sql?format=xml", r#"{"sql": "select 1"}"#),
    ] {
        let (status, answer) = programs.ask(route, Some(&token)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{route:?}: {answer}");
        answers.push_str(&format!("{} {} {}\n{answer}\n", route.0, route.1, route.2));
    }
    insta::assert_snapshot!(answers);
    let big = format!("{{\"sql\": \"select '{}'\"}}", "x".repeat(5 << 20));
    assert_eq!(programs.ask(("POST", "/api/sql", &big), Some(&token)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn revenue_is_reported_with_its_grain_and_currency() {
    let programs = Programs::open().await;
    let (status, answer) =
        programs.ask(("GET", "/api/revenue?from=2026-01-01&to=2026-03-01&by=month&grain=product", ""), Some(&programs.token().await)).await;
    assert_eq!(status, StatusCode::OK);
    insta::assert_snapshot!(answer);
}

#[test]
fn the_reference_page_has_every_call() {
    let page = include_str!("../../../../docs/reference/api.md");
    for call in mainstay_web::api::calls() {
        assert!(
            page.contains(&format!("\n## {} {}\n", call.method, call.path)),
            "docs/reference/api.md says nothing of {} {}",
            call.method,
            call.path
        );
    }
}
