//! The JSON API: the table of all calls is the authorization suite; then what a command beside a running server asks for.

use axum::http::{Method, StatusCode, header};
use mainstay_app::import::Told;
use mainstay_app::ingest::Candidate;
use mainstay_app::local;
use mainstay_model::access::{Permission, Role};
use mainstay_model::{Fact, RecordVersion};
use mainstay_web::api::calls;
use serde_json::{Value, json};

use crate::console::visitor::{Answered, Site};

/// The address of a call with something in place of each parameter.
fn address(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/")
}

async fn ask(site: &Site, method: Method, path: &str, token: &str, body: &str) -> Answered {
    site.send(method, path, &[(header::AUTHORIZATION, &format!("Bearer {token}"))], body).await
}

/// The secret that a running server leaves in its data folder.
fn secret(site: &Site) -> String {
    let announced = site.app.announce("http://127.0.0.1:1").unwrap();
    let found = local::find(&site.folder().join("data")).unwrap().unwrap();
    // The note goes, the secret stays in force as long as the process.
    drop(announced);
    found.token
}

#[tokio::test]
async fn no_call_does_anything_without_a_token_in_force() {
    let site = Site::open().await;
    let revoked = site.app.people().create_token("old", Role::Admin, "test").await.unwrap();
    site.app.people().revoke_token(&revoked.id).await.unwrap();
    let (cookie, _) = site.signed_in(Role::Admin).await;
    for call in calls() {
        let path = address(call.path);
        for headers in [
            vec![],
            vec![(header::COOKIE, cookie.as_str())],
            vec![(header::AUTHORIZATION, "Bearer ms_token_none")],
            vec![(header::AUTHORIZATION, "Bearer ")],
            vec![(header::AUTHORIZATION, "Basic bm9uZTo=")],
        ] {
            assert_eq!(site.send(call.method.clone(), &path, &headers, "{}").await.status, StatusCode::UNAUTHORIZED, "{path} {headers:?}");
        }
        assert_eq!(ask(&site, call.method, &path, &revoked.token, "{}").await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn a_call_is_refused_to_roles_that_may_not_make_it_and_to_no_other() {
    let site = Site::open().await;
    for role in Role::ALL {
        let token = site.app.people().create_token(role.as_str(), role, "test").await.unwrap().token;
        for call in calls() {
            let answer = ask(&site, call.method, &address(call.path), &token, "{}").await;
            assert_ne!(answer.status, StatusCode::UNAUTHORIZED, "{}", call.path);
            assert_eq!(answer.status != StatusCode::FORBIDDEN, role.may(call.permission), "{} for {}", call.path, role.as_str());
        }
    }
}

#[tokio::test]
async fn only_the_owner_of_the_data_folder_may_name_files_of_the_machine() {
    let site = Site::open().await;
    let secret = secret(&site);
    assert!(Role::ALL.into_iter().all(|role| !role.may(Permission::UseServerFiles)));
    for call in calls() {
        let answer = ask(&site, call.method, &address(call.path), &secret, "{}").await;
        assert!(![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&answer.status), "{}: {}", call.path, answer.status);
    }
    let relative = ask(&site, Method::POST, "/api/imports", &secret, r#"{"path": "exports"}"#).await;
    assert_eq!(relative.status, StatusCode::BAD_REQUEST, "a path that means something else to each process");
}

#[tokio::test]
async fn an_import_tells_what_happens_and_the_same_again_changes_nothing() {
    let site = Site::open().await;
    let secret = secret(&site);
    let exports = site.folder().join("exports");
    std::fs::create_dir_all(&exports).unwrap();
    std::fs::write(
        exports.join("accounts.csv"),
        "id,name,at,employees\nacme,Acme,2026-01-01T00:00:00Z,many\nglobex,Globex,2026-01-01T00:00:00Z,7\n",
    )
    .unwrap();
    let source = "sources:\n  shop:\n    kind: files\n    files:\n      - { matches: accounts*.csv, rows: accounts, id: id, occurred_at: at, fields: { name: name, employees: employees } }\n";
    std::fs::write(site.folder().join("workspace/sources/crm.yaml"), source).unwrap();
    site.app.reload().await.unwrap();
    let body = json!({"path": exports, "history": true}).to_string();
    for again in [false, true] {
        let answer = ask(&site, Method::POST, "/api/imports", &secret, &body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let told: Vec<Told> = answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(matches!(told.first(), Some(Told::Begin { name, files: 1, .. }) if name == "accounts.csv"), "{told:?}");
        let Some(Told::Report { report }) = told.last() else { panic!("{told:?}") };
        let counts = (report.total(|file| file.accepted), report.total(|file| file.duplicate), report.total(|file| file.rejected));
        assert_eq!(counts, if again { (0, 1, 0) } else { (1, 0, 1) });
    }
    let missing = ask(&site, Method::POST, "/api/imports", &secret, r#"{"path": "/nowhere/at/all"}"#).await;
    assert!(missing.body.contains(r#""told":"failed","code":"not_found""#), "{}", missing.body);

    let listed: Value =
        serde_json::from_str(&ask(&site, Method::GET, "/api/quarantine?reason=wrong_type", &secret, "").await.body).unwrap();
    let id = listed[0]["id"].as_u64().unwrap();
    assert_eq!(listed[0]["raw"], "", "texts come one at a time");
    let entry: Value = serde_json::from_str(&ask(&site, Method::GET, &format!("/api/quarantine/{id}"), &secret, "").await.body).unwrap();
    let mended = entry["raw"].as_str().unwrap().replace("many", "12");
    let body = json!({"ids": [id], "mended": mended}).to_string();
    let answers = ask(&site, Method::POST, "/api/quarantine/replay", &secret, &body).await;
    assert_eq!(answers.body, r#"[{"status":"accepted"}]"#);
    site.app.settle().await;
    let scores = ask(&site, Method::GET, "/api/scores?account=acme", &secret, "").await;
    let scores: Value = serde_json::from_str(&scores.body).unwrap();
    assert_eq!((scores.as_array().unwrap().len(), &scores[0]["account_id"]), (1, &json!("acme")));
}

#[tokio::test]
async fn a_copy_is_made_while_the_application_runs() {
    let site = Site::open().await;
    let secret = secret(&site);
    let to = site.folder().join("copy");
    let body = json!({"to": to}).to_string();
    assert_eq!(ask(&site, Method::POST, "/api/backups", &secret, &body).await.status, StatusCode::OK);
    assert!(to.join("mainstay.db").is_file());
    let again = ask(&site, Method::POST, "/api/backups", &secret, &body).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "a copy never overwrites anything");
}

#[tokio::test]
async fn tasks_are_made_listed_ended_and_opened_again_by_whoever_may() {
    let site = Site::open().await;
    let tokens = async |role: Role| site.app.people().create_token(role.as_str(), role, "test").await.unwrap();
    let (csm, viewer) = (tokens(Role::Csm).await, tokens(Role::Viewer).await);
    let fields = json!({"name": "Acme"}).to_string();
    let account = mainstay_model::RecordVersion {
        source: "crm".into(),
        entity: "accounts".into(),
        external_id: "acme".into(),
        occurred_at: site.app.now(),
        received_at: site.app.now(),
        fields: fields.clone(),
    };
    let candidate = mainstay_app::ingest::Candidate { raw: fields, fact: Ok(mainstay_model::Fact::Record(account)) };
    site.app.ingest("crm", "test", vec![candidate]).await.unwrap();
    site.app.settle().await;
    let body = r#"{"account": "acme", "title": "Call Ann", "kind": "call", "owner": "Ann@acme.example", "due_at": "2026-11-22 12:00"}"#;
    assert_eq!(ask(&site, Method::POST, "/api/tasks", &viewer.token, body).await.status, StatusCode::FORBIDDEN);
    let made: Value = serde_json::from_str(&ask(&site, Method::POST, "/api/tasks", &csm.token, body).await.body).unwrap();
    assert_eq!((&made["owner"], &made["account_name"], &made["status"]), (&json!("ann@acme.example"), &json!("Acme"), &json!("open")));
    let id = made["id"].as_str().unwrap();
    let list = async |query: &str| -> Value {
        serde_json::from_str(&ask(&site, Method::GET, &format!("/api/tasks{query}"), &viewer.token, "").await.body).unwrap()
    };
    assert_eq!(list("?owner=ann@acme.example").await["total"], 1);
    assert_eq!(list("?nobody=true").await["total"], 0);
    let end = ask(&site, Method::POST, &format!("/api/tasks/{id}/end"), &csm.token, r#"{"outcome": "reached"}"#).await;
    assert_eq!(end.body, r#"{"done":true}"#);
    let ended = &list("?ended_since=2026-11-01").await["tasks"][0];
    assert_eq!((&ended["outcome"], &ended["done_by"]), (&json!("reached"), &json!(csm.id)), "a program is named by its token");
    for (path, body) in [
        (format!("/api/tasks/{id}/reopen"), "{}"),
        (format!("/api/tasks/{id}/assign"), r#"{"owner": "bob@acme.example", "due_at": "2026-12-01"}"#),
        ("/api/tasks/hand-over".to_owned(), r#"{"from": "bob@acme.example", "to": "cat@acme.example"}"#),
        (
            "/api/absences".to_owned(),
            r#"{"person": "cat@acme.example", "from": "2026-11-22", "until": "2026-11-24", "cover": "dan@acme.example"}"#,
        ),
    ] {
        let answer = ask(&site, Method::POST, &path, &csm.token, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.body);
    }
    assert_eq!(list("?owner=dan@acme.example").await["tasks"][0]["assignee"], "dan@acme.example", "whoever covers sees it");
    let load: Value = serde_json::from_str(&ask(&site, Method::GET, "/api/tasks/load", &viewer.token, "").await.body).unwrap();
    assert_eq!((&load["owners"][0]["owner"], &load["owners"][0]["open"]), (&json!("cat@acme.example"), &json!(1)));
    let plan: Value = serde_json::from_str(&ask(&site, Method::GET, "/api/tasks/capacity", &viewer.token, "").await.body).unwrap();
    let cat = plan["owners"].as_array().unwrap().iter().find(|one| one["owner"] == "cat@acme.example").unwrap();
    assert_eq!((&cat["open"], &cat["weeks"][1]["open"], &plan["weeks"][1]["from"]), (&json!(1), &json!(1), &json!("2026-11-29")));
    let clocks: Value = serde_json::from_str(&ask(&site, Method::GET, "/api/tasks/clocks?days=30", &viewer.token, "").await.body).unwrap();
    assert_eq!((&clocks["days"], &clocks["clocks"][0]["clock"]), (&json!(30), &json!("decline_to_intervention")));
    let gone =
        ask(&site, Method::POST, "/api/absences/remove", &csm.token, r#"{"person": "cat@acme.example", "from": "2026-11-22"}"#).await;
    assert_eq!(gone.body, "[]");
    for (path, body) in [
        ("/api/tasks?limit=0", None),
        ("/api/tasks/clocks?days=0", None),
        ("/api/tasks?group=soon", None),
        ("/api/tasks?owner=a@b.example&nobody=true", None),
        ("/api/tasks?ended_since=soon", None),
        ("/api/tasks", Some(r#"{"account": "acme"}"#)),
        ("/api/tasks", Some(r#"{"account": "acme", "title": "Call", "due_at": "soon"}"#)),
        ("/api/absences", Some(r#"{"person": "cat@acme.example", "from": "soon", "until": "later"}"#)),
    ] {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let answer = ask(&site, method, path, &csm.token, body.unwrap_or_default()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_stage_is_set_with_the_token_as_its_author_and_refused_where_there_is_none() {
    let site = Site::open().await;
    let token = site.app.people().create_token("crm", Role::Csm, "test").await.unwrap();
    let at = site.app.now();
    let version = RecordVersion {
        source: "crm".into(),
        entity: "accounts".into(),
        external_id: "acme".into(),
        occurred_at: at.plus_seconds(-86_400),
        received_at: at,
        fields: json!({"name": "Acme", "stage": "onboarding"}).to_string(),
    };
    let candidate = Candidate { raw: String::new(), fact: Ok(Fact::Record(version)) };
    site.app.ingest("crm", "test", vec![candidate]).await.unwrap();
    site.app.settle().await;
    let path = "/api/accounts/acme/stage";
    let wrong = ask(&site, Method::POST, path, &token.token, r#"{"stage": "adoptoin"}"#).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.body.contains("the stages are: onboarding, adoption"), "{}", wrong.body);
    let moved = ask(&site, Method::POST, path, &token.token, r#"{"stage": "adoption", "reason": "live"}"#).await;
    let view: Value = serde_json::from_str(&moved.body).unwrap();
    assert_eq!((&view["stage"], &view["history"][0]["reason"]), (&json!("adoption"), &json!("live")));
    assert_eq!(view["history"][0]["by"], json!(token.id));
    assert_eq!((&view["history"][1]["days"], &view["history"][1]["by"]), (&json!(1.0), &Value::Null));
    let read: Value = serde_json::from_str(&ask(&site, Method::GET, path, &token.token, "").await.body).unwrap();
    assert_eq!(read, view);
    for path in [
        "/api/onboarding?as_of=soon",
        "/api/renewals?stage=-45",
        "/api/renewals?month=2026-13",
        "/api/renewals?months=0",
        "/api/renewals?limit=1001",
    ] {
        assert_eq!(ask(&site, Method::GET, path, &token.token, "").await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let board: Value = serde_json::from_str(&ask(&site, Method::GET, "/api/onboarding", &token.token, "").await.body).unwrap();
    assert_eq!(
        (&board["stage"], &board["total"], board["milestones"].as_array().map(Vec::len)),
        (&json!("onboarding"), &json!(0), Some(5))
    );
}
