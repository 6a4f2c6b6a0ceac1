//! Mails that come in, as the mail programs of the world write them.

use mainstay_connect::inbound::{Bounce, Inbound, Kind, read};
use proptest::prelude::*;

fn mail(head: &str, body: &str) -> Inbound {
    read(format!("{head}\n\n{body}").replace('\n', "\r\n").as_bytes()).unwrap()
}

const HEAD: &str = "From: Ada Lovelace <Ada@Customer.example>\nTo: Acme <success+r.42@acme.example>\nMessage-ID: <reply@customer.example>\nSubject: Re: can we help?\nIn-Reply-To: <2@acme.example>\nReferences: <1@acme.example> <2@acme.example>";

#[test]
fn a_reply_names_what_it_answers_and_says_only_what_is_new() {
    let read = mail(HEAD, "Yes, please call me.\n\nOn Mon, 2 Mar 2026 at 10:00, Acme <success@acme.example> wrote:\n> Hello Ada");
    assert_eq!(read.kind, Kind::Reply);
    assert_eq!(read.from.as_deref(), Some("ada@customer.example"));
    assert_eq!(read.message_id.as_deref(), Some("reply@customer.example"));
    assert_eq!(read.answers, ["2@acme.example", "1@acme.example"]);
    assert_eq!(read.tags, ["r.42"]);
    assert_eq!(read.text, "Yes, please call me.");
}

#[test]
fn a_machine_that_answers_for_a_person_is_told_from_the_person() {
    for header in ["Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes", "X-Autorespond: out of office"] {
        assert_eq!(mail(&format!("{HEAD}\n{header}"), "I am away.").kind, Kind::AutoReply, "{header}");
    }
    assert_eq!(mail(&format!("{HEAD}\nAuto-Submitted: no"), "I am here.").kind, Kind::Reply);
}

#[test]
fn who_wants_no_more_says_so_in_the_subject_the_text_or_the_address() {
    let to = HEAD.replace("success+r.42", "success+unsubscribe");
    assert_eq!(mail(&to, "").kind, Kind::Unsubscribe);
    assert_eq!(mail(&HEAD.replace("Re: can we help?", "UNSUBSCRIBE"), "").kind, Kind::Unsubscribe);
    assert_eq!(mail(HEAD, "Unsubscribe.\n").kind, Kind::Unsubscribe);
    assert_eq!(mail(HEAD, "How do I unsubscribe a colleague?").kind, Kind::Reply);
}

fn report(action: &str, status: &str, returned: &str) -> Inbound {
    let head = "From: MAILER-DAEMON@mx.example\nTo: success@acme.example\nMessage-ID: <dsn@mx.example>\nSubject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b\"";
    let body = format!(
        "--b\nContent-Type: text/plain\n\nI could not deliver it.\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\nArrival-Date: Mon, 2 Mar 2026 10:00:00 +0000\n\nFinal-Recipient: rfc822; Ada@Customer.example\nAction: {action}\nStatus: {status}\nDiagnostic-Code: smtp; 550 {status} no such\n    user\n\n--b\n{returned}\n--b--\n"
    );
    mail(head, &body)
}

const WHOLE: &str = "Content-Type: message/rfc822\n\nFrom: success@acme.example\nTo: ada@customer.example\nMessage-ID: <2@acme.example>\nSubject: can we help?\n\nHello";
const HEADERS: &str =
    "Content-Type: text/rfc822-headers\n\nFrom: success@acme.example\nMessage-ID:\n <2@acme.example>\nSubject: can we help?\n";

#[test]
fn a_bounce_names_the_message_the_address_and_why() {
    for returned in [WHOLE, HEADERS] {
        let read = report("failed", "5.1.1", returned);
        let bounce = Bounce {
            recipient: Some("ada@customer.example".into()),
            status: "5.1.1".into(),
            permanent: true,
            dead_address: true,
            why: "550 5.1.1 no such user".into(),
        };
        assert_eq!(read.kind, Kind::Bounce(bounce));
        assert_eq!(read.answers, ["2@acme.example"]);
    }
}

#[test]
fn what_may_work_another_time_is_no_dead_address() {
    let bounce = |action, status| match report(action, status, WHOLE).kind {
        Kind::Bounce(bounce) => (bounce.permanent, bounce.dead_address),
        other => panic!("{other:?}"),
    };
    assert_eq!(bounce("failed", "5.2.2"), (true, false));
    assert_eq!(bounce("failed", "5.7.1"), (true, false));
    assert_eq!(bounce("delayed", "4.4.1"), (false, false));
    assert_eq!(bounce("failed", "4.4.7"), (false, false));
    assert_eq!(report("delivered", "2.0.0", WHOLE).kind, Kind::AutoReply, "a success report is no bounce");
}

#[test]
fn a_spam_report_is_a_complaint() {
    let head = "From: feedback@mailbox.example\nTo: abuse@acme.example\nSubject: FW: can we help?\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=\"b\"";
    let body = format!(
        "--b\nContent-Type: text/plain\n\nAbuse\n\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nVersion: 1\n\n--b\n{WHOLE}\n--b--\n"
    );
    let read = mail(head, &body);
    assert_eq!(read.kind, Kind::Complaint);
    assert_eq!(read.answers, ["2@acme.example"]);
}

#[test]
fn what_is_no_mail_is_none() {
    assert_eq!(read(b""), None);
    assert_eq!(read(b"\x00\x01\x02"), None);
}

proptest! {
    #[test]
    fn no_bytes_bring_the_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..400), cut in 0_usize..400) {
        let _ = read(&bytes);
        let whole = format!("{HEAD}\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n");
        let _ = read(whole.as_bytes().get(..cut.min(whole.len())).unwrap());
    }
}
