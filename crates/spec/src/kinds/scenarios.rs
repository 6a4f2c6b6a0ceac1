//! `scenarios/*.yaml`: tests of plays.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::play::scenario::{Expected, ExpectedOutcome, Given, GivenWhat, Happening, Label, Later};
use mainstay_model::play::times::minute_of_day;
use mainstay_model::play::{Play, Scenario};
use mainstay_model::{Day, Zone};
use serde_json::Value;

use crate::decode::{Json, Named, Read, Reads, document};
use crate::document::{At, Place};
use crate::kinds::settings;
use crate::nearest;
use crate::problem::{Code, Report};

/// The start of a scenario that names none: a Monday, 10:00.
const DEFAULT_START: (&str, u16) = ("2026-01-05", 10 * 60);

document! {
    /// A test of a play.
    ScenarioDoc {
        /// The play it tests.
        play: At<String>,
        /// Fields of the account's record, and fixed values of signals.
        account: Option<Json>,
        /// When it starts, in the account's zone: `2026-03-02 10:00`. Default: a Monday, 10:00.
        start: Option<Read<Start>>,
        /// Facts around the start: `40 days ago .. 31 days ago: 3 events 'Signed In' a day`, `2 days ago 14:00: set arr 12000`; and records:
        /// `90 days ago: { people ann: { role: champion } }`.
        given: Option<Vec<Json>>,
        /// Columns as they are at the trigger instant.
        trigger: Option<Json>,
        /// What happens later, by moment of the run: `day 3: [reply champion]`, `day 3 14:00: [approve]`.
        then: Option<Named<Vec<Json>>>,
        /// What the play does, by moment: `day 2: [email champion]`, `day 2 14:00: [task csm]`; and its `outcome`.
        expect: Named<Json>,
    }
}

/// A civil day and the minute of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Start(Day, u16);

impl Reads for Start {
    const WHAT: &'static str = "a day and a time";
    const HOW: &'static str = "`2026-03-02 10:00`";

    fn read(text: &str) -> Option<Self> {
        let (day, time) = text.split_once([' ', 'T']).unwrap_or((text, "10:00"));
        Some(Self(Day::parse(day).ok()?, minute_of_day(time.get(..5).unwrap_or(time))?))
    }
}

/// The scenarios in order of file and place.
pub(crate) fn check(
    docs: Vec<Named<ScenarioDoc>>,
    plays: &BTreeMap<String, Play>,
    broken: &BTreeSet<String>,
    zone: &Zone,
    report: &mut Report,
) -> Vec<Scenario> {
    let mut found: Vec<Scenario> = Vec::new();
    for (name, doc) in docs.into_iter().flat_map(|named| named.0) {
        if found.iter().any(|earlier| earlier.name == name.value) {
            report.error(Code::DuplicateName, name.place, format!("two scenarios are called `{}`", name.value));
        }
        if let Some(scenario) = doc.and_then(|doc| scenario(&name, &doc, plays, broken, zone, report)) {
            found.push(scenario);
        }
    }
    found
}

fn scenario(
    name: &At<String>,
    doc: &ScenarioDoc,
    plays: &BTreeMap<String, Play>,
    broken: &BTreeSet<String>,
    zone: &Zone,
    report: &mut Report,
) -> Option<Scenario> {
    if !plays.contains_key(&doc.play.value) {
        if !broken.contains(&doc.play.value) {
            let known: Vec<&str> = plays.keys().map(String::as_str).collect();
            let message = format!("there is no play `{}`", doc.play.value);
            report.error_with(Code::UnknownName, doc.play.place, message, nearest::hint(&doc.play.value, &known, "plays"));
        }
        return None;
    }
    let account = fields(doc.account.as_ref(), report)?;
    let trigger = fields(doc.trigger.as_ref(), report)?;
    let zone = match account.get("time_zone").and_then(Value::as_str) {
        Some(named) => {
            settings::zone(&At { value: named.to_owned(), place: doc.account.as_ref().map_or(doc.place, |account| account.place) }, report)?
        }
        None => zone.clone(),
    };
    let start = match &doc.start {
        Some(start) => (start.value.0, start.value.1),
        None => (Day::parse(DEFAULT_START.0).unwrap_or_default(), DEFAULT_START.1),
    };
    let given = doc.given.iter().flatten().map(|line| given(line, report)).collect::<Option<Vec<_>>>();
    let then = later(doc, report);
    let (expect, outcome) = expected(&doc.expect, report)?;
    Some(Scenario {
        name: name.value.clone(),
        play: doc.play.value.clone(),
        account,
        zone,
        start,
        given: given?.into_iter().flatten().collect(),
        trigger,
        then: then?,
        expect,
        outcome,
    })
}

