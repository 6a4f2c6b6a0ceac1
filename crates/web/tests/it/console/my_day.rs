//! My day through its forms: a task is made, ended, opened again, given away; absences; by people who may and people who may not.

use axum::http::{Method, StatusCode, header};
use mainstay_app::ingest::Candidate;
use mainstay_app::tasks::{WorkItem, WorkQuery};
use mainstay_model::access::Role;
use mainstay_model::{Fact, RecordVersion};
use serde_json::json;

use super::visitor::{Answered, Site};

struct Visitor<'a> {
    site: &'a Site,
    cookie: String,
    csrf: String,
}

impl Visitor<'_> {
    async fn get(&self, path: &str) -> Answered {
        self.site.send(Method::GET, path, &[(header::COOKIE, &self.cookie)], "").await
    }

    /// Sends a form; answers where it leads.
    async fn send(&self, path: &str, fields: &str) -> Answered {
        self.site.send(Method::POST, path, &[(header::COOKIE, &self.cookie)], &format!("csrf={}&{fields}", self.csrf)).await
    }
}

async fn visitor(site: &Site, role: Role) -> Visitor<'_> {
    let (cookie, csrf) = site.signed_in(role).await;
    Visitor { site, cookie, csrf }
}

async fn with_accounts(accounts: &[(&str, &str)]) -> Site {
    let site = Site::open().await;
    let now = site.app.now();
    let candidate = |(id, name): &(&str, &str)| {
        let fields = json!({"name": name, "owner": "csm@acme.example"}).to_string();
        let version = RecordVersion {
            source: "crm".into(),
            entity: "accounts".into(),
            external_id: (*id).into(),
            occurred_at: now,
            received_at: now,
            fields: fields.clone(),
        };
        Candidate { raw: fields, fact: Ok(Fact::Record(version)) }
    };
    site.app.ingest("crm", "test", accounts.iter().map(candidate).collect()).await.unwrap();
    site.app.settle().await;
    site
}

async fn tasks(site: &Site) -> Vec<WorkItem> {
    site.app.list_tasks(&WorkQuery::default()).await.unwrap().tasks
}

#[tokio::test]
async fn a_task_is_made_shown_ended_and_opened_again() {
    let site = with_accounts(&[("acme", "Acme"), ("bolt", "Bolt")]).await;
    let csm = visitor(&site, Role::Csm).await;
    let made = csm.send("/tasks", "title=Call+them&for=Acm&kind=call&priority=high&due=2026-11-22T11:30").await;
    assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/my-day?done=task-added"), "{}", made.body);
    let day = csm.get("/my-day?done=task-added").await;
    for text in ["The task is made.", "Call them", "<h2 id=\"h-now\">Now</h2>", "your book: 2 accounts", "Made by hand"] {
        assert!(day.body.contains(text), "{text}: {}", day.body);
    }
    let task = tasks(&site).await.remove(0).task;
    assert_eq!((task.owner.as_deref(), task.priority.as_str()), (Some("csm@acme.example"), "high"));
    let page = csm.get(&format!("/tasks/{}", task.id)).await;
    assert!(page.body.contains("data-fragment=\"end\"") && page.body.contains("value=\"not_reached\""), "{}", page.body);
    let ended = csm.send(&format!("/tasks/{}/end", task.id), "outcome=not_reached&note=Left+a+voicemail&whose=everybody").await;
    assert_eq!(ended.location, format!("/my-day?whose=everybody&done=task-ended&task={}", task.id));
    let day = csm.get(&ended.location).await;
    assert!(day.body.contains("Done: “Call them” — Not reached.") && day.body.contains("data-undo"), "{}", day.body);
    assert!(csm.get(&format!("/tasks/{}", task.id)).await.body.contains("Left a voicemail"));
    assert!(tasks(&site).await.is_empty());
    csm.send(&format!("/tasks/{}/reopen", task.id), "").await;
    csm.send(&format!("/tasks/{}/assign", task.id), "owner=bob@acme.example").await;
    csm.send(&format!("/tasks/{}/move", task.id), "due=2026-11-30T09:00").await;
    let moved = tasks(&site).await.remove(0);
    assert_eq!((moved.task.owner.as_deref(), moved.group.as_str()), (Some("bob@acme.example"), "later"));
    let other = csm.send(&format!("/tasks/{}/end", task.id), "outcome=reached&other=sent+flowers").await;
    assert!(csm.get(&other.location).await.body.contains("Sent flowers"));
}

#[tokio::test]
async fn an_account_that_may_be_several_is_asked_about_and_a_viewer_only_looks() {
    let site = with_accounts(&[("acme-1", "Acme One"), ("acme-2", "Acme Two")]).await;
    let csm = visitor(&site, Role::Csm).await;
    let unclear = csm.send("/tasks", "title=Call&for=acme").await;
    assert_eq!(unclear.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unclear.body.contains("Acme One (acme-1)"), "{}", unclear.body);
    assert_eq!(csm.send("/tasks", "title=Call&for=nobody").await.status, StatusCode::NOT_FOUND);
    assert_eq!(csm.send("/tasks", "title=&for=acme-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    csm.send("/tasks", "title=Call&for=acme-1").await;
    let viewer = visitor(&site, Role::Viewer).await;
    let day = viewer.get("/my-day?whose=everybody").await;
    assert!(day.body.contains("Call") && !day.body.contains("data-done"), "{}", day.body);
    let id = tasks(&site).await.remove(0).task.id;
    assert_eq!(viewer.send(&format!("/tasks/{id}/end"), "outcome=done").await.status, StatusCode::FORBIDDEN);
    assert_eq!(viewer.get("/tasks/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_absence_is_kept_shown_and_removed() {
    let site = with_accounts(&[("acme", "Acme")]).await;
    let csm = visitor(&site, Role::Csm).await;
    let kept = csm.send("/absences", "from=2026-11-22&until=2026-11-24&cover=bob@acme.example").await;
    assert_eq!(kept.location, "/my-day?done=absence-added", "{}", kept.body);
    let day = csm.get("/my-day").await;
    assert!(day.body.contains("Somebody is away until 25 Nov 2026, 00:00; bob@acme.example covers"), "{}", day.body);
    csm.send("/tasks", "title=Call&for=acme").await;
    assert!(csm.get("/my-day?whose=bob@acme.example").await.body.contains("Call"));
    let begins = site.app.absences().await.unwrap()[0].from_at.to_rfc3339();
    let gone = csm.send("/absences/remove", &format!("person=csm@acme.example&from={begins}")).await;
    assert_eq!(gone.location, "/my-day?done=absence-removed", "{}", gone.body);
    assert!(csm.get("/my-day").await.body.contains("Nobody is away."));
    assert_eq!(csm.send("/absences", "from=2026-11-22&until=soon").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}
