//! A workspace made ready to be computed: expressions compiled, signals in order, models bound to their columns.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use hashbrown::HashMap;
use mainstay_health::{ColumnRef, CompiledModel, Reading};
use mainstay_lake::expressions::types::{instant_type, schema_of};
use mainstay_lake::expressions::{CompiledExpression, ExpressionEngine};
use mainstay_lake::records::schema as entity_schema;
use mainstay_model::expression::{ValueType, event_columns};
use mainstay_model::health::HealthModel;
use mainstay_model::segment::Segment;
use mainstay_model::signal::{Aggregate, Measure, Signal, Subject};
use mainstay_model::{Entity, Workspace};
use mainstay_spec::{Stage, expression_columns, segment_reads_health};

use super::milestones::PlannedMilestones;
use crate::error::{AppError, ErrorCode, Result};

/// A workspace ready to be computed.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) workspace: Arc<Workspace>,
    pub(crate) engine: ExpressionEngine,
    /// The account fields that some expression reads, and their types. Their columns come first.
    pub(crate) fields: Vec<(String, ValueType)>,
    /// The signals, each after those it reads. Their columns follow the fields'.
    pub(crate) signals: Vec<PlannedSignal>,
    /// What is kept as daily partials.
    pub(crate) measured: Vec<Measured>,
    /// Segments that models may read, decided before the score; then those that read the score.
    pub(crate) segments: Vec<PlannedSegment>,
    pub(crate) models: Vec<PlannedModel>,
    /// What has one value per product of an account.
    pub(crate) products: ProductPlan,
    /// When milestones of onboarding are reached.
    pub(crate) milestones: PlannedMilestones,
    columns: HashMap<String, usize>,
}

/// What is computed per product of an account.
#[derive(Debug, Default)]
pub(crate) struct ProductPlan {
    /// The signals, each after those it reads; they are the columns of products.
    pub(crate) signals: Vec<PlannedSignal>,
    pub(crate) models: Vec<PlannedModel>,
    /// The product that an event names; only where a signal over events asks for it.
    pub(crate) of_event: Option<CompiledExpression>,
}

impl ProductPlan {
    /// Whether a signal reads the records of an entity.
    pub(crate) fn reads(&self, entity: &str) -> bool {
        self.signals.iter().any(|planned| matches!(&planned.how, How::Records(measure) if measure.entity.name == entity))
    }

    /// Where the values of a signal are, among the columns of products.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.signals.iter().position(|planned| planned.signal.name == name)
    }
}

/// A signal and how it is computed.
#[derive(Debug)]
pub(crate) struct PlannedSignal {
    pub(crate) signal: Signal,
    pub(crate) how: How,
}

/// How a signal is computed.
#[derive(Debug)]
pub(crate) enum How {
    /// From the daily partials of [`Plan::measured`] at that place.
    Events { reading: Reading, measured: usize },
    /// From the records of an entity.
    Records(Box<RecordMeasure>),
    /// From the account's other columns.
    Formula(CompiledExpression),
}

/// A measure over events.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// Whose facts each cell counts.
    pub(crate) subject: Subject,
    pub(crate) filter: Option<CompiledExpression>,
    pub(crate) argument: Option<CompiledExpression>,
    pub(crate) aggregate: Aggregate,
    pub(crate) kind: ValueType,
}

/// A measure over records.
#[derive(Debug)]
pub(crate) struct RecordMeasure {
    pub(crate) entity: Entity,
    pub(crate) reading: Reading,
    pub(crate) filter: Option<CompiledExpression>,
    pub(crate) argument: Option<CompiledExpression>,
    pub(crate) kind: ValueType,
    /// Whether the value can change with the time alone.
    pub(crate) reads_as_of: bool,
}

/// A segment and whether it can only be decided after the score.
#[derive(Debug)]
pub(crate) struct PlannedSegment {
    pub(crate) segment: Segment,
    pub(crate) when: CompiledExpression,
    pub(crate) after_score: bool,
}

/// A health model and its conditions.
#[derive(Debug)]
pub(crate) struct PlannedModel {
    pub(crate) compiled: CompiledModel,
    pub(crate) applies_to: Option<CompiledExpression>,
    pub(crate) guards: Vec<CompiledExpression>,
}

