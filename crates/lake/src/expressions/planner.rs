//! Plans the operators: gives untyped properties the type their use asks for, makes arithmetic safe, and refuses to compare unlike things.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::{DFSchema, DataFusionError, Result};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable, ScalarUDF};
use datafusion::scalar::ScalarValue;
use datafusion::sql::sqlparser::ast::BinaryOperator;
use mainstay_model::expression::ValueType;
use mainstay_model::{Day, Timestamp, Zone};

use super::types::{DECIMALS, decimal_type, value_type};
use crate::functions::arithmetic::{self, Operation};
use crate::functions::days::{self, DayFunction};
use crate::functions::property::{self, Form};

/// The planner of operators, for a zone.
#[derive(Debug)]
pub(crate) struct OperatorPlanner {
    zone: Zone,
}

/// Two things that do not go together.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Mismatch {
    /// What is wrong.
    pub(crate) message: String,
    /// A column that is part of it, to find the place by.
    pub(crate) column: Option<String>,
}

/// What an operand is, as far as the rules care.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Operand {
    /// A property without a type yet.
    Property,
    /// A written text, which may stand for an instant or a day.
    Literal,
    /// `null`.
    Null,
    /// A value of a type of the language.
    Value(ValueType),
    /// An interval, a list: left to the engine.
    Other,
}

impl OperatorPlanner {
    pub(crate) const fn new(zone: Zone) -> Self {
        Self { zone }
    }

    fn operand(expr: &Expr, schema: &DFSchema) -> Operand {
        if property::is_untyped(expr) {
            return Operand::Property;
        }
        if let Expr::Literal(value, _) = expr {
            if value.is_null() {
                return Operand::Null;
            }
            if matches!(value, ScalarValue::Utf8(_)) {
                return Operand::Literal;
            }
        }
        match expr.get_type(schema) {
            Ok(DataType::Null) => Operand::Null,
            Ok(kind) => value_type(&kind).map_or(Operand::Other, Operand::Value),
            Err(_) => Operand::Other,
        }
    }
}

impl ExprPlanner for OperatorPlanner {
    fn plan_binary_op(&self, raw: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let RawBinaryExpr { op, left, right } = raw;
        let (left, right) = (exact_literal(left), exact_literal(right));
        if let Some(operation) = operation_of(&op) {
            return self.arithmetic(op, operation, left, right, schema);
        }
        match op {
            BinaryOperator::And | BinaryOperator::Or => {
                let (left, right) = (as_condition(left, schema)?, as_condition(right, schema)?);
                Ok(PlannerResult::Original(RawBinaryExpr { op, left, right }))
            }
            BinaryOperator::Eq
            | BinaryOperator::NotEq
            | BinaryOperator::Lt
            | BinaryOperator::LtEq
            | BinaryOperator::Gt
            | BinaryOperator::GtEq => {
                let (left, right) = self.compared(&op, left, right, schema)?;
                Ok(PlannerResult::Original(RawBinaryExpr { op, left, right }))
            }
            _ => Ok(PlannerResult::Original(RawBinaryExpr { op, left, right })),
        }
    }
}

impl OperatorPlanner {
    fn arithmetic(
        &self,
        op: BinaryOperator,
        operation: Operation,
        left: Expr,
        right: Expr,
        schema: &DFSchema,
    ) -> Result<PlannerResult<RawBinaryExpr>> {
        use Operand::{Null, Other, Property, Value};
        use ValueType::{Date, Number, Timestamp};
        let (l, r) = (Self::operand(&left, schema), Self::operand(&right, schema));
        let planned = |function: Arc<ScalarUDF>, left: Expr, right: Expr| Ok(PlannerResult::Planned(invoke(function, vec![left, right])));
        match (l, r, operation) {
            (Value(Date), Value(Date), Operation::Subtract) => planned(days::function(DayFunction::DaysBetween, &self.zone), left, right),
            (Value(Date), Value(Number) | Property, Operation::Add) => {
                planned(days::function(DayFunction::AddDays, &self.zone), left, read_as(right, Form::Number))
            }
            (Value(Date), Value(Number) | Property, Operation::Subtract) => {
                let back = invoke(
                    arithmetic::function(Operation::Subtract),
                    vec![datafusion::logical_expr::lit(0_i64), read_as(right, Form::Number)],
                );
                planned(days::function(DayFunction::AddDays, &self.zone), left, back)
            }
            (Value(Number) | Property | Null, Value(Number) | Property | Null, _) => {
                planned(arithmetic::function(operation), read_as(left, Form::Number), read_as(right, Form::Number))
            }
            (Other | Null, _, _) | (_, Other | Null, _) | (Value(Timestamp), Value(Timestamp), Operation::Subtract) => {
                Ok(PlannerResult::Original(RawBinaryExpr { op, left, right }))
            }
            _ => Err(mismatch(&format!("`{op}` needs numbers"), &left, l, &right, r)),
        }
    }

