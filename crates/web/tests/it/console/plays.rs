//! Plays steered through their pages and through the API: what is done, what is said, what is refused.

use axum::http::{Method, StatusCode, header};
use mainstay_app::ingest::Candidate;
use mainstay_model::access::Role;
use mainstay_model::{Fact, RecordVersion, Timestamp};
use serde_json::{Value, json};

use super::visitor::{Answered, Site};

const RESCUE: &str = "plays:\n  rescue:\n    label: Rescue of those who leave\n    trigger: { by_hand: true }\n    steps:\n      - at: day 1\n        name: call\n        do: [{ task: { to: csm, title: Call them } }]\n      - at: day 9\n        do: [{ note: later }]\n";

/// A site with one account and one play more than the pack has.
async fn site() -> Site {
    let site = Site::open().await;
    std::fs::write(site.folder().join("workspace/plays/rescue.yaml"), RESCUE).unwrap();
    site.app.reload().await.unwrap();
    let at = Timestamp::parse("2026-11-01T00:00:00Z").unwrap();
    let acme = Fact::Record(RecordVersion {
        source: "crm".into(),
        entity: "accounts".into(),
        external_id: "acme".into(),
        occurred_at: at,
        received_at: at,
        fields: json!({"name": "Acme"}).to_string(),
    });
    site.app.ingest("crm", "track", vec![Candidate { raw: String::new(), fact: Ok(acme) }]).await.unwrap();
    site.app.settle().await;
    site.app.look_at_plays().await.unwrap();
    site
}

const PICKY: &str = "plays:\n  picky:\n    label: Those who pay most\n    trigger: { when: tier = 'gold' }\n    qualify: region = 'emea'\n    steps:\n      - at: day 9\n        do: [{ note: later }]\n";