impl Plan {
    /// Compiles a checked workspace.
    pub(crate) fn new(workspace: Arc<Workspace>) -> Result<Self> {
        let engine = ExpressionEngine::new(&workspace.zone);
        let fields = fields_read(&workspace);
        let mut plan = Self {
            fields,
            engine,
            signals: Vec::new(),
            measured: Vec::new(),
            segments: Vec::new(),
            models: Vec::new(),
            products: ProductPlan::default(),
            milestones: PlannedMilestones::default(),
            columns: HashMap::new(),
            workspace: Arc::clone(&workspace),
        };
        for (at, (name, _)) in plan.fields.iter().enumerate() {
            plan.columns.insert(name.clone(), at);
        }
        let reads = |sql: &str| mainstay_spec::columns_read(sql).into_iter().collect();
        for signal in workspace.signals_in_order(reads) {
            let planned = PlannedSignal { signal: signal.clone(), how: plan.how(signal)? };
            match signal.subject {
                Subject::Account => {
                    plan.columns.insert(signal.name.clone(), plan.fields.len() + plan.signals.len());
                    plan.signals.push(planned);
                }
                Subject::Product => plan.products.signals.push(planned),
            }
        }
        if plan.measured.iter().any(|measured| measured.subject == Subject::Product) {
            let compiled = plan.engine.compile_as(&schema_of(&event_columns()), "properties.product", ValueType::Text);
            plan.products.of_event = Some(compiled.map_err(|fault| cannot("signals per product of", &workspace.name, &fault.message))?);
        }
        plan.plan_segments()?;
        plan.plan_models()?;
        plan.milestones = PlannedMilestones::new(&plan);
        Ok(plan)
    }

    /// Where the values of a field or signal are, among all columns.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    /// The name and type of every column, fields first.
    pub(crate) fn column_kinds(&self) -> impl Iterator<Item = (&str, ValueType)> {
        let fields = self.fields.iter().map(|(name, kind)| (name.as_str(), *kind));
        fields.chain(self.signals.iter().map(|planned| (planned.signal.name.as_str(), planned.signal.kind)))
    }

    /// Every signal, those of accounts first.
    pub(crate) fn all_signals(&self) -> impl Iterator<Item = &PlannedSignal> {
        self.signals.iter().chain(&self.products.signals)
    }

    /// The schema that expressions over accounts, and conditions over their products, are compiled over.
    pub(crate) fn account_schema(&self, stage: Stage) -> Schema {
        let fields =
            expression_columns(&self.workspace, stage).into_iter().map(|column| Field::new(column.name, array_type(column.kind), true));
        Schema::new(fields.collect::<Vec<_>>())
    }

    /// Compiles an expression over accounts that somebody typed into a query.
    pub(crate) fn compile_filter(&self, sql: &str) -> Result<CompiledExpression> {
        let schema = self.account_schema(Stage::All);
        self.engine.compile_as(&schema, sql, ValueType::Boolean).map_err(|fault| {
            let shown =
                fault.at.map_or_else(String::new, |(from, length)| format!(" at `{}`", sql.get(from..from + length).unwrap_or(sql)));
            AppError::invalid(format!("the filter cannot be read{shown}: {}", fault.message))
        })
    }

    /// Compiles a condition of the checked workspace; `of` says whose it is, and `written` is how people wrote it. None, with a line in the log, where
    /// it cannot be compiled any more.
    pub(crate) fn compile_condition(&self, of: &dyn Display, written: &str, schema: &Schema, sql: &str) -> Option<CompiledExpression> {
        let compiled = self.engine.compile_as(schema, sql, ValueType::Boolean);
        if let Err(fault) = &compiled {
            tracing::warn!(%of, condition = written, fault = fault.message, "a condition cannot be answered; it counts as not known");
        }
        compiled.ok()
    }

    fn how(&mut self, signal: &Signal) -> Result<How> {
        let broken = |error: &dyn Display| cannot("signal", &signal.name, error);
        match &signal.measure {
            Measure::Events { filter, aggregate, .. } => {
                let schema = schema_of(&event_columns());
                let (filter, argument, kind) = self.compile_measure(&schema, filter.as_deref(), aggregate, signal)?;
                let (name, subject, aggregate) = (signal.name.clone(), signal.subject, aggregate.clone());
                self.measured.push(Measured { name, subject, filter, argument, aggregate, kind });
                let reading = Reading::new(signal, |name| self.workspace.signals.get(name)).map_err(|error| broken(&error))?;
                Ok(How::Events { reading, measured: self.measured.len() - 1 })
            }
            Measure::Change { of } | Measure::Trend { of } => {
                let reading = Reading::new(signal, |name| self.workspace.signals.get(name)).map_err(|error| broken(&error))?;
                let measured = self.measured.iter().position(|measured| measured.name == *of);
                let measured = measured.ok_or_else(|| broken(&format!("`{of}` is no signal over events")))?;
                Ok(How::Events { reading, measured })
            }
            Measure::Records { entity, filter, aggregate, .. } => {
                let entity = self.workspace.entities.get(entity).ok_or_else(|| broken(&format!("there is no entity `{entity}`")))?.clone();
                let reads_as_of = [filter.as_deref(), aggregate.expression()]
                    .into_iter()
                    .flatten()
                    .any(|sql| mainstay_spec::columns_read(sql).contains("as_of"));
                let schema = entity_schema(&entity);
                let (filter, argument, kind) = self.compile_measure(&schema, filter.as_deref(), aggregate, signal)?;
                let reading = Reading::new(signal, |name| self.workspace.signals.get(name)).map_err(|error| broken(&error))?;
                Ok(How::Records(Box::new(RecordMeasure { entity, reading, filter, argument, kind, reads_as_of })))
            }
            Measure::Formula { sql } => {
                let schema = self.account_schema(Stage::Signals);
                let compiled = self.engine.compile_as(&schema, sql, signal.kind).map_err(|fault| broken(&fault.message))?;
                Ok(How::Formula(compiled))
            }
        }
    }

