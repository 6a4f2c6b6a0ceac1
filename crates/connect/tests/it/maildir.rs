//! Mail that is written into a folder instead of sent, read there by another program.

use mainstay_connect::maildir::Maildir;
use mainstay_connect::smtp::{Mail, Unsubscribe};
use mainstay_connect::{Answer, Post};
use serde_json::{Value, json};

use crate::support::now;
use crate::support::python::{output, python};

#[tokio::test]
async fn another_program_reads_each_mail_once_with_all_its_parts() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let post = Post::Folder(Maildir::open(folder.path()).unwrap());
    let mail = |number: usize| Mail {
        key: format!("run/write/{number}"),
        from: "Acme <success@acme.example>".into(),
        to: "\"Ångström, Zoë\" <zoe@customer.example>".into(),
        subject: format!("{number}: können wir helfen?"),
        text: "Grüße".into(),
        html: Some("<p>Grüße</p>".into()),
        unsubscribe: Some(Unsubscribe { url: "https://success.example/t/u/x".into(), mailto: None }),
        ..Mail::default()
    };
    for number in [0, 1, 0] {
        assert_eq!(post.send(&mail(number), now()).await, Answer::Sent { id: mail(number).message_id() });
    }
    let read: Vec<Value> = serde_json::from_str(&output(&python, "read_maildir.py", &[folder.path().to_str().unwrap()])).unwrap();
    assert_eq!(read.len(), 2);
    for (number, one) in read.iter().enumerate() {
        assert_eq!(one["defects"], json!([]));
        assert_eq!(one["headers"]["Subject"], json!(format!("{number}: können wir helfen?")));
        assert_eq!(one["headers"]["To"], json!("\"Ångström, Zoë\" <zoe@customer.example>"));
        assert_eq!(one["headers"]["Message-ID"], json!(mail(number).message_id()));
        let parts: Vec<&str> = one["parts"].as_array().unwrap().iter().map(|part| part["type"].as_str().unwrap()).collect();
        assert_eq!(parts, ["text/plain", "text/html"]);
    }
}
