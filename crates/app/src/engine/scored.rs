//! Which model scores each row, and what it comes to: the same for accounts and for their products.

use arrow::array::BooleanArray;
use mainstay_health::{Inputs, Scores, UNKNOWN};
use mainstay_lake::expressions::CompiledExpression;
use mainstay_model::BandScale;
use mainstay_model::band::UNKNOWN_BAND;

use super::plan::PlannedModel;
use crate::error::Result;

/// Scores by row.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scored {
    /// The place of the model that scores each row: the first that applies.
    pub(crate) models: Vec<Option<u16>>,
    /// For each model, for each guard, the rows for which it holds.
    pub(crate) guards: Vec<Vec<Vec<bool>>>,
    pub(crate) scores: Scores,
}

impl Scored {
    /// Scores so many rows; `mask` says for which a condition holds.
    pub(crate) fn new(
        planned: &[PlannedModel],
        rows: usize,
        inputs: &Inputs<'_>,
        mask: impl Fn(&CompiledExpression) -> Result<BooleanArray>,
    ) -> Result<Self> {
        let mut scored = Self { models: vec![None; rows], ..Self::default() };
        for (number, model) in planned.iter().enumerate() {
            let applies = model.applies_to.as_ref().map(&mask).transpose()?;
            let chosen: Vec<u32> = (0..rows)
                .filter(|row| scored.models.get(*row).is_some_and(Option::is_none) && applies.as_ref().is_none_or(|mask| mask.value(*row)))
                .filter_map(|row| u32::try_from(row).ok())
                .collect();
            let held =
                |guard: &CompiledExpression| -> Result<Vec<bool>> { Ok(mask(guard)?.iter().map(|held| held == Some(true)).collect()) };
            let guards: Vec<Vec<bool>> = model.guards.iter().map(held).collect::<Result<_>>()?;
            let scores = model.compiled.score_some(&Inputs { guards: &guards, ..*inputs }, &chosen);
            scored.scores.place(&chosen, &scores);
            scored.guards.push(guards);
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            for row in &chosen {
                if let Some(slot) = scored.models.get_mut(*row as usize) {
                    *slot = Some(number);
                }
            }
        }
        scored.fill_up(rows);
        Ok(scored)
    }

    /// Rows that no model scores have values too.
    fn fill_up(&mut self, rows: usize) {
        for column in [&mut self.scores.computed, &mut self.scores.shown, &mut self.scores.coverage] {
            column.0.resize(rows, f64::NAN);
        }
        self.scores.band.resize(rows, UNKNOWN);
    }

    /// The rows that a model scores.
    pub(crate) fn scored_by(&self, model: u16) -> Vec<u32> {
        (0..).zip(&self.models).filter(|(_, by)| **by == Some(model)).map(|(row, _)| row).collect()
    }

    /// For each guard of a model, the rows for which it holds.
    pub(crate) fn guards_of(&self, model: u16) -> &[Vec<bool>] {
        self.guards.get(usize::from(model)).map_or(&[], Vec::as_slice)
    }
}

/// Scored rows, and what names their models and bands.
#[derive(Clone, Copy)]
pub(crate) struct ScoredRows<'a> {
    pub(crate) planned: &'a [PlannedModel],
    pub(crate) bands: &'a BandScale,
    pub(crate) models: &'a [Option<u16>],
    pub(crate) guards: &'a [Vec<Vec<bool>>],
    pub(crate) scores: &'a Scores,
}

impl<'a> ScoredRows<'a> {
    /// The name of a row's band.
    pub(crate) fn band(&self, row: usize) -> &'a str {
        let band = self.scores.band.get(row).copied().unwrap_or(UNKNOWN);
        self.bands.0.get(usize::from(band)).map_or(UNKNOWN_BAND, |band| &band.name)
    }

    /// Name and version of the model that scores a row; empty where none applies.
    pub(crate) fn model(&self, row: usize) -> (&'a str, &'a str) {
        let model = self.models.get(row).copied().flatten().and_then(|model| self.planned.get(usize::from(model)));
        model.map_or(("", ""), |model| (&model.compiled.name, &model.compiled.version))
    }

    /// The reason of the guard that caps a row's score, where one does.
    pub(crate) fn guard(&self, row: usize) -> Option<String> {
        let number = usize::from(self.models.get(row).copied().flatten()?);
        let model = self.planned.get(number)?;
        let computed = self.scores.computed.get(row)?;
        let held = self.guards.get(number)?;
        let capping = model.compiled.guards().zip(held).filter(|(guard, rows)| rows.get(row) == Some(&true) && guard.cap < computed);
        capping.min_by(|(a, _), (b, _)| a.cap.total_cmp(&b.cap)).map(|(guard, _)| guard.because.clone())
    }

    /// Whether a person's word stands in place of the row's score.
    pub(crate) fn is_overridden(&self, row: usize) -> bool {
        let moved = self.scores.shown.get(row).map(f64::to_bits) != self.scores.computed.get(row).map(f64::to_bits);
        moved && self.guard(row).is_none()
    }
}
