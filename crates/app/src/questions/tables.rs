//! The tables that are made for a question: accounts, signals, parts of scores, sources, the quarantine.

use std::sync::{Arc, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::datatypes::{Field, Schema};
use mainstay_health::explain::Part;
use mainstay_health::{Column, Explanation};
use mainstay_lake::quarantine::EntryFilter;
use mainstay_lake::records::RecordsQuery;
use mainstay_lake::tables as documented;
use mainstay_model::Timestamp;

use super::rows::Rows;
use super::{mentions, rows_in};
use crate::accounts::AsOf;
use crate::app::App;
use crate::data::SourceStatus;
use crate::engine::{Frame, PlannedSignal, State, unsorted};
use crate::error::Result;

/// Refused records that a query sees at most.
const QUARANTINE_ROWS: usize = 100_000;

/// The tables that a question may read; the others are left empty.
pub(super) fn ready(
    app: &App,
    state: &State,
    question: &str,
    at: &AsOf,
    sources: Option<&[SourceStatus]>,
) -> Result<Vec<(String, RecordBatch)>> {
    let wants = |name: &str| mentions(question, name);
    let frame = if wants("accounts") || wants("signals") || wants("score_components") { Some(app.frame(state, None, at)?) } else { None };
    let of_frame = |name: &str, make: &dyn Fn(&Frame) -> Result<RecordBatch>| match frame.as_ref().filter(|_| wants(name)) {
        Some(frame) => make(frame),
        None => Ok(RecordBatch::new_empty(documented::schema(name))),
    };
    // The columns of accounts are the workspace's own: an empty table would not have them all.
    let nobody = || state.at(crate::engine::Moment { at: Timestamp(0), known: None, subjects: Some(&[]) }, &|| app.snapshot());
    let accounts = match frame.as_ref().filter(|_| wants("accounts")) {
        Some(frame) => account_rows(state, frame, at)?,
        None => account_rows(state, &nobody()?, at)?,
    };
    let quarantine = if wants("quarantine") { quarantine(app)? } else { RecordBatch::new_empty(documented::schema("quarantine")) };
    Ok(vec![
        ("accounts".to_owned(), accounts),
        ("signals".to_owned(), of_frame("signals", &|frame| signals(state, frame))?),
        ("score_components".to_owned(), of_frame("score_components", &|frame| components(state, frame))?),
        ("sources".to_owned(), source_rows(sources.unwrap_or_default())?),
        ("quarantine".to_owned(), quarantine),
    ])
}

/// Everything about each account in one row: fields, health, signals, segments.
fn account_rows(state: &State, frame: &Frame, at: &AsOf) -> Result<RecordBatch> {
    let plan = &state.plan;
    let (mut fields, mut arrays): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    let mut add = |name: &str, array: ArrayRef| {
        if !fields.iter().any(|field| field.name() == name) {
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
    };
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(entity) = plan.workspace.entities.get("accounts") {
        let query = RecordsQuery { as_of: frame.as_of, known: at.known, accounts: None, zone: &plan.workspace.zone };
        let table = records.table(entity, query).map_err(unsorted)?;
        let order = rows_in(&table, frame);
        for (field, column) in table.schema().fields().iter().zip(table.columns()) {
            match frame.array(plan, field.name()).filter(|_| ["id", "as_of", "today"].contains(&field.name().as_str())) {
                Some(array) => add(field.name(), array),
                None => add(field.name(), arrow::compute::take(column, &order, None).map_err(unsorted)?),
            }
        }
    }
    for field in documented::schema("accounts").fields() {
        let array = frame.array(plan, field.name()).unwrap_or_else(|| new_null_array(field.data_type(), frame.len()));
        add(field.name(), array);
    }
    let mut names: Vec<&str> = plan.signals.iter().map(|planned| planned.signal.name.as_str()).collect();
    names.sort_unstable();
    names.extend(plan.segments.iter().map(|planned| planned.segment.name.as_str()));
    for name in names {
        if let Some(array) = frame.array(plan, name) {
            add(name, array);
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(unsorted)
}

fn signals(state: &State, frame: &Frame) -> Result<RecordBatch> {
    let mut rows = Rows::new("signals");
    for (place, planned) in state.plan.signals.iter().enumerate() {
        let column = frame.columns.get(state.plan.fields.len() + place);
        let of_accounts = frame.ids.iter().map(|id| (id.as_ref(), None));
        signal_rows(&mut rows, planned, column, of_accounts, frame.as_of);
    }
    let products = &frame.products.rows;
    for (planned, column) in state.plan.products.signals.iter().zip(&products.columns) {
        let of_products = products.owners.iter().zip(&products.names).map(|(owner, name)| (account(frame, *owner), Some(name.as_ref())));
        signal_rows(&mut rows, planned, Some(column), of_products, frame.as_of);
    }
    rows.finish()
}

/// The id of the account in a row.
fn account(frame: &Frame, row: u32) -> &str {
    frame.ids.get(row as usize).map_or("", AsRef::as_ref)
}

fn signal_rows<'a>(
    rows: &mut Rows,
    planned: &PlannedSignal,
    column: Option<&Column>,
    subjects: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    as_of: Timestamp,
) {
    let unit = serde_json::to_value(planned.signal.unit).ok().and_then(|unit| unit.as_str().map(str::to_owned));
    for (row, (account, product)) in subjects.enumerate() {
        rows.text("account_id", Some(account));
        rows.text("product", product);
        rows.text("signal", Some(&planned.signal.name));
        rows.text("label", Some(&planned.signal.label));
        rows.value(column.and_then(|column| column.get(row)));
        rows.text("unit", unit.as_deref());
        rows.instant("as_of", Some(as_of));
        rows.end();
    }
}

/// Places after the point of contributions.
const DECIMALS: u8 = 6;

fn components(state: &State, frame: &Frame) -> Result<RecordBatch> {
    let mut rows = Rows::new("score_components");
    let mut add = |explanation: &Explanation, account: &str, product: Option<&str>| {
        let of = Of { account, product, model: &explanation.model, as_of: frame.as_of };
        explanation.components.iter().for_each(|part| component(&mut rows, of, "", part));
    };
    for row in 0..frame.len() {
        if let Some(explanation) = frame.explain(&state.plan, row, &[], DECIMALS) {
            add(&explanation, frame.ids.get(row).map(AsRef::as_ref).unwrap_or_default(), None);
        }
    }
    let products = &frame.products;
    for (row, (owner, name)) in products.rows.owners.iter().zip(&products.rows.names).enumerate() {
        if let Some(explanation) = products.explain(&state.plan, frame, row, DECIMALS) {
            add(&explanation, account(frame, *owner), Some(name));
        }
    }
    rows.finish()
}

/// Whose score a component is part of.
#[derive(Clone, Copy)]
struct Of<'a> {
    account: &'a str,
    product: Option<&'a str>,
    model: &'a str,
    as_of: Timestamp,
}

fn component(rows: &mut Rows, of: Of<'_>, group: &str, part: &Part) {
    let name = format!("{group}{}", part.name);
    // The parts of products have rows of their own, by the model that scores the product.
    let parts: Vec<&Part> = part.parts.iter().filter(|inner| inner.product.is_none()).collect();
    if parts.is_empty() {
        rows.text("account_id", Some(of.account));
        rows.text("product", of.product);
        rows.text("model", Some(of.model));
        rows.text("component", Some(&name));
        rows.text("signal", part.signal.as_deref());
        rows.value(part.value.clone());
        rows.text("level", part.level.as_deref());
        rows.number("points", part.points);
        rows.number("weight", Some(part.weight));
        rows.number("effective_weight", Some(part.effective_weight));
        rows.number("contribution", Some(part.contribution.to_f64()));
        rows.instant("as_of", Some(of.as_of));
        rows.end();
    }
    for inner in parts {
        component(rows, of, &format!("{name}/"), inner);
    }
}

fn source_rows(sources: &[SourceStatus]) -> Result<RecordBatch> {
    let mut rows = Rows::new("sources");
    for source in sources {
        rows.text("name", Some(&source.name));
        rows.text("label", Some(&source.label));
        rows.text("kind", Some(&source.kind));
        rows.integer("events", source.events);
        rows.integer("records", source.records);
        rows.integer("quarantined", source.rejected_open);
        rows.instant("newest_occurred_at", source.last_occurred_at);
        rows.instant("last_received_at", source.last_received_at);
        rows.truth("stale", source.stale);
        rows.end();
    }
    rows.finish()
}

fn quarantine(app: &App) -> Result<RecordBatch> {
    let listed = app.lake().quarantine().list(&EntryFilter::default(), QUARANTINE_ROWS, None);
    let entries = listed.map_err(crate::engine::unreadable)?;
    let mut rows = Rows::new("quarantine");
    for entry in &entries {
        rows.integer("id", entry.id);
        rows.instant("received_at", Some(entry.received_at));
        rows.text("source", Some(&entry.source));
        rows.text("door", Some(&entry.kind));
        rows.text("reason", Some(entry.rejection.code.as_str()));
        rows.text("field", Some(&entry.rejection.field));
        rows.text("value", Some(&entry.rejection.value));
        rows.text("message", Some(&entry.rejection.message));
        rows.text("status", Some(entry.status.as_str()));
        rows.text("raw", Some(&entry.raw));
        rows.end();
    }
    rows.finish()
}
