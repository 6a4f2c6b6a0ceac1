//! People, tickets, survey answers and the time line of an account, as lines.

use mainstay_app::accounts::TimelineEntry;
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value};

use crate::console::words::{Locale, Moment, NOT_KNOWN, day_words, spaced, tone_of};

pub(super) type Record = Map<String, Value>;

/// The text of a field; empty where absent.
pub(super) fn text<'a>(record: &'a Record, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or("")
}

pub(super) fn number(record: &Record, field: &str) -> Option<f64> {
    match record.get(field)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn instant(record: &Record, field: &str) -> Option<Timestamp> {
    match record.get(field)? {
        Value::String(text) => Timestamp::parse(text).ok(),
        Value::Number(micros) => micros.as_i64().map(Timestamp::from_micros),
        _ => None,
    }
}

pub(super) fn date(record: &Record, field: &str) -> String {
    let text = text(record, field);
    Day::parse(text).map_or_else(|_| text.to_owned(), day_words)
}

pub(super) fn truth(record: &Record, field: &str) -> bool {
    matches!(record.get(field), Some(Value::Bool(true))) || text(record, field) == "true"
}

/// A value as text.
#[must_use]
pub fn words_of(value: &Value) -> String {
    match value {
        Value::Null => NOT_KNOWN.to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}

/// A word with a shape and a colour.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Badge {
    /// The colour's class.
    pub tone: &'static str,
    /// The shape.
    pub shape: &'static str,
    /// The word.
    pub word: String,
}

fn badge(color: &str, word: &str) -> Badge {
    let (tone, shape) = tone_of(color);
    Badge { tone, shape, word: spaced(word) }
}

fn feeling(word: &str) -> Option<Badge> {
    let color = match word {
        "" => return None,
        "positive" | "good" => "green",
        "negative" | "bad" => "red",
        _ => "gray",
    };
    Some(badge(color, word))
}

/// A person at the customer.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Title, role and influence.
    pub detail: String,
    /// Gone, or how they feel.
    pub badge: Option<Badge>,
}

impl Person {
    /// Reads a record of `people`.
    #[must_use]
    pub fn new(record: &Record) -> Self {
        let name = [text(record, "name"), text(record, "email"), text(record, "id")].into_iter().find(|name| !name.is_empty());
        let influence = match text(record, "influence") {
            "" => String::new(),
            word => format!("{} influence", spaced(word)),
        };
        let left = date(record, "left_on");
        let detail = [text(record, "title").to_owned(), spaced(text(record, "role")), influence];
        let mut detail: Vec<String> = detail.into_iter().filter(|part| !part.is_empty()).collect();
        let badge = if left.is_empty() {
            feeling(text(record, "sentiment"))
        } else {
            detail.push(format!("left {left}"));
            Some(badge("red", "gone"))
        };
        Self { name: name.unwrap_or(NOT_KNOWN).to_owned(), detail: detail.join(" · "), badge }
    }
}

/// A support case.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// One line.
    pub subject: String,
    /// Its number.
    pub id: String,
    /// Status and age.
    pub state: String,
    /// Whether somebody still waits.
    pub open: bool,
    /// Priority and escalation.
    pub weight: String,
    /// How it reads.
    pub badge: Option<Badge>,
}

impl Ticket {
    /// Reads a record of `tickets`.
    #[must_use]
    pub fn new(record: &Record, moment: &Moment) -> Self {
        let status = text(record, "status");
        let opened = instant(record, "created_at").map(|at| moment.ago(at)).unwrap_or_default();
        let escalated = if truth(record, "escalated") { "escalated" } else { "" };
        let weight = [text(record, "priority"), escalated, text(record, "category")];
        Self {
            subject: Some(text(record, "subject")).filter(|line| !line.is_empty()).unwrap_or("(no subject)").to_owned(),
            id: text(record, "id").to_owned(),
            state: [spaced(status), opened].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", opened "),
            open: !matches!(status, "solved" | "closed"),
            weight: weight.into_iter().filter(|part| !part.is_empty()).map(spaced).collect::<Vec<_>>().join(" · "),
            badge: feeling(text(record, "sentiment")),
        }
    }
}

/// A survey answer.
#[derive(Clone, Debug)]
pub struct Survey {
    /// The kind and what it means: `NPS 6, detractor`.
    pub answer: String,
    /// In their own words.
    pub comment: String,
    /// When.
    pub when: String,
}

impl Survey {
    /// Reads a record of `surveys`.
    #[must_use]
    pub fn new(record: &Record, moment: &Moment) -> Self {
        let score = number(record, "score");
        let kind = text(record, "kind");
        let meaning = match (kind, score) {
            ("nps", Some(score)) if score >= 9.0 => ", promoter",
            ("nps", Some(score)) if score >= 7.0 => ", passive",
            ("nps", Some(_)) => ", detractor",
            _ => "",
        };
        let score = score.map_or_else(|| NOT_KNOWN.to_owned(), |score| Locale::default().plain(score));
        Self {
            answer: format!("{} {score}{meaning}", kind.to_uppercase()),
            comment: text(record, "comment").to_owned(),
            when: instant(record, "answered_at").map(|at| moment.ago(at)).unwrap_or_default(),
        }
    }
}

/// A line of the time line.
#[derive(Clone, Debug)]
pub struct Moved {
    /// When, in short.
    pub when: String,
    /// When, exactly.
    pub exact: String,
    /// When, for machines.
    pub machine: String,
    /// The colour of its dot.
    pub tone: &'static str,
    /// What kind of thing it is.
    pub kind: String,
    /// One line.
    pub title: String,
    /// More.
    pub detail: String,
}

impl Moved {
    /// Reads an entry.
    #[must_use]
    pub fn new(entry: &TimelineEntry, moment: &Moment) -> Self {
        let tone = match entry.kind.as_str() {
            "band" | "score" | "override" | "stage" => "accent",
            "ticket" => "orange",
            "person" | "outside" => "red",
            "survey" => "yellow",
            "invoice" | "subscription" | "meeting" => "green",
            _ => "",
        };
        Self {
            when: moment.short(entry.at),
            exact: moment.full(entry.at),
            machine: entry.at.to_rfc3339(),
            tone,
            kind: spaced(&entry.kind),
            title: entry.title.clone(),
            detail: entry.detail.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mainstay_model::Zone;
    use serde_json::json;

    fn record(value: Value) -> Record {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_person_who_left_is_gone_whatever_they_felt() {
        let person = Person::new(&record(json!({"name": "Maya", "role": "champion", "sentiment": "positive", "left_on": "2026-10-22"})));
        assert_eq!(person.detail, "champion · left 22 Oct 2026");
        assert_eq!(person.badge.unwrap().word, "gone");
    }

    #[test]
    fn the_three_kinds_of_nps_answer_are_told_apart() {
        let moment = Moment { zone: Zone::utc(), now: Timestamp(0) };
        let answer = |score: i64| Survey::new(&record(json!({"kind": "nps", "score": score})), &moment).answer;
        assert_eq!([answer(6), answer(8), answer(9)], ["NPS 6, detractor", "NPS 8, passive", "NPS 9, promoter"]);
    }

    #[test]
    fn a_record_with_nothing_in_it_is_still_a_line() {
        let moment = Moment { zone: Zone::utc(), now: Timestamp(0) };
        assert_eq!(Person::new(&Record::new()).name, NOT_KNOWN);
        assert_eq!(Ticket::new(&Record::new(), &moment).subject, "(no subject)");
    }
}
