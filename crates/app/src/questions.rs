//! Questions in SQL over documented tables, as of any instant.

mod rows;
mod tables;

use std::sync::{Arc, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use hashbrown::HashMap;
use mainstay_lake::records::RecordsQuery;
use mainstay_lake::session::{Answer, FileTable, QueryError, QueryLimits, Session, SessionInputs};
use mainstay_lake::{Snapshot, tables as documented};
use mainstay_model::Timestamp;

use crate::accounts::AsOf;
use crate::app::App;
use crate::engine::{Frame, Plan, State, texts_of, unsorted};
use crate::error::{AppError, ErrorCode, Result};

impl App {
    /// Answers a SQL query as of an instant, as batches of rows. Reads only.
    ///
    /// # Errors
    /// [`ErrorCode::Invalid`] with the nearest name when the query is wrong.
    pub async fn sql(&self, text: &str, at: &AsOf) -> Result<Vec<RecordBatch>> {
        Ok(self.ask(text, at).await?.batches)
    }

    /// Answers a SQL query as of an instant, with the names of its columns even where it has no rows.
    ///
    /// # Errors
    /// As [`App::sql`].
    pub async fn ask(&self, text: &str, at: &AsOf) -> Result<Answer> {
        let at = *at;
        let sources = if mentions(text, "sources") { Some(self.sources().await?) } else { None };
        let question = text.to_owned();
        let session = self
            .compute(move |app| {
                let state = app.state();
                let as_of = at.at.unwrap_or_else(|| app.now().max(state.scored_at));
                let tables = tables::ready(app, &state, &question, &at, sources.as_deref())?;
                let snapshot = app.snapshot()?;
                let inputs = inputs(&state.plan, &state, &snapshot, tables, (as_of, at.known));
                // The session holds the snapshot's files open for as long as it lives.
                Ok((Session::new(inputs).map_err(refused)?, snapshot))
            })
            .await?;
        session.0.sql(text).await.map_err(refused)
    }
}

fn inputs(
    plan: &Plan,
    state: &State,
    snapshot: &Snapshot,
    tables: Vec<(String, RecordBatch)>,
    (as_of, known): (Timestamp, Option<Timestamp>),
) -> SessionInputs {
    let paths = |files: &[Arc<mainstay_lake::DataFile>]| files.iter().map(|file| file.path.clone()).collect();
    SessionInputs {
        events: FileTable { files: paths(&snapshot.event_files), tail: snapshot.tail_events.clone() },
        file_tables: vec![(
            "scores".into(),
            documented::schema("scores"),
            FileTable { files: paths(snapshot.files("scores")), tail: Vec::new() },
        )],
        tables,
        records: Arc::clone(&state.records),
        links: Arc::clone(&state.links),
        entities: plan.workspace.entities.values().cloned().collect(),
        as_of,
        known,
        zone: plan.workspace.zone.clone(),
        limits: QueryLimits::default(),
    }
}

/// The kept scores of past days, in the order in which they were written.
pub(crate) async fn kept_scores(snapshot: &Snapshot, plan: &Arc<Plan>, now: Timestamp) -> Result<Vec<RecordBatch>> {
    if snapshot.files("scores").is_empty() {
        return Ok(Vec::new());
    }
    let nothing = State::new(Arc::clone(plan), now)?;
    let session = Session::new(inputs(plan, &nothing, snapshot, Vec::new(), (Timestamp(i64::MAX), None))).map_err(refused)?;
    let question = "select account_id, day, scored_at, model, model_version, score from scores where product is null order by recorded_at";
    Ok(session.sql(question).await.map_err(refused)?.batches)
}

/// A field of the accounts' records, row by row of the frame; none where accounts have no such field.
pub(crate) fn account_field(state: &State, frame: &Frame, name: &str, at: &AsOf) -> Result<Option<ArrayRef>> {
    let Some(entity) = state.plan.workspace.entities.get("accounts").filter(|entity| entity.field(name).is_some()) else { return Ok(None) };
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let query = RecordsQuery { as_of: frame.as_of, known: at.known, accounts: None, zone: &state.plan.workspace.zone };
    let table = records.table(entity, query).map_err(unsorted)?;
    let Some(column) = table.column_by_name(name) else { return Ok(None) };
    Ok(Some(arrow::compute::take(column, &rows_in(&table, frame), None).map_err(unsorted)?))
}

/// Where each account of a frame stands in a table of accounts.
fn rows_in(table: &RecordBatch, frame: &Frame) -> UInt32Array {
    let places: HashMap<&str, u32> = texts_of(table, "id").into_iter().zip(0..).filter_map(|(id, row)| Some((id?, row))).collect();
    frame.ids.iter().map(|id| places.get(id.as_ref()).copied()).collect()
}

/// Whether a query may read a table; a name in a string or a comment counts too, which only costs time.
fn mentions(text: &str, table: &str) -> bool {
    text.to_lowercase().contains(table)
}

fn refused(error: QueryError) -> AppError {
    let code = match error {
        QueryError::Failed { .. } => ErrorCode::Unavailable,
        _ => ErrorCode::Invalid,
    };
    AppError::new(code, error.to_string())
}
