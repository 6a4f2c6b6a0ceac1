//! The facts behind a number: the very events or records that a signal's value counts.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use arrow::array::{BooleanArray, RecordBatch};
use mainstay_health::Reading;
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_lake::records::RecordsQuery;
use mainstay_lake::scan::FactScan;
use mainstay_model::signal::{Measure, Span, Subject};
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value};

use super::{AsOf, FactRow, FactsBehind};
use crate::app::App;
use crate::engine::{How, PlannedSignal, RecordMeasure, State, attributed, instants_of, products_named_in, texts_of, unreadable, unsorted};
use crate::error::{AppError, Result};

impl App {
    /// The facts that a signal's value of an account counts, or of one of its products, the latest first.
    ///
    /// # Errors
    /// When the account or the signal is not known, or the signal is per product and none is named.
    pub async fn facts_behind(&self, id: &str, signal: &str, product: Option<&str>, at: &AsOf, limit: usize) -> Result<FactsBehind> {
        let (id, signal, product, at) = (id.to_owned(), signal.to_owned(), product.map(str::to_owned), *at);
        self.compute(move |app| {
            let state = app.state();
            let subject = Self::subject(&state, &id, &at)?;
            let Some(planned) = state.plan.all_signals().find(|planned| planned.signal.name == signal) else {
                return Err(AppError::not_found(format!("there is no signal `{signal}`")).hint("`mainstay show signals` lists them"));
            };
            let product = match planned.signal.subject {
                Subject::Account => None,
                Subject::Product => Some(product.ok_or_else(|| {
                    AppError::invalid(format!("the signal `{signal}` has one value per product")).hint("say of which product")
                })?),
            };
            let as_of = at.at.unwrap_or_else(|| app.now());
            let of = Of { id: &id, subject, product: product.as_deref(), as_of, known: at.known };
            let description = described(planned);
            let mut behind = FactsBehind { signal, product: product.clone(), description, total: 0, facts: Vec::new(), reads: Vec::new() };
            match &planned.how {
                How::Events { reading, measured } => {
                    let filter = state.plan.measured.get(*measured).and_then(|measured| measured.filter.as_ref());
                    Looking { state: &state, of, limit }.events(app, reading, filter, &mut behind)?;
                }
                How::Records(measure) => Looking { state: &state, of, limit }.records(measure, &mut behind)?,
                How::Formula(expression) => behind.reads = expression.columns_needed().map(str::to_owned).collect(),
            }
            Ok(behind)
        })
        .await
    }
}

fn described(planned: &PlannedSignal) -> String {
    let signal = &planned.signal;
    let filtered = |filter: &Option<String>| filter.as_ref().map_or_else(String::new, |filter| format!(" where {filter}"));
    let how = match &signal.measure {
        Measure::Events { filter, .. } => format!("events{}", filtered(filter)),
        Measure::Records { entity, filter, .. } => format!("{entity}{}", filtered(filter)),
        Measure::Change { of } => format!("change of {of}"),
        Measure::Trend { of } => format!("trend of {of}"),
        Measure::Formula { sql } => sql.clone(),
    };
    if signal.description.is_empty() { how } else { format!("{} ({how})", signal.description) }
}

/// Whose facts, as of when.
#[derive(Clone, Copy)]
struct Of<'a> {
    id: &'a str,
    subject: u32,
    product: Option<&'a str>,
    as_of: Timestamp,
    known: Option<Timestamp>,
}

struct Looking<'a> {
    state: &'a State,
    of: Of<'a>,
    limit: usize,
}

