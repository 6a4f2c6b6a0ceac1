//! The values of some accounts as of an instant: signals, segments, models and scores in one pass over columns.

use std::sync::Arc;

use arrow::array::{
    Array as _, ArrayRef, BooleanArray, Date32Array, Float64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema};
use mainstay_health::{Column, Explanation, Inputs, Question, Scores, override_in_force};
use mainstay_lake::expressions::CompiledExpression;
use mainstay_model::Timestamp;
use mainstay_model::health::Override;

use super::arrays::{to_array, to_column};
use super::measure::faulty;
use super::plan::{How, Plan};
use super::products::{ProductFrame, ProductRows};
use super::scored::{Scored, ScoredRows};
use crate::error::{AppError, ErrorCode, Result};

/// Accounts and their columns as of an instant; row by row they belong together.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) ids: Vec<Arc<str>>,
    pub(crate) as_of: Timestamp,
    /// Fields and signals, in the plan's order.
    pub(crate) columns: Vec<Column>,
    /// Membership, in the order of the plan's segments.
    pub(crate) segments: Vec<BooleanArray>,
    /// The place of the model that scores each account.
    pub(crate) models: Vec<Option<u16>>,
    /// For each model, for each guard, the rows for which it holds.
    pub(crate) guards: Vec<Vec<Vec<bool>>>,
    pub(crate) scores: Scores,
    /// The accounts' products.
    pub(crate) products: ProductFrame,
}

impl Frame {
    /// Computes everything that follows from fields, events and records: formulas, segments, models, scores. `columns` has them filled in but
    /// for the formulas, `products` whole.
    pub(crate) fn new(
        plan: &Plan,
        ids: Vec<Arc<str>>,
        as_of: Timestamp,
        columns: Vec<Column>,
        products: ProductRows,
        overrides: impl Fn(usize) -> Vec<Override>,
    ) -> Result<Self> {
        let mut frame = Self {
            ids,
            as_of,
            columns,
            segments: Vec::new(),
            models: Vec::new(),
            guards: Vec::new(),
            scores: Scores::default(),
            products: ProductFrame::default(),
        };
        frame.formulas(plan)?;
        frame.decide_segments(plan, false)?;
        frame.products = ProductFrame::new(plan, &frame, products)?;
        frame.score(plan, &overrides)?;
        frame.decide_segments(plan, true)?;
        Ok(frame)
    }

