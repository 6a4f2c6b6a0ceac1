//! What comes back over HTTP: mail through its door, answers to surveys, messages inside the customer's product.

use axum::http::{Method, StatusCode, header};
use mainstay_app::plays::Channels;
use mainstay_app::returns::InAppMessage;
use serde_json::{Value, json};

use crate::console::visitor::Site;

const SECRET: &str = "0123456789abcdef";
const MAIL: &str = "From: ada@acme.example\r\nSubject: unsubscribe\r\nMessage-ID: <1@acme.example>\r\n\r\n";

async fn connected() -> Site {
    let site = Site::open().await;
    let variables = [("MAINSTAY_MAIL_SECRET", SECRET), ("MAINSTAY_IN_APP_SECRET", SECRET)];
    let variables = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let channels = Channels::from_variables("https://mainstay.example", &variables).unwrap();
    site.app.connect(Channels { tracker: Some(site.app.tracker("https://mainstay.example").unwrap()), ..channels });
    site
}

async fn post(site: &Site, path: &str, authorization: &str, body: &str) -> (StatusCode, Value) {
    let answered = site.send(Method::POST, path, &[(header::AUTHORIZATION, authorization)], body).await;
    (answered.status, serde_json::from_str(&answered.body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_taken_from_whoever_shows_the_secret() {
    let site = connected().await;
    // `mail:0123456789abcdef`
    for authorization in [format!("Bearer {SECRET}"), "Basic bWFpbDowMTIzNDU2Nzg5YWJjZGVm".to_owned()] {
        let (status, answer) = post(&site, "/hooks/mail", &authorization, MAIL).await;
        assert_eq!((status, &answer["taken_as"]), (StatusCode::OK, &json!("unsubscribe")));
    }
    assert_eq!(site.app.store().consents_of("ada@acme.example").await.unwrap().len(), 1);
    for authorization in ["", "Bearer", "Bearer 0123456789abcdeF", "Basic bWFpbDo=", "Basic !"] {
        assert_eq!(post(&site, "/hooks/mail", authorization, MAIL).await.0, StatusCode::UNAUTHORIZED, "{authorization}");
    }
    let (status, answer) = post(&site, "/hooks/mail", &format!("Bearer {SECRET}"), "").await;
    assert_eq!((status, &answer["code"]), (StatusCode::BAD_REQUEST, &json!("invalid")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_their_secrets_the_doors_are_shut() {
    let site = Site::open().await;
    assert_eq!(post(&site, "/hooks/mail", "Bearer ", MAIL).await.0, StatusCode::NOT_FOUND);
    assert_eq!(post(&site, "/in-app/seen", "Bearer ", r#"{"account":"a","user":"u","key":"k"}"#).await.0, StatusCode::NOT_FOUND);
    let page = site.send(Method::GET, "/s/made-up", &[], "").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_is_answered_on_a_page_without_sign_in_and_corrected_there() {
    let site = connected().await;
    let url = site.app.channels().tracker.clone().unwrap().survey_url("run/ask/0", "nps", "acme", "ada");
    let path = url.strip_prefix("https://mainstay.example").unwrap();
    let page = site.send(Method::GET, path, &[], "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("How likely are you to recommend Test to a colleague?") && !page.body.contains("<script"), "{}", page.body);
    assert_eq!(page.body.matches("type=\"radio\"").count(), 11);
    assert_eq!(site.send(Method::POST, path, &[], "comment=x").await.status, StatusCode::UNPROCESSABLE_ENTITY, "no number");
    assert_eq!(site.send(Method::POST, path, &[], "score=11").await.status, StatusCode::UNPROCESSABLE_ENTITY, "not on the scale");
    let long = format!("score=1&comment={}", "x".repeat(4_001));
    assert_eq!(site.send(Method::POST, path, &[], &long).await.status, StatusCode::UNPROCESSABLE_ENTITY, "too long a comment");
    let thanks = site.send(Method::POST, path, &[], "score=9&comment=%3Cb%3Egood").await;
    assert!(thanks.status.is_success() && thanks.body.contains("Thank you"), "{}", thanks.body);
    let again = site.send(Method::GET, path, &[], "").await.body;
    assert!(again.contains("value=\"9\" required checked") && again.contains("&#60;b&#62;good"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_product_on_any_site_shows_its_user_what_is_for_them() {
    let site = connected().await;
    let at = site.app.now();
    let message = InAppMessage {
        key: "run/say/0".into(),
        account_id: "acme".into(),
        user_id: Some("ada".into()),
        title: "News".into(),
        body: "<b>Hello</b>".into(),
        url: None,
        created_at: at,
        expires_at: None,
    };
    site.app.store().add_in_app_message(&message).await.unwrap();
    // python3 -c "import hmac; print(hmac.new(b'0123456789abcdef', b'acme\nada', 'sha256').hexdigest())"
    let signed = [(header::AUTHORIZATION, "Bearer 73be5e78567e913c646d04dc543d4381b7a5d2c31be3a1e01a4de0b3700bcbbf")];
    let list = async || site.send(Method::GET, "/in-app/messages?account=acme&user=ada", &signed, "").await;
    let answered = list().await;
    assert_eq!(answered.status, StatusCode::OK);
    let answer: Value = serde_json::from_str(&answered.body).unwrap();
    assert_eq!((&answer["messages"][0]["title"], &answer["messages"][0]["body"]), (&json!("News"), &json!("<b>Hello</b>")));
    let other = site.send(Method::GET, "/in-app/messages?account=acme&user=bob", &signed, "").await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    let body = r#"{"account":"acme","user":"ada","key":"run/say/0"}"#;
    for (path, status) in [("/in-app/seen", 204), ("/in-app/dismissed", 204), ("/in-app/eaten", 404)] {
        assert_eq!(site.send(Method::POST, path, &signed, body).await.status.as_u16(), status, "{path}");
    }
    assert_eq!(site.send(Method::POST, "/in-app/seen", &signed, "{}").await.status, StatusCode::BAD_REQUEST);
    assert!(list().await.body.contains("\"messages\":[]"));
    assert_eq!(site.send(Method::OPTIONS, "/in-app/seen", &[], "").await.status, StatusCode::NO_CONTENT, "a browser asks before it sends");
    let script = site.send(Method::GET, "/in-app.js", &[], "").await;
    assert!(script.status.is_success() && !script.body.contains("innerHTML"), "text only");
}
