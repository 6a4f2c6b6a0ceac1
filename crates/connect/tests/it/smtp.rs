//! Mail through a real relay with STARTTLS and AUTH into a Maildir, read there by another program.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use mainstay_connect::Answer;
use mainstay_connect::calendar::Invitation;
use mainstay_connect::smtp::{Mail, Security, Smtp, SmtpLimits, SmtpSettings, Unsubscribe, message_id};
use serde_json::{Value, json};

use crate::support::now;
use crate::support::python::{output, python, script};

struct Relay {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
    python: PathBuf,
}

impl Relay {
    fn start(mode: &str) -> Option<Self> {
        let python = python()?;
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(&python)
            .arg(script("relay.py"))
            .arg(folder.path())
            .arg(mode)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Some(Self { child, port: line.trim().parse().unwrap(), folder, python })
    }

    fn settings(&self, security: Security) -> SmtpSettings {
        SmtpSettings {
            host: "localhost".into(),
            port: self.port,
            security,
            credentials: (security == Security::StartTls).then(|| ("mainstay".into(), "pass word".into())),
            hello: Some("mainstay.example".into()),
            root_pem: Some(std::fs::read(self.folder.path().join("root.pem")).unwrap()),
            limits: SmtpLimits { connect: Duration::from_secs(20), answer: Duration::from_secs(20), content: Duration::from_secs(20) },
        }
    }

    fn smtp(&self, security: Security) -> Smtp {
        Smtp::new(self.settings(security)).unwrap()
    }

    /// The mails in the Maildir, by subject, as another program reads them.
    fn mails(&self) -> Vec<Value> {
        let maildir = self.folder.path().join("Maildir");
        serde_json::from_str(&output(&self.python, "read_maildir.py", &[maildir.to_str().unwrap()])).unwrap()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // The relay ends with its standard input.
        drop(self.child.stdin.take());
        self.child.wait().unwrap();
    }
}

fn mail(key: &str, to: &str, subject: &str) -> Mail {
    Mail {
        key: key.into(),
        from: "Acme Success <success@acme.example>".into(),
        to: to.into(),
        subject: subject.into(),
        text: "Hello Ada,\n\n.a line with a dot\nGrüße".into(),
        ..Mail::default()
    }
}

fn id(key: &str) -> String {
    message_id(key, "success@acme.example")
}

#[tokio::test]
async fn a_mail_arrives_whole_and_another_program_reads_every_part() {
    let Some(relay) = Relay::start("starttls") else { return };
    let invitation = Invitation {
        uid: "run-1/invite/0".into(),
        sequence: 0,
        title: "Quarterly review".into(),
        description: "What is next".into(),
        location: None,
        start: now(),
        duration: Duration::from_mins(45),
        organizer: ("Acme".into(), "success@acme.example".into()),
        guest: ("Ada".into(), "ada@customer.example".into()),
    };
    let mail = Mail {
        html: Some("<p>Hello Ada,</p><p>Grüße</p>".into()),
        reply_to: Some("success+r.42@acme.example".into()),
        in_reply_to: Some("earlier@customer.example".into()),
        invitation: Some(invitation.request(now())),
        unsubscribe: Some(Unsubscribe {
            url: format!("https://success.example/t/u/{}", "x".repeat(120)),
            mailto: Some("success+unsubscribe@acme.example".into()),
        }),
        ..mail(
            "run-1/check_in/0",
            "Ada Lovelace, née Byron <ada@customer.example>".replace(',', "").as_str(),
            "Wie geht es Ihnen? – 42 % weniger Anmeldungen im letzten Monat, sehr geehrte Frau Gräfin",
        )
    };
    let answer = relay.smtp(Security::StartTls).send(&mail, now()).await;
    assert_eq!(answer, Answer::Sent { id: id("run-1/check_in/0") });

    let mails = relay.mails();
    let [read] = mails.as_slice() else { panic!("one mail, not {}", mails.len()) };
    assert_eq!(read["defects"], json!([]));
    let headers = &read["headers"];
    assert_eq!(headers["Subject"], mail.subject.as_str());
    assert_eq!(headers["From"], "Acme Success <success@acme.example>");
    assert_eq!(headers["To"], "Ada Lovelace née Byron <ada@customer.example>");
    assert_eq!(headers["Reply-To"], "success+r.42@acme.example");
    assert_eq!(headers["In-Reply-To"], "<earlier@customer.example>");
    assert_eq!(headers["Message-ID"], id("run-1/check_in/0"));
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    assert_eq!(
        headers["List-Unsubscribe"],
        format!("<https://success.example/t/u/{}>, <mailto:success+unsubscribe@acme.example>", "x".repeat(120))
    );
    assert_eq!(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let parts: Vec<(&str, &Value)> =
        read["parts"].as_array().unwrap().iter().map(|part| (part["type"].as_str().unwrap(), &part["method"])).collect();
    assert_eq!(parts, [("text/plain", &Value::Null), ("text/html", &Value::Null), ("text/calendar", &json!("REQUEST"))]);
    let content = |index: usize| read["parts"][index]["content"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(content(0).trim_end(), mail.text);
    assert!(content(1).contains("Grüße"));
    assert!(content(2).contains("SUMMARY:Quarterly review"));
}

#[tokio::test]
async fn one_connection_carries_several_mails_even_after_a_refusal() {
    let Some(relay) = Relay::start("starttls") else { return };
    let smtp = relay.smtp(Security::StartTls);
    for (index, to) in ["ada@customer.example", "nobody@customer.example", "ada@customer.example"].into_iter().enumerate() {
        smtp.send(&mail(&format!("k{index}"), to, &format!("mail {index}")), now()).await;
    }
    let mails = relay.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0]["headers"]["X-Peer"], mails[1]["headers"]["X-Peer"], "both came through one connection");
}

