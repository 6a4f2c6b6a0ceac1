//! Scores of many subjects at once: exact weighted averages, bands over the unrounded score, coverage, guards, overrides.

use std::convert::Infallible;

use mainstay_model::Timestamp;
use mainstay_model::fraction::{Fraction, MICRO};
use mainstay_model::health::{Override, Rollup};

use crate::column::Column;
use crate::column::NumberColumn;
use crate::levels::NO_POINTS;
use crate::model::CompiledModel;
use crate::parallel::each_at_once;
use crate::tree::{Kind, Leaf, Outcome, average};

/// The band of who has no score.
pub const UNKNOWN: u8 = u8::MAX;

/// So many rows are scored at a time, so that what is worked on stays in the processor's cache.
const ROWS_AT_A_TIME: usize = 2048;

/// From so many subjects on, the work is shared out among the cores.
const MANY_SUBJECTS: usize = 131_072;

/// What scores are made from; all columns are by subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// The columns that the model was compiled against.
    pub columns: &'a [Column],
    /// For each guard of the model, the subjects for which it holds; a subject it does not reach is not held.
    pub guards: &'a [Vec<bool>],
    /// The scores of the subjects' products, for models that roll them up.
    pub products: ProductScores<'a>,
}

/// Product scores grouped by subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProductScores<'a> {
    /// Where each subject's products begin in `scores`; one more at the end.
    pub starts: &'a [u32],
    /// The exact published scores, by subject; see [`CompiledModel::score_exactly`].
    pub scores: &'a [Option<Fraction>],
}

/// Scores by the order they were asked in.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Scores {
    /// The weighted average; NaN without a score.
    pub computed: NumberColumn,
    /// What is shown: the computed score under its guards and overrides; NaN without a score.
    pub shown: NumberColumn,
    /// The position of the band of the shown score, 0 the best; [`UNKNOWN`] without a score.
    pub band: Vec<u8>,
    /// The share of weight that had a value.
    pub coverage: NumberColumn,
}

/// The override that holds at an instant: of several the one that began last.
#[must_use]
pub fn override_in_force(overrides: &[Override], as_of: Timestamp) -> Option<&Override> {
    overrides.iter().filter(|one| one.from <= as_of && as_of < one.until).max_by_key(|one| one.from)
}

impl ProductScores<'_> {
    pub(crate) fn of(&self, subject: usize) -> &[Option<Fraction>] {
        let bounds = || Some((*self.starts.get(subject)? as usize, *self.starts.get(subject + 1)? as usize));
        bounds().and_then(|(begin, end)| self.scores.get(begin..end)).unwrap_or_default()
    }

    /// Products without a score are left out, and lower the coverage.
    fn roll_up(&self, subject: usize, rollup: Rollup) -> Outcome {
        let all = self.of(subject);
        let known: Vec<Fraction> = all.iter().filter_map(|score| *score).collect();
        let Some(worst) = known.iter().min() else { return Outcome::MISSING };
        let count = known.len() as i128;
        let points = match rollup {
            Rollup::Average => known.iter().fold(Fraction::ZERO, |sum, score| sum + *score) / Fraction::new(count, 1),
            Rollup::Worst => *worst,
        };
        Outcome { points: Some(points), coverage: Fraction::new(count, all.len() as i128) }
    }
}

impl CompiledModel {
    /// Scores the subjects 0 to `count` - 1, in that order.
    #[must_use]
    pub fn score_all(&self, inputs: &Inputs<'_>, count: usize) -> Scores {
        let mut scores = Scores::default();
        self.score_again(inputs, count, &mut scores);
        scores
    }

    /// [`Self::score_all`] into scores whose memory is used again.
    pub fn score_again(&self, inputs: &Inputs<'_>, count: usize, scores: &mut Scores) {
        self.score_at_once(inputs, count, |place| place, scores);
    }

    /// Scores these subjects, in this order.
    #[must_use]
    pub fn score_some(&self, inputs: &Inputs<'_>, subjects: &[u32]) -> Scores {
        let mut scores = Scores::default();
        let subject_at = |place| subjects.get(place).map_or(usize::MAX, |subject: &u32| *subject as usize);
        self.score_at_once(inputs, subjects.len(), subject_at, &mut scores);
        scores
    }

    /// The exact published scores (guards applied, overrides not) of these subjects: what product scores are rolled up from.
    #[must_use]
    pub fn score_exactly(&self, inputs: &Inputs<'_>, subjects: &[u32]) -> Vec<Option<Fraction>> {
        subjects
            .iter()
            .map(|subject| {
                let score = self.published(self.outcome(inputs, *subject as usize))?;
                Some(self.guarded(inputs, *subject as usize, score))
            })
            .collect()
    }

