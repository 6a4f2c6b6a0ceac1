//! From a signal's value to points: levels and curves, in millionths of a point.

use mainstay_model::fraction::micro_of;
use mainstay_model::health::{Covers, Level, Range};

use crate::column::Column;
use crate::value::Value;

/// Marks a row without points in a slice of them.
pub(crate) const NO_POINTS: i64 = i64::MIN;

/// How a component turns its signal into points.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Rule {
    /// By the first level that covers the value.
    Levels(Vec<Step>, Cuts),
    /// Along a line through (value, points), by rising value; flat outside.
    Curve(Vec<(f64, i64)>),
}

/// One level.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) points: i64,
    pub(crate) covers: Covers,
}

/// The number line cut where points change, so that a value's points are found without a branch per level.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Cuts {
    /// Each stretch but the first begins at one of these, and holds it.
    begins: Vec<f64>,
    /// The points of each stretch.
    points: Vec<i64>,
}

impl Cuts {
    fn new(steps: &[Step]) -> Self {
        let ranges = steps.iter().filter_map(|step| if let Covers::Ranges(ranges) = &step.covers { Some(ranges) } else { None }).flatten();
        let mut begins: Vec<f64> = ranges
            .flat_map(|range| {
                // A stretch above a bound that is not part of it begins with the next number there is.
                let lower = range.from.map(|(bound, inside)| if inside { bound } else { bound.next_up() });
                let upper = range.to.map(|(bound, inside)| if inside { bound.next_up() } else { bound });
                [lower, upper].into_iter().flatten()
            })
            .filter(|begin| !begin.is_nan())
            .collect();
        begins.sort_unstable_by(f64::total_cmp);
        begins.dedup();
        let points_at = |number: f64| steps.iter().find(|step| step.covers_number(number)).map_or(NO_POINTS, |step| step.points);
        let points = std::iter::once(f64::NEG_INFINITY).chain(begins.iter().copied()).map(points_at).collect();
        Self { begins, points }
    }

    fn points(&self, number: f64) -> i64 {
        let stretch = self.begins.iter().map(|begin| usize::from(number >= *begin)).sum::<usize>();
        let points = self.points.get(stretch).copied().unwrap_or(NO_POINTS);
        if number.is_nan() { NO_POINTS } else { points }
    }
}

impl Step {
    pub(crate) fn new(level: &Level) -> Self {
        Self { name: level.name.clone(), points: micro_of(level.points), covers: level.covers.clone() }
    }

    fn covers_number(&self, number: f64) -> bool {
        if let Covers::Ranges(ranges) = &self.covers { ranges.iter().any(|range| range.contains(number)) } else { false }
    }

    fn covers_word(&self, word: &str) -> bool {
        if let Covers::Words(words) = &self.covers { words.iter().any(|one| one == word) } else { false }
    }
}

