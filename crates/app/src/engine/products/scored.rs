//! The products of a frame's accounts, scored by the models per product.

use std::sync::Arc;

use arrow::array::{Array as _, ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray, UInt32Array};
use arrow::datatypes::{Field, Schema};
use mainstay_health::explain::ProductBehind;
use mainstay_health::{Explanation, Fraction, Inputs, ProductScores, Question};
use mainstay_lake::expressions::CompiledExpression;

use super::ProductRows;
use crate::engine::arrays::to_array;
use crate::engine::frame::Frame;
use crate::engine::measure::{cannot_select, faulty};
use crate::engine::plan::Plan;
use crate::engine::scored::{Scored, ScoredRows};
use crate::error::{AppError, Result};

/// Products with their scores.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProductFrame {
    pub(crate) rows: ProductRows,
    scored: Scored,
    /// What accounts roll up: the scores as exact numbers.
    exact: Vec<Option<Fraction>>,
}

impl ProductFrame {
    /// Scores the products of the accounts of a frame, whose columns and segments are known by now.
    pub(crate) fn new(plan: &Plan, frame: &Frame, rows: ProductRows) -> Result<Self> {
        let mut products = Self { rows, ..Self::default() };
        if products.rows.len() == 0 {
            return Ok(products);
        }
        let inputs = Inputs { columns: &products.rows.columns, ..Inputs::default() };
        let scored = Scored::new(&plan.products.models, products.rows.len(), &inputs, |condition| products.mask(plan, frame, condition))?;
        products.scored = scored;
        products.exact = vec![None; products.rows.len()];
        for (number, model) in (0..).zip(&plan.products.models) {
            let theirs = products.scored.scored_by(number);
            let exact = model.compiled.score_exactly(&products.inputs(number), &theirs);
            for (row, score) in theirs.iter().zip(exact) {
                products.exact.iter_mut().skip(*row as usize).take(1).for_each(|slot| *slot = score);
            }
        }
        Ok(products)
    }

    /// The scores and who made them.
    pub(crate) fn scored<'a>(&'a self, plan: &'a Plan) -> ScoredRows<'a> {
        ScoredRows {
            planned: &plan.products.models,
            bands: &plan.workspace.bands,
            models: &self.scored.models,
            guards: &self.scored.guards,
            scores: &self.scored.scores,
        }
    }

    /// The scores as models of accounts roll them up.
    pub(crate) fn rolled_up(&self) -> ProductScores<'_> {
        ProductScores { starts: &self.rows.starts, scores: &self.exact }
    }

    /// The products behind an account's score.
    pub(crate) fn behind<'a>(&'a self, plan: &'a Plan, account: usize) -> Vec<ProductBehind<'a>> {
        let model = |row: usize| self.scored.models.get(row).copied().flatten();
        let product = |row: usize| {
            Some(ProductBehind {
                name: self.rows.names.get(row)?,
                model: model(row).and_then(|number| plan.products.models.get(usize::from(number))).map(|model| &model.compiled),
                inputs: model(row).map(|number| self.inputs(number)).unwrap_or_default(),
                row,
            })
        };
        self.rows.of(account).filter_map(product).collect()
    }

    /// Why a product's score is what it is; none where no model applies.
    pub(crate) fn explain(&self, plan: &Plan, frame: &Frame, row: usize, decimals: u8) -> Option<Explanation> {
        let number = self.scored.models.get(row).copied().flatten()?;
        let model = plan.products.models.get(usize::from(number))?;
        let question = Question { subject: row, as_of: frame.as_of, overrides: &[], decimals, products: &[] };
        Some(model.compiled.explain(&self.inputs(number), &question))
    }

    fn inputs(&self, model: u16) -> Inputs<'_> {
        Inputs { columns: &self.rows.columns, guards: self.scored.guards_of(model), ..Inputs::default() }
    }

    /// The rows for which a condition of a model holds. It may name what the product has and what its account has.
    fn mask(&self, plan: &Plan, frame: &Frame, condition: &CompiledExpression) -> Result<BooleanArray> {
        let (mut fields, mut arrays) = (Vec::new(), Vec::new());
        for name in condition.columns_needed() {
            let array = self.array(plan, frame, name)?;
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows.len()));
        let batch = RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &options).map_err(cannot_select)?;
        condition.evaluate_mask(&batch).map_err(faulty)
    }

    fn array(&self, plan: &Plan, frame: &Frame, name: &str) -> Result<ArrayRef> {
        if name == mainstay_spec::PRODUCT_COLUMN {
            return Ok(Arc::new(StringArray::from_iter_values(&self.rows.names)));
        }
        if let Some(column) = plan.products.column(name).and_then(|at| self.rows.columns.get(at)) {
            return Ok(to_array(column));
        }
        let of_accounts = frame.array(plan, name).ok_or_else(|| AppError::invalid(format!("products have no column `{name}`")))?;
        arrow::compute::take(&of_accounts, &UInt32Array::from(self.rows.owners.clone()), None).map_err(cannot_select)
    }
}