fn fields(json: Option<&Json>, report: &mut Report) -> Option<BTreeMap<String, Value>> {
    match json.map(|json| (&json.value, json.place)) {
        None => Some(BTreeMap::new()),
        Some((Value::Object(fields), _)) => Some(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()),
        Some((_, place)) => {
            report.error(Code::WrongType, place, "expected columns with their values, like { arr: 12000 }");
            None
        }
    }
}

fn label(written: &At<String>, report: &mut Report) -> Option<Label> {
    let label = Label::parse(&written.value);
    if label.is_none() {
        let message = format!("`{}` is no moment of a run", written.value);
        report.error_with(
            Code::BadValue,
            written.place,
            message,
            "write it like `day 2`, `day 2 14:00`, `hour 4`, `immediately` or `-90 days`".to_owned(),
        );
    }
    label
}

fn bad(place: Place, what: &str, how: &str, report: &mut Report) {
    report.error_with(Code::BadValue, place, format!("`{what}` cannot be read here"), format!("write it like {how}"));
}

fn given(line: &Json, report: &mut Report) -> Option<Vec<Given>> {
    const HOW: &str = "`40 days ago .. 31 days ago: 3 events 'Signed In' a day`, `2 days ago 14:00: set arr 12000` or \
                       `90 days ago: { people ann: { role: champion } }`";
    let pair = line.value.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.iter().next());
    let read = pair.and_then(|(days, what)| {
        let stretch = stretch(days)?;
        let lines = given_whats(what)?.into_iter().map(|what| given_at(stretch, what));
        lines.collect::<Option<Vec<Given>>>()
    });
    if read.is_none() {
        bad(line.place, &line.value.to_string(), HOW, report);
    }
    read
}

/// First and last day, and the time of a day that stands alone: `40 days ago .. 31 days ago`, `2 days ago 14:00`.
fn stretch(text: &str) -> Option<(i32, i32, Option<u16>)> {
    if let Some((from, to)) = text.split_once("..") {
        let (from, to) = (day_ago(from)?, day_ago(to)?);
        return (from <= to).then_some((from, to, None));
    }
    let (day, minute) = match text.trim().rsplit_once(' ') {
        Some((day, time)) if time.contains(':') => (day_ago(day)?, Some(minute_of_day(time)?)),
        _ => (day_ago(text)?, None),
    };
    Some((day, day, minute))
}

/// One thing over its days. Events that come again and again have no time of day; a record is so from one day on.
fn given_at((from_day, to_day, minute_of_day): (i32, i32, Option<u16>), what: GivenWhat) -> Option<Given> {
    let fits = match &what {
        GivenWhat::Events { every_days, .. } => minute_of_day.is_none() || *every_days == 0,
        GivenWhat::Set { .. } => true,
        GivenWhat::Record { .. } => from_day == to_day,
    };
    fits.then_some(Given { from_day, to_day, minute_of_day, what })
}

/// Events or a column, as a text; or records with their fields: `{ people ann: { role: champion } }`.
fn given_whats(what: &Value) -> Option<Vec<GivenWhat>> {
    match what {
        Value::String(text) => given_what(text).map(|what| vec![what]),
        Value::Object(records) if !records.is_empty() => records.iter().map(given_record).collect(),
        _ => None,
    }
}

fn given_record((named, fields): (&String, &Value)) -> Option<GivenWhat> {
    let (entity, id) = named.trim().split_once(' ')?;
    let fields = fields.as_object()?.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    Some(GivenWhat::Record { entity: entity.to_owned(), id: id.trim().to_owned(), fields })
}

/// `today`, `yesterday`, `40 days ago`, `in 3 days`.
fn day_ago(text: &str) -> Option<i32> {
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        ["today"] => Some(0),
        ["yesterday"] => Some(-1),
        [count, "day" | "days", "ago"] => count.parse::<u16>().ok().map(|days| -i32::from(days)),
        ["in", count, "day" | "days"] => count.parse::<u16>().ok().map(i32::from),
        _ => None,
    }
}