#[tokio::test]
async fn a_no_is_told_apart_by_what_it_is_about() {
    let Some(relay) = Relay::start("starttls") else { return };
    let smtp = relay.smtp(Security::StartTls);
    let answer = async |to: &str, subject: &str| smtp.send(&mail("k", to, subject), now()).await;
    let Answer::Refused { why, bounced: true } = answer("nobody@customer.example", "x").await else { panic!("the address is dead") };
    assert!(why.contains("5.1.1 no such user"), "{why}");
    assert!(matches!(answer("policy@customer.example", "x").await, Answer::Refused { bounced: false, .. }));
    assert!(matches!(answer("full@customer.example", "x").await, Answer::Refused { bounced: false, .. }));
    assert!(matches!(answer("later@customer.example", "x").await, Answer::Retry { .. }));
    assert!(matches!(answer("ada@customer.example", "spam").await, Answer::Refused { bounced: false, .. }));
    assert!(matches!(answer("no address", "x").await, Answer::Refused { bounced: false, .. }));
    assert!(matches!(answer("ada@customer.example", "well").await, Answer::Sent { .. }));
}

#[tokio::test]
async fn a_wrong_password_or_certificate_loses_no_mail() {
    let Some(relay) = Relay::start("starttls") else { return };
    let wrong = SmtpSettings { credentials: Some(("mainstay".into(), "wrong".into())), ..relay.settings(Security::StartTls) };
    let answer = Smtp::new(wrong).unwrap().send(&mail("k", "ada@customer.example", "x"), now()).await;
    let Answer::Retry { why, .. } = answer else { panic!("somebody can correct the password: {answer:?}") };
    assert!(why.contains("to the password") && !why.contains("wrong"), "{why}");

    let unknown = SmtpSettings { root_pem: None, ..relay.settings(Security::StartTls) };
    let answer = Smtp::new(unknown).unwrap().send(&mail("k", "ada@customer.example", "x"), now()).await;
    assert!(matches!(answer, Answer::Retry { .. }), "{answer:?}");
    assert!(!relay.folder.path().join("Maildir/new").read_dir().is_ok_and(|mut mails| mails.next().is_some()));
}

#[tokio::test]
async fn tls_from_the_first_byte_works_too_and_settings_can_be_tried() {
    let Some(relay) = Relay::start("tls") else { return };
    let smtp = relay.smtp(Security::Tls);
    assert_eq!(smtp.check().await, None);
    assert!(matches!(smtp.send(&mail("k", "ada@customer.example", "x"), now()).await, Answer::Sent { .. }));
    let plain = SmtpSettings {
        security: Security::None,
        limits: SmtpLimits { connect: Duration::from_millis(200), ..SmtpLimits::default() },
        ..relay.settings(Security::None)
    };
    assert!(Smtp::new(plain).unwrap().check().await.is_some(), "a relay that speaks TLS says nothing in clear");
}

#[tokio::test]
async fn nothing_in_a_mail_adds_a_header_or_a_recipient() {
    let Some(relay) = Relay::start("none") else { return };
    let smtp = relay.smtp(Security::None);
    let evil = "x\r\nBcc: victim@customer.example\r\n\r\nbody";
    let mail = Mail {
        in_reply_to: Some(format!("a>{evil}")),
        unsubscribe: Some(Unsubscribe { url: format!("https://success.example/{evil}"), mailto: Some(evil.into()) }),
        text: "one\r\n.\r\nMAIL FROM:<a@b.example>\r\n".into(),
        ..mail("k", "ada@customer.example", evil)
    };
    assert!(matches!(smtp.send(&mail, now()).await, Answer::Sent { .. }));
    let to = Mail { to: format!("Ada <ada@customer.example>{evil}"), ..mail.clone() };
    assert!(matches!(smtp.send(&to, now()).await, Answer::Refused { .. }));
    let mails = relay.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0]["headers"]["X-RcptTo"], "ada@customer.example");
    assert_eq!(mails[0]["headers"]["Subject"], "x Bcc: victim@customer.example body");
    assert!(mails[0]["parts"][0]["content"].as_str().unwrap().contains("MAIL FROM"));
}
