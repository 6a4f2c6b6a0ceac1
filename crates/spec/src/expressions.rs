//! Checks one SQL expression: it parses, its names exist, its type is the one wanted. Every fault is put on its place in the document.

use std::collections::BTreeSet;

use mainstay_model::expression::{Column, ExpressionTypes, ValueType};

use crate::decode::Expression;
use crate::document::Place;
use crate::identifiers::{self, Ident, Parsed};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::{self, Thresholds};
use crate::yaml::Style;

/// Functions whose answer does not follow from the facts and the instant asked for.
const UNSTEADY: &[&str] =
    &["now", "current_date", "current_timestamp", "current_time", "today", "random", "rand", "uuid", "localtime", "localtimestamp"];

/// What an expression may name, and how to speak of it.
pub(crate) struct Scope<'a> {
    pub(crate) columns: Vec<Column>,
    /// "a condition over accounts", for messages.
    pub(crate) about: String,
    /// Names that are declared but could not be read: whoever reads them is not blamed.
    pub(crate) broken: &'a BTreeSet<String>,
    /// Names that exist but not here, with the reason.
    pub(crate) refused: Vec<(String, String)>,
    /// More names that may have been meant, for hints only.
    pub(crate) hints: Vec<String>,
    /// The thresholds that it may name beside its columns.
    pub(crate) thresholds: Option<&'a Thresholds>,
}

impl Scope<'_> {
    fn has(&self, ident: &Ident) -> bool {
        let root = ident.name.split('.').next().unwrap_or_default();
        self.columns.iter().any(|column| column.name == ident.name || (root == "properties" && column.name == root))
    }

    /// Whether the column exists and is free JSON, whose type its use decides.
    fn is_property(&self, ident: &Ident) -> bool {
        ident.name.starts_with("properties.") && self.has(ident)
    }
}

/// The type wanted of an expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    Condition,
    Number,
    Instant,
    Any,
}

impl Want {
    const fn describe(self) -> &'static str {
        match self {
            Self::Condition => "a condition (true or false)",
            Self::Number => "a number",
            Self::Instant => "a timestamp or a date",
            Self::Any => "a value",
        }
    }

    const fn takes(self, kind: ValueType) -> bool {
        match self {
            Self::Condition => matches!(kind, ValueType::Boolean),
            Self::Number => matches!(kind, ValueType::Number),
            Self::Instant => matches!(kind, ValueType::Timestamp | ValueType::Date),
            Self::Any => true,
        }
    }

    /// The type that a free property takes when it is used so.
    const fn adapts(self) -> Option<ValueType> {
        match self {
            Self::Condition => Some(ValueType::Boolean),
            Self::Number => Some(ValueType::Number),
            Self::Instant => Some(ValueType::Timestamp),
            Self::Any => None,
        }
    }
}

/// Checks an expression and answers its type; `None` after a report, or where something it reads is broken.
pub(crate) fn check(
    expression: &Expression,
    scope: &Scope,
    want: Want,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> Option<ValueType> {
    let parsed = parse(expression, report)?;
    if !check_names(expression, &parsed, scope, report) {
        return None;
    }
    let kind = match types.type_of(&scope.columns, expression.plain()) {
        Ok(kind) => kind,
        Err(fault) => {
            let (offset, length) = fault.at.unwrap_or((0, expression.plain().len()));
            report.error(Code::Expression, inner_place(expression, offset, length, report), fault.message);
            return None;
        }
    };
    if want.takes(kind) {
        return Some(kind);
    }
    let lone_property = matches!(parsed.columns.as_slice(), [only] if only.length == expression.plain().len() && scope.is_property(only));
    if lone_property && let Some(adapted) = want.adapts() {
        return Some(adapted);
    }
    let hint = (want == Want::Condition).then(|| "a condition compares something, e.g. `arr > 5000`".to_owned());
    let message = format!("{} is needed here, and this is a {}", want.describe(), kind.as_str());
    report.error_with(Code::Expression, whole(expression, report), message, hint);
    None
}

/// Checks a condition and answers it as it is evaluated, with the thresholds that it names written out; `None` after a report, or where
/// something it reads is broken.
pub(crate) fn condition(expression: &Expression, scope: &Scope, types: &dyn ExpressionTypes, report: &mut Report) -> Option<String> {
    let written = match scope.thresholds {
        Some(thresholds) => thresholds::write_out(expression, &scope.columns, thresholds, report),
        None => expression.clone(),
    };
    check(&written, scope, Want::Condition, types, report)?;
    Some(written.plain().to_owned())
}

/// The place of the whole expression.
pub(crate) fn whole(expression: &Expression, report: &Report) -> Place {
    inner_place(expression, 0, expression.plain().len(), report)
}

/// Parses an expression, or reports why it is none.
pub(crate) fn parse(expression: &Expression, report: &mut Report) -> Option<Parsed> {
    match identifiers::parse(expression.plain()) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            let place = match error.at {
                Some(at) if at < expression.plain().len() => inner_place(expression, at, 1, report),
                _ => whole(expression, report),
            };
            let hint = if expression.sql.contains("==") {
                Some("SQL compares with a single `=`")
            } else if expression.sql.matches('(').count() > expression.sql.matches(')').count() {
                Some("inside { } a comma ends the value; put the expression in quotes or on a line of its own")
            } else {
                None
            };
            report.error_with(
                Code::Expression,
                place,
                format!("this SQL expression does not parse: {}", error.message),
                hint.map(str::to_owned),
            );
            None
        }
    }
}

