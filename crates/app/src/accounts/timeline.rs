//! An account's time line: what its records and scores say happened, the latest first.

use mainstay_lake::scan::FactScan;
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value};

use super::behind::event_rows;
use super::{AsOf, FactRow, TimelineEntry};
use crate::app::App;
use crate::engine::{State, attributed, end_of, unreadable};
use crate::error::Result;
use crate::ingest::OWN_SOURCE;
use crate::plays::MAIL;

/// What is told of an entity: its name, the kind of line, and how a record becomes lines.
type Teller = (&'static str, fn(&Map<String, Value>) -> Vec<(Option<Timestamp>, String, String)>, &'static str);

/// Days of product use that are summed up.
const USE_DAYS: i32 = 14;

const TELLERS: &[Teller] = &[
    ("tickets", ticket, "ticket"),
    ("surveys", survey, "survey"),
    ("invoices", invoice, "invoice"),
    ("meetings", meeting, "meeting"),
    ("emails", email, "email"),
    ("people", person, "person"),
    ("subscriptions", subscription, "subscription"),
    ("notes", note, "note"),
    ("outside_signals", outside, "outside"),
    ("score_overrides", stated, "override"),
    ("feature_requests", request, "event"),
];

impl App {
    /// The latest lines of an account's time line.
    ///
    /// # Errors
    /// When the account is not known.
    pub async fn timeline(&self, id: &str, at: &AsOf, limit: usize) -> Result<Vec<TimelineEntry>> {
        let (id, at) = (id.to_owned(), *at);
        self.compute(move |app| {
            let state = app.state();
            let subject = Self::subject(&state, &id, &at)?;
            let as_of = at.at.unwrap_or_else(|| app.now());
            let mut lines = Vec::new();
            for (entity, tell, kind) in TELLERS {
                for record in app.records_now(&state, &id, entity, &at)? {
                    let told = tell(&record).into_iter().filter_map(|(at, title, detail)| Some((at?, title, detail)));
                    lines.extend(told.map(|(at, title, detail)| TimelineEntry { at, kind: (*kind).to_owned(), title, detail }));
                }
            }
            lines.extend(bands(&state, subject, as_of));
            lines.extend(product_use(app, &state, subject, as_of)?);
            lines.retain(|line| line.at <= as_of);
            lines.sort_by(|a, b| b.at.cmp(&a.at).then_with(|| a.title.cmp(&b.title)));
            lines.truncate(limit);
            Ok(lines)
        })
        .await
    }
}

/// Days on which the account ended in another band than the day before.
fn bands(state: &State, subject: u32, as_of: Timestamp) -> Vec<TimelineEntry> {
    let scale = &state.plan.workspace.bands;
    let today = state.plan.workspace.zone.day_of(as_of);
    let label = |name: &str| scale.0.iter().find(|band| band.name == name).map_or("Unknown", |band| band.label.as_str()).to_owned();
    let points = state.history.points(subject, Day(i32::MIN), today.plus(-1), scale);
    points
        .windows(2)
        .filter_map(|pair| {
            let [before, after] = pair else { return None };
            if before.band == after.band {
                return None;
            }
            let scores = match (before.score, after.score) {
                (Some(before), Some(after)) => format!("{before:.1} → {after:.1}"),
                _ => String::new(),
            };
            let title = format!("{} → {}", label(&before.band), label(&after.band));
            Some(TimelineEntry { at: end_of(state, after.day), kind: "band".into(), title, detail: scores })
        })
        .collect()
}

/// The last days' events, one line for each name and day.
fn product_use(app: &App, state: &State, subject: u32, as_of: Timestamp) -> Result<Vec<TimelineEntry>> {
    let zone = &state.plan.workspace.zone;
    let from = zone.start_of(zone.day_of(as_of).plus(-USE_DAYS));
    let whose = std::sync::Arc::new(state.whose(subject));
    let scan = FactScan { occurred_at: Some(from..=as_of), subjects: Some(whose), ..FactScan::default() };
    let links = state.links.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    let only = std::collections::BTreeSet::from([subject]);
    let mut days: std::collections::BTreeMap<(Day, String), (usize, Timestamp)> = std::collections::BTreeMap::new();
    for batch in scan.events(&app.snapshot()?) {
        let Some(batch) = attributed(&batch.map_err(unreadable)?, &links, None)? else { continue };
        let Some((batch, _)) = state.ours(&batch, Some(&only))? else { continue };
        for row in event_rows(&batch).into_iter().filter(|row| !is_told_by_its_mail(row)) {
            let seen = days.entry((zone.day_of(row.occurred_at), row.name)).or_insert((0, row.occurred_at));
            *seen = (seen.0 + 1, seen.1.max(row.occurred_at));
        }
    }
    Ok(days
        .into_iter()
        .map(|((_, name), (count, at))| {
            let detail = if count == 1 { String::new() } else { format!("{count} times that day") };
            TimelineEntry { at, kind: "event".into(), title: name, detail }
        })
        .collect())
}

