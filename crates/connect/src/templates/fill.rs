//! Puts values into Jinja, strictly: a name without a value is an error that says where.

use std::sync::LazyLock;

use minijinja::value::{Serde, Value as Filled};
use minijinja::{Environment, Error, ErrorKind, Output, UndefinedBehavior};
use serde_json::Value;

use super::Part;
use super::shield::shield;
use crate::error::{ConnectError, Result};

/// What the formatter answers for null; never shown.
const NO_VALUE: &str = "no value";

/// A name that a template uses.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Variable {
    /// As written, with its dots: `account.arr`.
    pub name: String,
    /// The first line of the file that has it, from 1.
    pub line: usize,
}

static PLAIN: LazyLock<Environment<'static>> = LazyLock::new(|| environment(str::to_owned));
static SHIELDED: LazyLock<Environment<'static>> = LazyLock::new(|| environment(shield));

fn environment(written: fn(&str) -> String) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.set_formatter(move |out: &mut Output, _state, value: &Filled| {
        if value.is_undefined() {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        if value.is_none() {
            return Err(Error::new(ErrorKind::InvalidOperation, NO_VALUE));
        }
        let text = value.to_string();
        out.write_str(&if value.is_safe() { text } else { written(&text) }).map_err(Error::from)
    });
    environment
}

/// The part with its values, as they are.
pub(super) fn plain(path: &str, part: &Part, values: &Value) -> Result<String> {
    render(&PLAIN, path, part, values)
}

/// The part with its values, out of Markdown's sight.
pub(super) fn shielded(path: &str, part: &Part, values: &Value) -> Result<String> {
    render(&SHIELDED, path, part, values)
}

fn render(environment: &Environment<'static>, path: &str, part: &Part, values: &Value) -> Result<String> {
    environment.render_named_str(path, &part.source, Filled::from(Serde(values))).map_err(|error| explained(path, part, values, &error))
}

/// Checks the syntax.
pub(super) fn check(path: &str, part: &Part) -> Result<()> {
    PLAIN.template_from_named_str(path, &part.source).map(|_| ()).map_err(|error| explained(path, part, &Value::Null, &error))
}

/// The names that the part uses, each with its first line.
pub(super) fn variables(part: &Part) -> Vec<Variable> {
    let Ok(template) = PLAIN.template_from_str(&part.source) else { return Vec::new() };
    let names = template.undeclared_variables(true);
    names.into_iter().map(|name| Variable { line: part.line + first_line(&part.source, &name), name }).collect()
}

/// How many lines lie before the first use of a name.
fn first_line(source: &str, name: &str) -> usize {
    let part_of_a_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let whole = |(place, _): &(usize, &str)| {
        let before = source.get(..*place).and_then(|text| text.chars().next_back());
        let after = source.get(place + name.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(part_of_a_name) && !after.is_some_and(part_of_a_name)
    };
    let place = source.match_indices(name).find(whole).map_or(0, |(place, _)| place);
    source.get(..place).map_or(0, |text| text.matches('\n').count())
}

/// Our words for an error of the template engine.
fn explained(path: &str, part: &Part, values: &Value, error: &Error) -> ConnectError {
    let path = path.to_owned();
    let below = error.line().unwrap_or(1).saturating_sub(1);
    let line = part.line + below;
    let no_value = error.detail() == Some(NO_VALUE);
    if !no_value && error.kind() != ErrorKind::UndefinedError {
        let why = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        return ConnectError::Template { path, line, why };
    }
    let written = error.range().and_then(|range| part.source.get(range)).unwrap_or_default();
    let name = missing(part, values, below, written);
    if no_value { ConnectError::NoValue { path, line, name } } else { ConnectError::UnknownName { path, line, name } }
}

/// The name that has no value. The engine points at what could not be done, which may be a filter or a condition around the name.
fn missing(part: &Part, values: &Value, below: usize, written: &str) -> String {
    let text = part.source.lines().nth(below).unwrap_or_default();
    let is_empty = |name: &str| values.pointer(&format!("/{}", name.replace('.', "/"))).is_none_or(Value::is_null);
    let candidates: Vec<String> =
        variables(part).into_iter().map(|one| one.name).filter(|name| is_empty(name) && text.contains(name.as_str())).collect();
    let found = candidates.iter().find(|name| written.contains(name.as_str())).or(candidates.first());
    found.map_or_else(|| written.trim_matches(['{', '}', ' ', '-', '%']).to_owned(), Clone::clone)
}
