//! Levels as they are written, read into what they cover and proven to cover every value exactly once.

use mainstay_model::expression::ValueType;
use mainstay_model::health::{Covers, Level, Range};
use mainstay_model::signal::Signal;

use super::{ComponentDoc, CoversDoc, bound};
use crate::document::{At, Place};
use crate::lint::cover::{self, Fault};
use crate::lint::words;
use crate::names;
use crate::problem::{Code, Report};

/// The default levels and their points (`semantics` section 4).
pub(crate) const DEFAULT_POINTS: [(&str, f64); 3] = [("healthy", 100.0), ("at_risk", 50.0), ("critical", 0.0)];

/// A level before it is read: name, points, what it covers.
struct Written<'a> {
    name: String,
    points: f64,
    covers: &'a CoversDoc,
}

/// The levels of a component, best first; `None` after a report.
pub(crate) fn check(doc: &ComponentDoc, signal: &Signal, report: &mut Report) -> Option<Vec<Level>> {
    let mut written = written(doc, report)?;
    written.sort_by(|a, b| b.points.total_cmp(&a.points));
    let read: Vec<Option<Level>> = written.iter().map(|level| read_level(level, signal, report)).collect();
    let levels = read.into_iter().collect::<Option<Vec<Level>>>()?;
    let places: Vec<Place> = written.iter().map(|level| level.covers.place).collect();
    let ok = match signal.kind {
        ValueType::Number => prove_numbers(&levels, &places, signal, doc.place, report),
        _ => prove_words(&levels, &places, signal, report),
    };
    ok.then_some(levels)
}

fn written<'a>(doc: &'a ComponentDoc, report: &mut Report) -> Option<Vec<Written<'a>>> {
    let standard = [&doc.healthy, &doc.at_risk, &doc.critical];
    let mut levels: Vec<Written> = DEFAULT_POINTS
        .iter()
        .zip(standard)
        .filter_map(|((name, points), covers)| covers.as_ref().map(|covers| Written { name: (*name).to_owned(), points: *points, covers }))
        .collect();
    let Some(own) = &doc.levels else { return Some(levels) };
    if let Some(first) = levels.first() {
        report.error(Code::BadValue, first.covers.place, "a component has either `levels` of its own or healthy, at_risk and critical");
        return None;
    }
    let mut ok = true;
    for level in own {
        ok &= names::check_name(&level.name, "level", report);
        if !(0.0..=100.0).contains(&level.points.value) {
            report.error(Code::BadValue, level.points.place, format!("points lie between 0 and 100, not {}", level.points.value));
            ok = false;
        }
        if levels.iter().any(|earlier| earlier.name == level.name.value) {
            report.error(Code::DuplicateName, level.name.place, format!("the level `{}` is declared twice", level.name.value));
            ok = false;
        }
        levels.push(Written { name: level.name.value.clone(), points: level.points.value, covers: &level.when });
    }
    ok.then_some(levels)
}

fn read_level(written: &Written, signal: &Signal, report: &mut Report) -> Option<Level> {
    let covers = match signal.kind {
        ValueType::Number => {
            let ranges: Vec<Option<Range>> = written.covers.parts.iter().map(|part| range(part, report)).collect();
            Covers::Ranges(ranges.into_iter().collect::<Option<Vec<_>>>()?)
        }
        _ => Covers::Words(written.covers.parts.iter().map(|part| part.value.clone()).collect()),
    };
    Some(Level { name: written.name.clone(), points: written.points, covers })
}

fn range(part: &At<String>, report: &mut Report) -> Option<Range> {
    let read = parse_range(&part.value);
    if let Err(message) = &read {
        let hint = "write ranges like \"> 15\", \">= 5\", \"5..15\" (both ends belong to it), \"5..<15\", \"< 5\", or a number".to_owned();
        report.error_with(Code::BadValue, part.place, message, hint);
    }
    read.ok()
}

/// Reads a range such as `> 15`, `5..15`, `5..<15` or `7`.
pub(crate) fn parse_range(text: &str) -> Result<Range, String> {
    let text = text.trim();
    let number = |part: &str| bound(part).ok_or_else(|| format!("`{text}` is no range of numbers"));
    let one = |from, to| Ok(Range { from, to });
    if let Some(rest) = text.strip_prefix(">=") {
        return one(Some((number(rest)?, true)), None);
    }
    if let Some(rest) = text.strip_prefix("<=") {
        return one(None, Some((number(rest)?, true)));
    }
    if let Some(rest) = text.strip_prefix('>') {
        return one(Some((number(rest)?, false)), None);
    }
    if let Some(rest) = text.strip_prefix('<') {
        return one(None, Some((number(rest)?, false)));
    }
    let Some((from, to)) = text.split_once("..") else {
        let value = number(text)?;
        return one(Some((value, true)), Some((value, true)));
    };
    let (to, inclusive) = to.trim().strip_prefix('<').map_or((to, true), |to| (to, false));
    let (from, to) = (number(from)?, number(to)?);
    if from > to || (from >= to && !inclusive) {
        return Err(format!("`{text}` covers nothing: it ends before it begins"));
    }
    one(Some((from, true)), Some((to, inclusive)))
}