    fn compile_measure(
        &self,
        schema: &Schema,
        filter: Option<&str>,
        aggregate: &Aggregate,
        signal: &Signal,
    ) -> Result<(Option<CompiledExpression>, Option<CompiledExpression>, ValueType)> {
        let broken = |fault: mainstay_model::expression::ExpressionFault| cannot("signal", &signal.name, &fault.message);
        let filter = filter.map(|sql| self.engine.compile_as(schema, sql, ValueType::Boolean)).transpose().map_err(broken)?;
        let argument = match aggregate {
            Aggregate::Count | Aggregate::ActiveDays => None,
            Aggregate::Sum(sql) | Aggregate::Average(sql) | Aggregate::Min(sql) | Aggregate::Max(sql) => {
                Some(self.engine.compile_as(schema, sql, ValueType::Number).map_err(broken)?)
            }
            Aggregate::Share(sql) => Some(self.engine.compile_as(schema, sql, ValueType::Boolean).map_err(broken)?),
            Aggregate::Last(sql) => Some(self.engine.compile_as(schema, sql, signal.kind).map_err(broken)?),
            Aggregate::CountDistinct(sql) | Aggregate::DaysSince(sql) => Some(self.engine.compile(schema, sql).map_err(broken)?),
        };
        Ok((filter, argument, signal.kind))
    }

    fn plan_segments(&mut self) -> Result<()> {
        let mut planned = Vec::new();
        for segment in self.workspace.segments.values() {
            let schema = self.account_schema(Stage::Segments);
            let when = self
                .engine
                .compile_as(&schema, &segment.when, ValueType::Boolean)
                .map_err(|fault| cannot("segment", &segment.name, &fault.message))?;
            planned.push(PlannedSegment { segment: segment.clone(), when, after_score: segment_reads_health(segment) });
        }
        planned.sort_by_key(|segment| segment.after_score);
        self.segments = planned;
        Ok(())
    }

    fn plan_models(&mut self) -> Result<()> {
        for model in &Arc::clone(&self.workspace).models {
            let planned = self.planned_model(model)?;
            match model.subject {
                Subject::Account => self.models.push(planned),
                Subject::Product => self.products.models.push(planned),
            }
        }
        Ok(())
    }

    fn planned_model(&self, model: &HealthModel) -> Result<PlannedModel> {
        let broken = |error: &dyn Display| cannot("health model", &model.name, error);
        let schema = self.account_schema(Stage::of_models(model.subject));
        let column_of = |name: &str| {
            let integer = self.workspace.signals.get(name)?.integer;
            let index = match model.subject {
                Subject::Account => self.column(name)?,
                Subject::Product => self.products.column(name)?,
            };
            Some(ColumnRef { index, integer })
        };
        let compiled = CompiledModel::new(model, &self.workspace.bands, column_of).map_err(|error| broken(&error))?;
        let condition = |sql: &str| self.engine.compile_as(&schema, sql, ValueType::Boolean).map_err(|fault| broken(&fault.message));
        let applies_to = model.applies_to.as_deref().map(condition).transpose()?;
        let guards = compiled.guards().map(|guard| condition(&guard.when)).collect::<Result<_>>()?;
        Ok(PlannedModel { compiled, applies_to, guards })
    }
}

/// How a value of the language lies in an array.
pub(crate) fn array_type(kind: ValueType) -> DataType {
    match kind {
        ValueType::Number => DataType::Float64,
        ValueType::Text => DataType::Utf8,
        ValueType::Boolean => DataType::Boolean,
        ValueType::Date => DataType::Date32,
        ValueType::Timestamp => instant_type(),
    }
}

/// The account fields that some expression over accounts names.
fn fields_read(workspace: &Workspace) -> Vec<(String, ValueType)> {
    let mut named = BTreeSet::new();
    let mut note = |sql: &str| named.extend(mainstay_spec::columns_read(sql));
    for signal in workspace.signals.values() {
        if let Measure::Formula { sql } = &signal.measure {
            note(sql);
        }
    }
    workspace.segments.values().for_each(|segment| note(&segment.when));
    for model in &workspace.models {
        model.applies_to.iter().for_each(|sql| note(sql));
        model.guards.iter().for_each(|guard| note(&guard.when));
    }
    let columns = expression_columns(workspace, Stage::Signals).into_iter();
    let is_field = |name: &str| workspace.entities.get("accounts").is_some_and(|accounts| accounts.field(name).is_some());
    columns.filter(|column| is_field(&column.name) && named.contains(&column.name)).map(|column| (column.name, column.kind)).collect()
}

fn cannot(what: &str, name: &str, error: &dyn Display) -> AppError {
    AppError::new(ErrorCode::Configuration, format!("the {what} `{name}` cannot be computed: {error}"))
}
