//! What comes back from messages: answers, bounces, surveys, clicks inside the product; and what runs make of it.

use std::path::PathBuf;

use mainstay_app::plays::Channels;
use mainstay_app::returns::{InAppAct, InAppMessage, InAppUser, SurveyAnswer, TakenAs};
use mainstay_app::{App, ErrorCode};
use mainstay_connect::identity::IdentitySecret;
use mainstay_store::{InAppReceipt, InterventionFilter, VerdictFilter};
use serde_json::json;

use super::{account, look, look_at, runs, tier, titles};
use crate::support::{HEALTH_BY_LOGINS, Home, LOGINS, documents, instant, record, take};

pub(super) const MAINSTAY: &str = "
name: Plays
time_zone: UTC
play_hour: 09:00
roles:
  csm: { from: owner }
channels:
  email: { from: Acme <success@vendor.example>, language: en }
";
const PLAYS: &str = "
plays:
  gold:
    purpose: relationship
    trigger: { when: tier = 'gold' }
    steps:
      - at: immediately
        do:
          - email: { to: champion, template: hello }
          - in_app: { to: champion, template: hello }
      - at: day 2
        do:
          - survey: { kind: nps, to: champion }
      - at: day 3
        wait_for: { reply: true, for: 2 days }
        then:
          - task: { to: csm, title: They answered }
        else:
          - task: { to: csm, title: Silence }
  detractor:
    purpose: feedback
    trigger: { record: surveys, where: kind = 'nps' and score <= 6 }
    steps:
      - at: immediately
        do:
          - task: { to: csm, title: \"Call about {{ trigger.score }}\" }
";
pub(super) const HELLO: &str = "---\nsubject: Hello {{ champion.first_name }}\n---\nHow are you at {{ account.name }}?\n";
const IN_APP: &str = "---\nsubject: News\n---\nThere is news.\n\n[Read it](https://vendor.example/news \"button\")\n";
const SECRET: &str = "0123456789abcdef";

/// A workspace with templates, an account whose champion is Ada, and a run that has written to her at noon of a Tuesday.
async fn written() -> (Home, App) {
    let home = Home::new(&documents(MAINSTAY, LOGINS, HEALTH_BY_LOGINS), super::NOON);
    for (path, text) in [("plays/all.yaml", PLAYS), ("templates/en/hello.md", HELLO), ("templates/en/in_app/hello.md", IN_APP)] {
        home.write(path, text);
    }
    let app = home.open().await;
    connect(&home, &app);
    look(&app).await;
    let ada = json!({"account_id": "acme", "name": "Ada Lovelace", "email": "ada@acme.example", "role": "champion"});
    let at = "2026-03-01T00:00:00Z";
    take(&app, vec![account("acme", at, &json!({"tier": "free"})), record("people", "ada", instant(at), &ada)]).await;
    look(&app).await;
    take(&app, vec![tier("acme", super::NOON, "gold")]).await;
    assert_eq!(look(&app).await.begun, 1);
    assert_eq!(app.deliver().await.unwrap().sent, 2, "a mail, and a message in the product");
    (home, app)
}

pub(super) fn connect(home: &Home, app: &App) {
    let folder = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let variables =
        [("MAINSTAY_MAIL_FOLDER", folder("mail")), ("MAINSTAY_MAIL_INBOX", folder("inbox")), ("MAINSTAY_IN_APP_SECRET", SECRET.to_owned())];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let channels = Channels::from_variables("https://success.example", &variables).unwrap();
    app.connect(Channels { tracker: Some(app.tracker("https://success.example").unwrap()), ..channels });
}

/// The files of the mail folder.
pub(super) fn mails(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(home.path().join("mail/new")).unwrap().map(|file| file.unwrap().path());
    // Long lines are folded on their way.
    files.map(|path: PathBuf| std::fs::read_to_string(path).unwrap().replace("=\r\n", "")).collect()
}

pub(super) fn message_id(mail: &str) -> &str {
    mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().trim()
}

pub(super) fn answer(id: &str, headers: &str, text: &str) -> String {
    format!(
        "From: Ada <ada@acme.example>\r\nTo: success@vendor.example\r\nMessage-ID: <answer@acme.example>\r\nSubject: Re: Hello\r\nIn-Reply-To: {id}\r\n{headers}\r\n{text}\r\n"
    )
}

pub(super) fn bounce(id: &str, action: &str, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: success@vendor.example\r\nSubject: Returned\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; ada@acme.example\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; 550 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\nSubject: Hello\r\n\r\n--b--\r\n"
    )
}

