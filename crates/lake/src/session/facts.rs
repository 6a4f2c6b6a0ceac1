//! Tables of files and tail: `events`, read through the links, and what the product keeps, such as `scores`.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::dataframe::DataFrame;
use datafusion::datasource::MemTable;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::logical_expr::{Expr, col, lit};
use datafusion::prelude::SessionContext;
use datafusion::scalar::ScalarValue;
use mainstay_model::Timestamp;

use super::{FileTable, QueryError, SessionInputs};
use crate::facts::events_schema;
use crate::functions::account_of;

/// Registers `events`: as of the instant, each with the account it counts for.
pub(super) fn register_events(context: &SessionContext, inputs: &SessionInputs) -> Result<(), QueryError> {
    let build = || {
        let mut rows = rows(context, &events_schema(), &inputs.events)?.filter(col("occurred_at").lt_eq(instant(inputs.as_of)))?;
        if let Some(known) = inputs.known {
            rows = rows.filter(col("received_at").lt_eq(instant(known)))?;
        }
        let account = account_of::function(Arc::clone(&inputs.links), inputs.known);
        let account = account.call(["account_id", "user_id", "anonymous_id", "occurred_at"].map(col).to_vec()).alias("account_id");
        let names = ["source", "message_id", "kind", "name"];
        let mut columns: Vec<Expr> = names.map(col).to_vec();
        columns.push(account);
        columns.extend(["user_id", "anonymous_id", "occurred_at", "received_at", "properties"].map(col));
        columns.push(col("account_id").alias("source_account_id"));
        columns.push(col("position"));
        context.register_table("events", rows.select(columns)?.into_view()).map(|_| ())
    };
    build().map_err(QueryError::from_engine)
}

/// Registers a table of files, as of the instant where it says when its rows were scored.
pub(super) fn register_files(
    context: &SessionContext,
    name: &str,
    schema: &SchemaRef,
    table: &FileTable,
    as_of: Timestamp,
) -> Result<(), QueryError> {
    let build = || {
        let mut rows = rows(context, schema, table)?;
        if schema.column_with_name("scored_at").is_some() {
            rows = rows.filter(col("scored_at").lt_eq(instant(as_of)))?;
        }
        context.register_table(name, rows.into_view()).map(|_| ())
    };
    build().map_err(QueryError::from_engine)
}

fn instant(at: Timestamp) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.micros()), Some("UTC".into())))
}

fn rows(context: &SessionContext, schema: &SchemaRef, table: &FileTable) -> Result<DataFrame> {
    let tail = MemTable::try_new(Arc::clone(schema), vec![table.tail.clone()])?;
    let tail = context.read_table(Arc::new(tail))?;
    if table.files.is_empty() {
        return Ok(tail);
    }
    let urls = table.files.iter().map(|file| file_url(file)).collect::<Result<Vec<_>>>()?;
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options).with_schema(Arc::clone(schema));
    context.read_table(Arc::new(ListingTable::try_new(config)?))?.union(tail)
}

fn file_url(file: &std::path::Path) -> Result<ListingTableUrl> {
    let url = std::path::absolute(file).ok().and_then(|path| url::Url::from_file_path(path).ok());
    let url = url.ok_or_else(|| datafusion::common::plan_datafusion_err!("`{}` is no path of a file", file.display()))?;
    ListingTableUrl::try_new(url, None)
}
