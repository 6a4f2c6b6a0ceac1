//! Which columns and functions a SQL expression names, and where: a parse without any engine.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Expr, Ident as SqlIdent, visit_expressions};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Token};

/// The longest expression, in bytes.
pub const MAX_EXPRESSION_BYTES: usize = 8_000;

/// A name in an expression: a column (`arr`), a path (`properties.plan.tier`) or a function.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Ident {
    /// The name. Unquoted columns are in lower case, as SQL has it; what follows `properties.` keeps its case.
    pub name: String,
    /// Byte offset in the expression.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
    /// Whether it stands in double quotes.
    pub quoted: bool,
}

/// Why a text is no expression. `at` is the byte offset in it, where known.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct IdentifierError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: Option<usize>,
}

/// A parsed expression.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) expression: Expr,
    pub(crate) columns: Vec<Ident>,
    pub(crate) functions: Vec<Ident>,
    pub(crate) subquery: bool,
}

/// The columns an expression names, in order of place; each occurrence.
///
/// # Errors
/// [`IdentifierError`] where the text is no single SQL expression.
pub fn identifiers(sql: &str) -> Result<Vec<Ident>, IdentifierError> {
    parse(sql).map(|parsed| parsed.columns)
}

/// The distinct top-level columns an expression needs: `properties` for `properties.plan`. Empty for a text that is no expression.
#[must_use]
pub fn columns_read(sql: &str) -> BTreeSet<String> {
    let columns = parse(sql).map(|parsed| parsed.columns).unwrap_or_default();
    columns.into_iter().map(|ident| ident.name.split('.').next().unwrap_or_default().to_owned()).collect()
}

/// The distinct columns an expression names, whole: `properties.plan`, `baseline.arr`. Empty for a text that is no expression.
pub(crate) fn columns_read_whole(sql: &str) -> BTreeSet<String> {
    parse(sql).map(|parsed| parsed.columns).unwrap_or_default().into_iter().map(|ident| ident.name).collect()
}

pub(crate) fn parse(sql: &str) -> Result<Parsed, IdentifierError> {
    if sql.len() > MAX_EXPRESSION_BYTES {
        return Err(IdentifierError { message: format!("an expression has at most {MAX_EXPRESSION_BYTES} bytes"), at: None });
    }
    let dialect = GenericDialect {};
    let mut parser = Parser::new(&dialect).try_with_sql(sql).map_err(|error| fault(sql, error))?;
    let expression = parser.parse_expr().map_err(|error| fault(sql, error))?;
    let rest = parser.peek_token();
    if rest.token != Token::EOF {
        let at = Some(offset_of(sql, rest.span.start));
        return Err(IdentifierError { message: format!("the expression ends before `{}`", rest.token), at });
    }
    Ok(collect(sql, expression))
}

fn collect(sql: &str, expression: Expr) -> Parsed {
    let mut columns = Vec::new();
    let mut functions = Vec::new();
    let mut subquery = false;
    let mut fields = BTreeSet::new();
    let _: ControlFlow<()> = visit_expressions(&expression, |expr| {
        match expr {
            Expr::Identifier(ident) => columns.extend(name_of(sql, std::slice::from_ref(ident))),
            Expr::CompoundIdentifier(parts) => columns.extend(name_of(sql, parts)),
            Expr::CompoundFieldAccess { root, access_chain } => {
                columns.extend(path_of(sql, root, access_chain));
                fields.extend(access_chain.iter().filter_map(|access| field_offset(sql, access)));
            }
            Expr::Function(call) => {
                let parts: Vec<SqlIdent> = call.name.0.iter().filter_map(|part| part.as_ident().cloned()).collect();
                functions.extend(name_of(sql, &parts));
            }
            Expr::Subquery(_) | Expr::Exists { .. } | Expr::InSubquery { .. } => subquery = true,
            _ => {}
        }
        ControlFlow::Continue(())
    });
    columns.retain(|ident| !fields.contains(&ident.offset));
    columns.sort_by_key(|ident| ident.offset);
    // A path (`properties.a.b`) may be met again as its root alone.
    columns.dedup_by_key(|ident| ident.offset);
    Parsed { expression, columns, functions, subquery }
}