fn prove_numbers(levels: &[Level], places: &[Place], signal: &Signal, component: Place, report: &mut Report) -> bool {
    let ranges: Vec<&[Range]> = levels
        .iter()
        .map(|level| match &level.covers {
            Covers::Ranges(ranges) => ranges.as_slice(),
            Covers::Words(_) => &[],
        })
        .collect();
    let proof = cover::prove(&ranges, &cover::domain(signal));
    let mut ok = true;
    let name = |index: usize| levels.get(index).map_or("", |level| level.name.as_str());
    let place = |index: usize| places.get(index).copied().unwrap_or(component);
    for fault in &proof.faults {
        ok = false;
        match fault {
            Fault::Gap { range, example } => {
                let first = places.first().copied().unwrap_or(component);
                let message = format!("no level of `{}` covers {range}, for example {example}", signal.name);
                let hint = if signal.integer {
                    "every value must be covered exactly once; if it cannot occur, give the signal a `range`"
                } else {
                    "every value must be covered exactly once; between whole numbers use \"5..<15\", or give the signal `type: integer`"
                };
                report.error_with(Code::LevelGap, first, message, hint.to_owned());
            }
            Fault::Overlap { first, second, example } if first == second => {
                report.error(Code::LevelOverlap, place(*second), format!("`{}` covers {example} twice", name(*first)));
            }
            Fault::Overlap { first, second, example } => {
                let message = format!("{example} is covered by both `{}` and `{}`", name(*first), name(*second));
                report.error_with(Code::LevelOverlap, place(*second), message, "every value must be covered exactly once".to_owned());
            }
        }
    }
    for index in proof.idle {
        let message = format!("`{}` covers no value that `{}` can have", name(index), signal.name);
        report.warn(Code::UnreachableLevel, place(index), message, cover::describe_domain(signal));
    }
    ok
}

fn prove_words(levels: &[Level], places: &[Place], signal: &Signal, report: &mut Report) -> bool {
    let mut ok = true;
    let mut covered: Vec<(&str, &str)> = Vec::new();
    let possible = words::possible_words(signal);
    for (level, place) in levels.iter().zip(places) {
        let Covers::Words(listed) = &level.covers else { continue };
        for word in listed {
            if let Some((_, earlier)) = covered.iter().find(|(known, _)| known == word) {
                let message = format!("`{word}` is covered by both `{earlier}` and `{}`", level.name);
                report.error(Code::LevelOverlap, *place, message);
                ok = false;
            }
            if let Some(possible) = &possible
                && !possible.contains(word)
            {
                let known: Vec<&str> = possible.iter().map(String::as_str).collect();
                let message = format!("`{}` is never `{word}`", signal.name);
                report.warn(Code::UnreachableLevel, *place, message, crate::nearest::hint(word, &known, "values"));
            }
            covered.push((word, &level.name));
        }
    }
    for word in possible.iter().flatten() {
        if !covered.iter().any(|(known, _)| known == word) {
            let place = places.first().copied().unwrap_or_default();
            report.error(Code::LevelGap, place, format!("no level of `{}` covers `{word}`", signal.name));
            ok = false;
        }
    }
    ok
}

/// A range as it is written.
pub(crate) fn write_range(range: &Range) -> String {
    match (range.from, range.to) {
        (Some((from, true)), Some((to, true))) if from.total_cmp(&to).is_eq() => from.to_string(),
        (Some((from, _)), Some((to, inclusive))) => format!("{from}..{}{to}", if inclusive { "" } else { "<" }),
        (Some((from, inclusive)), None) => format!(">{} {from}", if inclusive { "=" } else { "" }),
        (None, Some((to, inclusive))) => format!("<{} {to}", if inclusive { "=" } else { "" }),
        (None, None) => "all".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{parse_range, write_range};

    #[test]
    fn a_range_reads_back_as_it_is_written() {
        for text in ["> 15", ">= 5", "5..15", "5..<15", "< 5", "<= 0.5", "7", "-1..0"] {
            assert_eq!(write_range(&parse_range(text).unwrap()), text);
        }
    }

    #[test]
    fn percent_is_a_share_and_nonsense_is_refused() {
        assert_eq!(parse_range("> 80%").unwrap().from, Some((0.8, false)));
        for text in ["", "many", "> x", "15..5", "5..<5", "nan", "> inf", "1..2..3"] {
            assert!(parse_range(text).is_err(), "{text}");
        }
    }
}