pub(super) async fn taken_as(app: &App, raw: &str) -> TakenAs {
    app.take_mail(raw.as_bytes()).await.unwrap().taken_as
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_hears_the_answer_of_a_person_and_not_that_of_a_machine() {
    let (home, app) = written().await;
    let id = message_id(&mails(&home)[0]).to_owned();
    assert_eq!(taken_as(&app, &answer(&id, "Auto-Submitted: auto-replied\r\n", "I am away.")).await, TakenAs::AutoReply);
    assert_eq!(taken_as(&app, &answer("<other@vendor.example>", "", "Hello?")).await, TakenAs::Unknown);
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&app).await, Vec::<String>::new(), "it waits");
    let taken = app.take_mail(answer(&id, "", "Very well!").as_bytes()).await.unwrap();
    assert_eq!((taken.taken_as, taken.account_id.as_deref()), (TakenAs::Reply, Some("acme")));
    assert_eq!(taken_as(&app, &answer(&id, "", "Very well!")).await, TakenAs::Reply);
    app.settle().await;
    look(&app).await;
    assert_eq!(titles(&app).await, ["They answered"]);
    let log =
        app.store().interventions(&InterventionFilter { account_id: Some("acme".into()), limit: 10, ..Default::default() }).await.unwrap();
    let said: Vec<&str> = log.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(said, ["Answered \"Hello Ada\": Very well!"], "once, though the mail came twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_to_a_dead_address_and_the_log_says_why() {
    let (home, app) = written().await;
    let id = message_id(&mails(&home)[0]).to_owned();
    assert_eq!(taken_as(&app, &bounce(&id, "delayed", "4.4.1")).await, TakenAs::Late);
    assert_eq!(taken_as(&app, &bounce(&id, "failed", "5.2.2")).await, TakenAs::Bounce);
    assert_eq!(
        taken_as(&app, &bounce("<made-up@vendor.example>", "failed", "5.1.1")).await,
        TakenAs::Unknown,
        "nobody buries an address with it"
    );
    assert_eq!(taken_as(&app, &bounce(&id, "failed", "5.1.1")).await, TakenAs::DeadAddress);
    look_at(&home, &app, "2026-03-11T09:00:00Z").await;
    assert_eq!(app.deliver().await.unwrap().held, 1);
    let verdicts = app.store().message_verdicts(&VerdictFilter { limit: 10, ..VerdictFilter::default() }).await.unwrap();
    let reasons: Vec<&str> = verdicts.iter().map(|verdict| verdict.reason.as_str()).collect();
    assert_eq!(reasons, ["the address is dead: 5.1.1, 550 no such user"]);
    assert_eq!(mails(&home).len(), 1);
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    look_at(&home, &app, "2026-03-14T09:00:00Z").await;
    assert_eq!(titles(&app).await, ["Silence"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_a_survey_is_a_record_that_plays_hear_and_can_be_corrected() {
    let (home, app) = written().await;
    look_at(&home, &app, "2026-03-11T09:00:00Z").await;
    assert_eq!(app.deliver().await.unwrap().sent, 1);
    let mail = mails(&home).into_iter().find(|mail| mail.contains("https://success.example/s/")).unwrap();
    let token: String =
        mail.split("/s/").nth(1).unwrap().chars().take_while(|letter| letter.is_alphanumeric() || "-_".contains(*letter)).collect();
    let survey = app.survey(&token).unwrap();
    assert_eq!((survey.kind.as_str(), survey.scale(), survey.answer), ("nps", (0, 10), None));
    let too_much = SurveyAnswer { score: 11, comment: String::new() };
    assert_eq!(app.answer_survey(&token, &too_much).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(app.answer_survey("made-up", &too_much).await.unwrap_err().code, ErrorCode::NotFound);
    let bad = SurveyAnswer { score: 3, comment: "Too slow".into() };
    app.answer_survey(&token, &bad).await.unwrap();
    assert_eq!(app.survey(&token).unwrap().answer, Some(bad));
    assert_eq!(look(&app).await.begun, 1, "a detractor");
    look_at(&home, &app, "2026-03-11T10:00:00Z").await;
    let good = SurveyAnswer { score: 9, comment: String::new() };
    app.answer_survey(&token, &good).await.unwrap();
    assert_eq!(app.survey(&token).unwrap().answer, Some(good));
    assert_eq!(look(&app).await.begun, 0);
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&app).await, ["Call about 3", "They answered"]);
    assert_eq!(runs(&app).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_for_whom_the_product_vouches_sees_their_messages_and_a_click_is_heard() {
    let (home, app) = written().await;
    let user = |user: &str| vouched("acme", user);
    let messages = app.in_app_messages(&user("ada")).await.unwrap();
    let shown: Vec<(&str, Option<&str>)> = messages.iter().map(|one| (one.title.as_str(), one.url.as_deref())).collect();
    assert_eq!(shown, [("News", Some("https://vendor.example/news"))]);
    let forged = InAppUser { user: "bob".into(), ..user("ada") };
    assert_eq!(app.in_app_messages(&forged).await.unwrap_err().code, ErrorCode::Unauthorized);
    assert_eq!(app.in_app_messages(&user("bob")).await.unwrap(), []);
    let key = &messages[0].key;
    assert_eq!(app.note_in_app(&user("bob"), key, InAppAct::Clicked).await.unwrap_err().code, ErrorCode::NotFound);
    app.note_in_app(&user("ada"), key, InAppAct::Seen).await.unwrap();
    assert_eq!(app.in_app_messages(&user("ada")).await.unwrap().len(), 1);
    app.note_in_app(&user("ada"), key, InAppAct::Clicked).await.unwrap();
    assert_eq!(app.in_app_messages(&user("ada")).await.unwrap(), []);
    app.settle().await;
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&app).await, ["They answered"]);
}

/// What a user whom the product vouches for is shown, by key.
async fn shown(app: &App, user: &InAppUser) -> Vec<String> {
    app.in_app_messages(user).await.unwrap().into_iter().map(|one| one.key).collect()
}

fn vouched(account: &str, user: &str) -> InAppUser {
    let signature = IdentitySecret::new(SECRET).unwrap().signature(account, user);
    InAppUser { account: account.into(), user: user.into(), signature }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_for_a_person_is_shown_to_the_user_with_their_address_whatever_its_case() {
    let (_home, app) = written().await;
    let at = instant("2026-03-01T00:00:00Z");
    let facts = vec![
        record("users", "u-7", at, &json!({"account_id": "acme", "email": "Ada@ACME.example"})),
        record("users", "u-8", at, &json!({"account_id": "acme", "email": "bob@acme.example"})),
        record("users", "u-9", at, &json!({"account_id": "other", "email": "ada@acme.example"})),
    ];
    take(&app, facts).await;
    let hers = shown(&app, &vouched("acme", "ada")).await;
    assert_eq!(hers.len(), 1);
    for user in ["ADA@acme.example", "ada@acme.example", "u-7"] {
        assert_eq!(shown(&app, &vouched("acme", user)).await, hers, "{user}");
    }
    for (account, user) in [("acme", "u-8"), ("acme", "bob@acme.example"), ("acme", "u-9"), ("other", "u-9"), ("other", "ada@acme.example")]
    {
        let user = vouched(account, user);
        assert!(shown(&app, &user).await.is_empty(), "{user:?}");
        assert_eq!(app.note_in_app(&user, &hers[0], InAppAct::Dismissed).await.unwrap_err().code, ErrorCode::NotFound);
    }
    app.note_in_app(&vouched("acme", "u-7"), &hers[0], InAppAct::Dismissed).await.unwrap();
    for user in ["ada", "ADA@acme.example", "u-7"] {
        assert!(shown(&app, &vouched("acme", user)).await.is_empty(), "they are one person: {user}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_user_closes_of_what_is_for_everybody_stays_open_for_the_others() {
    let (home, app) = written().await;
    let message = InAppMessage {
        key: "run/say/0".into(),
        account_id: "acme".into(),
        user_id: None,
        title: "For all".into(),
        body: String::new(),
        url: None,
        created_at: app.now(),
        expires_at: None,
    };
    assert!(app.store().add_in_app_message(&message).await.unwrap());
    let (bob, cid, eve) = (vouched("acme", "bob"), vouched("acme", "cid"), vouched("acme", "Eve@acme.example"));
    app.note_in_app(&bob, "run/say/0", InAppAct::Dismissed).await.unwrap();
    app.note_in_app(&cid, "run/say/0", InAppAct::Seen).await.unwrap();
    app.note_in_app(&eve, "run/say/0", InAppAct::Clicked).await.unwrap();
    assert!(shown(&app, &bob).await.is_empty() && shown(&app, &eve).await.is_empty());
    assert!(shown(&app, &vouched("acme", "eve@acme.example")).await.is_empty(), "an address is one whatever its case");
    assert_eq!(shown(&app, &cid).await, ["run/say/0"]);
    assert_eq!(shown(&app, &vouched("acme", "ada")).await.len(), 2, "her own too");
    let now = app.now();
    let receipt = |user: &str, act: InAppAct| InAppReceipt {
        message_key: "run/say/0".into(),
        user_id: user.into(),
        shown_at: Some(now),
        clicked_at: (act == InAppAct::Clicked).then_some(now),
        dismissed_at: (act == InAppAct::Dismissed).then_some(now),
    };
    let kept = app.store().in_app_receipts("run/say/0").await.unwrap();
    let expected = [receipt("bob", InAppAct::Dismissed), receipt("cid", InAppAct::Seen), receipt("eve@acme.example", InAppAct::Clicked)];
    assert_eq!(kept, expected);
    // Whoever closed it before does not lose that by seeing it again.
    look_at(&home, &app, "2026-03-10T13:00:00Z").await;
    app.note_in_app(&bob, "run/say/0", InAppAct::Seen).await.unwrap();
    assert_eq!(app.store().in_app_receipts("run/say/0").await.unwrap(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_lies_in_the_folder_is_taken_once() {
    let (home, app) = written().await;
    let id = message_id(&mails(&home)[0]).to_owned();
    std::fs::write(home.path().join("inbox/new/1.mx"), answer(&id, "", "Yes.")).unwrap();
    std::fs::write(home.path().join("inbox/new/2.mx"), "no mail at all").unwrap();
    assert_eq!(app.take_mail_inbox().await.unwrap(), 2);
    assert_eq!(app.take_mail_inbox().await.unwrap(), 0);
    let read: Vec<_> = std::fs::read_dir(home.path().join("inbox/cur")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert_eq!(read.len(), 2);
    app.settle().await;
    look_at(&home, &app, "2026-03-12T09:00:00Z").await;
    assert_eq!(titles(&app).await, ["They answered"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_an_earlier_start_still_work() {
    let (home, app) = written().await;
    look_at(&home, &app, "2026-03-11T09:00:00Z").await;
    let token =
        app.tracker("https://success.example").unwrap().survey_url("k", "csat", "acme", "ada").split("/s/").nth(1).unwrap().to_owned();
    let app = home.reopen(app).await;
    connect(&home, &app);
    assert_eq!(app.survey(&token).unwrap().kind, "csat");
}
