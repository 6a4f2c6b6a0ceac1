//! How a run begins in a scenario: when its trigger fires, and what it begins with.

use mainstay_model::play::{ConditionId, Per, Play, Scenario, Trigger};
use mainstay_model::{Day, Timestamp};
use serde_json::Value;

use super::{Columns, Setting, World, fact_columns, given, with};
use crate::due::{at_minute, date_trigger, next_of};
use crate::edge::{Edge, hold_seconds};
use crate::{Opening, Subject};

/// For how many days a trigger condition is waited for.
const MAX_TRIGGER_DAYS: i32 = 90;

fn start_of(scenario: &Scenario) -> Timestamp {
    at_minute(scenario.start.0, scenario.start.1, &scenario.zone)
}

/// When the trigger fires, on or after the scenario's start.
pub(super) fn trigger_instant(play: &Play, scenario: &Scenario, world: &dyn World, setting: &Setting) -> Result<Timestamp, String> {
    let start = start_of(scenario);
    let zone = &scenario.zone;
    let account = |at: Timestamp| with(with(world.columns(at), &given::stated_at(scenario, at)), &scenario.trigger);
    match &play.trigger {
        Trigger::Condition { when, hold } => {
            let Some(condition) = play.condition(*when) else { return Ok(start) };
            let holds = |at: Timestamp| world.holds(condition, &account(at));
            let fired = if scenario.trigger.is_empty() {
                let instants = std::iter::once(start).chain((1..MAX_TRIGGER_DAYS).map(|days| zone.start_of(zone.day_of(start).plus(days))));
                first_fired(instants, hold.map_or(0, hold_seconds), holds)
            } else {
                // Stated are the columns of the trigger instant itself.
                (holds(start) == Some(true)).then_some(start)
            };
            fired.ok_or_else(|| format!("the trigger never fires: {}", condition.written))
        }
        Trigger::Event { filter, .. } | Trigger::Record { filter, .. } => {
            let stated = bare(&scenario.trigger);
            if let (Trigger::Event { name, .. }, Some(other)) = (&play.trigger, stated.get("name"))
                && other != name.as_str()
            {
                return Err(format!("the trigger never fires: {other} is not '{name}'"));
            }
            fires(play, *filter, world, &fact_columns(&stated, start))?;
            Ok(start)
        }
        Trigger::Date { entity, field, from, filter } => {
            let stated = given::stated_at(scenario, start);
            let fields = if entity == Per::Account.entity() { with(stated, &scenario.trigger) } else { bare(&scenario.trigger) };
            fires(play, *filter, world, &fields)?;
            match date_of(field, scenario) {
                Some(date) => Ok(date_trigger(date, *from, setting.play_hour_minute, zone).max(start)),
                None => Err(format!("the trigger never fires: the scenario states no `{field}`")),
            }
        }
        Trigger::Schedule { every, filter } => {
            let at = next_of(*every, start.plus_seconds(-1), setting.play_hour_minute, zone);
            fires(play, *filter, world, &account(at))?;
            Ok(at)
        }
        Trigger::ByHand => Ok(start),
    }
}

/// The first instant at which a condition has held for so long; it is asked at these instants, in order.
fn first_fired(
    instants: impl Iterator<Item = Timestamp>,
    hold_seconds: i64,
    holds: impl Fn(Timestamp) -> Option<bool>,
) -> Option<Timestamp> {
    let mut edge = Edge::default();
    for at in instants {
        let due = edge.due(hold_seconds).filter(|due| *due < at);
        if let Some(fired) = due.and_then(|due| edge.observe(holds(due), due, hold_seconds)) {
            return Some(fired);
        }
        if let Some(fired) = edge.observe(holds(at), at, hold_seconds) {
            return Some(fired);
        }
    }
    None
}

/// Whether the condition of a trigger, if it has one, holds over what the scenario states.
fn fires(play: &Play, filter: Option<ConditionId>, world: &dyn World, columns: &Columns) -> Result<(), String> {
    let condition = filter.and_then(|filter| play.condition(filter));
    match condition.filter(|condition| world.holds(condition, columns) != Some(true)) {
        Some(condition) => Err(format!("the trigger never fires: {}", condition.written)),
        None => Ok(()),
    }
}

/// The stated values of a trigger under their own names, whether they are written `kind` or `trigger.kind`.
pub(super) fn bare(stated: &Columns) -> Columns {
    stated.iter().map(|(name, value)| (name.strip_prefix("trigger.").unwrap_or(name).to_owned(), value.clone())).collect()
}

/// The fields of the subject that a scenario states: those of the trigger, where it is the subject's record that triggers.
pub(super) fn subject_columns(play: &Play, trigger: &Columns) -> Columns {
    let is_subject = match &play.trigger {
        Trigger::Record { entity, .. } | Trigger::Date { entity, .. } => play.per != Per::Account && entity == play.per.entity(),
        _ => false,
    };
    let own = trigger.iter().filter(|(name, _)| is_subject && !name.contains('.'));
    own.map(|(name, value)| (format!("{}.{name}", play.per.word()), value.clone())).collect()
}

/// The date of a date trigger: stated for the trigger, the subject or the account.
fn date_of(field: &str, scenario: &Scenario) -> Option<Day> {
    let stated = scenario.trigger.iter().chain(&scenario.account);
    let mut named =
        stated.filter(|(name, _)| *name == field || name.rsplit_once('.').is_some_and(|(_, last)| last == field) || *name == "date");
    let text = named.next().and_then(|(_, value)| value.as_str())?;
    Day::parse(text).ok().or_else(|| Timestamp::parse(text).ok().map(|at| scenario.zone.day_of(at)))
}

/// What a run begins with. `before` are the account's columns just before the trigger instant, `columns` those at it.
pub(super) fn opening(
    play: &Play,
    scenario: &Scenario,
    world: &dyn World,
    (before, columns): (&Columns, &Columns),
    at: Timestamp,
    setting: &Setting,
) -> Opening {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let date = match &play.trigger {
        Trigger::Date { field, .. } => date_of(field, scenario),
        _ => None,
    };
    let just_before = |stated: &str, column: &str| columns.get(stated).cloned().unwrap_or_else(|| world.value(column, before));
    let trigger = bare(&scenario.trigger);
    Opening {
        subject: Subject::of(play, columns.get("id").and_then(text).unwrap_or_else(|| "account".to_owned()), None, &trigger),
        at,
        zone: scenario.zone.clone(),
        play_hour_minute: setting.play_hour_minute,
        date,
        held_out: false,
        baseline: play.baselines.iter().map(|name| (name.clone(), world.value(name, columns))).collect(),
        trigger,
        previous_band: text(&just_before("previous_band", "health_band")),
        previous_score: just_before("previous_score", "health_score").as_f64(),
    }
}
