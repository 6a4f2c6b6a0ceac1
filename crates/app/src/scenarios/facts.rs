//! The events and records that a scenario gives, counted by the engine's own measures.

use std::sync::Arc;

use arrow::array::RecordBatch;
use hashbrown::HashMap;
use mainstay_health::{About, AsOf, Selection, SignalPartials, evaluate};
use mainstay_lake::facts::events_batch;
use mainstay_lake::records::Records;
use mainstay_model::play::Scenario;
use mainstay_model::signal::Subject;
use mainstay_model::{Event, EventKind, RecordVersion, Timestamp};
use mainstay_plays::simulate::{Columns, GivenEvent, GivenRecord, given_events, given_records};

use crate::engine::{How, Measured, NO_PRODUCT, Plan, RecordReader, broken, partials_of, placed_at, to_array, unreadable};
use crate::error::{AppError, Result};
use crate::plays::json_at;

/// The most events that a scenario may give.
const MAX_GIVEN_EVENTS: usize = 20_000;

/// The one account of a scenario.
const ACCOUNT: u32 = 0;

/// The facts of a scenario. Its events are in order, and all of one user.
pub(super) struct GivenFacts<'a> {
    plan: &'a Plan,
    at: Vec<Timestamp>,
    batch: RecordBatch,
    /// The account's id, alone.
    ids: [Arc<str>; 1],
    records: Records,
    /// When the first record of each entity was true.
    first_seen: HashMap<String, Timestamp>,
}

impl<'a> GivenFacts<'a> {
    /// The events and records that a scenario gives; none where it gives neither.
    pub(super) fn new(plan: &'a Plan, scenario: &Scenario) -> Result<Option<Self>> {
        let given = given_events(scenario);
        let given_records = given_records(scenario);
        if given.is_empty() && given_records.is_empty() {
            return Ok(None);
        }
        if given.len() > MAX_GIVEN_EVENTS {
            return Err(AppError::invalid(format!("`given` has {} events; at most {MAX_GIVEN_EVENTS} can be given", given.len())));
        }
        let account = scenario.account.get("id").and_then(serde_json::Value::as_str).unwrap_or("account");
        let event = |(number, given): (usize, &GivenEvent)| Event {
            source: "scenario".to_owned(),
            message_id: number.to_string(),
            kind: EventKind::Track,
            name: given.name.clone(),
            account_id: Some(account.to_owned()),
            user_id: Some("user".to_owned()),
            anonymous_id: None,
            occurred_at: given.at,
            received_at: given.at,
            properties: "{}".to_owned(),
        };
        let events: Vec<Event> = given.iter().enumerate().map(event).collect();
        let batch = events_batch((0..).zip(&events)).map_err(unreadable)?;
        let (mut records, mut first_seen) = (Records::new(), HashMap::new());
        for given in given_records {
            let first = first_seen.entry(given.entity.clone()).or_insert(given.at);
            *first = (*first).min(given.at);
            records.apply(&version_of(given, account));
        }
        let at = given.iter().map(|given| given.at).collect();
        Ok(Some(Self { plan, at, batch, ids: [Arc::from(account)], records, first_seen }))
    }

    /// The signals over events and records as of an instant; those that are not known are left out. The account counts as an old one.
    pub(super) fn columns(&self, at: Timestamp) -> Result<Columns> {
        let zone = &self.plan.workspace.zone;
        let count = self.at.partition_point(|event| *event <= at);
        let batch = self.batch.slice(0, count);
        let instants = self.at.get(..count).unwrap_or_default().to_vec();
        let placed = placed_at(&batch, (vec![ACCOUNT; count], vec![NO_PRODUCT; count]), instants, zone, true);
        let partials = |measured: &Measured| {
            let none = SignalPartials::new(&measured.aggregate);
            if measured.subject == Subject::Product { Ok(none) } else { partials_of(measured, &none, &placed, zone) }
        };
        let partials: Vec<SignalPartials> = self.plan.measured.iter().map(partials).collect::<Result<_>>()?;
        let mut columns = Columns::new();
        for planned in &self.plan.signals {
            let How::Events { reading, measured } = &planned.how else { continue };
            let Some(partials) = partials.get(*measured) else { continue };
            let about = About { connected: !partials.is_empty(), born: &[] };
            let as_of = AsOf { today: zone.day_of(at), today_override: None, about };
            let column = evaluate(reading, partials, &as_of, Selection::Some(&[ACCOUNT])).map_err(broken)?;
            let value = json_at(&to_array(&column), 0);
            if !value.is_null() {
                columns.insert(planned.signal.name.clone(), value);
            }
        }
        self.count_records(at, &mut columns)?;
        Ok(columns)
    }

    /// Adds the signals over records. Those of an entity without a record by then are not known.
    fn count_records(&self, at: Timestamp, columns: &mut Columns) -> Result<()> {
        if self.first_seen.is_empty() {
            return Ok(());
        }
        let reader = RecordReader {
            plan: self.plan,
            records: &self.records,
            as_of: at,
            known: None,
            ids: &self.ids,
            all: true,
            first_seen: &self.first_seen,
        };
        for (place, column) in reader.measures(|_| true)? {
            let value = json_at(&to_array(&column), 0);
            if let Some(planned) = self.plan.signals.get(place).filter(|_| !value.is_null()) {
                columns.insert(planned.signal.name.clone(), value);
            }
        }
        Ok(())
    }
}

/// A version of a record of the account; one that names no account is its own.
fn version_of(given: GivenRecord, account: &str) -> RecordVersion {
    let GivenRecord { at, entity, id, mut fields } = given;
    fields.entry("account_id".to_owned()).or_insert_with(|| account.into());
    RecordVersion {
        source: "scenario".to_owned(),
        entity,
        external_id: id,
        occurred_at: at,
        received_at: at,
        fields: serde_json::json!(fields).to_string(),
    }
}
