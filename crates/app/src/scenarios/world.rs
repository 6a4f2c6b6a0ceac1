//! The account of a scenario: its columns, what follows from them, and the conditions over them, by the expressions that the runner uses.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema};
use mainstay_health::{Column, Inputs, ProductScores};
use mainstay_lake::expressions::CompiledExpression;
use mainstay_lake::expressions::values;
use mainstay_model::Timestamp;
use mainstay_model::expression::ValueType;
use mainstay_model::play::{Condition, ConditionId, ConditionScope};
use mainstay_plays::simulate::{Columns, World};
use mainstay_spec::HEALTH_COLUMNS;
use serde_json::{Value, json};

use super::facts::GivenFacts;
use crate::engine::{How, Plan, Scored, ScoredRows, array_type, faulty, to_column, unsorted};
use crate::error::{AppError, Result};
use crate::plays::{CompiledPlay, array_of, json_at};

/// The account of a scenario. Its health is worked out where the scenario gives facts; where it only states columns, what it does not state
/// is not known.
pub(super) struct AccountWorld<'a> {
    plan: &'a Plan,
    play: &'a CompiledPlay,
    kinds: &'a BTreeMap<String, ValueType>,
    facts: Option<GivenFacts<'a>>,
    /// The columns that were asked for last: the machine asks for those of an instant again and again.
    latest: RefCell<Option<(Timestamp, Columns)>>,
    /// The first thing that could not be computed.
    fault: RefCell<Option<AppError>>,
}

impl World for AccountWorld<'_> {
    fn columns(&self, at: Timestamp) -> Columns {
        if let Some((of, columns)) = &*self.latest.borrow()
            && *of == at
        {
            return columns.clone();
        }
        let counted = self.facts.as_ref().map(|facts| facts.columns(at)).transpose();
        let mut columns = self.noted(counted).flatten().unwrap_or_default();
        columns.insert("as_of".to_owned(), json!(at.to_rfc3339()));
        columns.insert("today".to_owned(), json!(self.plan.workspace.zone.day_of(at).to_string()));
        *self.latest.borrow_mut() = Some((at, columns.clone()));
        columns
    }

    fn value(&self, name: &str, columns: &Columns) -> Value {
        columns.get(name).cloned().unwrap_or_else(|| self.noted(self.follows(name, columns)).unwrap_or_default())
    }

    fn holds(&self, condition: &Condition, columns: &Columns) -> Option<bool> {
        let place = self.play.play.conditions.iter().position(|known| known == condition)?;
        let compiled = self.play.condition(ConditionId(place))?;
        let of_fact = matches!(condition.scope, ConditionScope::Event | ConditionScope::Record(_));
        let value = |name: &str| if of_fact { columns.get(name).cloned().unwrap_or_default() } else { self.value(name, columns) };
        let cells = condition.reads.iter().map(|column| (column.name.as_str(), column.kind, value(&column.name)));
        let answer = self.row(cells).and_then(|row| compiled.evaluate(&row).map_err(faulty));
        values::booleans(&self.noted(answer)?).into_iter().next().flatten()
    }
}

impl<'a> AccountWorld<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        play: &'a CompiledPlay,
        kinds: &'a BTreeMap<String, ValueType>,
        facts: Option<GivenFacts<'a>>,
    ) -> Self {
        Self { plan, play, kinds, facts, latest: RefCell::default(), fault: RefCell::default() }
    }

    /// What could not be computed, if anything.
    pub(super) fn into_faults(self) -> Result<()> {
        self.fault.into_inner().map_or(Ok(()), Err)
    }

    fn noted<T>(&self, result: Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.fault.borrow_mut().get_or_insert(error);
                None
            }
        }
    }

    /// The value of a column that follows from others; null where it does not.
    fn follows(&self, name: &str, columns: &Columns) -> Result<Value> {
        if let Some(planned) = self.plan.signals.iter().find(|planned| planned.signal.name == name) {
            return match &planned.how {
                How::Formula(expression) => {
                    let row = self.row_for(expression, columns)?;
                    Ok(json_at(&expression.evaluate(&row).map_err(faulty)?, 0))
                }
                How::Events { .. } | How::Records(_) => Ok(Value::Null),
            };
        }
        if let Some(planned) = self.plan.segments.iter().find(|planned| planned.segment.name == name) {
            return Ok(json!(self.mask(&planned.when, columns)?.value(0)));
        }
        if self.facts.is_some() && HEALTH_COLUMNS.iter().any(|(health, _)| *health == name) {
            return self.health(name, columns);
        }
        Ok(Value::Null)
    }

    fn health(&self, name: &str, columns: &Columns) -> Result<Value> {
        let plan = self.plan;
        let column = |(name, kind): (&str, ValueType)| -> Column {
            to_column(&self.array(&self.value(name, columns), kind), kind, &plan.workspace.zone)
        };
        let all: Vec<Column> = plan.column_kinds().map(column).collect();
        let inputs = Inputs { columns: &all, guards: &[], products: ProductScores::default() };
        let scored = Scored::new(&plan.models, 1, &inputs, |condition| self.mask(condition, columns))?;
        let rows = ScoredRows {
            planned: &plan.models,
            bands: &plan.workspace.bands,
            models: &scored.models,
            guards: &scored.guards,
            scores: &scored.scores,
        };
        Ok(match name {
            "health_score" => json!(scored.scores.shown.get(0)),
            "health_coverage" => json!(scored.scores.coverage.get(0)),
            "health_band" => json!(rows.band(0)),
            _ => Some(rows.model(0).0).filter(|name| !name.is_empty()).map_or(Value::Null, |name| json!(name)),
        })
    }

    fn mask(&self, condition: &CompiledExpression, columns: &Columns) -> Result<BooleanArray> {
        condition.evaluate_mask(&self.row_for(condition, columns)?).map_err(faulty)
    }

    /// One row with the columns that an expression over accounts reads.
    fn row_for(&self, expression: &CompiledExpression, columns: &Columns) -> Result<RecordBatch> {
        let kind = |name: &str| self.kinds.get(name).copied().unwrap_or(ValueType::Text);
        self.row(expression.columns_needed().map(|name| (name, kind(name), self.value(name, columns))))
    }

    fn row<'n>(&self, cells: impl Iterator<Item = (&'n str, ValueType, Value)>) -> Result<RecordBatch> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for (name, kind, value) in cells {
            let array = self.array(&value, kind);
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(1));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(unsorted)
    }

    /// One value as an array. A day that is written where an instant is meant is the beginning of that day.
    fn array(&self, value: &Value, kind: ValueType) -> ArrayRef {
        let day = value.as_str().filter(|_| kind == ValueType::Timestamp).and_then(|text| mainstay_model::Day::parse(text).ok());
        let instant = day.map(|day| json!(self.plan.workspace.zone.start_of(day).to_rfc3339()));
        array_of(instant.as_ref().unwrap_or(value), &array_type(kind))
    }
}
