//! Measures as they are written: `count()`, `sum(amount)`, `change(logins_30d)` or a formula.

use mainstay_model::signal::Aggregate;

use crate::decode::Expression;
use crate::expressions::whole;
use crate::nearest;
use crate::problem::{Code, Report};

/// The measures over facts; whether each takes something.
const AGGREGATES: &[(&str, bool)] = &[
    ("count", false),
    ("count_distinct", true),
    ("sum", true),
    ("average", true),
    ("min", true),
    ("max", true),
    ("last", true),
    ("share", true),
    ("active_days", false),
    ("days_since", true),
];

/// A measure without `from`.
pub(crate) enum Derived {
    Change(Expression),
    Trend(Expression),
    Ratio(Expression, Expression),
    Formula(Expression),
}

/// A measure over facts and the expression it reads.
pub(crate) struct OverFacts {
    pub(crate) name: &'static str,
    pub(crate) reads: Option<Expression>,
}

impl OverFacts {
    /// The model's word for it.
    pub(crate) fn aggregate(&self) -> Aggregate {
        let sql = self.reads.as_ref().map_or_else(String::new, |reads| reads.sql.clone());
        match self.name {
            "count_distinct" => Aggregate::CountDistinct(sql),
            "sum" => Aggregate::Sum(sql),
            "average" => Aggregate::Average(sql),
            "min" => Aggregate::Min(sql),
            "max" => Aggregate::Max(sql),
            "last" => Aggregate::Last(sql),
            "share" => Aggregate::Share(sql),
            "active_days" => Aggregate::ActiveDays,
            "days_since" => Aggregate::DaysSince(sql),
            _ => Aggregate::Count,
        }
    }
}

/// The measure as it is written.
pub(crate) fn write(aggregate: &Aggregate) -> String {
    let name = match aggregate {
        Aggregate::Count => "count",
        Aggregate::CountDistinct(_) => "count_distinct",
        Aggregate::Sum(_) => "sum",
        Aggregate::Average(_) => "average",
        Aggregate::Min(_) => "min",
        Aggregate::Max(_) => "max",
        Aggregate::Last(_) => "last",
        Aggregate::Share(_) => "share",
        Aggregate::ActiveDays => "active_days",
        Aggregate::DaysSince(_) => "days_since",
    };
    format!("{name}({})", aggregate.expression().unwrap_or_default())
}

/// Reads a measure over facts.
pub(crate) fn over_facts(written: &Expression, report: &mut Report) -> Option<OverFacts> {
    let names: Vec<&str> = AGGREGATES.iter().map(|(name, _)| *name).collect();
    let Some((name, inner)) = split_call(written) else {
        let message = format!("with `from`, a measure is one of: {}", names.join(", "));
        let word: String = written.sql.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let hint = if names.contains(&word.as_str()) && !written.sql.contains('(') {
            format!("write `{word}(...)`")
        } else {
            "to calculate with signals, declare a signal of its own without `from`".to_owned()
        };
        report.error_with(Code::BadValue, whole(written, report), message, hint);
        return None;
    };
    let Some((name, takes)) = AGGREGATES.iter().find(|(known, _)| *known == name) else {
        let message = if matches!(name.as_str(), "change" | "trend" | "ratio") {
            format!("`{name}` reads other signals; leave `from`, `where` and `window` out")
        } else {
            format!("there is no measure `{name}` over facts")
        };
        report.error_with(Code::UnknownName, written_name(written, &name, report), message, nearest::hint(&name, &names, "measures"));
        return None;
    };
    match (takes, inner.sql.is_empty()) {
        (true, true) => {
            report.error(Code::BadValue, whole(written, report), format!("`{name}` needs what to read, e.g. `{name}(amount)`"));
            None
        }
        (false, false) => {
            let message = format!("`{name}` takes nothing; conditions go to `where`");
            let hint = (*name == "count").then(|| "to count different values write count_distinct(x)".to_owned());
            report.error_with(Code::BadValue, whole(&inner, report), message, hint);
            None
        }
        (true, false) => Some(OverFacts { name, reads: Some(without_max(name, inner)) }),
        (false, true) => Some(OverFacts { name, reads: None }),
    }
}

/// `days_since(max(x))` says the same as `days_since(x)`.
fn without_max(name: &str, inner: Expression) -> Expression {
    match split_call(&inner) {
        Some((call, inside)) if name == "days_since" && matches!(call.as_str(), "max" | "last") => inside,
        _ => inner,
    }
}

/// Reads a measure without `from`.
pub(crate) fn derived(written: &Expression, report: &mut Report) -> Option<Derived> {
    let Some((name, inner)) = split_call(written) else { return Some(Derived::Formula(written.clone())) };
    match name.as_str() {
        "change" => Some(Derived::Change(inner)),
        "trend" => Some(Derived::Trend(inner)),
        "ratio" => {
            let Some(comma) = top_level_comma(&inner.sql) else {
                report.error(Code::BadValue, whole(written, report), "`ratio` needs two parts: ratio(seats_used, seats)");
                return None;
            };
            let (over, under) = (inner.part(0, comma), inner.part(comma + 1, inner.sql.len() - comma - 1));
            Some(Derived::Ratio(over, under))
        }
        "count" | "count_distinct" | "sum" | "average" | "avg" | "share" | "last" | "active_days" | "days_since" | "min" | "max" => {
            let message = format!("`{name}` reads facts, so the signal needs `from`: events, or an entity");
            let hint = matches!(name.as_str(), "min" | "max")
                .then(|| "for the smaller or larger of two signals write least(a, b) or greatest(a, b)".to_owned());
            report.error_with(Code::MissingKey, whole(written, report), message, hint);
            None
        }
        _ => Some(Derived::Formula(written.clone())),
    }
}

fn written_name(written: &Expression, name: &str, report: &Report) -> crate::document::Place {
    crate::expressions::inner_place(written, 0, name.len(), report)
}

/// `name(inner)` where the parenthesis closes at the very end.
fn split_call(written: &Expression) -> Option<(String, Expression)> {
    let sql = written.sql.as_str();
    let open = sql.find('(')?;
    let name = sql.get(..open)?.trim_end();
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut depth = 0_usize;
    let mut close = None;
    for (at, c) in outside_quotes(sql) {
        match c {
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    close = Some(at);
                    break;
                }
            }
            _ => {}
        }
    }
    let close = close.filter(|close| is_word && close + 1 == sql.len())?;
    Some((name.to_lowercase(), written.part(open + 1, close - open - 1)))
}

fn top_level_comma(sql: &str) -> Option<usize> {
    let mut depth = 0_i32;
    for (at, c) in outside_quotes(sql) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

/// The characters of an expression that are not inside a quoted text or name.
fn outside_quotes(sql: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    sql.char_indices().filter(move |(_, c)| match quote {
        Some(open) => {
            if *c == open {
                quote = None;
            }
            false
        }
        None if matches!(c, '\'' | '"') => {
            quote = Some(*c);
            false
        }
        None => true,
    })
}
