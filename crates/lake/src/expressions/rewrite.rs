//! Spells out, before planning, what the language allows beyond plain SQL: `properties.x`, and casts and comparisons that cannot fail.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
    Ident, ObjectName, Select, Subscript, UnaryOperator, Value, VisitMut, VisitorMut,
};

use crate::functions::property::Form;

/// The column whose members may be named with a dot.
const PROPERTIES: &str = "properties";

/// Functions whose arguments are numbers, so that a property in them is read as one.
const OVER_NUMBERS: &[&str] = &[
    "abs",
    "avg",
    "ceil",
    "exp",
    "floor",
    "ln",
    "log",
    "log10",
    "log2",
    "max",
    "mean",
    "median",
    "min",
    "percentile_cont",
    "power",
    "round",
    "sqrt",
    "stddev",
    "stddev_pop",
    "sum",
    "trunc",
    "var",
    "var_pop",
];

/// Rewrites every expression in a statement or expression.
pub(crate) fn rewrite(tree: &mut impl VisitMut) {
    let _ = tree.visit(&mut Rewriter);
}

struct Rewriter;

impl VisitorMut for Rewriter {
    type Break = ();

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        if let Some(better) = rewritten(expr) {
            *expr = better;
        }
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        let conditions = [&mut select.selection, &mut select.having];
        conditions.into_iter().flatten().for_each(|condition| read_as(condition, Form::Boolean));
        ControlFlow::Continue(())
    }
}

fn rewritten(expr: &mut Expr) -> Option<Expr> {
    match expr {
        Expr::CompoundIdentifier(names) => member(names),
        Expr::CompoundFieldAccess { root, access_chain } => subscripted(root, access_chain),
        Expr::Function(call) => {
            if OVER_NUMBERS.contains(&call.name.to_string().to_lowercase().as_str()) {
                arguments(call).for_each(|arg| read_as(arg, Form::Number));
            }
            None
        }
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => {
            read_as(expr, Form::Number);
            None
        }
        Expr::UnaryOp { op: UnaryOperator::Not, expr }
        | Expr::IsTrue(expr)
        | Expr::IsNotTrue(expr)
        | Expr::IsFalse(expr)
        | Expr::IsNotFalse(expr)
        | Expr::IsUnknown(expr)
        | Expr::IsNotUnknown(expr) => {
            read_as(expr, Form::Boolean);
            None
        }
        Expr::Case { operand: None, conditions, .. } => {
            for when in conditions {
                read_as(&mut when.condition, Form::Boolean);
            }
            None
        }
        Expr::Between { expr, negated, low, high } => Some(between(expr, *negated, low, high)),
        Expr::InList { expr, list, negated } => listed(expr, list, *negated),
        Expr::Cast { kind, expr, data_type, .. } => tolerant_cast(kind, expr, data_type),
        _ => None,
    }
}

/// `properties.a.b` or `t.properties.a.b`.
fn member(names: &[Ident]) -> Option<Expr> {
    let place = names.iter().take(2).position(is_properties)?;
    let (column, keys) = names.split_at_checked(place + 1)?;
    if keys.is_empty() {
        return None;
    }
    let document = match column {
        [only] => Expr::Identifier(only.clone()),
        several => Expr::CompoundIdentifier(several.to_vec()),
    };
    Some(property(document, keys.iter().map(|key| key.value.clone())))
}

/// `properties['a']['b']`.
fn subscripted(root: &Expr, chain: &[AccessExpr]) -> Option<Expr> {
    let known = match root {
        Expr::Identifier(name) => is_properties(name),
        Expr::CompoundIdentifier(names) => names.last().is_some_and(is_properties),
        _ => false,
    };
    let mut chain = chain;
    let mut document = root.clone();
    if !known {
        // `t.properties['a']` comes as the root `t` and a chain that begins with the column.
        let (Expr::Identifier(table), [AccessExpr::Dot(Expr::Identifier(column)), rest @ ..]) = (root, chain) else { return None };
        if !is_properties(column) {
            return None;
        }
        document = Expr::CompoundIdentifier(vec![table.clone(), column.clone()]);
        chain = rest;
    }
    let keys: Option<Vec<String>> = chain.iter().map(key_of).collect();
    keys.filter(|keys| !keys.is_empty()).map(|keys| property(document, keys.into_iter()))
}

