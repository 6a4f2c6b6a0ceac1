//! Arithmetic that never fails: exact over whole and decimal numbers, null where a result does not exist or does not fit.
//!
//! SQL engines truncate `1 / 2`, wrap or fail on overflow, and lose digits by widening the scale of decimals. None of that may happen to
//! a workspace's numbers, so the planner turns the five operators into these functions.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type, i256};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

use crate::expressions::types::{LIMIT, ONE, decimal_type};

/// One of the five operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Remainder,
}

impl Operation {
    const ALL: [Self; 5] = [Self::Add, Self::Subtract, Self::Multiply, Self::Divide, Self::Remainder];

    const fn function(self) -> &'static str {
        match self {
            Self::Add => "number_add",
            Self::Subtract => "number_subtract",
            Self::Multiply => "number_multiply",
            Self::Divide => "number_divide",
            Self::Remainder => "number_remainder",
        }
    }

    const fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
            Self::Remainder => '%',
        }
    }

    fn on_floats(self, a: f64, b: f64) -> Option<f64> {
        let result = match self {
            Self::Add => a + b,
            Self::Subtract => a - b,
            Self::Multiply => a * b,
            Self::Divide => a / b,
            Self::Remainder => a % b,
        };
        result.is_finite().then_some(result)
    }

    fn on_integers(self, a: i64, b: i64) -> Option<i64> {
        match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => a.checked_mul(b),
            Self::Divide => a.checked_div(b),
            Self::Remainder => a.checked_rem(b),
        }
    }

    fn on_nanos(self, a: i128, b: i128) -> Option<i128> {
        let result = match self {
            Self::Add => a.checked_add(b),
            Self::Subtract => a.checked_sub(b),
            Self::Multiply => scaled(a, b, ONE),
            Self::Divide => scaled(a, ONE, b),
            Self::Remainder => a.checked_rem(b),
        }?;
        (-LIMIT < result && result < LIMIT).then_some(result)
    }
}

/// `a * b / c`, rounded half away from zero.
fn scaled(a: i128, b: i128, c: i128) -> Option<i128> {
    if c == 0 {
        return None;
    }
    let Some(product) = a.checked_mul(b) else {
        return scaled_wide(a, b, c);
    };
    let (quotient, rest) = (product.checked_div(c)?, product.checked_rem(c)?);
    let up = rest.unsigned_abs() >= c.unsigned_abs() - rest.unsigned_abs();
    if rest != 0 && up { quotient.checked_add(if (product < 0) == (c < 0) { 1 } else { -1 }) } else { Some(quotient) }
}

fn scaled_wide(a: i128, b: i128, c: i128) -> Option<i128> {
    let product = i256::from_i128(a).checked_mul(i256::from_i128(b))?;
    let divisor = i256::from_i128(c);
    let (quotient, rest) = (product.checked_div(divisor)?, product.checked_rem(divisor)?);
    let rest = rest.to_i128()?.unsigned_abs();
    let quotient = quotient.to_i128()?;
    let negative = product.is_negative() != divisor.is_negative();
    if rest != 0 && rest >= c.unsigned_abs() - rest { quotient.checked_add(if negative { -1 } else { 1 }) } else { Some(quotient) }
}

/// The function of an operator.
#[must_use]
pub fn function(operation: Operation) -> Arc<ScalarUDF> {
    Arc::new(ScalarUDF::new_from_impl(Arithmetic { operation, signature: Signature::any(2, Volatility::Immutable) }))
}

/// The functions of all operators.
#[must_use]
pub fn all() -> Vec<Arc<ScalarUDF>> {
    Operation::ALL.into_iter().map(function).collect()
}

/// The type of the result: whole numbers stay whole except in a division, which is floating; a decimal makes it decimal, a float floating.
fn result_type(operation: Operation, left: &DataType, right: &DataType) -> DataType {
    let decimal = |kind: &DataType| {
        matches!(kind, DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..))
    };
    let floating = |kind: &DataType| kind.is_floating();
    if floating(left) || floating(right) {
        DataType::Float64
    } else if decimal(left) || decimal(right) {
        decimal_type()
    } else if operation == Operation::Divide {
        DataType::Float64
    } else {
        DataType::Int64
    }
}

