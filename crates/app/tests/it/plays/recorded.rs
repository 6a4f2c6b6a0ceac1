//! Mails that plays send to people at the customer are records, and what comes back makes versions of them.

use mainstay_app::accounts::AsOf;
use mainstay_app::returns::TakenAs;
use mainstay_app::{App, Format, format_batches};
use mainstay_store::{Message, MessageFilter, Response, Settlement};
use serde_json::json;

use super::returned::{HELLO, MAINSTAY, answer, bounce, connect, mails, message_id, taken_as};
use super::{NOON, account, look, runs, tier};
use crate::support::{HEALTH_BY_LOGINS, Home, LOGINS, at, documents, instant, record, signal, take};

const TRACKED: &str = "tracking: { opens: true, clicks: true, consent: opt_out }\n";
const EMAILS: &str = "
signals:
  sent: { from: emails, measure: count(), window: 30 days of sent_at }
  opened: { from: emails, where: opened_at is not null, measure: count(), window: 30 days of sent_at }
";
/// It writes to the champion and to a colleague, and a second one thanks whoever answers.
const PLAYS: &str = "
plays:
  gold:
    purpose: relationship
    trigger: { when: tier = 'gold' }
    steps:
      - at: immediately
        do:
          - email: { to: champion, template: hello }
          - email: { to: csm, template: hello }
  thanks:
    purpose: relationship
    trigger: { record: emails, where: replied_at is not null }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: Thank }
";

