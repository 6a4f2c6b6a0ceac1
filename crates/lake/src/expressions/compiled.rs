//! A compiled expression: evaluated over batches, never failing because of what a row holds.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Float64Array, RecordBatch, RecordBatchOptions, new_null_array};
use arrow::compute::{cast, concat, prep_null_mask_filter};
use arrow::datatypes::{DataType, Float64Type, SchemaRef};
use datafusion::common::Result as EngineResult;
use datafusion::physical_expr::PhysicalExpr;
use mainstay_model::expression::{ExpressionFault, ValueType};

/// An expression ready to be evaluated. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CompiledExpression {
    sql: Arc<str>,
    physical: Arc<dyn PhysicalExpr>,
    needed: SchemaRef,
    kind: ValueType,
}

impl CompiledExpression {
    pub(super) fn new(sql: &str, physical: Arc<dyn PhysicalExpr>, needed: SchemaRef, kind: ValueType) -> Self {
        Self { sql: sql.into(), physical, needed, kind }
    }

    /// The expression as it was written.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The type of its values.
    #[must_use]
    pub const fn kind(&self) -> ValueType {
        self.kind
    }

    /// The columns it reads, in the order of the schema it was compiled over.
    pub fn columns_needed(&self) -> impl Iterator<Item = &str> {
        self.needed.fields().iter().map(|field| field.name().as_str())
    }

    /// The value of every row. Columns are found by name, so the batch may hold more of them and in any order.
    ///
    /// # Errors
    /// Where the batch lacks a column the expression reads.
    pub fn evaluate(&self, batch: &RecordBatch) -> Result<ArrayRef, ExpressionFault> {
        let input = self.input(batch)?;
        Ok(self.values(&input))
    }

    /// Which rows a condition holds for; not known counts as not.
    ///
    /// # Errors
    /// Where the batch lacks a column the expression reads, or the expression is no condition.
    pub fn evaluate_mask(&self, batch: &RecordBatch) -> Result<BooleanArray, ExpressionFault> {
        if self.kind != ValueType::Boolean {
            return Err(ExpressionFault {
                message: format!("a condition was expected, but `{}` is a {}", self.sql, self.kind.as_str()),
                at: None,
            });
        }
        let values = self.evaluate(batch)?;
        let mask = values.as_boolean();
        Ok(if mask.null_count() > 0 { prep_null_mask_filter(mask) } else { mask.clone() })
    }

    /// Only the columns that are read, in their order and layout.
    fn input(&self, batch: &RecordBatch) -> Result<RecordBatch, ExpressionFault> {
        let column = |field: &arrow::datatypes::FieldRef| {
            let lacking =
                || ExpressionFault { message: format!("`{}` reads the column `{}`, which is not there", self.sql, field.name()), at: None };
            let array = batch.column_by_name(field.name()).ok_or_else(lacking)?;
            if array.data_type() == field.data_type() {
                Ok(Arc::clone(array))
            } else {
                cast(array, field.data_type()).map_err(|_| lacking())
            }
        };
        let columns = self.needed.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(Arc::clone(&self.needed), columns, &options)
            .map_err(|error| ExpressionFault { message: format!("`{}` could not read its columns: {error}", self.sql), at: None })
    }

    /// The values of a batch; where the engine refuses it, the halves are tried, so that only the rows at fault become null.
    fn values(&self, input: &RecordBatch) -> ArrayRef {
        match self.attempt(input) {
            Ok(values) => values,
            Err(_) if input.num_rows() <= 1 => self.nulls(input.num_rows()),
            Err(_) => {
                let middle = input.num_rows() / 2;
                let (first, second) = (self.values(&input.slice(0, middle)), self.values(&input.slice(middle, input.num_rows() - middle)));
                concat(&[first.as_ref(), second.as_ref()]).unwrap_or_else(|_| self.nulls(input.num_rows()))
            }
        }
    }

    fn attempt(&self, input: &RecordBatch) -> EngineResult<ArrayRef> {
        let values = self.physical.evaluate(input)?.into_array(input.num_rows())?;
        match values.data_type() {
            DataType::Utf8View | DataType::LargeUtf8 => Ok(cast(&values, &DataType::Utf8)?),
            DataType::Null => Ok(new_null_array(&self.result_type(), values.len())),
            DataType::Float64 => Ok(finite(values)),
            _ => Ok(values),
        }
    }

    fn nulls(&self, rows: usize) -> ArrayRef {
        new_null_array(&self.result_type(), rows)
    }

    fn result_type(&self) -> DataType {
        match self.physical.data_type(&self.needed) {
            Ok(DataType::Utf8View | DataType::LargeUtf8 | DataType::Null) | Err(_) => DataType::Utf8,
            Ok(kind) => kind,
        }
    }
}

/// Infinities and what is no number become null.
fn finite(values: ArrayRef) -> ArrayRef {
    let floats = values.as_primitive::<Float64Type>();
    if floats.values().iter().all(|value| value.is_finite()) {
        return values;
    }
    Arc::new(floats.iter().map(|value| value.filter(|value| value.is_finite())).collect::<Float64Array>())
}