const fn word_of(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

impl Rule {
    pub(crate) fn levels(steps: Vec<Step>) -> Self {
        let cuts = Cuts::new(&steps);
        Self::Levels(steps, cuts)
    }

    /// The points of a value; null for a value that no level covers.
    pub(crate) fn points(&self, value: &Value) -> Option<i64> {
        match self {
            Self::Levels(..) => self.level(value).map(|step| step.points),
            Self::Curve(line) => {
                if let Value::Number(number) = value {
                    on_line(line, *number)
                } else {
                    None
                }
            }
        }
    }

    /// The level that a value has.
    pub(crate) fn level(&self, value: &Value) -> Option<&Step> {
        let Self::Levels(steps, _) = self else { return None };
        match value {
            Value::Number(number) => steps.iter().find(|step| step.covers_number(*number)),
            Value::Text(text) => steps.iter().find(|step| step.covers_word(text)),
            Value::Boolean(truth) => steps.iter().find(|step| step.covers_word(word_of(*truth))),
            Value::Day(_) | Value::Instant(_) => None,
        }
    }

    fn number_points(&self, number: f64) -> i64 {
        match self {
            Self::Levels(_, cuts) => cuts.points(number),
            Self::Curve(_) if number.is_nan() => NO_POINTS,
            Self::Curve(line) => on_line(line, number).unwrap_or(NO_POINTS),
        }
    }

    /// The points of some rows of a column, into `out`.
    pub(crate) fn fill(&self, column: &Column, rows: &[usize], out: &mut Vec<i64>) {
        out.clear();
        match column {
            Column::Numbers(numbers) => {
                let number = |row: &usize| numbers.0.get(*row).copied().unwrap_or(f64::NAN);
                out.extend(rows.iter().map(|row| self.number_points(number(row))));
            }
            Column::Texts(texts) => {
                let known: Vec<i64> =
                    texts.words().iter().map(|word| self.points(&Value::Text(word.clone())).unwrap_or(NO_POINTS)).collect();
                let of = |row: usize| known.get(*texts.codes().get(row)? as usize).copied();
                out.extend(rows.iter().map(|row| of(*row).unwrap_or(NO_POINTS)));
            }
            Column::Booleans(_) | Column::Days(_) | Column::Instants(_) => {
                out.extend(rows.iter().map(|row| column.get(*row).and_then(|value| self.points(&value)).unwrap_or(NO_POINTS)));
            }
        }
    }
}

/// The points of a value on a piecewise-linear line, to the nearest millionth. Where two points share a value, the later one counts from there on.
pub(crate) fn on_line(line: &[(f64, i64)], value: f64) -> Option<i64> {
    let after = line.partition_point(|(at, _)| *at <= value);
    let before = after.checked_sub(1).and_then(|before| line.get(before));
    match (before, line.get(after)) {
        (None, only) | (only, None) => only.map(|(_, points)| *points),
        (Some((x0, y0)), Some((x1, y1))) => {
            let part = (value - x0) / (x1 - x0);
            Some(y0 + (part * (y1 - y0) as f64).round() as i64)
        }
    }
}

/// The value nearest to `from` that lies in a range: (value, whether it belongs to the range itself). A value inside is its own nearest.
pub(crate) fn nearest_in(range: &Range, from: f64) -> (f64, bool) {
    match (range.from, range.to) {
        (Some(bound), _) if from <= bound.0 => bound,
        (_, Some(bound)) if from >= bound.0 => bound,
        _ => (from, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Vec<(f64, i64)> {
        vec![(0.0, 0), (40.0, 50_000_000), (100.0, 100_000_000)]
    }

    #[test]
    fn a_curve_is_linear_between_its_points_and_flat_outside() {
        assert_eq!(on_line(&line(), -5.0), Some(0));
        assert_eq!(on_line(&line(), 0.0), Some(0));
        assert_eq!(on_line(&line(), 20.0), Some(25_000_000));
        assert_eq!(on_line(&line(), 40.0), Some(50_000_000));
        assert_eq!(on_line(&line(), 70.0), Some(75_000_000));
        assert_eq!(on_line(&line(), 1e9), Some(100_000_000));
        assert_eq!(on_line(&[], 1.0), None);
    }

    #[test]
    fn a_step_in_a_curve_counts_from_its_value_on() {
        let step = [(0.0, 0), (10.0, 20_000_000), (10.0, 80_000_000), (20.0, 100_000_000)];
        assert_eq!(on_line(&step, 10.0), Some(80_000_000));
        assert_eq!(on_line(&step, 5.0), Some(10_000_000));
    }

    #[test]
    fn stretches_give_the_points_of_the_level_that_covers_a_number() {
        let range = |from, to| Range { from, to };
        let steps = vec![
            Step { name: "a".into(), points: 3, covers: Covers::Ranges(vec![range(Some((15.0, false)), Some((20.0, true)))]) },
            Step {
                name: "b".into(),
                points: 2,
                covers: Covers::Ranges(vec![range(Some((5.0, true)), Some((15.0, true))), range(Some((30.0, true)), None)]),
            },
            Step { name: "c".into(), points: 1, covers: Covers::Ranges(vec![range(None, Some((5.0, false)))]) },
        ];
        let rule = Rule::levels(steps.clone());
        for number in [-1e300, 0.0, 4.999, 5.0, 15.0, 15.0_f64.next_up(), 15.5, 20.0, 20.1, 29.9, 30.0, 1e300] {
            let expected = steps.iter().find(|step| step.covers_number(number)).map_or(NO_POINTS, |step| step.points);
            assert_eq!(rule.number_points(number), expected, "{number}");
        }
        assert_eq!(rule.number_points(f64::NAN), NO_POINTS);
    }

    #[test]
    fn whole_columns_get_the_points_of_their_values() {
        let rule = Rule::levels(vec![
            Step { name: "healthy".into(), points: 100_000_000, covers: Covers::Words(vec!["yes".into(), "true".into()]) },
            Step { name: "critical".into(), points: 0, covers: Covers::Words(vec!["no".into()]) },
        ]);
        let texts = Column::Texts([Some("yes"), None, Some("no"), Some("other")].into_iter().collect());
        let mut out = Vec::new();
        rule.fill(&texts, &[0, 1, 2, 3], &mut out);
        assert_eq!(out, [100_000_000, NO_POINTS, 0, NO_POINTS]);
        rule.fill(&Column::Booleans(vec![Some(true), Some(false), None]), &[0, 1, 2], &mut out);
        assert_eq!(out, [100_000_000, NO_POINTS, NO_POINTS]);
    }
}
