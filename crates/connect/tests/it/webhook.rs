//! Signed webhooks to a peer that answers every way there is, and to the public verifier.

use std::time::{Duration, Instant};

use mainstay_connect::Answer;
use mainstay_connect::webhook::{Secret, Webhook, WebhookSettings, Webhooks};

use crate::support::now;
use crate::support::peer::{Peer, Say};
use crate::support::python::{output, python};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &str = r#"{"type":"account.provisioned","data":{"account":"acme","name":"Ünïcode & <b>"}}"#;

fn sender() -> Webhooks {
    Webhooks::new(WebhookSettings { answer_limit: Duration::from_secs(10), allow_private: true }).unwrap()
}

async fn answer_to(say: Say) -> Answer {
    let peer = Peer::saying(vec![say]).await;
    let url = peer.url("/hook");
    let secret = Secret::parse(SECRET).unwrap();
    sender().send(&Webhook { url: &url, secret: Some(&secret), key: "run-1/provision/0", body: BODY }, now()).await
}

fn status(status: u16) -> Say {
    Say::This(status, Vec::new(), "words".into())
}

#[tokio::test]
async fn a_webhook_has_the_three_headers_and_the_body_that_was_signed() {
    let peer = Peer::saying(Vec::new()).await;
    let secret = Secret::parse(SECRET).unwrap();
    let url = peer.url("/hook");
    let answer = sender().send(&Webhook { url: &url, secret: Some(&secret), key: "run-1/provision/0", body: BODY }, now()).await;
    assert_eq!(answer, Answer::Sent { id: "run-1/provision/0".into() });

    let asked = peer.asked().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str(), asked.body.as_str()), ("POST", "/hook", BODY));
    assert_eq!(asked.header("content-type"), "application/json");
    assert_eq!(asked.header("webhook-id"), "run-1/provision/0");
    assert_eq!(asked.header("webhook-timestamp"), "1772445600");
    assert!(asked.header("webhook-signature").starts_with("v1,"));
    assert!(asked.header("user-agent").starts_with("Mainstay/"));
}

#[tokio::test]
async fn the_public_verifier_believes_our_signature_and_no_other_body() {
    let Some(python) = python() else { return };
    let peer = Peer::saying(Vec::new()).await;
    let url = peer.url("/hook");
    let secret = Secret::parse(SECRET).unwrap();
    sender().send(&Webhook { url: &url, secret: Some(&secret), key: "run-1/provision/0", body: BODY }, now()).await;
    let asked = peer.asked().remove(0);
    let (id, at, signature) = (asked.header("webhook-id"), asked.header("webhook-timestamp"), asked.header("webhook-signature"));
    let verify = |body: &str| output(&python, "verify_webhook.py", &[SECRET, body, &id, &at, &signature]);
    assert_eq!(verify(&asked.body), "ours\n");
    assert!(verify(r#"{"type":"account.closed"}"#).starts_with("not ours"));
}

#[tokio::test]
async fn what_passes_is_tried_again_and_what_does_not_is_refused() {
    assert_eq!(
        answer_to(Say::This(429, vec![("retry-after", "90".into())], "slow down".into())).await,
        Answer::Retry { after: Some(Duration::from_secs(90)), why: "the endpoint answered 429 Too Many Requests: slow down".into() }
    );
    assert!(matches!(answer_to(status(500)).await, Answer::Retry { after: None, .. }));
    assert!(matches!(answer_to(status(503)).await, Answer::Retry { .. }));
    assert!(matches!(answer_to(status(408)).await, Answer::Retry { .. }));
    assert!(matches!(answer_to(status(204)).await, Answer::Sent { .. }));
    for refused in [400, 401, 404, 410, 422] {
        assert!(matches!(answer_to(status(refused)).await, Answer::Refused { bounced: false, .. }), "{refused}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Peer::saying(Vec::new()).await;
    let answer = answer_to(Say::This(307, vec![("location", elsewhere.url("/"))], String::new())).await;
    assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_tried_again_after_the_limit() {
    let peer = Peer::saying(vec![Say::Nothing]).await;
    let sender = Webhooks::new(WebhookSettings { answer_limit: Duration::from_millis(200), allow_private: true }).unwrap();
    let url = peer.url("/hook");
    let begun = Instant::now();
    let answer = sender.send(&Webhook { url: &url, secret: None, key: "k", body: "{}" }, now()).await;
    assert_eq!(answer, Answer::Retry { after: None, why: "no answer in time".into() });
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert!(peer.asked()[0].headers.get("webhook-signature").is_none(), "without a secret there is no signature");
}

#[tokio::test]
async fn nobody_looks_around_in_this_network_with_a_webhook() {
    let peer = Peer::saying(Vec::new()).await;
    let public = Webhooks::new(WebhookSettings::default()).unwrap();
    let port = peer.address.port();
    for host in ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let url = format!("http://{host}:{port}/hook");
        let answer = public.send(&Webhook { url: &url, secret: None, key: "k", body: "{}" }, now()).await;
        assert!(!matches!(answer, Answer::Sent { .. }), "{host}: {answer:?}");
    }
    for url in ["ftp://acme.example/", "file:///etc/passwd", "no address"] {
        let answer = public.send(&Webhook { url, secret: None, key: "k", body: "{}" }, now()).await;
        assert!(matches!(answer, Answer::Refused { .. }), "{url}: {answer:?}");
    }
    assert!(peer.asked().is_empty());
}

#[tokio::test]
async fn a_key_with_a_line_break_adds_no_header() {
    let peer = Peer::saying(Vec::new()).await;
    let url = peer.url("/hook");
    let answer = sender().send(&Webhook { url: &url, secret: None, key: "k\r\nx-evil: 1", body: "{}" }, now()).await;
    assert!(matches!(answer, Answer::Refused { .. }), "{answer:?}");
    assert!(peer.asked().is_empty());
}
