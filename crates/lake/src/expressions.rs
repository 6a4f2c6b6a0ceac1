//! SQL expressions of the workspace: checked for names and types, compiled once, evaluated over record batches.
//!
//! The language is SQL as the engine reads it, with four promises on top. `properties.x` takes the type its use asks for. Numbers never
//! divide as whole numbers, never wrap and never fail: what does not exist is null. Days are days of the workspace's zone. Nothing that a
//! row holds can make an evaluation fail.

pub mod compiled;
mod names;
mod planner;
mod rewrite;
pub mod types;
pub mod values;

use std::sync::Arc;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::config::Dialect;
use datafusion::execution::SessionStateDefaults;
use datafusion::execution::session_state::{SessionState, SessionStateBuilder};
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::planner::ExprPlanner;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Cast, Expr, ExprSchemable, TryCast};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::create_physical_expr;
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::ExprWithAlias;
use mainstay_model::Zone;
use mainstay_model::expression::{Column, ExpressionFault, ExpressionTypes, ValueType};

pub use compiled::CompiledExpression;
pub(crate) use names::{nearest, no_such, syntax_parts};
pub(crate) use planner::{Mismatch, OperatorPlanner};
pub(crate) use rewrite::rewrite;

/// Checks and compiles expressions. Cheap to clone.
#[derive(Clone)]
pub struct ExpressionEngine {
    state: Arc<SessionState>,
}

impl std::fmt::Debug for ExpressionEngine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExpressionEngine").finish_non_exhaustive()
    }
}

impl ExpressionEngine {
    /// An engine whose days are days of `zone`.
    #[must_use]
    pub fn new(zone: &Zone) -> Self {
        let mut functions = SessionStateDefaults::default_scalar_functions();
        functions.extend(crate::functions::all(zone));
        let state = SessionStateBuilder::new()
            .with_config(session_config())
            .with_scalar_functions(functions)
            .with_aggregate_functions(SessionStateDefaults::default_aggregate_functions())
            .with_expr_planners(expr_planners(zone))
            .build();
        Self { state: Arc::new(state) }
    }

    /// Compiles an expression over the columns of a schema.
    ///
    /// # Errors
    /// The fault, with its place where it can be told.
    pub fn compile(&self, schema: &Schema, sql: &str) -> Result<CompiledExpression, ExpressionFault> {
        self.compile_with(schema, sql, None)
    }

    /// Compiles an expression whose use asks for a type: a property takes it, anything else must have it.
    ///
    /// # Errors
    /// The fault, with its place where it can be told.
    pub fn compile_as(&self, schema: &Schema, sql: &str, wanted: ValueType) -> Result<CompiledExpression, ExpressionFault> {
        let compiled = self.compile_with(schema, sql, Some(wanted))?;
        if compiled.kind() == wanted {
            return Ok(compiled);
        }
        let message = format!("{} was expected, but this is {}", article(wanted), article(compiled.kind()));
        Err(ExpressionFault { message, at: Some((0, sql.len())) })
    }

    fn compile_with(&self, schema: &Schema, sql: &str, wanted: Option<ValueType>) -> Result<CompiledExpression, ExpressionFault> {
        let schema = owned_texts(schema);
        let (expr, names) = self.plan(&schema, sql)?;
        let expr = match wanted {
            Some(kind) => planner::read_as(expr, planner::form_of(kind)),
            None => expr,
        };
        let needed: Vec<_> = schema.fields().iter().filter(|field| names.contains(field.name())).cloned().collect();
        let needed: SchemaRef = Arc::new(Schema::new(needed));
        let df_schema = DFSchema::try_from(Arc::clone(&needed)).map_err(|error| fault(sql, &error))?;
        let (expr, kind) = self.coerced(expr, &df_schema, sql)?;
        let props = self.state.execution_props();
        let physical =
            create_physical_expr(&expr, &df_schema, props, &PhysicalPlanningContext::default()).map_err(|error| fault(sql, &error))?;
        Ok(CompiledExpression::new(sql, physical, needed, kind))
    }

    /// The planned expression, and the columns it names.
    fn plan(&self, schema: &Schema, sql: &str) -> Result<(Expr, Vec<String>), ExpressionFault> {
        let mut parsed = self.parse(sql)?;
        let known: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        rewrite(&mut parsed.expr);
        let columns = names::check(sql, &parsed.expr, &known, &self.state)?;
        let df_schema = DFSchema::try_from(schema.clone()).map_err(|error| fault(sql, &error))?;
        let expr = self.state.create_logical_expr_from_sql_expr(parsed, &df_schema).map_err(|error| fault(sql, &error))?;
        Ok((expr, columns))
    }

    fn parse(&self, sql: &str) -> Result<ExprWithAlias, ExpressionFault> {
        if sql.trim().is_empty() {
            return Err(ExpressionFault { message: "an expression was expected, but there is none".into(), at: None });
        }
        let parsed = self.state.sql_to_expr_with_alias(sql, &Dialect::Generic).map_err(|error| names::syntax(sql, &error))?;
        match &parsed.alias {
            None => Ok(parsed),
            Some(alias) => {
                Err(ExpressionFault { message: format!("`{}` was not expected here", alias.value), at: names::offset(sql, &alias.span) })
            }
        }
    }