/// Whether an event says what a line of the mail's record says.
fn is_told_by_its_mail(row: &FactRow) -> bool {
    row.source == OWN_SOURCE && row.fields.get("channel").and_then(Value::as_str) == Some(MAIL)
}

fn word(record: &Map<String, Value>, name: &str) -> String {
    match record.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn instant(record: &Map<String, Value>, name: &str) -> Option<Timestamp> {
    let text = record.get(name)?.as_str()?;
    Timestamp::parse(text).ok().or_else(|| Some(Timestamp(i64::from(Day::parse(text).ok()?.0) * 86_400_000_000)))
}

fn joined(parts: &[String]) -> String {
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

type Lines = Vec<(Option<Timestamp>, String, String)>;

fn ticket(record: &Map<String, Value>) -> Lines {
    let name = format!("Ticket “{}”", word(record, "subject"));
    let detail = joined(&[word(record, "sentiment"), word(record, "priority")]);
    vec![(instant(record, "created_at"), name.clone(), detail), (instant(record, "solved_at"), format!("{name} solved"), String::new())]
}

fn survey(record: &Map<String, Value>) -> Lines {
    let title = format!("{} {}", word(record, "kind").to_uppercase(), word(record, "score"));
    vec![(instant(record, "answered_at"), title, word(record, "comment"))]
}

fn invoice(record: &Map<String, Value>) -> Lines {
    let detail = joined(&[word(record, "amount"), word(record, "currency")]);
    let (due, paid) = (instant(record, "due_at"), instant(record, "paid_at"));
    let late = paid.zip(due).is_some_and(|(paid, due)| paid > due);
    vec![(paid, format!("Invoice {} paid{}", word(record, "number"), if late { " late" } else { "" }), detail)]
}

fn meeting(record: &Map<String, Value>) -> Lines {
    let what = if word(record, "title").is_empty() { word(record, "kind") } else { word(record, "title") };
    vec![(instant(record, "held_at"), format!("{what} {}", word(record, "status")), String::new())]
}

fn email(record: &Map<String, Value>) -> Lines {
    let name = format!("E-mail “{}”", word(record, "subject"));
    let line = |field: &str, what: &str| (instant(record, field), format!("{name}{what}"), String::new());
    vec![
        line("sent_at", ""),
        line("opened_at", " opened"),
        line("clicked_at", ": a link was followed"),
        line("replied_at", " answered"),
        line("bounced_at", " came back"),
    ]
}

fn person(record: &Map<String, Value>) -> Lines {
    vec![(instant(record, "left_on"), format!("{} left", word(record, "name")), joined(&[word(record, "role"), word(record, "title")]))]
}

fn subscription(record: &Map<String, Value>) -> Lines {
    let what = joined(&[word(record, "product"), word(record, "plan")]);
    vec![
        (instant(record, "starts_on"), format!("Contract began: {what}"), joined(&[word(record, "quantity"), word(record, "amount")])),
        (instant(record, "ends_on"), format!("Contract ended: {what}"), String::new()),
    ]
}

fn note(record: &Map<String, Value>) -> Lines {
    vec![(instant(record, "written_at"), word(record, "text"), word(record, "author"))]
}

fn outside(record: &Map<String, Value>) -> Lines {
    vec![(instant(record, "seen_at"), joined(&[word(record, "kind").replace('_', " "), word(record, "title")]), word(record, "url"))]
}

fn stated(record: &Map<String, Value>) -> Lines {
    let title = format!("Score stated as {} by {}", word(record, "score"), word(record, "author"));
    vec![(instant(record, "from_at"), title, word(record, "reason"))]
}

fn request(record: &Map<String, Value>) -> Lines {
    vec![(instant(record, "requested_at"), format!("Asked for: {}", word(record, "title")), word(record, "status"))]
}