impl Looking<'_> {
    fn events(&self, app: &App, reading: &Reading, filter: Option<&CompiledExpression>, behind: &mut FactsBehind) -> Result<()> {
        let zone = &self.state.plan.workspace.zone;
        let today = zone.day_of(self.of.as_of);
        let windowless = reading.window.span == Span::All || reading.aggregate.may_be_windowless();
        let first = if windowless { Day(i32::MIN) } else { reading.first_day(today) };
        let last = if windowless { today } else { reading.days(today).1 };
        let from = if first == Day(i32::MIN) { Timestamp(i64::MIN) } else { zone.start_of(first) };
        let until = Timestamp(zone.start_of(last.plus(1)).0 - 1).min(self.of.as_of);
        let whose = std::sync::Arc::new(self.state.whose(self.of.subject));
        let scan = FactScan { occurred_at: Some(from..=until), known: self.of.known, subjects: Some(whose), ..FactScan::default() };
        let links = self.state.links.read().unwrap_or_else(PoisonError::into_inner);
        let only: BTreeSet<u32> = BTreeSet::from([self.of.subject]);
        for batch in scan.events(&app.snapshot()?) {
            let Some(batch) = attributed(&batch.map_err(unreadable)?, &links, self.of.known)? else { continue };
            let Some((batch, _)) = self.state.ours(&batch, Some(&only))? else { continue };
            let batch = match filter {
                Some(filter) => {
                    let mask = filter.evaluate_mask(&batch).map_err(|fault| AppError::invalid(fault.message))?;
                    values::select(&batch, &mask).map_err(unsorted)?
                }
                None => batch,
            };
            let batch = self.of_product(&batch, &products_named_in(&self.state.plan, &batch)?)?;
            behind.total += batch.num_rows();
            behind.facts.extend(event_rows(&batch));
            keep_latest(&mut behind.facts, self.limit);
        }
        Ok(())
    }

    /// The rows that name the product, where one is asked for.
    fn of_product(&self, batch: &RecordBatch, named: &[Option<String>]) -> Result<RecordBatch> {
        let Some(product) = self.of.product else { return Ok(batch.clone()) };
        let mask = named.iter().map(|name| Some(name.as_deref() == Some(product))).collect();
        values::select(batch, &mask).map_err(unsorted)
    }

    fn records(&self, measure: &RecordMeasure, behind: &mut FactsBehind) -> Result<()> {
        let Of { id, as_of, known, .. } = self.of;
        let workspace = &self.state.plan.workspace;
        let records = self.state.records.read().unwrap_or_else(PoisonError::into_inner);
        let query = RecordsQuery { as_of, known, accounts: Some(&[id]), zone: &workspace.zone };
        let table = records.table(&measure.entity, query).map_err(unsorted)?;
        let named = table.column_by_name("product").map(values::texts).unwrap_or_default();
        let table = self.of_product(&table, &named)?;
        let everything = || BooleanArray::from(vec![true; table.num_rows()]);
        let mask = measure
            .filter
            .as_ref()
            .map_or_else(|| Ok(everything()), |filter| filter.evaluate_mask(&table))
            .map_err(|fault| AppError::invalid(fault.message))?;
        let table = values::select(&table, &mask).map_err(unsorted)?;
        let placed_by = measure.reading.window.of.as_deref().filter(|_| measure.reading.window.span != Span::All);
        let days = placed_by.and_then(|column| table.column_by_name(column)).map(|array| values::days(array, &workspace.zone));
        let (first, last) = measure.reading.days(workspace.zone.day_of(as_of));
        let inside =
            |row: usize| days.as_ref().is_none_or(|days| days.get(row).copied().flatten().is_some_and(|day| day >= first && day <= last));
        let (ids, sources) = (texts_of(&table, "id"), texts_of(&table, "source"));
        let (occurred, received) = (instants_of(&table, "occurred_at"), instants_of(&table, "received_at"));
        for row in (0..table.num_rows()).filter(|row| inside(*row)) {
            let record = ids.get(row).copied().flatten().unwrap_or_default();
            behind.total += 1;
            behind.facts.push(FactRow {
                occurred_at: occurred.get(row).copied().unwrap_or_default(),
                received_at: received.get(row).copied().unwrap_or_default(),
                source: sources.get(row).copied().flatten().unwrap_or_default().to_owned(),
                id: record.to_owned(),
                name: measure.entity.name.clone(),
                fields: records.fold(&measure.entity.name, record, as_of, known).unwrap_or_default(),
            });
        }
        keep_latest(&mut behind.facts, self.limit);
        Ok(())
    }
}

fn keep_latest(facts: &mut Vec<FactRow>, limit: usize) {
    facts.sort_by(|a, b| b.occurred_at.cmp(&a.occurred_at).then_with(|| a.id.cmp(&b.id)));
    facts.truncate(limit);
}

/// The events of a batch as rows.
pub(super) fn event_rows(batch: &RecordBatch) -> Vec<FactRow> {
    let (sources, ids, names, users) =
        (texts_of(batch, "source"), texts_of(batch, "message_id"), texts_of(batch, "name"), texts_of(batch, "user_id"));
    let properties = texts_of(batch, "properties");
    let (occurred, received) = (instants_of(batch, "occurred_at"), instants_of(batch, "received_at"));
    let text = |column: &[Option<&str>], row: usize| column.get(row).copied().flatten().unwrap_or_default().to_owned();
    (0..batch.num_rows())
        .map(|row| {
            let mut fields: Map<String, Value> = serde_json::from_str(&text(&properties, row)).unwrap_or_default();
            if let Some(user) = users.get(row).copied().flatten() {
                fields.shift_insert(0, "user_id".to_owned(), Value::from(user));
            }
            FactRow {
                occurred_at: occurred.get(row).copied().unwrap_or_default(),
                received_at: received.get(row).copied().unwrap_or_default(),
                source: text(&sources, row),
                id: text(&ids, row),
                name: text(&names, row),
                fields,
            }
        })
        .collect()
}
