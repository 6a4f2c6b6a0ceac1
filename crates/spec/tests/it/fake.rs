//! Types expressions without the SQL engine: enough of SQL for the tests of this crate.

use mainstay_model::expression::{Column, ExpressionFault, ExpressionTypes, ValueType};
use sqlparser::ast::{BinaryOperator, DataType, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

/// Walks the expression; knows a few functions.
pub(crate) struct FakeTypes;

impl ExpressionTypes for FakeTypes {
    fn type_of(&self, columns: &[Column], sql: &str) -> Result<ValueType, ExpressionFault> {
        let expression = Parser::new(&GenericDialect {})
            .try_with_sql(sql)
            .and_then(|mut parser| parser.parse_expr())
            .map_err(|e| fault(e.to_string()))?;
        kind(&expression, columns).map(|kind| kind.unwrap_or(ValueType::Text))
    }
}

fn fault(message: impl Into<String>) -> ExpressionFault {
    ExpressionFault { message: message.into(), at: None }
}

type Kind = Result<Option<ValueType>, ExpressionFault>;

/// `None` is a null, or a free property: it takes any type.
fn kind(expression: &Expr, columns: &[Column]) -> Kind {
    use ValueType::{Boolean, Date, Number, Text};
    Ok(Some(match expression {
        Expr::Identifier(ident) => {
            let name = ident.value.to_lowercase();
            columns.iter().find(|column| column.name == name).ok_or_else(|| fault(format!("no column {name}")))?.kind
        }
        Expr::CompoundIdentifier(_) => return Ok(None),
        Expr::Value(value) => match &value.value {
            Value::Number(..) => Number,
            Value::Boolean(_) => Boolean,
            Value::Null => return Ok(None),
            _ => Text,
        },
        Expr::Nested(inner) => return kind(inner, columns),
        Expr::UnaryOp { op: UnaryOperator::Not, expr: inner }
        | Expr::IsNull(inner)
        | Expr::IsNotNull(inner)
        | Expr::InList { expr: inner, .. }
        | Expr::Like { expr: inner, .. }
        | Expr::Between { expr: inner, .. } => {
            kind(inner, columns)?;
            Boolean
        }
        Expr::UnaryOp { expr, .. } => return kind(expr, columns),
        Expr::BinaryOp { left, op, right } => return binary(kind(left, columns)?, op, kind(right, columns)?),
        Expr::Interval(_) => Date,
        Expr::Cast { expr, data_type, .. } => {
            kind(expr, columns)?;
            if matches!(data_type, DataType::Text | DataType::Varchar(_)) { Text } else { Number }
        }
        Expr::Case { conditions, else_result, .. } => {
            for branch in conditions {
                kind(&branch.condition, columns)?;
            }
            let results = conditions.iter().map(|branch| &branch.result).chain(else_result.as_deref());
            let kinds = results.map(|result| kind(result, columns)).collect::<Result<Vec<_>, _>>()?;
            return Ok(kinds.into_iter().flatten().next());
        }
        Expr::Function(call) => {
            let FunctionArguments::List(list) = &call.args else { return Ok(Some(Number)) };
            let arguments = list.args.iter().filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(kind(expr, columns)),
                _ => None,
            });
            let kinds = arguments.collect::<Result<Vec<_>, _>>()?;
            match call.name.to_string().to_lowercase().as_str() {
                "coalesce" | "nullif" | "least" | "greatest" => return Ok(kinds.into_iter().flatten().next()),
                "abs" | "round" | "to_unixtime" | "length" => Number,
                "lower" | "upper" => Text,
                other => return Err(fault(format!("there is no function `{other}`"))),
            }
        }
        other => return Err(fault(format!("`{other}` is not supported"))),
    }))
}

fn binary(left: Option<ValueType>, op: &BinaryOperator, right: Option<ValueType>) -> Kind {
    use BinaryOperator as Op;
    use ValueType::{Boolean, Date, Number, Timestamp};
    let same = match (left, right) {
        (Some(left), Some(right)) => left == right || matches!((left, right), (Date, Timestamp) | (Timestamp, Date)),
        _ => true,
    };
    if !same {
        let words = [left, right].map(|kind| kind.map_or("anything", ValueType::as_str));
        return Err(fault(format!("a {} cannot be compared or combined with a {}", words[0], words[1])));
    }
    Ok(Some(match op {
        Op::And | Op::Or => {
            if [left, right].iter().flatten().any(|kind| *kind != Boolean) {
                return Err(fault("`and` and `or` combine conditions"));
            }
            Boolean
        }
        Op::Plus | Op::Minus if left == Some(Date) => Date,
        Op::Plus | Op::Minus | Op::Multiply | Op::Divide | Op::Modulo => {
            if [left, right].iter().flatten().any(|kind| *kind != Number) {
                return Err(fault("this calculates with something that is no number"));
            }
            Number
        }
        _ => Boolean,
    }))
}
