//! Ad-hoc SQL over everything, as of an instant: read-only, within limits, with errors that name the nearest table or column.

mod errors;
mod facts;
mod records;

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::{SQLOptions, SessionContext};
use datafusion::sql::parser::Statement;
use datafusion::sql::sqlparser::ast::Statement as SqlStatement;
use futures::TryStreamExt;
use mainstay_model::{Entity, Timestamp, Zone};

use crate::expressions;
use crate::links::Links;
use crate::records::Records;

pub use errors::QueryError;

/// Rows at rest and rows in memory that together are one table.
#[derive(Clone, Debug, Default)]
pub struct FileTable {
    /// Parquet files of the table's schema. Whoever asks keeps the snapshot that names them until the answer is there.
    pub files: Vec<PathBuf>,
    /// What is not in files yet.
    pub tail: Vec<RecordBatch>,
}

/// What a query may use.
#[derive(Clone, Copy, Debug)]
pub struct QueryLimits {
    /// Memory for sorting and grouping, in bytes; beyond it the disk is used where possible.
    pub memory_bytes: usize,
    /// How long a query may run.
    pub timeout: Duration,
    /// Rows answered at most.
    pub rows: usize,
}

impl Default for QueryLimits {
    fn default() -> Self {
        Self { memory_bytes: 1 << 30, timeout: Duration::from_mins(2), rows: 10_000_000 }
    }
}

/// Everything a session reads.
#[derive(Clone, Debug)]
pub struct SessionInputs {
    /// Events: files and the tail not sealed yet, of [`crate::facts::events_schema`].
    pub events: FileTable,
    /// Further tables kept in files, such as `scores`: name, schema, rows. A column `scored_at` is read as of the session's instant.
    pub file_tables: Vec<(String, SchemaRef, FileTable)>,
    /// Tables that are ready: `accounts`, `signals`, `quarantine`, `sources`. They take the place of an entity of the same name.
    pub tables: Vec<(String, RecordBatch)>,
    /// The records of all entities.
    pub records: Arc<RwLock<Records>>,
    /// Which account an event counts for.
    pub links: Arc<RwLock<Links>>,
    /// The entities of the workspace.
    pub entities: Vec<Entity>,
    /// The instant asked about.
    pub as_of: Timestamp,
    /// As known then; today's knowledge where absent.
    pub known: Option<Timestamp>,
    /// Days are days of this zone.
    pub zone: Zone,
    /// What queries may use.
    pub limits: QueryLimits,
}

/// Tables as of one instant, ready to be asked.
pub struct Session {
    context: SessionContext,
    limits: QueryLimits,
}

