//! A whole application on a scratch folder, and a browser of somebody who is signed in to it.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use mainstay_app::people::NewPassword;
use mainstay_app::{App, AppOptions, packs};
use mainstay_model::access::Role;
use mainstay_testkit::TestClock;
use tower::ServiceExt;

/// An application with the pack's workspace and no data.
pub(crate) struct Site {
    pub(crate) app: App,
    router: Router,
    folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) cookies: Vec<String>,
    pub(crate) body: String,
}

impl Site {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workspace = folder.path().join("workspace");
        packs::write("saas", &workspace, Some("Test")).unwrap();
        let clock = TestClock::at("2026-11-22T10:00:00Z");
        let data = folder.path().join("data");
        let app = App::open(AppOptions { workspace, data, state: None, clock: Arc::clone(&clock) as Arc<_> }).await.unwrap();
        Self { router: mainstay_web::router(&app), app, folder }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, headers: &[(header::HeaderName, &str)], body: &str) -> Answered {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "mainstay.example");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        let answer = self.router.clone().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
        read(answer).await
    }

    /// The folder of the site: its workspace and its data are in it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) async fn person(&self, role: Role) -> NewPassword {
        self.app.people().create(&format!("{}@acme.example", role.as_str()), "Somebody", role).await.unwrap()
    }

    /// Somebody of a role, signed in: the cookie and the secret of the session.
    pub(crate) async fn signed_in(&self, role: Role) -> (String, String) {
        let person = self.person(role).await;
        let signed = self.app.people().sign_in(&person.email, &person.password).await.unwrap();
        (format!("mainstay_session={}", signed.token), signed.session.csrf)
    }
}

async fn read(answer: Response<Body>) -> Answered {
    let text = |name| answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect::<Vec<_>>();
    let (status, cookies) = (answer.status(), text(header::SET_COOKIE));
    let location = text(header::LOCATION).pop().unwrap_or_default();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    Answered { status, location, cookies, body: String::from_utf8_lossy(&body).into_owned() }
}
