//! Relays that accept and then say nothing, at every phase of the conversation.

use std::time::{Duration, Instant};

use mainstay_connect::Answer;
use mainstay_connect::smtp::{Mail, Security, Smtp, SmtpLimits, SmtpSettings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::support::now;

const LIMIT: Duration = Duration::from_millis(200);

/// A relay that falls silent at a command.
async fn silent_at(command: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            if command != "greeting" {
                writer.write_all(b"220 relay.example\r\n").await.unwrap();
            }
            let mut content = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let silent = command == "greeting" || (!content && line.starts_with(command)) || (command == "content" && line == ".");
                if silent || (content && line != ".") {
                    continue;
                }
                content = line == "DATA";
                let answer: &[u8] = if content { b"354 go on\r\n" } else { b"250 OK\r\n" };
                writer.write_all(answer).await.unwrap();
            }
        }
    });
    port
}

fn smtp(port: u16) -> Smtp {
    let limits = SmtpLimits { connect: LIMIT, answer: LIMIT, content: LIMIT };
    let settings =
        SmtpSettings { host: "127.0.0.1".into(), port, security: Security::None, credentials: None, hello: None, root_pem: None, limits };
    Smtp::new(settings).unwrap()
}

fn mail() -> Mail {
    Mail {
        key: "k".into(),
        from: "a@acme.example".into(),
        to: "b@customer.example".into(),
        subject: "x".into(),
        text: "x".into(),
        ..Mail::default()
    }
}

#[tokio::test]
async fn silence_at_any_phase_ends_as_a_retry_that_names_the_phase() {
    for (command, words) in [
        ("greeting", "to the connection"),
        ("EHLO", "to the connection"),
        ("MAIL", "to the sender"),
        ("RCPT", "to the recipient"),
        ("DATA", "to the content"),
        ("content", "to the content"),
    ] {
        let smtp = smtp(silent_at(command).await);
        let begun = Instant::now();
        let answer = smtp.send(&mail(), now()).await;
        assert_eq!(answer, Answer::Retry { after: None, why: format!("the mail relay did not answer {words} within 200ms") }, "{command}");
        assert!(begun.elapsed() >= LIMIT);
    }
}

#[tokio::test]
async fn a_waiting_connection_that_has_died_is_replaced() {
    let smtp = smtp(silent_at("NOOP").await);
    for _ in 0..2 {
        assert!(matches!(smtp.send(&mail(), now()).await, Answer::Sent { .. }));
    }
}

#[tokio::test]
async fn where_nothing_listens_the_mail_is_tried_again() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert!(matches!(smtp(port).send(&mail(), now()).await, Answer::Retry { after: None, .. }));
}

#[test]
fn a_password_never_travels_in_clear_to_another_machine() {
    let settings = SmtpSettings {
        host: "relay.example".into(),
        port: 25,
        security: Security::None,
        credentials: Some(("a".into(), "hunter2".into())),
        hello: None,
        root_pem: None,
        limits: SmtpLimits::default(),
    };
    assert!(!format!("{settings:?}").contains("hunter2"));
    let message = Smtp::new(settings).unwrap_err().to_string();
    assert!(message.starts_with("SMTP security: "), "{message}");
}