fn given_what(text: &str) -> Option<GivenWhat> {
    if let Some(rest) = text.strip_prefix("set ") {
        let (column, value) = set(rest)?;
        return Some(GivenWhat::Set { column, value });
    }
    let (count, rest) = text.split_once(' ')?;
    let rest = rest.strip_prefix("events ").or_else(|| rest.strip_prefix("event "))?;
    let (name, often) = quoted(rest)?;
    let every_days = match often.trim() {
        "" => 0,
        "a day" => 1,
        "a week" => 7,
        "a month" => 30,
        _ => return None,
    };
    Some(GivenWhat::Events { count: count.parse().ok()?, name, every_days })
}

/// A text in single quotes and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let (inside, rest) = text.trim().strip_prefix('\'')?.split_once('\'')?;
    Some((inside.to_owned(), rest))
}

/// `logins_7d 20`: a column and its value.
fn set(text: &str) -> Option<(String, Value)> {
    let (column, value) = text.trim().split_once(' ')?;
    let value = value.trim();
    if let Some((inside, "")) = quoted(value) {
        return Some((column.to_owned(), Value::String(inside)));
    }
    let json = serde_json::from_str::<Value>(value).ok().filter(|value| !value.is_string());
    Some((column.to_owned(), json.unwrap_or_else(|| Value::String(value.to_owned()))))
}

fn later(doc: &ScenarioDoc, report: &mut Report) -> Option<Vec<Later>> {
    let mut later = Vec::new();
    let mut ok = true;
    for (moment, lines) in doc.then.iter().flat_map(|named| &named.0) {
        let at = label(moment, report);
        for line in lines.iter().flatten() {
            let what = happening(&line.value);
            if what.is_none() {
                let how = "`reply champion`, `set logins_7d 20`, `event 'Meeting Booked'`, `task 'Reach' done 'reached'`, `approve`, `decline` or `stop`";
                bad(line.place, &line.value.to_string(), how, report);
            }
            match at.zip(what) {
                Some((at, what)) => later.push(Later { at, what }),
                None => ok = false,
            }
        }
        ok &= at.is_some() && lines.is_some();
    }
    ok.then_some(later)
}

fn happening(value: &Value) -> Option<Happening> {
    if let Some(fields) = value.as_object() {
        let (line, properties) = fields.iter().next().filter(|_| fields.len() == 1)?;
        let (name, "") = quoted(line.strip_prefix("event ")?)? else { return None };
        let properties = properties.as_object()?.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        return Some(Happening::Event { name, properties });
    }
    let text = value.as_str()?.trim();
    let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
    match verb {
        "reply" | "click" | "answer" | "attend" => Some(Happening::Reply(rest.trim().to_owned())),
        "set" => set(rest).map(|(column, value)| Happening::Set { column, value }),
        "event" => quoted(rest).filter(|(_, rest)| rest.is_empty()).map(|(name, _)| Happening::Event { name, properties: BTreeMap::new() }),
        "task" => {
            let (task, outcome) = match quoted(rest) {
                Some((task, rest)) => (task, rest),
                None => rest.split_once(' ').map(|(task, rest)| (task.to_owned(), rest))?,
            };
            let outcome = outcome.trim().strip_prefix("done")?.trim();
            let outcome = quoted(outcome).map_or_else(|| outcome.to_owned(), |(inside, _)| inside);
            Some(Happening::TaskDone { task, outcome })
        }
        "approve" => Some(Happening::Answer { yes: true }),
        "decline" => Some(Happening::Answer { yes: false }),
        "stop" => Some(Happening::Stop),
        _ => None,
    }
}

fn expected(doc: &Named<Json>, report: &mut Report) -> Option<(Vec<Expected>, Option<ExpectedOutcome>)> {
    let mut expect = Vec::new();
    let mut outcome = None;
    let mut ok = true;
    for (moment, lines) in &doc.0 {
        let Some(lines) = lines else { return None };
        if moment.value == "outcome" {
            outcome = match lines.value.as_str() {
                Some("none") => Some(ExpectedOutcome::None),
                Some("never starts") => Some(ExpectedOutcome::NeverStarts),
                Some(name) => Some(ExpectedOutcome::Named(name.to_owned())),
                None => {
                    report.error(Code::WrongType, lines.place, "`outcome` is `none`, `never starts` or the outcome of an exit or goal");
                    return None;
                }
            };
            continue;
        }
        let texts =
            lines.value.as_array().map(|lines| lines.iter().map(|line| line.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        let Some(Some(texts)) = texts else {
            report.error(Code::WrongType, lines.place, "expected a list of actions, like [email champion, task csm]");
            ok = false;
            continue;
        };
        match label(moment, report) {
            Some(at) => expect.push(Expected { at, lines: texts }),
            None => ok = false,
        }
    }
    ok.then_some((expect, outcome))
}