fn check_names(expression: &Expression, parsed: &Parsed, scope: &Scope, report: &mut Report) -> bool {
    let mut ok = true;
    if parsed.subquery {
        report.error(Code::Expression, whole(expression, report), "an expression reads columns only; a query inside it is not possible");
        ok = false;
    }
    for ident in parsed.columns.iter().chain(&parsed.functions) {
        if UNSTEADY.contains(&ident.name.as_str()) && !scope.has(ident) || ident.name == "now" {
            let place = inner_place(expression, ident.offset, ident.length, report);
            let message = format!("`{}` would give another answer at every call, so the past could not be asked again", ident.name);
            report.error_with(
                Code::Expression,
                place,
                message,
                "over accounts and records use `as_of` or `today`; over events use a window".to_owned(),
            );
            ok = false;
        }
    }
    for ident in &parsed.columns {
        if scope.has(ident) || UNSTEADY.contains(&ident.name.as_str()) && ident.name != "today" {
            continue;
        }
        ok = false;
        let of_thresholds = scope.thresholds.is_some_and(|thresholds| thresholds.broken.contains(&ident.name));
        if !scope.broken.contains(&ident.name) && !of_thresholds {
            report_unknown(expression, ident, scope, report);
        }
    }
    ok
}

fn report_unknown(expression: &Expression, ident: &Ident, scope: &Scope, report: &mut Report) {
    let place = inner_place(expression, ident.offset, ident.length, report);
    let name = ident.name.as_str();
    if let Some((_, reason)) = scope.refused.iter().find(|(refused, _)| refused == name) {
        return report.error_with(Code::UnknownName, place, format!("`{name}` cannot be read in {}", scope.about), reason.clone());
    }
    if let Some(column) = scope.thresholds.and_then(|thresholds| thresholds.beyond(name, &scope.columns)) {
        let hint = format!("an override of it reads `{column}`, which cannot be read here");
        return report.error_with(Code::UnknownName, place, format!("`{name}` cannot be read in {}", scope.about), hint);
    }
    let of_thresholds = scope.thresholds.iter().flat_map(|thresholds| thresholds.known.keys());
    let more = scope.hints.iter().chain(of_thresholds).map(String::as_str);
    let known: Vec<&str> = scope.columns.iter().map(|column| column.name.as_str()).chain(more).collect();
    let hint = if let Some((_, last)) = name.rsplit_once('.').filter(|(_, last)| known.contains(last)) {
        Some(format!("write `{last}` alone"))
    } else if ident.quoted
        && expression.written.is_none()
        && (name.contains(' ') || nearest::nearest(name, known.iter().copied()).is_none())
    {
        Some(format!("double quotes name a column; a text is written in single quotes: '{name}'"))
    } else {
        nearest::hint(name, &known, "columns")
    };
    report.error_with(Code::UnknownName, place, format!("there is no column `{name}` in {}", scope.about), hint);
}

/// The place in the document of a stretch of an expression. YAML may fold lines and escape quotes, so characters that are no white space are counted.
pub(crate) fn inner_place(expression: &Expression, offset: usize, length: usize, report: &Report) -> Place {
    let (offset, length) = expression.written.as_ref().map_or((offset, length), |written| written.origin(offset, length));
    let place = expression.place;
    let source = report.text_of(place);
    let (skip, quote) = match source.chars().next() {
        Some(quote @ ('\'' | '"')) if expression.style == Style::Quoted => (1, Some(quote)),
        _ => (0, None),
    };
    let written = Written { text: source.get(skip..).unwrap_or(source), quote };
    let before = |end: usize| expression.outer.get(..expression.base + end).map_or(0, solid);
    let solid_start = before(offset);
    let solid_end = before((offset + length).min(expression.sql.len()));
    match (written.offset_of(solid_start), written.end_of(solid_end)) {
        (Some(start), Some(end)) if end > start => Place { start: place.start + skip + start, end: place.start + skip + end, ..place },
        _ => place,
    }
}

fn solid(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The source of a scalar behind its opening mark.
struct Written<'a> {
    text: &'a str,
    quote: Option<char>,
}

impl Written<'_> {
    /// Byte range of the n-th (from 0) character that is no white space.
    fn nth(&self, wanted: usize) -> Option<(usize, usize)> {
        let mut seen = 0;
        let mut chars = self.text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            if c.is_whitespace() {
                continue;
            }
            let mut end = at + c.len_utf8();
            let doubled = self.quote == Some('\'') && c == '\'';
            if (doubled || (self.quote == Some('"') && c == '\\'))
                && let Some((next, second)) = chars.next()
            {
                end = next + second.len_utf8();
            }
            if seen == wanted {
                return Some((at, end));
            }
            seen += 1;
        }
        None
    }

    fn offset_of(&self, solid: usize) -> Option<usize> {
        self.nth(solid).map(|(start, _)| start)
    }

    fn end_of(&self, solid: usize) -> Option<usize> {
        self.nth(solid.checked_sub(1)?).map(|(_, end)| end)
    }
}