/// A run that is about to write to Ada and to a colleague, at noon of a Tuesday.
async fn begun(tracking: &str) -> (Home, App) {
    let mainstay = format!("{MAINSTAY}{tracking}");
    let home = Home::new(&documents(&mainstay, LOGINS, HEALTH_BY_LOGINS), NOON);
    for (path, text) in [("plays/all.yaml", PLAYS), ("signals/emails.yaml", EMAILS), ("templates/en/hello.md", HELLO)] {
        home.write(path, text);
    }
    let app = home.open().await;
    connect(&home, &app);
    look(&app).await;
    let ada = json!({"account_id": "acme", "name": "Ada Lovelace", "email": "ada@acme.example", "role": "champion"});
    let dawn = "2026-03-01T00:00:00Z";
    take(&app, vec![account("acme", dawn, &json!({"tier": "free"})), record("people", "ada", instant(dawn), &ada)]).await;
    look(&app).await;
    take(&app, vec![tier("acme", NOON, "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    (home, app)
}

/// The same, and both mails have left.
async fn sent(tracking: &str) -> (Home, App) {
    let (home, app) = begun(tracking).await;
    assert_eq!(app.deliver().await.unwrap().sent, 2, "one to Ada and one to a colleague");
    app.settle().await;
    (home, app)
}

/// The rows of a question, without its header.
async fn asked(app: &App, question: &str, at: &AsOf) -> Vec<String> {
    let answer = app.ask(question, at).await.unwrap();
    format_batches(&answer.columns, &answer.batches, Format::Csv).lines().skip(1).map(str::to_owned).collect()
}

const COLUMNS: &str = "select account_id, person_id, subject, sent_at, tracked, opened_at, replied_at, bounced_at, source from emails";
const SENT: &str = "acme,ada,Hello Ada,2026-03-10T12:00:00Z,true,,,,mainstay";

/// The message to Ada.
async fn message_to_ada(app: &App) -> Message {
    let filter = MessageFilter { person: Some("ada".into()), limit: 10, ..MessageFilter::default() };
    app.store().messages(&filter).await.unwrap().pop().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_to_a_customer_is_a_record_and_its_first_opening_a_version_of_it() {
    let (home, app) = sent(TRACKED).await;
    assert_eq!(asked(&app, COLUMNS, &AsOf::NOW).await, [SENT], "and nothing of the mail to the colleague");
    let url = app.tracker("https://success.example").unwrap().open_url(&message_to_ada(&app).await.key);
    let token = url.split("/t/o/").nth(1).unwrap();
    home.move_to(&app, "2026-03-10T13:00:00Z").await;
    assert_eq!(signal(&app, "acme", "opened", &AsOf::NOW).await, json!(0.0));
    app.note_opened(token).await.unwrap();
    app.settle().await;
    assert_eq!(signal(&app, "acme", "sent", &AsOf::NOW).await, json!(1.0));
    assert_eq!(signal(&app, "acme", "opened", &AsOf::NOW).await, json!(1.0));
    let before = at(instant("2026-03-10T12:59:59Z"));
    assert_eq!(signal(&app, "acme", "opened", &before).await, json!(0.0));
    assert_eq!(asked(&app, COLUMNS, &before).await, [SENT]);
    home.move_to(&app, "2026-03-10T14:00:00Z").await;
    let position = app.lake().position();
    app.note_opened(token).await.unwrap();
    app.note_opened("made-up").await.unwrap();
    app.deliver().await.unwrap();
    assert_eq!(app.lake().position(), position, "opened again, it is the same");
    let app = home.reopen(app).await;
    let opened = ["acme,ada,Hello Ada,2026-03-10T12:00:00Z,true,2026-03-10T13:00:00Z,,,mainstay"];
    assert_eq!(asked(&app, COLUMNS, &AsOf::NOW).await, opened);
    assert_eq!(signal(&app, "acme", "opened", &AsOf::NOW).await, json!(1.0));
    let lines = app.timeline("acme", &AsOf::NOW, 50).await.unwrap();
    let told: Vec<&str> = lines.iter().filter(|line| line.kind == "email").map(|line| line.title.as_str()).collect();
    assert_eq!(told, ["E-mail “Hello Ada” opened", "E-mail “Hello Ada”"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_know_whether_a_mail_without_consent_was_opened_and_its_record_says_so() {
    let (_home, app) = sent("").await;
    assert_eq!(asked(&app, "select person_id, tracked from emails", &AsOf::NOW).await, ["ada,false"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_and_a_failed_delivery_are_versions_too_and_the_time_line_tells_each_once() {
    let (home, app) = sent(TRACKED).await;
    let mail = mails(&home).into_iter().find(|mail| mail.contains("ada@acme.example")).unwrap();
    let id = message_id(&mail);
    home.move_to(&app, "2026-03-10T13:00:00Z").await;
    for _ in 0..2 {
        assert_eq!(taken_as(&app, &answer(id, "", "Very well!")).await, TakenAs::Reply);
    }
    app.settle().await;
    assert_eq!(look(&app).await.begun, 1, "a play begins with an answered mail, once");
    home.move_to(&app, "2026-03-10T14:00:00Z").await;
    assert_eq!(taken_as(&app, &bounce(id, "failed", "5.2.2")).await, TakenAs::Bounce);
    app.settle().await;
    assert_eq!(look(&app).await.begun, 0);
    let all = ["acme,ada,Hello Ada,2026-03-10T12:00:00Z,true,,2026-03-10T13:00:00Z,2026-03-10T14:00:00Z,mainstay"];
    assert_eq!(asked(&app, COLUMNS, &AsOf::NOW).await, all);
    assert_eq!(runs(&app).await.len(), 2);
    let lines = app.timeline("acme", &AsOf::NOW, 50).await.unwrap();
    let answered: Vec<&str> =
        lines.iter().map(|line| line.title.as_str()).filter(|title| title.contains("answered") || title.contains("Replied")).collect();
    assert_eq!(answered, ["E-mail “Hello Ada” answered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crash_left_unstated_is_stated_once_by_the_next_look() {
    let (home, app) = begun(TRACKED).await;
    let now = app.now();
    // The relay has the mail and the store knows it; then the process ends.
    let entries = app.store().claim_outbox(now, 10, now.plus_seconds(900)).await.unwrap();
    let entry = entries.iter().find(|entry| entry.payload.contains("\"person\":\"ada\"")).unwrap();
    let message = Message {
        key: entry.key.clone(),
        channel: "email".into(),
        category: "success".into(),
        account_id: "acme".into(),
        person: Some("ada".into()),
        address: "ada@acme.example".into(),
        subject: "Hello Ada".into(),
        run_id: entry.run_id.clone(),
        step: entry.step.clone(),
        created_at: entry.created_at,
        sent_at: now,
        opened_at: None,
        clicked_at: None,
        replied_at: None,
        bounced_at: None,
        message_id: None,
        to_colleague: false,
        tracked: true,
    };
    app.store().settle(&[Settlement::Sent { key: entry.key.clone(), at: now, message: Some(message) }]).await.unwrap();
    assert!(asked(&app, COLUMNS, &AsOf::NOW).await.is_empty());
    let app = home.reopen(app).await;
    home.move_to(&app, "2026-03-10T12:05:00Z").await;
    app.deliver().await.unwrap();
    app.settle().await;
    assert_eq!(asked(&app, COLUMNS, &AsOf::NOW).await, [SENT], "with the instant at which it left");
    // It is opened, the store knows it; then the process ends again.
    app.store().note_response(&message_to_ada(&app).await.key, Response::Opened, app.now()).await.unwrap();
    let app = home.reopen(app).await;
    home.move_to(&app, "2026-03-10T12:10:00Z").await;
    app.deliver().await.unwrap();
    app.settle().await;
    let opened = ["acme,ada,Hello Ada,2026-03-10T12:00:00Z,true,2026-03-10T12:05:00Z,,,mainstay"];
    assert_eq!(asked(&app, COLUMNS, &AsOf::NOW).await, opened);
    assert_eq!(signal(&app, "acme", "opened", &at(instant("2026-03-10T12:04:59Z"))).await, json!(0.0));
    let position = app.lake().position();
    app.deliver().await.unwrap();
    assert_eq!(app.lake().position(), position, "nothing is left to state");
}
