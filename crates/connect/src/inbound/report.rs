//! Reports about our messages: not delivered (RFC 3464), taken for spam (RFC 5965).

use mail_parser::{Message, MimeHeaders, PartType};
use serde::Serialize;

use super::is_report;

/// A message that was not delivered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Bounce {
    /// To whom, in small letters.
    pub recipient: Option<String>,
    /// The status, like `5.1.1` (RFC 3463).
    pub status: String,
    /// Whether it is final. Otherwise it is late, or may work another time.
    pub permanent: bool,
    /// Whether the address itself is dead, so that nothing more may go there.
    pub dead_address: bool,
    /// What the other side's server said.
    pub why: String,
}

/// A report, with the Message-ID of what it is about.
pub(super) enum Report {
    Delivery(Bounce, Option<String>),
    Feedback(Option<String>),
}

/// The report that a mail is, if it is one. Reports that something went well are none.
pub(super) fn read(message: &Message<'_>) -> Option<Report> {
    if is_report(message, "feedback-report") {
        return Some(Report::Feedback(original_id(message)));
    }
    if !is_report(message, "delivery-status") {
        return None;
    }
    let status = message.parts.iter().find(|part| {
        part.content_type().and_then(|kind| kind.subtype()).is_some_and(|subtype| {
            subtype.eq_ignore_ascii_case("delivery-status") || subtype.eq_ignore_ascii_case("global-delivery-status")
        })
    })?;
    let fields = String::from_utf8_lossy(status.contents()).into_owned();
    // The first group is about the message, each further one about a recipient; the first that failed counts.
    let groups = unfolded(&fields);
    let group = groups.iter().find(|group| matches!(action(group).as_deref(), Some("failed" | "delayed")))?;
    let value = |name| field(group, name).map(|value| after_type(&value).to_owned());
    let status = value("Status").and_then(|status| status.split_whitespace().next().map(str::to_owned)).unwrap_or_default();
    let permanent = action(group).as_deref() == Some("failed") && !status.starts_with("4.");
    let bounce = Bounce {
        recipient: value("Final-Recipient").or_else(|| value("Original-Recipient")).map(|address| address.to_lowercase()),
        dead_address: permanent && (status.starts_with("5.1.") || status == "5.2.1" || status == "5.0.0" || status.is_empty()),
        permanent,
        status,
        why: value("Diagnostic-Code").unwrap_or_default(),
    };
    Some(Report::Delivery(bounce, original_id(message)))
}

/// The Message-ID of the message that is returned, whole or by its headers.
fn original_id(message: &Message<'_>) -> Option<String> {
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(inner) => inner.message_id().map(str::to_owned),
        PartType::Text(text)
            if part.content_type().and_then(|kind| kind.subtype()).is_some_and(|one| one.eq_ignore_ascii_case("rfc822-headers")) =>
        {
            unfolded(text).first().and_then(|headers| field(headers, "Message-ID")).map(|id| id.trim_matches(['<', '>']).to_owned())
        }
        _ => None,
    })
}

fn action(group: &[String]) -> Option<String> {
    field(group, "Action").map(|value| value.to_ascii_lowercase())
}

/// Groups of unfolded `Name: value` lines; an empty line ends a group.
fn unfolded(text: &str) -> Vec<Vec<String>> {
    let mut groups = vec![Vec::<String>::new()];
    for line in text.lines() {
        let Some(group) = groups.last_mut() else { break };
        match group.last_mut() {
            _ if line.trim().is_empty() => groups.push(Vec::new()),
            Some(before) if line.starts_with([' ', '\t']) => {
                before.push(' ');
                before.push_str(line.trim());
            }
            _ => group.push(line.to_owned()),
        }
    }
    groups
}

fn field(group: &[String], name: &str) -> Option<String> {
    group.iter().find_map(|line| {
        let (left, right) = line.split_once(':')?;
        left.trim().eq_ignore_ascii_case(name).then(|| right.trim().to_owned())
    })
}

/// What stands after `rfc822;` or `smtp;`.
fn after_type(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim().trim_matches(['<', '>'])
}
