//! Why a score is what it is, as lines that add up, and what would lift it to the next band.

use mainstay_app::health::explain::{Adjustment, AdjustmentKind, Explanation, Lifts, Move, Need, Part};
use mainstay_app::health::{Printed, Value};
use mainstay_model::Workspace;
use mainstay_model::signal::Unit;

use super::lists::Badge;
use crate::console::chart;
use crate::console::when::When;
use crate::console::words::{Locale, band_mark, day_words, segment, spaced, tone_of, tone_of_points};

/// Ways to the next band that are shown.
const SHOWN_WAYS: usize = 3;

/// The explanation.
#[derive(Clone, Debug)]
pub struct Why {
    /// `Why 57.5`.
    pub title: String,
    /// How to read it.
    pub note: String,
    /// The lines, the sum last.
    pub lines: Vec<WhyLine>,
    /// What would lift it.
    pub lift: Option<Lift>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct WhyLine {
    /// `nested`, `nested deeper`, `adjust`, `sum` or nothing.
    pub class: &'static str,
    /// What people read.
    pub label: String,
    /// What it means.
    pub title: String,
    /// The level.
    pub level: Option<Badge>,
    /// The value.
    pub value: String,
    /// Its share of what it could put in.
    pub bar: String,
    /// What it puts in.
    pub points: String,
    /// What it could put in at most.
    pub max: String,
    /// The facts behind it.
    pub href: Option<String>,
}

/// What would lift the score.
#[derive(Clone, Debug)]
pub struct Lift {
    /// `To reach Monitor (60):`.
    pub goal: String,
    /// Each way there.
    pub ways: Vec<String>,
}

/// What lines are written with.
struct Writing<'a> {
    workspace: &'a Workspace,
    path: &'a str,
    when: &'a When,
    locale: Locale,
}

impl Why {
    /// Makes it from the explanation.
    #[must_use]
    pub fn new(explanation: &Explanation, workspace: &Workspace, path: &str, when: &When, locale: Locale) -> Self {
        let writing = Writing { workspace, path, when, locale };
        let mut lines = Vec::new();
        writing.parts(&explanation.components, 0, &mut lines);
        lines.extend(explanation.adjustments.iter().map(|adjustment| writing.adjustment(adjustment)));
        let title = match explanation.exact {
            Some(score) => format!("Why {}", locale.score(score, &workspace.bands)),
            None => "Why there is no score".to_owned(),
        };
        let note = match explanation.shown {
            Some(_) if explanation.missing.is_empty() => "adds up to the score · open a line for its facts".to_owned(),
            Some(_) => {
                format!("adds up to the score · {} of the weight has a value; the rest is shared out", locale.percent(explanation.coverage))
            }
            None => format!(
                "{} of the weight has a value; {} is needed",
                locale.percent(explanation.coverage),
                locale.percent(explanation.min_coverage)
            ),
        };
        if let Some(shown) = explanation.shown {
            lines.push(WhyLine { class: "sum", label: "Score".to_owned(), points: points(shown, locale), ..WhyLine::empty() });
        }
        Self { title, note, lines, lift: explanation.lifts.as_ref().and_then(|lifts| writing.lift(lifts)) }
    }
}

impl WhyLine {
    const fn empty() -> Self {
        Self {
            class: "",
            label: String::new(),
            title: String::new(),
            level: None,
            value: String::new(),
            bar: String::new(),
            points: String::new(),
            max: String::new(),
            href: None,
        }
    }
}

