//! The events that a scenario gives, counted by the engine's own measures.

use arrow::array::RecordBatch;
use mainstay_health::{About, AsOf, Selection, SignalPartials, evaluate};
use mainstay_lake::facts::events_batch;
use mainstay_model::play::Scenario;
use mainstay_model::signal::Subject;
use mainstay_model::{Event, EventKind, Timestamp};
use mainstay_plays::simulate::{Columns, GivenEvent, given_events};

use crate::engine::{How, Measured, NO_PRODUCT, Plan, broken, partials_of, placed_at, to_array, unreadable};
use crate::error::{AppError, Result};
use crate::plays::json_at;

/// The most events that a scenario may give.
const MAX_GIVEN_EVENTS: usize = 20_000;

/// The one account of a scenario.
const ACCOUNT: u32 = 0;

/// The events of a scenario, in order. All are of one user.
pub(super) struct GivenFacts<'a> {
    plan: &'a Plan,
    at: Vec<Timestamp>,
    batch: RecordBatch,
}

impl<'a> GivenFacts<'a> {
    /// The events that a scenario gives; none where it gives none.
    pub(super) fn new(plan: &'a Plan, scenario: &Scenario) -> Result<Option<Self>> {
        let given = given_events(scenario);
        if given.is_empty() {
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
        Ok(Some(Self { plan, at: given.iter().map(|given| given.at).collect(), batch }))
    }

    /// The signals over events as of an instant; those that are not known are left out. The account counts as an old one.
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
        Ok(columns)
    }
}