/// A path that the parser reads as an access chain: a root column and dotted names behind it.
fn path_of(sql: &str, root: &Expr, chain: &[sqlparser::ast::AccessExpr]) -> Option<Ident> {
    let Expr::Identifier(first) = root else { return None };
    let mut parts = vec![first.clone()];
    for access in chain {
        match access {
            sqlparser::ast::AccessExpr::Dot(Expr::Identifier(part)) => parts.push(part.clone()),
            _ => break,
        }
    }
    name_of(sql, &parts)
}

/// Where a field stands that is reached by a dot: it is no column of its own.
fn field_offset(sql: &str, access: &sqlparser::ast::AccessExpr) -> Option<usize> {
    match access {
        sqlparser::ast::AccessExpr::Dot(Expr::Identifier(part)) => Some(offset_of(sql, part.span.start)),
        _ => None,
    }
}

fn name_of(sql: &str, parts: &[SqlIdent]) -> Option<Ident> {
    let (first, last) = (parts.first()?, parts.last()?);
    let head = if first.quote_style.is_some() { first.value.clone() } else { first.value.to_lowercase() };
    let name = parts.iter().skip(1).fold(head, |path, part| format!("{path}.{}", part.value));
    let offset = offset_of(sql, first.span.start);
    let end = offset_of(sql, last.span.end);
    Some(Ident { name, offset, length: end.saturating_sub(offset), quoted: first.quote_style.is_some() })
}

/// The parser's errors end with ` at Line: 1, Column: 5`.
fn fault(sql: &str, error: ParserError) -> IdentifierError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text,
        ParserError::RecursionLimitExceeded => "nested too deeply".to_owned(),
    };
    let text = text.strip_prefix("sql parser error: ").unwrap_or(&text).replace("EOF", "the end");
    let Some((message, place)) = text.split_once(" at Line: ") else { return IdentifierError { message: text, at: None } };
    let mut numbers = place.split(", Column: ").map(|number| number.trim().parse::<u64>());
    let at = match (numbers.next(), numbers.next()) {
        (Some(Ok(line)), Some(Ok(column))) => Some(offset_of(sql, Location { line, column })),
        _ => None,
    };
    IdentifierError { message: message.to_owned(), at }
}

/// Byte offset of a line and column, both from 1, columns in characters.
pub(crate) fn offset_of(sql: &str, location: Location) -> usize {
    let mut start = 0;
    for (number, line) in (1u64..).zip(sql.split_inclusive('\n')) {
        if number == location.line {
            let characters = usize::try_from(location.column.saturating_sub(1)).unwrap_or(usize::MAX);
            return start + line.char_indices().nth(characters).map_or(line.len(), |(offset, _)| offset);
        }
        start += line.len();
    }
    sql.len()
}

#[cfg(test)]
mod tests {
    use super::{columns_read, identifiers};

    #[test]
    fn names_come_with_their_places_and_functions_are_no_columns() {
        let sql = "coalesce(arr, 0) > 5000 and Health_Band = 'at_risk' and properties.planTier.x = 'a' and \"Odd\" is null";
        let found: Vec<(String, String)> =
            identifiers(sql).unwrap().into_iter().map(|i| (i.name, sql[i.offset..i.offset + i.length].to_owned())).collect();
        let expected =
            [("arr", "arr"), ("health_band", "Health_Band"), ("properties.planTier.x", "properties.planTier.x"), ("Odd", "\"Odd\"")];
        assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }

    #[test]
    fn a_path_needs_its_root_column() {
        assert_eq!(columns_read("properties.a > 1 or name = 'x'").into_iter().collect::<Vec<_>>(), ["name", "properties"]);
    }

    #[test]
    fn a_broken_expression_says_where() {
        let error = identifiers("arr > and 3").unwrap_err();
        assert!(error.at.is_some(), "{error:?}");
        assert!(identifiers("arr > 3 arr").is_err());
        assert!(identifiers("'open").is_err());
        assert!(identifiers("").is_err());
    }
}