impl Writing<'_> {
    fn parts(&self, parts: &[Part], depth: usize, lines: &mut Vec<WhyLine>) {
        for part in parts {
            lines.push(self.part(part, nested(depth)));
            self.parts(&part.parts, depth + 1, lines);
            let caps = part.adjustments.iter().map(|adjustment| WhyLine { class: nested(depth + 1), ..self.adjustment(adjustment) });
            lines.extend(caps);
        }
    }

    fn part(&self, part: &Part, class: &'static str) -> WhyLine {
        let signal = part.signal.as_ref().and_then(|name| self.workspace.signals.get(name));
        let unit = signal.map_or(Unit::Number, |signal| signal.unit);
        let value = match (&part.value, signal) {
            (None, None) => String::new(),
            (None, Some(signal)) => signal.label.clone(),
            (Some(value), None) => self.value(value, unit),
            (Some(value), Some(signal)) if signal.label == part.label => self.value(value, unit),
            (Some(value), Some(signal)) => format!("{} · {}", self.value(value, unit), signal.label),
        };
        let share = part.contribution.to_f64() / part.max_contribution.to_f64().max(f64::MIN_POSITIVE);
        let tone = part.points.map_or("grey", |points| tone_of_points(points).0);
        WhyLine {
            class,
            label: part.label.clone(),
            title: signal.map(|signal| signal.description.clone()).unwrap_or_default(),
            level: level(part),
            value,
            bar: if part.points.is_some() { chart::bar(share, tone) } else { String::new() },
            points: part.points.map_or_else(String::new, |_| points(part.contribution, self.locale)),
            max: part.points.map_or_else(String::new, |_| points(part.max_contribution, self.locale)),
            href: part.signal.as_ref().map(|name| {
                let path = format!("{}/signals/{}", self.path, segment(name));
                self.when.address_of_product(&path, part.product.as_deref())
            }),
        }
    }

    fn adjustment(&self, adjustment: &Adjustment) -> WhyLine {
        let score = self.locale.plain(adjustment.score);
        let (word, value) = match (adjustment.kind, &adjustment.author) {
            (AdjustmentKind::Guard, _) => ("guard", format!("caps the score at {score}")),
            (AdjustmentKind::Override, Some(author)) => ("override", format!("{author} says {score}")),
            (AdjustmentKind::Override, None) => ("override", format!("states {score}")),
        };
        let (tone, shape) = tone_of(if adjustment.kind == AdjustmentKind::Guard { "red" } else { "gray" });
        let amount = points(adjustment.amount, self.locale);
        WhyLine {
            class: "adjust",
            label: capital(&adjustment.because),
            level: Some(Badge { tone, shape, word: word.to_owned() }),
            value,
            points: if adjustment.amount.units > 0 { format!("+{amount}") } else { amount },
            ..WhyLine::empty()
        }
    }

    fn lift(&self, lifts: &Lifts) -> Option<Lift> {
        let band = band_mark(&self.workspace.bands, &lifts.band).label;
        let goal = format!("To reach {band} ({})", self.locale.plain(lifts.from));
        let mut ways: Vec<String> = lifts.enough.iter().take(SHOWN_WAYS).map(|way| self.way(way)).collect();
        let held = lifts.held_by.join(", ");
        if !held.is_empty() {
            ways.insert(0, format!("first this must end: {held}."));
        } else if ways.is_empty() {
            let mut each: Vec<&Move> = lifts.each.iter().collect();
            each.sort_by_key(|step| std::cmp::Reverse(step.gain.units));
            let steps: Vec<String> = each.iter().take(SHOWN_WAYS).map(|step| self.step(step)).collect();
            if steps.is_empty() {
                return None;
            }
            ways.push(format!("it takes more than two changes. What helps most: {}.", steps.join("; ")));
        }
        Some(Lift { goal: format!("{goal}:"), ways })
    }

    fn way(&self, moves: &[Move]) -> String {
        format!("{}.", moves.iter().map(|step| self.step(step)).collect::<Vec<_>>().join(" and "))
    }

    fn step(&self, step: &Move) -> String {
        let signal = self.workspace.signals.get(&step.signal);
        let unit = signal.map_or(Unit::Number, |signal| signal.unit);
        let label = signal.map_or(&step.label, |signal| &signal.label);
        let number = |value: f64| self.locale.value(&serde_json::json!(value), unit, &self.workspace.currency);
        let need = match &step.need {
            Need::AtLeast(value) => format!("{} or more", number(*value)),
            Need::MoreThan(value) => format!("more than {}", number(*value)),
            Need::AtMost(value) => format!("{} or less", number(*value)),
            Need::LessThan(value) => format!("less than {}", number(*value)),
            Need::Within(range) => match (range.from, range.to) {
                (Some((from, _)), Some((to, _))) => format!("{} to {}", number(from), number(to)),
                (Some((from, _)), None) => format!("{} or more", number(from)),
                (None, Some((to, _))) => format!("{} or less", number(to)),
                (None, None) => "any value".to_owned(),
            },
            Need::OneOf(words) => words.iter().map(|word| spaced(word)).collect::<Vec<_>>().join(" or "),
        };
        let now = step.current.as_ref().map_or_else(|| "not known".to_owned(), |value| self.value(value, unit));
        format!("{label}: {need} instead of {now} (+{})", points(step.gain, self.locale))
    }

    fn value(&self, value: &Value, unit: Unit) -> String {
        match value {
            Value::Number(number) => self.locale.value(&serde_json::json!(number), unit, &self.workspace.currency),
            Value::Text(text) => spaced(text),
            Value::Boolean(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Day(day) => day_words(*day),
            Value::Instant(at) => day_words(self.workspace.zone.day_of(*at)),
        }
    }
}

/// The class of a line inside so many others.
const fn nested(depth: usize) -> &'static str {
    match depth {
        0 => "",
        1 => "nested",
        _ => "nested deeper",
    }
}

fn level(part: &Part) -> Option<Badge> {
    let (tone, shape) = part.points.map_or(("grey", "○"), tone_of_points);
    match (&part.level, part.missing) {
        (Some(level), true) => Some(Badge { tone, shape, word: format!("missing: {}", spaced(level)) }),
        (Some(level), false) => Some(Badge { tone, shape, word: spaced(level) }),
        (None, true) => Some(Badge { tone: "grey", shape: "○", word: "no value".to_owned() }),
        (None, false) => None,
    }
}

fn points(printed: Printed, locale: Locale) -> String {
    if printed.decimals <= 2 { locale.plain(printed.to_f64()) } else { locale.number(printed.to_f64(), usize::from(printed.decimals)) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