    /// Many subjects are shared out among the cores; the scores are the same.
    fn score_at_once(&self, inputs: &Inputs<'_>, count: usize, subject_at: impl Fn(usize) -> usize + Sync, scores: &mut Scores) {
        if count < MANY_SUBJECTS {
            return self.score(inputs, count, subject_at, scores);
        }
        let begins = (0..count).step_by(MANY_SUBJECTS / 2);
        let mut parts: Vec<(usize, Scores)> = begins.map(|begin| (begin, Scores::default())).collect();
        let Ok(()) = each_at_once(parts.iter_mut().collect(), |(begin, part)| {
            let of_part = (count - *begin).min(MANY_SUBJECTS / 2);
            self.score(inputs, of_part, |place| subject_at(*begin + place), part);
            Ok::<(), Infallible>(())
        });
        scores.clear(count);
        parts.iter().for_each(|(_, part)| scores.append(part));
    }

    fn score(&self, inputs: &Inputs<'_>, count: usize, subject_at: impl Fn(usize) -> usize, scores: &mut Scores) {
        scores.clear(count);
        let flat = self.flat();
        let mut chunk = Chunk::default();
        let mut subjects = Vec::with_capacity(ROWS_AT_A_TIME);
        for begin in (0..count).step_by(ROWS_AT_A_TIME) {
            subjects.clear();
            subjects.extend((begin..count.min(begin + ROWS_AT_A_TIME)).map(&subject_at));
            if let Some(flat) = &flat {
                chunk.sum(self, flat, inputs, &subjects);
                for (subject, sums) in subjects.iter().zip(chunk.sums()) {
                    if self.guards.is_empty() {
                        self.push_flat(scores, flat, sums);
                    } else {
                        self.push(scores, inputs, *subject, flat.outcome(sums));
                    }
                }
            } else {
                for subject in &subjects {
                    self.push(scores, inputs, *subject, self.outcome(inputs, *subject));
                }
            }
        }
    }

    fn push(&self, scores: &mut Scores, inputs: &Inputs<'_>, subject: usize, outcome: Outcome) {
        scores.coverage.0.push(outcome.coverage.to_f64());
        let Some(computed) = self.published(outcome) else {
            scores.computed.0.push(f64::NAN);
            scores.shown.0.push(f64::NAN);
            scores.band.push(UNKNOWN);
            return;
        };
        let shown = if self.guards.is_empty() { computed } else { self.guarded(inputs, subject, computed) };
        scores.computed.0.push(computed.to_f64());
        scores.shown.0.push(shown.to_f64());
        scores.band.push(self.band_of(shown) as u8);
    }

    /// What [`Self::push`] does where no guard can hold, in 64 bits.
    fn push_flat(&self, scores: &mut Scores, flat: &Flat, (sum, weight, covered): (i64, i64, i64)) {
        const EXACT_F64: i64 = 1 << 53;
        let published = weight > 0 && covered * MICRO as i64 >= self.min_coverage * flat.all;
        let below = self.bounds.iter().map(|bound| usize::from(sum < bound * weight)).sum::<usize>();
        let band = below.min(self.bounds.len().saturating_sub(1)) as u8;
        let scaled = weight * MICRO as i64;
        let exact = || Fraction::new(i128::from(sum), i128::from(scaled)).to_f64();
        let score = if sum <= EXACT_F64 { sum as f64 / scaled as f64 } else { exact() };
        let shown = if published { score } else { f64::NAN };
        scores.coverage.0.push(covered as f64 / flat.all as f64);
        scores.computed.0.push(shown);
        scores.shown.0.push(shown);
        scores.band.push(if published { band } else { UNKNOWN });
    }

    /// The score, where there is enough to publish one.
    pub(crate) fn published(&self, outcome: Outcome) -> Option<Fraction> {
        outcome.points.filter(|_| self.covers_enough(outcome.coverage))
    }

    fn guarded(&self, inputs: &Inputs<'_>, subject: usize, score: Fraction) -> Fraction {
        self.guards_held(inputs, subject).map(|(_, cap)| cap).fold(score, Fraction::min)
    }

    /// The guards that hold for a subject: their place and cap.
    pub(crate) fn guards_held(&self, inputs: &Inputs<'_>, subject: usize) -> impl Iterator<Item = (usize, Fraction)> {
        let held = move |place: usize| inputs.guards.get(place).and_then(|rows| rows.get(subject)).copied().unwrap_or(false);
        self.guards.iter().enumerate().filter(move |(place, _)| held(*place)).map(|(place, cap)| (place, cap.cap))
    }

    /// What each leaf comes to for a subject, before the rules for missing values.
    pub(crate) fn leaf_outcomes(&self, inputs: &Inputs<'_>, subject: usize) -> Vec<Outcome> {
        let of = |leaf: &Leaf| match leaf {
            Leaf::Products(rollup) => inputs.products.roll_up(subject, *rollup),
            Leaf::Signal { column, rule, .. } => {
                let value = inputs.columns.get(*column).and_then(|column| column.get(subject));
                let points = value.and_then(|value| rule.points(&value));
                points.map_or(Outcome::MISSING, |points| Outcome::known(Fraction::from_micro(points)))
            }
        };
        self.leaves.iter().map(of).collect()
    }

    fn outcome(&self, inputs: &Inputs<'_>, subject: usize) -> Outcome {
        average(&self.nodes, &self.leaf_outcomes(inputs, subject))
    }

