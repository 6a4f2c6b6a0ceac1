//! Slack, played by a peer that answers as Slack's documentation says.

use std::time::Duration;

use mainstay_connect::Answer;
use mainstay_connect::slack::{Slack, SlackAccess, SlackMessage};
use serde_json::json;

use crate::support::now;
use crate::support::peer::{Peer, Say};

fn json_answer(body: &serde_json::Value) -> Say {
    Say::This(200, vec![("content-type", "application/json; charset=utf-8".into())], body.to_string())
}

async fn bot(says: Vec<Say>) -> (Peer, Slack) {
    let peer = Peer::saying(says).await;
    let access = SlackAccess::Bot { token: "xoxb-secret-token".into(), api_url: peer.url("/api") };
    let slack = Slack::with_limit(access, Duration::from_secs(10)).unwrap();
    (peer, slack)
}

async fn answer_to(say: Say) -> Answer {
    let (_, slack) = bot(vec![say]).await;
    slack.send(&SlackMessage::plain("Hello"), "#cs-alerts", "run-1/alert/0", now()).await
}

#[tokio::test]
async fn a_bot_posts_text_blocks_and_the_key() {
    let (peer, slack) = bot(vec![json_answer(&json!({ "ok": true, "channel": "C024BE91L", "ts": "1772445600.000100" }))]).await;
    let blocks = vec![json!({ "type": "section", "text": { "type": "mrkdwn", "text": "*Acme* is declining" } })];
    let message = SlackMessage { text: "Acme is declining".into(), blocks: blocks.clone() };
    let answer = slack.send(&message, "#cs-alerts", "run-1/alert/0", now()).await;
    assert_eq!(answer, Answer::Sent { id: "C024BE91L/1772445600.000100".into() });

    let asked = peer.asked().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/api/chat.postMessage"));
    assert_eq!(asked.header("authorization"), "Bearer xoxb-secret-token");
    assert!(asked.header("content-type").starts_with("application/json"));
    let body = asked.json();
    assert_eq!((&body["channel"], &body["text"], &body["blocks"]), (&json!("#cs-alerts"), &json!("Acme is declining"), &json!(blocks)));
    assert_eq!(body["metadata"], json!({ "event_type": "mainstay_message", "event_payload": { "key": "run-1/alert/0" } }));
}

#[tokio::test]
async fn a_rate_limit_says_how_long_to_wait() {
    let limited = Say::This(429, vec![("retry-after", "30".into())], r#"{"ok":false,"error":"ratelimited"}"#.into());
    let Answer::Retry { after, .. } = answer_to(limited).await else { panic!("a rate limit is no refusal") };
    assert_eq!(after, Some(Duration::from_secs(30)));
}

#[tokio::test]
async fn what_slack_says_no_to_is_told_apart() {
    let no = |error: &str| json_answer(&json!({ "ok": false, "error": error }));
    for passing in ["internal_error", "fatal_error", "request_timeout", "ratelimited"] {
        assert!(matches!(answer_to(no(passing)).await, Answer::Retry { .. }), "{passing}");
    }
    let Answer::Retry { why, .. } = answer_to(no("not_in_channel")).await else { panic!("somebody can invite the bot") };
    assert!(why.contains("check the bot's token"), "{why}");
    for refused in ["channel_not_found", "is_archived", "msg_too_long", "invalid_blocks"] {
        assert!(matches!(answer_to(no(refused)).await, Answer::Refused { bounced: false, .. }), "{refused}");
    }
    assert!(matches!(answer_to(Say::This(502, Vec::new(), "<html>".into())).await, Answer::Retry { .. }));
    assert!(matches!(answer_to(Say::This(200, Vec::new(), "<html>".into())).await, Answer::Retry { .. }));
}

#[tokio::test]
async fn an_incoming_webhook_is_told_the_text_and_blocks() {
    let peer = Peer::saying(vec![Say::This(200, Vec::new(), "ok".into()), Say::This(410, Vec::new(), "channel_is_archived".into())]).await;
    let slack = Slack::new(SlackAccess::Webhook { url: peer.url("/services/T0/B0/secret") }).unwrap();
    let message = SlackMessage::plain("a <!channel> & b");
    let send = || slack.send(&message, "", "run-1/alert/0", now());
    assert_eq!(send().await, Answer::Sent { id: "run-1/alert/0".into() });
    assert_eq!(peer.asked()[0].json(), json!({ "text": "a &lt;!channel&gt; &amp; b" }));
    assert_eq!(send().await, Answer::Refused { why: "Slack answered 410 Gone: channel_is_archived".into(), bounced: false });
}

#[tokio::test]
async fn neither_silence_nor_a_closed_port_repeats_a_secret() {
    let peer = Peer::saying(vec![Say::Nothing]).await;
    let access = SlackAccess::Webhook { url: peer.url("/services/T0/B0/secret") };
    let slack = Slack::with_limit(access, Duration::from_millis(200)).unwrap();
    let answer = slack.send(&SlackMessage::plain("x"), "", "k", now()).await;
    assert_eq!(answer, Answer::Retry { after: None, why: "no answer in time".into() });
    assert!(!format!("{slack:?}").contains("secret"));

    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let slack = Slack::new(SlackAccess::Webhook { url: format!("http://{closed}/services/T0/B0/secret") }).unwrap();
    let Answer::Retry { why, .. } = slack.send(&SlackMessage::plain("x"), "", "k", now()).await else { panic!("nothing listens") };
    assert!(why.starts_with("could not connect") && !why.contains("secret"), "{why}");
}

#[test]
fn a_token_that_is_none_is_refused_without_being_repeated() {
    let access = SlackAccess::Bot { token: "hunter2".into(), api_url: "https://slack.com/api".into() };
    let message = Slack::new(access).unwrap_err().to_string();
    assert!(message.starts_with("Slack token: ") && !message.contains("hunter2"), "{message}");
}
