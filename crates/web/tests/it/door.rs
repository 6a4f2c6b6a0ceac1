//! The tracking door: what senders get for what they send.

mod authorization;
mod bad_input;
mod browsers;
mod calls;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::Response;
use http_body_util::BodyExt;
use mainstay_app::ingest::{Answer, Candidate};
use mainstay_app::{AppError, ErrorCode, Result};
use mainstay_model::{Clock, Fact, FactDigest, Timestamp, Workspace};
use mainstay_testkit::TestClock;
use mainstay_web::ingest::{DoorState, Intake, routes};
use tower::ServiceExt;

/// Takes facts in as the application does, and fails when told to.
pub(crate) struct TestIntake {
    pub(crate) clock: Arc<TestClock>,
    pub(crate) facts: Mutex<Vec<Fact>>,
    pub(crate) quarantine: Mutex<Vec<Candidate>>,
    pub(crate) keys: Mutex<Vec<(&'static str, &'static str)>>,
    pub(crate) failure: Mutex<Option<ErrorCode>>,
    seen: Mutex<HashSet<FactDigest>>,
}

impl TestIntake {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            clock: TestClock::at("2026-03-01T10:00:00Z"),
            facts: Mutex::default(),
            quarantine: Mutex::default(),
            keys: Mutex::new(vec![("key-of-app", "app"), ("key-of-gone", "gone")]),
            failure: Mutex::default(),
            seen: Mutex::default(),
        })
    }
}

#[async_trait]
impl Intake for TestIntake {
    async fn source_of_write_key(&self, key: &str) -> Result<Option<String>> {
        Ok(self.keys.lock().unwrap().iter().find(|(known, _)| *known == key).map(|(_, source)| (*source).to_owned()))
    }

    async fn ingest(&self, _source: &str, _door: &str, candidates: Vec<Candidate>) -> Result<Vec<Answer>> {
        if let Some(code) = *self.failure.lock().unwrap() {
            return Err(AppError::new(code, "no room for more facts"));
        }
        let take = |candidate: Candidate| match candidate.fact {
            Ok(fact) if self.seen.lock().unwrap().insert(fact.digest()) => {
                self.facts.lock().unwrap().push(fact);
                Answer::Accepted
            }
            Ok(_) => Answer::Duplicate,
            Err(ref reason) => {
                let reason = reason.clone();
                let mut quarantine = self.quarantine.lock().unwrap();
                quarantine.push(candidate);
                Answer::Rejected { quarantine_id: quarantine.len() as u64, reason }
            }
        };
        Ok(candidates.into_iter().map(take).collect())
    }

    fn workspace(&self) -> Arc<Workspace> {
        Arc::new(mainstay_testkit::workspace(&["app"]))
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// A call of the door with the key of the source `app`.
pub(crate) fn call(path: &str) -> axum::http::request::Builder {
    Request::post(path).header(header::AUTHORIZATION, "Basic a2V5LW9mLWFwcDo=")
}

pub(crate) async fn send(intake: &Arc<TestIntake>, request: Request<Body>) -> Response {
    let intake: Arc<dyn Intake> = Arc::clone(intake) as Arc<dyn Intake>;
    routes(DoorState::new(intake)).oneshot(request).await.unwrap()
}

pub(crate) async fn post(intake: &Arc<TestIntake>, path: &str, body: impl Into<Body>) -> (StatusCode, String) {
    text(send(intake, call(path).body(body.into()).unwrap()).await).await
}

pub(crate) async fn text(response: Response) -> (StatusCode, String) {
    let status = response.status();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}