fn key_of(access: &AccessExpr) -> Option<String> {
    match access {
        AccessExpr::Dot(Expr::Identifier(name)) => Some(name.value.clone()),
        AccessExpr::Subscript(Subscript::Index { index: Expr::Value(value) }) => match &value.value {
            Value::SingleQuotedString(key) => Some(key.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn is_properties(name: &Ident) -> bool {
    name.value.eq_ignore_ascii_case(PROPERTIES)
}

fn property(document: Expr, keys: impl Iterator<Item = String>) -> Expr {
    let keys = keys.map(|key| Expr::Value(Value::SingleQuotedString(key).with_empty_span()));
    call(Form::Text.function(), std::iter::once(document).chain(keys))
}

fn call(name: &str, args: impl Iterator<Item = Expr>) -> Expr {
    let args = args.map(|arg| FunctionArg::Unnamed(FunctionArgExpr::Expr(arg))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList { duplicate_treatment: None, args, clauses: Vec::new() }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

fn arguments(call: &mut Function) -> impl Iterator<Item = &mut Expr> {
    let args = match &mut call.args {
        FunctionArguments::List(list) => list.args.as_mut_slice(),
        FunctionArguments::None | FunctionArguments::Subquery(_) => &mut [],
    };
    args.iter_mut().filter_map(|arg| match arg {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
        _ => None,
    })
}

/// A property that nobody has asked a type of becomes one of that type.
fn read_as(expr: &mut Expr, form: Form) {
    match expr {
        Expr::Nested(inner) => read_as(inner, form),
        Expr::Function(call) if call.name.to_string() == Form::Text.function() => {
            call.name = ObjectName::from(vec![Ident::new(form.function())]);
        }
        _ => {}
    }
}

fn is_property(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) => is_property(inner),
        Expr::Function(call) => call.name.to_string() == Form::Text.function(),
        _ => false,
    }
}

/// Comparisons carry the rules for what may meet what, so the longer forms become comparisons.
fn between(expr: &Expr, negated: bool, low: &Expr, high: &Expr) -> Expr {
    let within = binary(
        binary(expr.clone(), BinaryOperator::GtEq, low.clone()),
        BinaryOperator::And,
        binary(expr.clone(), BinaryOperator::LtEq, high.clone()),
    );
    negate(within, negated)
}

/// A list that a property is looked up in, where the list is not of texts.
fn listed(expr: &Expr, list: &[Expr], negated: bool) -> Option<Expr> {
    let is_text = |item: &Expr| matches!(item, Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)));
    if !is_property(expr) || list.iter().all(is_text) {
        return None;
    }
    let any =
        list.iter().map(|item| binary(expr.clone(), BinaryOperator::Eq, item.clone())).reduce(|a, b| binary(a, BinaryOperator::Or, b))?;
    Some(negate(any, negated))
}

fn binary(left: Expr, op: BinaryOperator, right: Expr) -> Expr {
    Expr::Nested(Box::new(Expr::BinaryOp { left: Box::new(left), op, right: Box::new(right) }))
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) } } else { expr }
}

/// A cast that cannot be done is null; a cast to a day is the day in the workspace's zone.
fn tolerant_cast(kind: &mut CastKind, expr: &mut Expr, data_type: &DataType) -> Option<Expr> {
    match data_type {
        DataType::Date => return Some(call("day_of", std::iter::once(expr.clone()))),
        DataType::Boolean | DataType::Bool => read_as(expr, Form::Boolean),
        _ => {}
    }
    *kind = CastKind::TryCast;
    None
}