    /// Makes the engine's implicit conversions explicit, and all of them tolerant.
    fn coerced(&self, expr: Expr, schema: &DFSchema, sql: &str) -> Result<(Expr, ValueType), ExpressionFault> {
        let context = SimplifyContext::builder()
            .with_schema(Arc::new(schema.clone()))
            .with_config_options(Arc::clone(self.state.config_options()))
            .build();
        let simplifier = ExprSimplifier::new(context);
        let expr = simplifier.coerce(expr, schema).map_err(|error| fault(sql, &error))?;
        let expr = expr.transform_up(|node| Ok(tolerant(node))).map_err(|error| fault(sql, &error))?.data;
        let expr = simplifier.simplify(expr).map_err(|error| fault(sql, &error))?;
        let kind = match expr.get_type(schema).map_err(|error| fault(sql, &error))? {
            DataType::Null => ValueType::Text,
            other => types::value_type(&other).ok_or_else(|| useless(&other))?,
        };
        Ok((expr, kind))
    }
}

fn tolerant(expr: Expr) -> Transformed<Expr> {
    match expr {
        Expr::Cast(Cast { expr, field }) => Transformed::yes(Expr::TryCast(TryCast { expr, field })),
        other => Transformed::no(other),
    }
}

impl ExpressionTypes for ExpressionEngine {
    fn type_of(&self, columns: &[Column], sql: &str) -> Result<ValueType, ExpressionFault> {
        self.compile(&types::schema_of(columns), sql).map(|compiled| compiled.kind())
    }
}

/// The planners of expressions, the product's own first.
pub(crate) fn expr_planners(zone: &Zone) -> Vec<Arc<dyn ExprPlanner>> {
    let mut planners: Vec<Arc<dyn ExprPlanner>> = vec![Arc::new(OperatorPlanner::new(zone.clone()))];
    planners.extend(SessionStateDefaults::default_expr_planners());
    planners
}

/// Settings that expressions and ad-hoc SQL share.
pub(crate) fn session_config() -> SessionConfig {
    let mut config = SessionConfig::new().with_information_schema(true);
    let options = config.options_mut();
    options.sql_parser.parse_float_as_decimal = true;
    options.sql_parser.map_string_types_to_utf8view = false;
    config
}

fn useless(kind: &DataType) -> ExpressionFault {
    let message = match kind {
        DataType::Duration(_) | DataType::Interval(_) => {
            "the result is a length of time; `day_of(a) - day_of(b)` is a number of days".to_owned()
        }
        other => format!("the result is a {other}, which has no use here; make it a number, text, true/false, timestamp or date"),
    };
    ExpressionFault { message, at: None }
}

fn article(kind: ValueType) -> String {
    match kind {
        ValueType::Boolean => "a condition (true/false)".to_owned(),
        other => format!("a {}", other.as_str()),
    }
}

/// Texts in plain layout, whatever layout a file's reader chose.
fn owned_texts(schema: &Schema) -> Schema {
    let field = |field: &arrow::datatypes::FieldRef| match field.data_type() {
        DataType::Utf8View | DataType::LargeUtf8 => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
        _ => Arc::clone(field),
    };
    Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>())
}

/// The engine's error as a fault of the expression.
fn fault(sql: &str, error: &DataFusionError) -> ExpressionFault {
    if let Some(mismatch) = find_mismatch(error) {
        let at = mismatch.column.as_deref().and_then(|column| names::find(sql, column));
        return ExpressionFault { message: mismatch.message.clone(), at };
    }
    ExpressionFault { message: plain_message(error), at: None }
}

/// The operators' own refusal, where that is what went wrong.
pub(crate) fn find_mismatch(error: &DataFusionError) -> Option<&Mismatch> {
    match error.find_root() {
        DataFusionError::External(inner) => inner.downcast_ref::<Mismatch>(),
        _ => None,
    }
}

/// The engine's message without its own vocabulary.
pub(crate) fn plain_message(error: &DataFusionError) -> String {
    let text = error.find_root().strip_backtrace();
    let text =
        ["Error during planning: ", "Invalid function: ", "Execution error: ", "External error: ", "This feature is not implemented: "]
            .iter()
            .fold(text, |text, prefix| text.strip_prefix(prefix).map(str::to_owned).unwrap_or(text));
    let mut lines = text.lines().map(str::trim);
    let first = lines.next().unwrap_or_default().to_owned();
    let unknown = first.strip_prefix("Invalid function '").and_then(|rest| rest.strip_suffix("'."));
    let near = lines.next().and_then(|line| line.strip_prefix("Did you mean '")).and_then(|rest| rest.strip_suffix("'?"));
    match (unknown, near) {
        (Some(unknown), Some(near)) => format!("there is no function `{unknown}`; did you mean `{near}`?"),
        (Some(unknown), None) => format!("there is no function `{unknown}`"),
        _ => first,
    }
}

#[cfg(test)]
mod tests;
