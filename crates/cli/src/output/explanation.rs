//! An explanation as text: components that add up to the score, what limits it, what would lift it.

use std::fmt::Write;

use mainstay_app::health::{Adjustment, AdjustmentKind, Explanation, Lifts, Move, Need, Part};

use super::table::Table;
use super::words::{number_text, percent, value};

/// The explanation of an account's score.
pub(crate) fn text(name: &str, id: &str, as_of: &str, explanation: &Explanation) -> String {
    let shown = explanation.shown.as_ref().map_or_else(|| "no score".to_owned(), ToString::to_string);
    let named = if name == id { id.to_owned() } else { format!("{name} ({id})") };
    let mut out =
        format!("{named}, as of {as_of}\n{shown}, {} - model {} {}\n\n", explanation.band, explanation.model, explanation.version);
    let mut table = Table::new(&["component", ">value", "level", ">weight", ">points", ">gives", ">of"]);
    for part in &explanation.components {
        add_part(&mut table, part, 0);
    }
    out.push_str(&table.or("the model has no components"));
    if let Some(computed) = &explanation.computed {
        let _ = writeln!(out, "sum: {computed}");
    }
    for adjustment in &explanation.adjustments {
        let _ = writeln!(out, "{}", adjusted(adjustment));
    }
    if !explanation.missing.is_empty() {
        let verdict = if explanation.computed.is_none() { ", too little for a score" } else { "" };
        let (coverage, least) = (percent(explanation.coverage), percent(explanation.min_coverage));
        let _ = writeln!(out, "not known: {} - coverage {coverage} (at least {least} asked){verdict}", explanation.missing.join(", "));
    }
    if let Some(lifts) = &explanation.lifts {
        out.push_str(&lifting(lifts));
    }
    out
}

fn add_part(table: &mut Table, part: &Part, depth: usize) {
    let label = format!("{}{}", "  ".repeat(depth), if part.label.is_empty() { &part.name } else { &part.label });
    let shown = if part.parts.is_empty() || part.value.is_some() { value(part.value.as_ref()) } else { String::new() };
    table.row([
        label,
        shown,
        part.level.clone().unwrap_or_default(),
        number_text(part.weight),
        part.points.map(number_text).unwrap_or_default(),
        part.contribution.to_string(),
        part.max_contribution.to_string(),
    ]);
    for inner in &part.parts {
        add_part(table, inner, depth + 1);
    }
    for cap in &part.adjustments {
        let label = format!("{}guard: {}", "  ".repeat(depth + 1), cap.because);
        table.row([label, number_text(cap.score), String::new(), String::new(), String::new(), cap.amount.to_string(), String::new()]);
    }
}

fn adjusted(adjustment: &Adjustment) -> String {
    let (score, because, amount) = (number_text(adjustment.score), &adjustment.because, adjustment.amount);
    match adjustment.kind {
        AdjustmentKind::Guard => format!("guard: at most {score}, because {because} ({amount})"),
        AdjustmentKind::Override => {
            format!("override: {score} by {}, because {because} ({amount})", adjustment.author.as_deref().unwrap_or("somebody"))
        }
    }
}

fn lifting(lifts: &Lifts) -> String {
    let mut out = format!("\nto reach {} ({}): {} more\n", lifts.band, number_text(lifts.from), lifts.gap);
    for reason in &lifts.held_by {
        let _ = writeln!(out, "  held back by a guard: {reason}");
    }
    for moves in &lifts.enough {
        let _ = writeln!(out, "  {}", moves.iter().map(movement).collect::<Vec<_>>().join(" and "));
    }
    if lifts.enough.is_empty() && lifts.held_by.is_empty() {
        out.push_str("  it takes more than two components to do better\n");
    }
    out
}

fn movement(lift: &Move) -> String {
    let label = if lift.label.is_empty() { &lift.component } else { &lift.label };
    format!("{label} {} (now {}): +{}", needed(&lift.need), value(lift.current.as_ref()), lift.gain)
}

fn needed(need: &Need) -> String {
    match need {
        Need::AtLeast(bound) => format!("at least {}", number_text(*bound)),
        Need::MoreThan(bound) => format!("more than {}", number_text(*bound)),
        Need::AtMost(bound) => format!("at most {}", number_text(*bound)),
        Need::LessThan(bound) => format!("less than {}", number_text(*bound)),
        Need::OneOf(words) => words.join(" or "),
        Need::Within(range) => match (range.from, range.to) {
            (Some((from, _)), Some((to, _))) => format!("between {} and {}", number_text(from), number_text(to)),
            (Some((from, true)), None) => format!("at least {}", number_text(from)),
            (Some((from, false)), None) => format!("more than {}", number_text(from)),
            (None, Some((to, true))) => format!("at most {}", number_text(to)),
            (None, Some((to, false))) => format!("less than {}", number_text(to)),
            (None, None) => "any value".to_owned(),
        },
    }
}