/// What a query answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub batches: Vec<RecordBatch>,
    /// Whether there were more rows than the limit.
    pub cut: bool,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Session {
    /// Sets the tables up. Nothing is read yet.
    ///
    /// # Errors
    /// [`QueryError::Failed`] where the engine cannot be set up.
    pub fn new(inputs: SessionInputs) -> Result<Self, QueryError> {
        let limits = inputs.limits;
        let context = context(&inputs)?;
        facts::register_events(&context, &inputs)?;
        for (name, schema, table) in &inputs.file_tables {
            facts::register_files(&context, name, schema, table, inputs.as_of)?;
        }
        for entity in inputs.entities.iter().filter(|entity| !inputs.tables.iter().any(|(name, _)| *name == entity.name)) {
            records::register(&context, entity, &inputs)?;
        }
        for (name, batch) in inputs.tables {
            let table = MemTable::try_new(batch.schema(), vec![vec![batch]]).map_err(QueryError::from_engine)?;
            context.register_table(name.as_str(), Arc::new(table)).map_err(QueryError::from_engine)?;
        }
        Ok(Self { context, limits })
    }

    /// Sets the limits of time and rows for the queries that follow.
    pub const fn limit(&mut self, limits: QueryLimits) {
        self.limits = limits;
    }

    /// Answers a query, within the session's limits.
    ///
    /// # Errors
    /// What is wrong with the query, or which limit it met.
    pub async fn sql(&self, text: &str) -> Result<Answer, QueryError> {
        let work = async {
            let stream = self.stream(text).await?;
            let columns = stream.schema().fields().iter().map(|field| field.name().clone()).collect();
            let (batches, cut) = self.collect(stream).await?;
            Ok(Answer { columns, batches, cut })
        };
        tokio::time::timeout(self.limits.timeout, work).await.map_err(|_| QueryError::TooSlow { seconds: self.limits.timeout.as_secs() })?
    }

    /// Begins a query; its batches come as they are made. Neither the limit of rows nor that of time applies.
    ///
    /// # Errors
    /// What is wrong with the query.
    pub async fn stream(&self, text: &str) -> Result<SendableRecordBatchStream, QueryError> {
        let statement = self.parse(text)?;
        let state = self.context.state();
        let known = self.table_names();
        errors::check_tables(&state, &statement, &known)?;
        let plan = state.statement_to_plan(statement).await.map_err(QueryError::from_engine)?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)
            .map_err(|_| QueryError::read_only("select into"))?;
        let frame = self.context.execute_logical_plan(plan).await.map_err(QueryError::from_engine)?;
        frame.execute_stream().await.map_err(QueryError::from_engine)
    }

    /// The names of the tables, in order.
    #[must_use]
    pub fn table_names(&self) -> Vec<String> {
        let schemas = self.context.catalog("datafusion").and_then(|catalog| catalog.schema("public"));
        let mut names = schemas.map(|schema| schema.table_names()).unwrap_or_default();
        names.sort_unstable();
        names
    }

    fn parse(&self, text: &str) -> Result<Statement, QueryError> {
        let trimmed = text.trim().trim_end_matches(';');
        if trimmed.is_empty() {
            return Err(QueryError::Syntax { message: "the query is empty".to_owned(), place: None });
        }
        let dialect = datafusion::config::Dialect::Generic;
        let mut statement = self.context.state().sql_to_statement(trimmed, &dialect).map_err(|error| errors::syntax(&error))?;
        prepare(&mut statement)?;
        Ok(statement)
    }

    async fn collect(&self, mut stream: SendableRecordBatchStream) -> Result<(Vec<RecordBatch>, bool), QueryError> {
        let mut batches = Vec::new();
        let mut room = self.limits.rows;
        while let Some(batch) = stream.try_next().await.map_err(QueryError::from_engine)? {
            if batch.num_rows() > room {
                batches.push(batch.slice(0, room));
                return Ok((batches, true));
            }
            room -= batch.num_rows();
            batches.push(batch);
        }
        Ok((batches, false))
    }
}

/// Lets only questions through, and spells them out for the engine.
fn prepare(statement: &mut Statement) -> Result<(), QueryError> {
    match statement {
        Statement::Statement(inner) => match inner.as_mut() {
            SqlStatement::Query(_) => {
                expressions::rewrite(inner.as_mut());
                Ok(())
            }
            SqlStatement::ShowTables { .. } | SqlStatement::ShowColumns { .. } | SqlStatement::ExplainTable { .. } => Ok(()),
            other => Err(QueryError::read_only(&errors::first_words(&other.to_string()))),
        },
        Statement::Explain(explain) => prepare(&mut explain.statement),
        other => Err(QueryError::read_only(&errors::first_words(&other.to_string()))),
    }
}

fn context(inputs: &SessionInputs) -> Result<SessionContext, QueryError> {
    let runtime =
        RuntimeEnvBuilder::new().with_memory_limit(inputs.limits.memory_bytes, 1.0).build_arc().map_err(QueryError::from_engine)?;
    let mut config = expressions::session_config();
    let options = config.options_mut();
    options.execution.parquet.schema_force_view_types = false;
    options.execution.parquet.pushdown_filters = true;
    let mut functions = SessionStateDefaults::default_scalar_functions();
    functions.extend(crate::functions::all(&inputs.zone));
    functions.extend(crate::functions::clock::all(inputs.as_of, &inputs.zone));
    let state = SessionStateBuilder::new()
        .with_default_features()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_scalar_functions(functions)
        .with_expr_planners(expressions::expr_planners(&inputs.zone))
        .build();
    Ok(SessionContext::new_with_state(state))
}