    /// Whether an account is among them.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|known| known.as_ref() == id)
    }

    /// How many accounts there are.
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Why the score of a row is what it is; none where no model applies.
    pub(crate) fn explain(&self, plan: &Plan, row: usize, overrides: &[Override], decimals: u8) -> Option<Explanation> {
        let number = self.models.get(row).copied().flatten()?;
        let model = plan.models.get(usize::from(number))?;
        let guards = self.guards.get(usize::from(number)).map_or(&[][..], Vec::as_slice);
        let products = self.products.behind(plan, row);
        let question = Question { subject: row, as_of: self.as_of, overrides, decimals, products: &products };
        Some(model.compiled.explain(&Inputs { guards, ..self.inputs() }, &question))
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs { columns: &self.columns, guards: &[], products: self.products.rolled_up() }
    }

    /// The scores and who made them.
    pub(crate) fn scored<'a>(&'a self, plan: &'a Plan) -> ScoredRows<'a> {
        let (models, guards, scores) = (&self.models, &self.guards, &self.scores);
        ScoredRows { planned: &plan.models, bands: &plan.workspace.bands, models, guards, scores }
    }

    /// The name of a row's band.
    pub(crate) fn band<'a>(&'a self, plan: &'a Plan, row: usize) -> &'a str {
        self.scored(plan).band(row)
    }

    /// Name and version of the model that scores a row; empty where none applies.
    pub(crate) fn model<'a>(&'a self, plan: &'a Plan, row: usize) -> (&'a str, &'a str) {
        self.scored(plan).model(row)
    }

    /// The named columns as a batch; every column of the account that is known by now may be named.
    pub(crate) fn batch<'a>(&self, plan: &Plan, names: impl Iterator<Item = &'a str>) -> Result<RecordBatch> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for name in names {
            let array = self.array(plan, name).ok_or_else(|| AppError::invalid(format!("accounts have no column `{name}`")))?;
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.len()));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options)
            .map_err(|error| AppError::new(ErrorCode::Unavailable, "the columns of accounts could not be put together").caused_by(error))
    }

    /// One column of the accounts as an array.
    pub(crate) fn array(&self, plan: &Plan, name: &str) -> Option<ArrayRef> {
        let rows = self.len();
        if let Some(column) = plan.column(name) {
            return self.columns.get(column).map(to_array);
        }
        Some(match name {
            "id" => Arc::new(StringArray::from_iter_values(self.ids.iter())) as ArrayRef,
            "as_of" => Arc::new(TimestampMicrosecondArray::from(vec![self.as_of.0; rows]).with_timezone("UTC")),
            "today" => Arc::new(Date32Array::from(vec![plan.workspace.zone.day_of(self.as_of).0; rows])),
            "health_score" => Arc::new(numbers(&self.scores.shown.0)),
            "health_computed" => Arc::new(numbers(&self.scores.computed.0)),
            "health_coverage" => Arc::new(numbers(&self.scores.coverage.0)),
            "health_band" => Arc::new(StringArray::from_iter_values((0..rows).map(|row| self.band(plan, row)))),
            "health_model" => {
                Arc::new((0..rows).map(|row| Some(self.model(plan, row).0).filter(|name| !name.is_empty())).collect::<StringArray>())
            }
            "health_scored_at" => Arc::new(TimestampMicrosecondArray::from(vec![self.as_of.0; rows]).with_timezone("UTC")),
            _ => {
                let at = plan.segments.iter().position(|planned| planned.segment.name == name)?;
                Arc::new(self.segments.get(at)?.clone())
            }
        })
    }

    fn formulas(&mut self, plan: &Plan) -> Result<()> {
        for (place, planned) in plan.signals.iter().enumerate() {
            let How::Formula(expression) = &planned.how else { continue };
            let array = self.evaluate(plan, expression)?;
            let column = to_column(&array, planned.signal.kind, &plan.workspace.zone);
            if let Some(slot) = self.columns.get_mut(plan.fields.len() + place) {
                *slot = column;
            }
        }
        Ok(())
    }

    fn evaluate(&self, plan: &Plan, expression: &CompiledExpression) -> Result<ArrayRef> {
        let batch = self.batch(plan, expression.columns_needed())?;
        expression.evaluate(&batch).map_err(faulty)
    }

    /// The rows for which a condition holds; not known counts as not.
    pub(crate) fn mask(&self, plan: &Plan, condition: &CompiledExpression) -> Result<BooleanArray> {
        let batch = self.batch(plan, condition.columns_needed())?;
        condition.evaluate_mask(&batch).map_err(faulty)
    }

    fn decide_segments(&mut self, plan: &Plan, after_score: bool) -> Result<()> {
        for planned in plan.segments.iter().filter(|planned| planned.after_score == after_score) {
            let mask = self.mask(plan, &planned.when)?;
            self.segments.push(mask);
        }
        Ok(())
    }

    fn score(&mut self, plan: &Plan, overrides: &impl Fn(usize) -> Vec<Override>) -> Result<()> {
        let rows = self.len();
        let scored = Scored::new(&plan.models, rows, &self.inputs(), |condition| self.mask(plan, condition))?;
        (self.models, self.guards, self.scores) = (scored.models, scored.guards, scored.scores);
        for row in 0..rows {
            let Some(model) = self.models.get(row).copied().flatten().and_then(|model| plan.models.get(usize::from(model))) else {
                continue;
            };
            let stated = overrides(row);
            if let Some(by) = override_in_force(&stated, self.as_of) {
                self.scores.override_row(row, &model.compiled, by);
            }
        }
        Ok(())
    }
}

fn numbers(values: &[f64]) -> Float64Array {
    values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect()
}
