//! Tables of records: folded as of the session's instant when a query asks for them, and only the accounts it names.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::prelude::SessionContext;
use mainstay_model::{Entity, Timestamp, Zone};

use super::{QueryError, SessionInputs};
use crate::records::{Records, RecordsQuery, schema};

/// Registers the table of an entity.
pub(super) fn register(context: &SessionContext, entity: &Entity, inputs: &SessionInputs) -> Result<(), QueryError> {
    let table = RecordsTable {
        entity: entity.clone(),
        schema: schema(entity),
        records: Arc::clone(&inputs.records),
        as_of: inputs.as_of,
        known: inputs.known,
        zone: inputs.zone.clone(),
    };
    context.register_table(entity.name.as_str(), Arc::new(table)).map(|_| ()).map_err(QueryError::from_engine)
}

#[derive(Debug)]
struct RecordsTable {
    entity: Entity,
    schema: SchemaRef,
    records: Arc<RwLock<Records>>,
    as_of: Timestamp,
    known: Option<Timestamp>,
    zone: Zone,
}

impl RecordsTable {
    fn account_column(&self) -> &'static str {
        if self.entity.name == "accounts" { "id" } else { "account_id" }
    }

    /// The account that a filter asks for, where it asks for one.
    fn account<'a>(&self, filter: &'a Expr) -> Option<&'a str> {
        let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = filter else { return None };
        match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), Expr::Literal(value, _)) | (Expr::Literal(value, _), Expr::Column(column))
                if column.name == self.account_column() =>
            {
                value.try_as_str().flatten()
            }
            _ => None,
        }
    }
}

impl TableProvider for RecordsTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match self.account(filter) {
            Some(_) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(support).collect())
    }

    // What `async fn` would be, without a future that keeps the filters: that one is proven to be `Send` by walking all of the planner's types, at
    // every build.
    fn scan<'table, 'session, 'columns, 'filters, 'answer>(
        &'table self,
        _: &'session dyn Session,
        projection: Option<&'columns Vec<usize>>,
        filters: &'filters [Expr],
        _: Option<usize>,
    ) -> Pin<Box<dyn Future<Output = Result<Arc<dyn ExecutionPlan>>> + Send + 'answer>>
    where
        Self: 'answer,
        'table: 'answer,
        'session: 'answer,
        'columns: 'answer,
        'filters: 'answer,
    {
        Box::pin(ready(self.read(projection, filters)))
    }
}

impl RecordsTable {
    fn read(&self, projection: Option<&Vec<usize>>, filters: &[Expr]) -> Result<Arc<dyn ExecutionPlan>> {
        let account = filters.iter().find_map(|filter| self.account(filter));
        let accounts = account.as_ref().map(std::slice::from_ref);
        let query = RecordsQuery { as_of: self.as_of, known: self.known, accounts, zone: &self.zone };
        let batch = self.records.read().unwrap_or_else(PoisonError::into_inner).table(&self.entity, query)?;
        Ok(MemorySourceConfig::try_new_exec(&[vec![batch]], Arc::clone(&self.schema), projection.cloned())?)
    }
}
