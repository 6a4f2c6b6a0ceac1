//! The words a signal can have, where its formula says so: a CASE whose answers are all texts.

use std::collections::BTreeSet;

use mainstay_model::expression::ValueType;
use mainstay_model::signal::{Measure, Signal};
use sqlparser::ast::{Expr, Value};

use crate::identifiers;

/// Every word the signal can have; `None` where that cannot be told.
pub(crate) fn possible_words(signal: &Signal) -> Option<BTreeSet<String>> {
    if signal.kind == ValueType::Boolean {
        return Some(["true", "false"].map(str::to_owned).into());
    }
    let Measure::Formula { sql } = &signal.measure else { return None };
    let mut words = BTreeSet::new();
    collect(&identifiers::parse(sql).ok()?.expression, &mut words).then_some(words)
}

/// Whether every answer of the expression is a written text (or null).
fn collect(expression: &Expr, words: &mut BTreeSet<String>) -> bool {
    match expression {
        Expr::Nested(inner) => collect(inner, words),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => {
                words.insert(text.clone());
                true
            }
            Value::Null => true,
            _ => false,
        },
        Expr::Case { conditions, else_result, .. } => {
            let branches = conditions.iter().all(|branch| collect(&branch.result, words));
            branches && else_result.as_ref().is_none_or(|otherwise| collect(otherwise, words))
        }
        _ => false,
    }
}