    fn compared(&self, op: &BinaryOperator, left: Expr, right: Expr, schema: &DFSchema) -> Result<(Expr, Expr)> {
        use Operand::{Literal, Property, Value};
        use ValueType::{Date, Text, Timestamp};
        let (l, r) = (Self::operand(&left, schema), Self::operand(&right, schema));
        Ok(match (l, r) {
            (Property, Property) if !matches!(op, BinaryOperator::Eq | BinaryOperator::NotEq) => {
                (read_as(left, Form::Number), read_as(right, Form::Number))
            }
            (Property, Value(kind)) => (read_as(left, form_of(kind)), right),
            (Value(kind), Property) => (left, read_as(right, form_of(kind))),
            (Value(Timestamp), Value(Date)) => (left, self.start_of(right)),
            (Value(Date), Value(Timestamp)) => (self.start_of(left), right),
            (Value(kind @ (Timestamp | Date)), Literal) => {
                let right = self.written(kind, right, &left)?;
                (left, right)
            }
            (Literal, Value(kind @ (Timestamp | Date))) => (self.written(kind, left, &right)?, right),
            (Literal, Value(Text)) | (Value(Text), Literal) => (left, right),
            (Value(a), Value(b)) if a != b => return Err(mismatch("these cannot be compared", &left, l, &right, r)),
            (Value(_), Literal) | (Literal, Value(_)) => return Err(mismatch("these cannot be compared", &left, l, &right, r)),
            _ => (left, right),
        })
    }

    fn start_of(&self, day: Expr) -> Expr {
        invoke(days::function(DayFunction::StartOfDay, &self.zone), vec![day])
    }

    /// A text written where an instant or a day is compared.
    fn written(&self, kind: ValueType, literal: Expr, other: &Expr) -> Result<Expr> {
        let Expr::Literal(ScalarValue::Utf8(Some(text)), metadata) = &literal else { return Ok(literal) };
        let refused = |error: mainstay_model::TimeError| external(Mismatch { message: error.to_string(), column: column_of(other) });
        let value = if kind == ValueType::Date {
            ScalarValue::Date32(Some(Day::parse(text).map_err(refused)?.0))
        } else {
            let at = match Day::parse(text) {
                Ok(day) => self.zone.start_of(day),
                Err(_) => Timestamp::parse_for_person(text, &self.zone).map_err(refused)?,
            };
            ScalarValue::TimestampMicrosecond(Some(at.micros()), Some("UTC".into()))
        };
        Ok(Expr::Literal(value, metadata.clone()))
    }
}

const fn operation_of(op: &BinaryOperator) -> Option<Operation> {
    Some(match op {
        BinaryOperator::Plus => Operation::Add,
        BinaryOperator::Minus => Operation::Subtract,
        BinaryOperator::Multiply => Operation::Multiply,
        BinaryOperator::Divide => Operation::Divide,
        BinaryOperator::Modulo => Operation::Remainder,
        _ => return None,
    })
}

/// The form of a property that a type asks for.
pub(super) const fn form_of(kind: ValueType) -> Form {
    match kind {
        ValueType::Number => Form::Number,
        ValueType::Text => Form::Text,
        ValueType::Boolean => Form::Boolean,
        ValueType::Timestamp => Form::Timestamp,
        ValueType::Date => Form::Date,
    }
}

/// An untyped property read in a form; anything else as it is.
pub(crate) fn read_as(expr: Expr, form: Form) -> Expr {
    match expr {
        Expr::ScalarFunction(call) if property::is_untyped(&Expr::ScalarFunction(call.clone())) => {
            invoke(property::function(form), call.args)
        }
        other => other,
    }
}

fn as_condition(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    match OperatorPlanner::operand(&expr, schema) {
        Operand::Property => Ok(read_as(expr, Form::Boolean)),
        Operand::Value(kind) if kind != ValueType::Boolean => Err(external(Mismatch {
            message: format!("{} is a {}, where a condition is needed", named(&expr), kind.as_str()),
            column: column_of(&expr),
        })),
        _ => Ok(expr),
    }
}

fn invoke(function: Arc<ScalarUDF>, args: Vec<Expr>) -> Expr {
    Expr::ScalarFunction(ScalarFunction::new_udf(function, args))
}

/// A written decimal in the one scale that exact numbers have; with more places than that it is floating.
fn exact_literal(expr: Expr) -> Expr {
    let Expr::Literal(value @ (ScalarValue::Decimal128(Some(_), ..) | ScalarValue::Decimal256(Some(_), ..)), metadata) = &expr else {
        return expr;
    };
    let fits = matches!(value, ScalarValue::Decimal128(_, precision, scale) if *scale <= DECIMALS && i16::from(*precision) - i16::from(*scale) <= 29);
    let target = if fits { decimal_type() } else { DataType::Float64 };
    value.cast_to(&target).map(|value| Expr::Literal(value, metadata.clone())).unwrap_or(expr)
}

fn mismatch(what: &str, left: &Expr, l: Operand, right: &Expr, r: Operand) -> DataFusionError {
    let message = format!("{} is {} and {} is {}: {what}", named(left), kind_name(l), named(right), kind_name(r));
    external(Mismatch { message, column: column_of(left).or_else(|| column_of(right)) })
}

fn kind_name(operand: Operand) -> String {
    match operand {
        Operand::Property | Operand::Literal => "a text".to_owned(),
        Operand::Null => "null".to_owned(),
        Operand::Value(ValueType::Boolean) => ValueType::Boolean.as_str().to_owned(),
        Operand::Value(kind) => format!("a {}", kind.as_str()),
        Operand::Other => "something else".to_owned(),
    }
}

fn named(expr: &Expr) -> String {
    match expr {
        Expr::Column(column) => format!("`{}`", column.name),
        Expr::Literal(ScalarValue::Utf8(Some(text)), _) => format!("'{text}'"),
        Expr::Literal(value, _) => format!("`{value}`"),
        other => format!("`{}`", other.schema_name()),
    }
}

fn column_of(expr: &Expr) -> Option<String> {
    expr.column_refs().into_iter().map(|column| column.name.clone()).min()
}

fn external(mismatch: Mismatch) -> DataFusionError {
    DataFusionError::External(Box::new(mismatch))
}
