//! What a scenario gives around its start: events one by one, records, and columns from a day on.

use std::collections::BTreeMap;

use mainstay_model::play::Scenario;
use mainstay_model::play::scenario::{Given, GivenWhat, Happening};
use mainstay_model::{Day, Timestamp};

use super::Columns;
use crate::due::at_minute;

/// An event that a scenario gives.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GivenEvent {
    /// When it happens.
    pub at: Timestamp,
    /// Its name.
    pub name: String,
}

/// What a scenario gives of a record from an instant on.
#[derive(Clone, PartialEq, Debug)]
pub struct GivenRecord {
    /// From when.
    pub at: Timestamp,
    /// The entity.
    pub entity: String,
    /// The record's id.
    pub id: String,
    /// Its fields; those that are not among them stay.
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// The records that a scenario gives, in order. What is said of one record at one instant is one version of it, the later line over the earlier.
#[must_use]
pub fn given_records(scenario: &Scenario) -> Vec<GivenRecord> {
    let mut records: Vec<GivenRecord> = Vec::new();
    for given in &scenario.given {
        let GivenWhat::Record { entity, id, fields } = &given.what else { continue };
        let at = instant_of(scenario, given);
        match records.iter_mut().find(|known| known.at == at && known.entity == *entity && known.id == *id) {
            Some(known) => known.fields.extend(fields.clone()),
            None => records.push(GivenRecord { at, entity: entity.clone(), id: id.clone(), fields: fields.clone() }),
        }
    }
    records.sort_by_key(|record| record.at);
    records
}

/// The events that a scenario gives, in order: so many in each day, week or month from the first day on, spread evenly over it; those with a time
/// of day all at that.
#[must_use]
pub fn given_events(scenario: &Scenario) -> Vec<GivenEvent> {
    let mut events = Vec::new();
    for given in &scenario.given {
        let GivenWhat::Events { count, name, every_days } = &given.what else { continue };
        if given.minute_of_day.is_some() {
            let event = GivenEvent { at: instant_of(scenario, given), name: name.clone() };
            events.extend((0..*count).map(|_| event.clone()));
            continue;
        }
        let (first, end) = (day_of(scenario, given.from_day), day_of(scenario, given.to_day).plus(1));
        // Events without a rhythm are spread over the first day.
        let (length, end) = if *every_days == 0 { (1, first.plus(1)) } else { (i32::try_from(*every_days).unwrap_or(i32::MAX), end) };
        let mut begins = first;
        while begins < end {
            let (from, until) = (scenario.zone.start_of(begins), scenario.zone.start_of(begins.plus(length)));
            let all = i64::from(*count) * 2;
            let instants = (0..i64::from(*count)).map(|number| Timestamp(from.0 + (until.0 - from.0) / all * (2 * number + 1)));
            let inside = instants.filter(|at| *at < scenario.zone.start_of(end));
            events.extend(inside.map(|at| GivenEvent { at, name: name.clone() }));
            begins = begins.plus(length);
        }
    }
    events.sort_by_key(|event| event.at);
    events
}

/// The account's stated columns at an instant: those of `account`, and over them what `given` sets by then, the later day last.
pub(super) fn stated_at(scenario: &Scenario, at: Timestamp) -> Columns {
    let mut columns = scenario.account.clone();
    columns.extend(sets(scenario).into_iter().filter(|(from, ..)| *from <= at).map(|(_, column, value)| (column, value)));
    columns
}

/// What is given for later than the trigger instant, to happen then.
pub(super) fn after(scenario: &Scenario, started_at: Timestamp) -> Vec<(Timestamp, Happening)> {
    let sets = sets(scenario).into_iter().map(|(at, column, value)| (at, Happening::Set { column, value }));
    let event = |event: GivenEvent| (event.at, Happening::Event { name: event.name, properties: Columns::new() });
    let record = |record: GivenRecord| (record.at, Happening::Record { entity: record.entity, id: record.id });
    let facts = given_events(scenario).into_iter().map(event).chain(given_records(scenario).into_iter().map(record));
    sets.chain(facts).filter(|(at, _)| *at > started_at).collect()
}

/// The columns that `given` sets, each with the instant from which it counts.
fn sets(scenario: &Scenario) -> Vec<(Timestamp, String, serde_json::Value)> {
    let mut sets: Vec<_> = scenario
        .given
        .iter()
        .filter_map(|given| match &given.what {
            GivenWhat::Set { column, value } => Some((instant_of(scenario, given), column.clone(), value.clone())),
            GivenWhat::Events { .. } | GivenWhat::Record { .. } => None,
        })
        .collect();
    sets.sort_by_key(|(at, ..)| *at);
    sets
}

/// From when a line counts: the beginning of its first day, or the time that it says.
fn instant_of(scenario: &Scenario, given: &Given) -> Timestamp {
    let day = day_of(scenario, given.from_day);
    given.minute_of_day.map_or_else(|| scenario.zone.start_of(day), |minute| at_minute(day, minute, &scenario.zone))
}

fn day_of(scenario: &Scenario, offset: i32) -> Day {
    scenario.start.0.plus(offset)
}