#[derive(PartialEq, Eq, Hash, Debug)]
struct Arithmetic {
    operation: Operation,
    signature: Signature,
}

impl ScalarUDFImpl for Arithmetic {
    fn name(&self) -> &str {
        self.operation.function()
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let names: Vec<String> = args.iter().map(|arg| arg.schema_name().to_string()).collect();
        Ok(names.join(&format!(" {} ", self.operation.sign())))
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        let [left, right] = arg_types else { return exec_err!("{} takes two numbers", self.name()) };
        Ok(result_type(self.operation, left, right))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let kind = args.return_field.data_type().clone();
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let [left, right] = arrays.as_slice() else { return exec_err!("{} takes two numbers", self.name()) };
        let result = self.operation.apply(&cast(left, &kind)?, &cast(right, &kind)?, &kind);
        if scalar {
            Ok(ColumnarValue::Scalar(datafusion::scalar::ScalarValue::try_from_array(&result, 0)?))
        } else {
            Ok(ColumnarValue::Array(result))
        }
    }
}

impl Operation {
    fn apply(self, left: &ArrayRef, right: &ArrayRef, kind: &DataType) -> ArrayRef {
        match kind {
            DataType::Float64 => {
                let rows = left.as_primitive::<Float64Type>().iter().zip(right.as_primitive::<Float64Type>());
                Arc::new(rows.map(|(a, b)| self.on_floats(a?, b?)).collect::<Float64Array>())
            }
            DataType::Int64 => {
                let rows = left.as_primitive::<Int64Type>().iter().zip(right.as_primitive::<Int64Type>());
                Arc::new(rows.map(|(a, b)| self.on_integers(a?, b?)).collect::<Int64Array>())
            }
            _ => {
                let rows = left.as_primitive::<Decimal128Type>().iter().zip(right.as_primitive::<Decimal128Type>());
                let nanos: Decimal128Array = rows.map(|(a, b)| self.on_nanos(a?, b?)).collect();
                Arc::new(nanos.with_data_type(decimal_type()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_does_not_exist_is_null() {
        assert_eq!(Operation::Divide.on_nanos(ONE, 0), None);
        assert_eq!(Operation::Remainder.on_nanos(ONE, 0), None);
        assert_eq!(Operation::Divide.on_floats(1.0, 0.0), None);
        assert_eq!(Operation::Multiply.on_integers(i64::MAX, 2), None);
        assert_eq!(Operation::Multiply.on_nanos(LIMIT - 1, LIMIT - 1), None);
        assert_eq!(Operation::Add.on_nanos(LIMIT - 1, 1), None);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(scaled(1, ONE, 2 * ONE), Some(1));
        assert_eq!(scaled(-1, ONE, 2 * ONE), Some(-1));
        assert_eq!(scaled(ONE, ONE, 3 * ONE), Some(333_333_333));
        assert_eq!(scaled(2 * ONE, ONE, 3 * ONE), Some(666_666_667));
    }

    proptest! {
        #[test]
        fn wide_and_narrow_products_agree(a in -1_000_000_000_000_000_000_i128..1_000_000_000_000_000_000, b in -1_000_000_000_000_i128..1_000_000_000_000, c in -1_000_000_i128..1_000_000) {
            prop_assume!(c != 0);
            prop_assert_eq!(scaled(a, b, c), scaled_wide(a, b, c));
        }

        #[test]
        fn money_keeps_its_cents(cents in -1_000_000_000_000_i64..1_000_000_000_000, count in 1_i64..10_000) {
            let amount = i128::from(cents) * 10_000_000;
            let total = Operation::Multiply.on_nanos(amount, i128::from(count) * ONE);
            prop_assert_eq!(total, Some(amount * i128::from(count)));
        }
    }
}