    /// The components of a model without groups and products, whose sums fit 64 bits.
    fn flat(&self) -> Option<Flat> {
        let mut parts = Vec::new();
        for node in &self.nodes {
            let Kind::Leaf(leaf) = node.kind else { return None };
            if !matches!(self.leaves.get(leaf), Some(Leaf::Signal { .. })) {
                return None;
            }
            parts.push((leaf, i64::try_from(node.weight).ok()?, node.missing.as_ref().map(|(points, _)| *points)));
        }
        let all = parts.iter().try_fold(0_i64, |sum, (_, weight, _)| sum.checked_add(*weight))?;
        // Points and bounds go up to 100 million: their products with all weights must fit.
        all.checked_mul(100 * MICRO as i64)?;
        Some(Flat { parts, all })
    }
}

/// A model without groups: (leaf, weight, points where missing) and the sum of weights.
struct Flat {
    parts: Vec<(usize, i64, Option<i64>)>,
    all: i64,
}

impl Flat {
    fn outcome(&self, (sum, weight, covered): (i64, i64, i64)) -> Outcome {
        Outcome {
            points: (weight > 0).then(|| Fraction::new(i128::from(sum), i128::from(weight) * MICRO)),
            coverage: Fraction::new(i128::from(covered), i128::from(self.all)),
        }
    }
}

/// Sums of some rows: weight x points, weight that counts, weight that had a value.
#[derive(Default)]
struct Chunk {
    points: Vec<i64>,
    sum: Vec<i64>,
    weight: Vec<i64>,
    covered: Vec<i64>,
}

impl Chunk {
    fn sum(&mut self, model: &CompiledModel, flat: &Flat, inputs: &Inputs<'_>, rows: &[usize]) {
        for column in [&mut self.sum, &mut self.weight, &mut self.covered] {
            column.clear();
            column.resize(rows.len(), 0);
        }
        for (leaf, weight, missing) in &flat.parts {
            let Some(Leaf::Signal { column, rule, .. }) = model.leaves.get(*leaf) else { continue };
            if let Some(column) = inputs.columns.get(*column) {
                rule.fill(column, rows, &mut self.points);
            } else {
                self.points.clear();
                self.points.resize(rows.len(), NO_POINTS);
            }
            let sums = self.sum.iter_mut().zip(&mut self.weight).zip(&mut self.covered);
            for (points, ((sum, counted), covered)) in self.points.iter().zip(sums) {
                let known = *points != NO_POINTS;
                let (points, counts) = if known { (*points, true) } else { (missing.unwrap_or(0), missing.is_some()) };
                *sum += weight * points;
                *counted += weight * i64::from(counts);
                *covered += weight * i64::from(known);
            }
        }
    }

    fn sums(&self) -> impl Iterator<Item = (i64, i64, i64)> {
        self.sum.iter().zip(&self.weight).zip(&self.covered).map(|((sum, weight), covered)| (*sum, *weight, *covered))
    }
}

impl Scores {
    /// Makes it empty, with room for so many.
    fn clear(&mut self, count: usize) {
        for column in [&mut self.computed.0, &mut self.shown.0, &mut self.coverage.0] {
            column.clear();
            column.reserve(count);
        }
        self.band.clear();
        self.band.reserve(count);
    }

    fn append(&mut self, other: &Self) {
        self.computed.0.extend_from_slice(&other.computed.0);
        self.shown.0.extend_from_slice(&other.shown.0);
        self.coverage.0.extend_from_slice(&other.coverage.0);
        self.band.extend_from_slice(&other.band);
    }

    /// Shows a person's override in one row; the computed score stays.
    pub fn override_row(&mut self, row: usize, model: &CompiledModel, by: &Override) {
        let score = override_score(by);
        if let (Some(shown), Some(band)) = (self.shown.0.get_mut(row), self.band.get_mut(row)) {
            *shown = score.to_f64();
            *band = model.band_of(score) as u8;
        }
    }

    /// Copies the scores of another model's subjects into their rows: for models that share the accounts between them.
    pub fn place(&mut self, subjects: &[u32], scores: &Self) {
        let columns = [(&mut self.computed, &scores.computed), (&mut self.shown, &scores.shown), (&mut self.coverage, &scores.coverage)];
        for (to, from) in columns {
            for (subject, value) in subjects.iter().zip(&from.0) {
                place(&mut to.0, *subject as usize, *value, f64::NAN);
            }
        }
        for (subject, band) in subjects.iter().zip(&scores.band) {
            place(&mut self.band, *subject as usize, *band, UNKNOWN);
        }
    }
}

fn place<T: Copy>(rows: &mut Vec<T>, row: usize, value: T, absent: T) {
    if row >= rows.len() {
        rows.resize(row + 1, absent);
    }
    if let Some(slot) = rows.get_mut(row) {
        *slot = value;
    }
}

/// The score that an override shows, kept to 0 to 100.
pub(crate) fn override_score(by: &Override) -> Fraction {
    let score = if by.score.is_finite() { by.score.clamp(0.0, 100.0) } else { 0.0 };
    Fraction::from_micro(mainstay_model::fraction::micro_of(score))
}
