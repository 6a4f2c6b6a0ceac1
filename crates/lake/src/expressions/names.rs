//! Finds and checks the names in an expression, each with its place.

use std::ops::ControlFlow;

use datafusion::common::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::Volatility;
use datafusion::sql::sqlparser::ast::{Expr, Ident, visit_expressions};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;
use datafusion::sql::sqlparser::tokenizer::Span;
use mainstay_model::expression::ExpressionFault;

/// Byte offset and length of a span in its text.
pub(super) fn offset(sql: &str, span: &Span) -> Option<(usize, usize)> {
    let start = place(sql, span.start.line, span.start.column)?;
    let end = place(sql, span.end.line, span.end.column)?;
    (end > start).then(|| (start, end - start))
}

/// The byte at a line and column, both from 1, columns in characters.
fn place(sql: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let before: usize = sql.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = sql.get(before..)?;
    Some(before + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at))
}

/// The first place where a column is named.
pub(super) fn find(sql: &str, column: &str) -> Option<(usize, usize)> {
    let expr = Parser::new(&GenericDialect {}).try_with_sql(sql).ok()?.parse_expr().ok()?;
    let found = visit_expressions(&expr, |expr| match expr {
        Expr::Identifier(name) if spelled(name) == column => ControlFlow::Break(offset(sql, &name.span)),
        Expr::CompoundIdentifier(names) if names.first().is_some_and(|name| spelled(name) == column) => {
            ControlFlow::Break(span_of(names).and_then(|span| offset(sql, &span)))
        }
        _ => ControlFlow::Continue(()),
    });
    match found {
        ControlFlow::Break(place) => place,
        ControlFlow::Continue(()) => None,
    }
}

/// Checks every name of an expression; answers the columns it names.
pub(super) fn check(sql: &str, expr: &Expr, columns: &[&str], state: &SessionState) -> Result<Vec<String>, ExpressionFault> {
    let mut named = Vec::new();
    let outcome = visit_expressions(expr, |expr| match check_one(sql, expr, columns, state) {
        Ok(column) => {
            named.extend(column);
            ControlFlow::Continue(())
        }
        Err(fault) => ControlFlow::Break(Box::new(fault)),
    });
    match outcome {
        ControlFlow::Break(fault) => Err(*fault),
        ControlFlow::Continue(()) => Ok(named),
    }
}

fn check_one(sql: &str, expr: &Expr, columns: &[&str], state: &SessionState) -> Result<Option<String>, ExpressionFault> {
    let fault = |message: String, at: Option<(usize, usize)>| Err(ExpressionFault { message, at });
    match expr {
        Expr::Identifier(name) => {
            let column = spelled(name);
            let at = offset(sql, &name.span);
            match column.as_str() {
                known if columns.contains(&known) => Ok(Some(column)),
                "properties" => fault("there are no `properties` here; only events have them".into(), at),
                unknown => fault(no_such("column", unknown, columns), at),
            }
        }
        Expr::CompoundIdentifier(names) => {
            let at = span_of(names).and_then(|span| offset(sql, &span));
            let column = names.first().map(spelled).unwrap_or_default();
            match names.last() {
                Some(last) if columns.contains(&spelled(last).as_str()) => {
                    fault(format!("write `{}` without a table name", last.value), at)
                }
                _ => fault(no_such("column", &column, columns), at),
            }
        }
        Expr::Function(call) => {
            let name = call.name.to_string().to_lowercase();
            let at = call.name.0.first().and_then(|part| part.as_ident()).and_then(|ident| offset(sql, &ident.span));
            if call.over.is_some() {
                return fault(format!("`{name}` over a window of rows has no place here"), at);
            }
            check_function(&name, state).map(|()| None).or_else(|message| fault(message, at))
        }
        Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => {
            fault("a query inside an expression has no place here; make it a signal".into(), None)
        }
        _ => Ok(None),
    }
}

fn check_function(name: &str, state: &SessionState) -> Result<(), String> {
    if matches!(name, "now" | "current_date" | "current_timestamp" | "current_time" | "today") {
        return Err(format!("`{name}` would make the answer change by itself; use `as_of` or `today`"));
    }
    if let Some(function) = state.scalar_functions().get(name) {
        let fixed = function.signature().volatility == Volatility::Immutable;
        return if fixed { Ok(()) } else { Err(format!("`{name}` answers differently each time and has no place here")) };
    }
    if state.aggregate_functions().contains_key(name) {
        return Err(format!("`{name}` adds up many rows; this expression is about one"));
    }
    let known: Vec<&str> = state.scalar_functions().keys().map(String::as_str).collect();
    Err(no_such("function", name, &known))
}

/// The column an identifier names: as it stands in quotes, in lower case without.
fn spelled(name: &Ident) -> String {
    if name.quote_style.is_some() { name.value.clone() } else { name.value.to_lowercase() }
}

fn span_of(names: &[Ident]) -> Option<Span> {
    let (first, last) = (names.first()?, names.last()?);
    Some(Span::new(first.span.start, last.span.end))
}

/// "There is no column `x`; did you mean `y`?"
pub(crate) fn no_such(what: &str, name: &str, known: &[&str]) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None if known.len() <= 20 && !known.is_empty() => format!("there is no {what} `{name}`; there are {}", known.join(", ")),
        None => format!("there is no {what} `{name}`"),
    }
}

/// The known name that is closest to one, if any is close.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let scored = known.iter().map(|candidate| (strsim::damerau_levenshtein(&name.to_lowercase(), &candidate.to_lowercase()), *candidate));
    let (distance, near) = scored.min()?;
    (distance <= 1 + name.chars().count() / 4).then_some(near)
}

/// A fault of spelling, with the place that the parser gives in words.
pub(super) fn syntax(sql: &str, error: &DataFusionError) -> ExpressionFault {
    let (message, place) = syntax_parts(error);
    let end = if message.ends_with("it ends here") { Some((sql.trim_end().len(), 0)) } else { None };
    let at = place
        .and_then(|(line, column)| self::place(sql, line, column))
        .map(|start| (start, sql.get(start..).map_or(0, token_length)))
        .or(end);
    ExpressionFault { message, at }
}

/// The parser's message, and its line and column.
pub(crate) fn syntax_parts(error: &DataFusionError) -> (String, Option<(u64, u64)>) {
    let text = match error.find_root() {
        DataFusionError::SQL(inner, _) => inner.to_string(),
        other => other.strip_backtrace(),
    };
    let text =
        text.trim_start_matches("SQL error: ").trim_start_matches("sql parser error: ").trim_start_matches("ParserError(\"").to_owned();
    let Some((message, place)) = text.rsplit_once(" at Line: ") else { return (worded(&text), None) };
    let mut numbers = place.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(str::parse::<u64>);
    let place = match (numbers.next(), numbers.next()) {
        (Some(Ok(line)), Some(Ok(column))) => Some((line, column)),
        _ => None,
    };
    (worded(message), place)
}

/// "Expected: an expression, found: EOF" as a sentence would have it.
fn worded(text: &str) -> String {
    let mut chars = text.chars();
    let lowered: String = chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default();
    let (expected, found) = lowered.rsplit_once(", found: ").unwrap_or((&lowered, ""));
    let expected = expected.replacen("expected: ", "expected ", 1);
    match found {
        "" => expected,
        "EOF" => format!("{expected}, but it ends here"),
        found => format!("{expected}, but found `{found}`"),
    }
}

fn token_length(rest: &str) -> usize {
    let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    word.max(rest.chars().next().map_or(0, char::len_utf8))
}