/// A site with a play that did not start for its one account.
async fn picky_site() -> Site {
    let site = Site::open().await;
    std::fs::write(site.folder().join("workspace/plays/picky.yaml"), PICKY).unwrap();
    std::fs::write(site.folder().join("workspace/plays/rescue.yaml"), RESCUE).unwrap();
    site.app.reload().await.unwrap();
    for (at, tier) in [("2026-11-01T00:00:00Z", "free"), ("2026-11-22T09:00:00Z", "gold")] {
        let at = Timestamp::parse(at).unwrap();
        let acme = Fact::Record(RecordVersion {
            source: "crm".into(),
            entity: "accounts".into(),
            external_id: "acme".into(),
            occurred_at: at,
            received_at: at,
            fields: json!({"name": "Acme", "tier": tier, "region": "apac"}).to_string(),
        });
        site.app.ingest("crm", "track", vec![Candidate { raw: String::new(), fact: Ok(acme) }]).await.unwrap();
        site.app.settle().await;
        site.app.look_at_plays().await.unwrap();
    }
    site
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_play_did_not_start_is_on_its_page_on_the_accounts_and_in_the_api() {
    let site = picky_site().await;
    let person = visit(&site, Role::Csm).await;
    let play = person.get("/plays/picky").await.body;
    assert!(
        play.contains("Did not start") && play.contains("href=\"/accounts/acme\">acme</a>") && play.contains("it does not qualify"),
        "{play}"
    );
    assert!(play.contains("No message has left yet."));
    assert!(person.get("/plays/rescue").await.body.contains("Nobody was refused so far."));
    let account = person.get("/accounts/acme").await.body;
    assert!(account.contains("Did not start: <a class=\"link\" href=\"/plays/picky\">picky</a>"), "{account}");
    assert!(account.contains("because it does not qualify"));
    let token = site.app.people().create_token("bot", Role::Csm, "test").await.unwrap();
    let bearer = format!("Bearer {}", token.token);
    let ask = async |path: &str| {
        let answer = site.send(Method::GET, path, &[(header::AUTHORIZATION, &bearer)], "").await;
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap_or_default())
    };
    let (status, refusals) = ask("/api/refusals?play=picky&account=acme&since=2026-11-22&limit=5").await;
    assert_eq!(status, StatusCode::OK, "{refusals}");
    assert_eq!((&refusals[0]["reason"], &refusals[0]["times"]), (&json!("not_qualified"), &json!(1)));
    assert_eq!(ask("/api/refusals?play=rescue").await.1, json!([]));
    for wrong in ["since=some+day", "limit=0", "limit=1001", "colour=red"] {
        assert_eq!(ask(&format!("/api/refusals?{wrong}")).await.0, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

struct Person<'a> {
    site: &'a Site,
    cookie: String,
    csrf: String,
}

impl Person<'_> {
    async fn get(&self, path: &str) -> Answered {
        self.site.send(Method::GET, path, &[(header::COOKIE, &self.cookie)], "").await
    }

    async fn post(&self, path: &str, body: &str) -> Answered {
        self.site.send(Method::POST, path, &[(header::COOKIE, &self.cookie)], &format!("csrf={}&{body}", self.csrf)).await
    }
}

async fn visit(site: &Site, role: Role) -> Person<'_> {
    let (cookie, csrf) = site.signed_in(role).await;
    Person { site, cookie, csrf }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_started_seen_paused_and_stopped_on_pages() {
    let site = site().await;
    let person = visit(&site, Role::Admin).await;
    let started = person.post("/accounts/acme/plays", "play=rescue").await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    let page = started.location.split_once('?').unwrap().0.to_owned();
    let run = page.rsplit_once('/').unwrap().1.to_owned();
    let shown = person.get(&started.location).await.body;
    assert!(
        shown.contains("The run has begun.") && shown.contains("task: Call them") && shown.contains("by admin@acme.example"),
        "{shown}"
    );
    let account = person.get("/accounts/acme").await.body;
    assert!(account.contains(&page) && account.contains("Start a play"), "the account's page leads to its run");
    let play = person.get("/plays/rescue").await.body;
    assert!(play.contains("1 waiting") && play.contains("Rescue of those who leave"));
    assert!(person.get("/plays").await.body.contains("href=\"/plays/rescue\""));
    let act = format!("/runs/{run}/act");
    assert!(person.post(&act, "act=pause").await.location.ends_with("?done=run-paused"));
    assert!(person.get(&page).await.body.contains(">Resume</button>"));
    let refused = person.post(&act, "act=stop").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("The reason is missing."));
    assert!(person.post(&act, "act=stop&reason=renewed+by+phone").await.location.ends_with("?done=run-stopped"));
    let ended = person.get(&page).await.body;
    assert!(ended.contains("stopped the run: renewed by phone") && !ended.contains("/act\""), "an ended run takes no act");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_play_is_previewed_and_saved_and_a_conflict_is_shown() {
    let site = site().await;
    let person = visit(&site, Role::Operations).await;
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let body = |before: &str, text: &str| format!("before={}&text={}", encoded(before), encoded(text));
    let wrong = person.post("/plays/rescue/preview", &body(RESCUE, &RESCUE.replace("day 9", "dya 9"))).await.body;
    assert!(wrong.contains("has errors") && wrong.contains("class=\"flaw\""), "{wrong}");
    assert!(!wrong.contains("formaction"), "what is wrong cannot be saved");
    let text = RESCUE.replace("day 9", "day 8");
    let right = person.post("/plays/rescue/preview", &body(RESCUE, &text)).await.body;
    assert!(right.contains("no errors") && right.contains(">day 8</span>") && right.contains("formaction"));
    let file = site.folder().join("workspace/plays/rescue.yaml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), RESCUE, "a preview saves nothing");
    let conflict = person.post("/plays/rescue/document", &body("something older", &text)).await.body;
    assert!(conflict.contains("was changed since you read it") && conflict.contains("day 8"), "the text is kept");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), RESCUE, "nothing was overwritten");
    let saved = person.post("/plays/rescue/document", &body(RESCUE, &text)).await;
    assert_eq!(saved.location, "/plays/rescue?done=play-saved");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

const RESCUED: &str = "scenarios:\n  they are called and told:\n    play: rescue\n    account: { id: acme }\n    expect: { day 1: [task csm], day 9: [note] }\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_shows_how_the_scenarios_of_the_play_come_out_with_the_edited_text() {
    let site = site().await;
    let person = visit(&site, Role::Operations).await;
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let preview = async |text: &str| {
        let body = format!("before={}&text={}", encoded(RESCUE), encoded(text));
        person.post("/plays/rescue/preview", &body).await.body
    };
    let none = preview(RESCUE).await;
    assert!(none.contains("No scenario tests this play yet.") && none.contains("<code>mainstay test --play rescue</code>"), "{none}");
    std::fs::write(site.folder().join("workspace/scenarios/rescue.yaml"), RESCUED).unwrap();
    site.app.reload().await.unwrap();
    let right = preview(RESCUE).await;
    assert!(right.contains("1 of 1 passed") && right.contains("scenarios/rescue.yaml:2"), "{right}");
    assert!(!right.contains("Expected and actual") && !right.contains("scenario failed"), "what passed has no difference");
    let broken = preview(&RESCUE.replace("day 9", "day 8")).await;
    assert!(broken.contains("0 of 1 passed") && broken.contains("1 scenario failed"), "{broken}");
    assert!(broken.contains("aria-label=\"Expected and actual: they are called and told\""), "{broken}");
    assert!(broken.contains("  ! day 8  -         note\n  ! day 9  note      -</pre>"), "{broken}");
    assert!(broken.contains("formaction"), "a scenario that fails keeps nobody from saving");
    let wrong = preview(&RESCUE.replace("day 9", "dya 9")).await;
    assert!(wrong.contains("Run once the errors are mended.") && !wrong.contains("of 1 passed"), "{wrong}");
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_steer_plays_by_the_same_rules_and_are_named_in_the_log() {
    let site = site().await;
    let token = site.app.people().create_token("bot", Role::Csm, "test").await.unwrap();
    let bearer = format!("Bearer {}", token.token);
    let ask = async |method: Method, path: &str, body: &str| {
        let answer = site.send(method, path, &[(header::AUTHORIZATION, &bearer)], body).await;
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap_or_default())
    };
    let (status, started) = ask(Method::POST, "/api/plays/rescue/start", r#"{"account": "acme"}"#).await;
    assert_eq!(status, StatusCode::OK, "{started}");
    let run = started["run"].as_str().unwrap();
    let (_, runs) = ask(Method::GET, "/api/runs?account=acme&status=running", "").await;
    assert_eq!(runs[0]["id"], run);
    let (_, detail) = ask(Method::GET, &format!("/api/runs/{run}"), "").await;
    let act = detail["log"].as_array().unwrap().iter().find(|line| line["kind"] == "act").unwrap();
    assert_eq!(act["why"], format!("by {}", token.id));
    let (status, line) = ask(Method::POST, &format!("/api/runs/{run}"), r#"{"act": "pause"}"#).await;
    assert_eq!((status, line["status"].as_str()), (StatusCode::OK, Some("paused")));
    let (status, refused) = ask(Method::POST, &format!("/api/runs/{run}"), r#"{"act": "dance"}"#).await;
    assert_eq!((status, refused["code"].as_str()), (StatusCode::BAD_REQUEST, Some("invalid")));
    let (_, plays) = ask(Method::GET, "/api/plays", "").await;
    let rescue = plays.as_array().unwrap().iter().find(|play| play["name"] == "rescue").unwrap();
    assert_eq!((&rescue["waiting"], &rescue["paused"]), (&json!(1), &json!(1)));
    let (_, detail) = ask(Method::GET, "/api/plays/rescue", "").await;
    assert_eq!(detail["steps"][1]["waiting"], 1, "a paused run stands before its next step");
    let (_, today) = ask(Method::GET, "/api/plays/rescue/entrants", "").await;
    assert_eq!(today["candidates"], 0);
    assert_eq!(ask(Method::GET, "/api/outbox?status=dead", "").await.1, json!([]));
    assert_eq!(ask(Method::GET, "/api/outbox?status=lost", "").await.0, StatusCode::BAD_REQUEST);
}
