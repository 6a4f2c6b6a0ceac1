//! Calendar invitations as iCalendar text (RFC 5545, with the scheduling of RFC 5546).

use std::time::Duration;

use mainstay_model::Timestamp;

/// The most octets of one line, without its line break (RFC 5545, 3.1).
const MOST_LINE_BYTES: usize = 75;

/// One meeting, as it is offered to one guest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    /// Stays the same when the meeting moves or is called off; the idempotency key of the first offer.
    pub uid: String,
    /// 0 at first, one more with every change.
    pub sequence: u32,
    /// What the meeting is about.
    pub title: String,
    /// More words, over several lines if need be.
    pub description: String,
    /// Where: a place or the address of a call.
    pub location: Option<String>,
    /// When it begins.
    pub start: Timestamp,
    /// How long it takes.
    pub duration: Duration,
    /// Who invites: name and address.
    pub organizer: (String, String),
    /// Who is invited: name and address.
    pub guest: (String, String),
}

impl Invitation {
    /// The invitation (`METHOD:REQUEST`), written at `now`.
    #[must_use]
    pub fn request(&self, now: Timestamp) -> String {
        self.write("REQUEST", "CONFIRMED", now)
    }

    /// The meeting called off (`METHOD:CANCEL`); its `sequence` must be above that of the invitation.
    #[must_use]
    pub fn cancel(&self, now: Timestamp) -> String {
        self.write("CANCEL", "CANCELLED", now)
    }

    fn write(&self, method: &str, status: &str, now: Timestamp) -> String {
        let end = self.start.plus_seconds(i64::try_from(self.duration.as_secs()).unwrap_or(i64::MAX));
        let mut lines = vec![
            "BEGIN:VCALENDAR".to_owned(),
            "VERSION:2.0".to_owned(),
            "PRODID:-//Mainstay//Mainstay//EN".to_owned(),
            format!("METHOD:{method}"),
            "BEGIN:VEVENT".to_owned(),
            format!("UID:{}", escaped(&self.uid)),
            format!("SEQUENCE:{}", self.sequence),
            format!("DTSTAMP:{}", utc(now)),
            format!("DTSTART:{}", utc(self.start)),
            format!("DTEND:{}", utc(end)),
            format!("SUMMARY:{}", escaped(&self.title)),
        ];
        if !self.description.is_empty() {
            lines.push(format!("DESCRIPTION:{}", escaped(&self.description)));
        }
        if let Some(location) = &self.location {
            lines.push(format!("LOCATION:{}", escaped(location)));
        }
        let (organizer, address) = &self.organizer;
        lines.push(format!("ORGANIZER;CN={}:mailto:{}", parameter(organizer), one_word(address)));
        let (guest, address) = &self.guest;
        lines.push(format!(
            "ATTENDEE;CN={};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{}",
            parameter(guest),
            one_word(address)
        ));
        lines.push(format!("STATUS:{status}"));
        lines.push("END:VEVENT".to_owned());
        lines.push("END:VCALENDAR".to_owned());
        lines.iter().map(|line| folded(line)).collect()
    }
}

/// An instant in iCalendar's form of UTC.
fn utc(at: Timestamp) -> String {
    let digits: String = at.to_rfc3339().chars().take(19).filter(|letter| letter.is_ascii_digit() || *letter == 'T').collect();
    digits + "Z"
}

/// A text value: what would end or split it is escaped (RFC 5545, 3.3.11).
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            other if other.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

/// A quoted parameter value: it cannot hold a quotation mark at all.
fn parameter(text: &str) -> String {
    let inside: String = text.chars().map(|letter| if letter.is_control() || letter == '"' { ' ' } else { letter }).collect();
    format!("\"{inside}\"")
}

fn one_word(address: &str) -> String {
    address.chars().filter(|letter| !letter.is_control() && !letter.is_whitespace()).collect()
}

/// One content line with its break, folded so that no line is too long and no character is cut.
fn folded(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut used = 0;
    for letter in line.chars() {
        if used + letter.len_utf8() > MOST_LINE_BYTES {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(letter);
        used += letter.len_utf8();
    }
    out + "\r\n"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn invitation(title: &str) -> Invitation {
        Invitation {
            uid: "run-1/invite/0@acme.example".into(),
            sequence: 0,
            title: title.into(),
            description: "What we did;\nwhat is next, and \\ when".into(),
            location: Some("https://meet.example/42".into()),
            start: Timestamp::parse("2026-03-02T13:30:00+01:00").unwrap(),
            duration: Duration::from_mins(45),
            organizer: ("Ada \"Countess\" Lovelace".into(), "ada@acme.example".into()),
            guest: ("Grace Hopper".into(), "grace@navy.example".into()),
        }
    }

    #[test]
    fn an_invitation_says_who_when_and_where() {
        let text = invitation("Quarterly review").request(Timestamp::parse("2026-02-20T09:00:00Z").unwrap());
        insta::assert_snapshot!(text.replace("\r\n", "\n"), @r#"
        BEGIN:VCALENDAR
        VERSION:2.0
        PRODID:-//Mainstay//Mainstay//EN
        METHOD:REQUEST
        BEGIN:VEVENT
        UID:run-1/invite/0@acme.example
        SEQUENCE:0
        DTSTAMP:20260220T090000Z
        DTSTART:20260302T123000Z
        DTEND:20260302T131500Z
        SUMMARY:Quarterly review
        DESCRIPTION:What we did\;\nwhat is next\, and \\ when
        LOCATION:https://meet.example/42
        ORGANIZER;CN="Ada  Countess  Lovelace":mailto:ada@acme.example
        ATTENDEE;CN="Grace Hopper";ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
         TRUE:mailto:grace@navy.example
        STATUS:CONFIRMED
        END:VEVENT
        END:VCALENDAR
        "#);
        assert!(text.lines().count() == text.matches("\r\n").count());
    }

    proptest! {
        #[test]
        fn no_title_makes_a_line_too_long_or_adds_a_property(title in "\\PC{0,300}|[a-z\r\n;:,]{0,200}") {
            let text = invitation(&title).request(Timestamp(0));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= MOST_LINE_BYTES));
            let unfolded = text.replace("\r\n ", "");
            let plain = invitation("x").request(Timestamp(0)).replace("\r\n ", "");
            prop_assert_eq!(unfolded.matches("\r\n").count(), plain.matches("\r\n").count());
            prop_assert!(!unfolded.replace("\r\n", "").contains(['\r', '\n']));
        }
    }
}
