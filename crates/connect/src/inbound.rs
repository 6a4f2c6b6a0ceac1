//! What a mail that came in says: an answer, a bounce, an absence, an unsubscription, and to which of our messages.

mod report;

use mail_parser::{Address, HeaderValue, Message, MessageParser, MimeHeaders};
use serde::Serialize;

pub use report::Bounce;

/// Longer mails are not read; mailboxes take no longer ones either.
pub const MOST_MAIL_BYTES: usize = 25 * 1024 * 1024;

/// So much of an answer's text is kept.
const MOST_TEXT_CHARACTERS: usize = 10_000;

/// The plus-tag of an address that unsubscribes whoever writes to it.
const UNSUBSCRIBE: &str = "unsubscribe";

/// What kind of mail it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// A person wrote.
    Reply,
    /// A machine answered for a person: on leave, ticket opened.
    AutoReply,
    /// A message of ours was not delivered, or is late.
    Bounce(Bounce),
    /// The person reported us as spam: write no more.
    Complaint,
    /// The person wants no more.
    Unsubscribe,
}

/// A mail that came in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Inbound {
    /// What it is.
    #[serde(flatten)]
    pub kind: Kind,
    /// Its own Message-ID, without angle brackets; by it the same mail is known when it comes twice.
    pub message_id: Option<String>,
    /// Who wrote, in small letters.
    pub from: Option<String>,
    /// The subject.
    pub subject: String,
    /// The Message-IDs it answers or reports, without angle brackets, the likeliest first.
    pub answers: Vec<String>,
    /// What stands after a plus in the addresses it went to: `success+TAG@acme.example`.
    pub tags: Vec<String>,
    /// The text without what it quotes.
    pub text: String,
}

/// Reads a mail from its bytes. `None` when they are no mail, or too many.
#[must_use]
pub fn read(raw: &[u8]) -> Option<Inbound> {
    if raw.len() > MOST_MAIL_BYTES {
        return None;
    }
    let message = MessageParser::default().parse(raw)?;
    if message.from().is_none() && message.subject().is_none() && message.message_id().is_none() {
        return None;
    }
    let text = unquoted(&message.body_text(0).unwrap_or_default());
    let tags = tags(&message);
    let (kind, reported) = kind(&message, &text, &tags);
    Some(Inbound {
        kind,
        message_id: message.message_id().map(str::to_owned),
        from: message.from().and_then(Address::first).and_then(|one| one.address()).map(str::to_lowercase),
        subject: message.subject().unwrap_or_default().to_owned(),
        answers: answers(&message, reported),
        tags,
        text,
    })
}

fn kind(message: &Message<'_>, text: &str, tags: &[String]) -> (Kind, Option<String>) {
    match report::read(message) {
        Some(report::Report::Delivery(bounce, id)) => return (Kind::Bounce(bounce), id),
        Some(report::Report::Feedback(id)) => return (Kind::Complaint, id),
        None => {}
    }
    let says_so = |words: &str| words.trim().trim_end_matches(['.', '!']).eq_ignore_ascii_case(UNSUBSCRIBE);
    let asks = tags.iter().any(|tag| says_so(tag))
        || says_so(message.subject().unwrap_or_default())
        || says_so(text.lines().next().unwrap_or_default());
    if asks {
        return (Kind::Unsubscribe, None);
    }
    (if is_automatic(message) { Kind::AutoReply } else { Kind::Reply }, None)
}

/// RFC 3834 and what programs did before it.
fn is_automatic(message: &Message<'_>) -> bool {
    let is = |name: &'static str, wanted: &[&str]| {
        raw(message, name).is_some_and(|value| wanted.iter().any(|one| value.eq_ignore_ascii_case(one)))
    };
    let submitted = raw(message, "Auto-Submitted").is_some_and(|value| !value.to_ascii_lowercase().starts_with("no"));
    submitted
        || raw(message, "X-Autoreply").is_some_and(|value| !value.eq_ignore_ascii_case("no"))
        || raw(message, "X-Autorespond").is_some()
        || is("Precedence", &["auto_reply", "bulk", "junk"])
}

fn raw<'a>(message: &'a Message<'_>, name: &'static str) -> Option<&'a str> {
    message.header_raw(name).map(str::trim)
}

/// What a report names, then `In-Reply-To`, then `References` from the newest back.
fn answers(message: &Message<'_>, reported: Option<String>) -> Vec<String> {
    let mut all: Vec<String> = reported.into_iter().collect();
    all.extend(ids(message.in_reply_to()));
    all.extend(ids(message.references()).into_iter().rev());
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|id| seen.insert(id.clone()));
    all
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    match value {
        HeaderValue::Text(id) => vec![id.to_string()],
        HeaderValue::TextList(list) => list.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn tags(message: &Message<'_>) -> Vec<String> {
    let addresses =
        [message.to(), message.cc()].into_iter().flatten().flat_map(Address::iter).filter_map(|one| one.address().map(str::to_owned));
    let delivered = raw(message, "Delivered-To").map(str::to_owned);
    let mut all: Vec<String> =
        addresses.chain(delivered).filter_map(|address| Some(address.split_once('@')?.0.split_once('+')?.1.to_owned())).collect();
    all.dedup();
    all
}

/// The text up to what it quotes: lines that begin with `>`, "On ... wrote:", the rule before a forwarded head.
fn unquoted(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        let begins_quote = line.trim_start().starts_with('>')
            || (line.trim_end().ends_with(':') && line.contains('@') && line.split_whitespace().count() > 3)
            || line.starts_with("-----Original Message-----")
            || line.starts_with("________________________________");
        if begins_quote {
            break;
        }
        lines.push(line);
    }
    lines.join("\n").trim().chars().take(MOST_TEXT_CHARACTERS).collect()
}

/// Whether the top of a mail is a report of this type.
fn is_report(message: &Message<'_>, report_type: &str) -> bool {
    message.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("multipart")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"))
            && kind.attribute("report-type").is_some_and(|value| value.eq_ignore_ascii_case(report_type))
    })
}
