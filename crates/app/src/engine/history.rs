//! Scores at the end of each day, kept for ever: in memory by day for charts and changes, in the lake for questions.

use std::collections::BTreeMap;

use mainstay_model::{BandScale, Day};

use crate::accounts::ScorePoint;

/// One account's score at the end of one day.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Kept {
    /// The shown score; not a number where there is none.
    pub(crate) score: f64,
    /// Position in the history's list of models.
    pub(crate) model: u16,
}

const NOTHING: Kept = Kept { score: f64::NAN, model: u16::MAX };

/// Days by accounts.
#[derive(Debug, Default)]
pub(crate) struct History {
    days: BTreeMap<Day, Vec<Kept>>,
    models: Vec<(String, String)>,
}

impl History {
    /// The number of a model and version, for [`Kept::model`].
    pub(crate) fn model_number(&mut self, name: &str, version: &str) -> u16 {
        if let Some(at) = self.models.iter().position(|(known, of)| known == name && of == version) {
            return u16::try_from(at).unwrap_or(u16::MAX);
        }
        self.models.push((name.to_owned(), version.to_owned()));
        u16::try_from(self.models.len() - 1).unwrap_or(u16::MAX)
    }

    /// Keeps a score.
    pub(crate) fn keep(&mut self, day: Day, subject: u32, kept: Kept) {
        let row = self.days.entry(day).or_default();
        let at = subject as usize;
        if row.len() <= at {
            row.resize(at + 1, NOTHING);
        }
        if let Some(cell) = row.get_mut(at) {
            *cell = kept;
        }
    }

    /// Takes away what was kept of an account between two days, the second not included: it turned out to be younger.
    pub(crate) fn forget(&mut self, subject: u32, from: Day, until: Day) {
        if until <= from {
            return;
        }
        for row in self.days.range_mut(from..until).map(|(_, row)| row) {
            if let Some(cell) = row.get_mut(subject as usize) {
                *cell = NOTHING;
            }
        }
    }

    /// The newest day of which scores are kept.
    pub(crate) fn last_day(&self) -> Option<Day> {
        self.days.last_key_value().map(|(day, _)| *day)
    }

    /// The same scores for accounts that go by other numbers now.
    pub(crate) fn renumbered(&self, number_of: impl Fn(u32) -> Option<u32>) -> Self {
        let mut other = Self { days: BTreeMap::new(), models: self.models.clone() };
        for (day, row) in &self.days {
            for (subject, kept) in (0..).zip(row).filter(|(_, kept)| kept.model != NOTHING.model) {
                if let Some(number) = number_of(subject) {
                    other.keep(*day, number, *kept);
                }
            }
        }
        other
    }

    /// The shown score at the end of a day, if there was one.
    pub(crate) fn score(&self, day: Day, subject: u32) -> Option<f64> {
        self.days.get(&day)?.get(subject as usize).map(|kept| kept.score).filter(|score| !score.is_nan())
    }

    /// One account's points from `first` to `last`, both inclusive, days without a point left out.
    pub(crate) fn points(&self, subject: u32, first: Day, last: Day, bands: &BandScale) -> Vec<ScorePoint> {
        self.days
            .range(first..=last)
            .filter_map(|(day, row)| {
                let kept = row.get(subject as usize).filter(|kept| kept.model != u16::MAX)?;
                let (model, model_version) = self.models.get(usize::from(kept.model)).cloned().unwrap_or_default();
                let score = (!kept.score.is_nan()).then_some(kept.score);
                Some(ScorePoint { day: *day, score, band: band_name(bands, score), model, model_version })
            })
            .collect()
    }

    /// How many of `subjects` were in each band at the end of each day, best band first, unknown last.
    pub(crate) fn distribution(&self, first: Day, last: Day, bands: &BandScale, counts: impl Fn(u32) -> bool) -> Vec<(Day, Vec<usize>)> {
        self.days
            .range(first..=last)
            .map(|(day, row)| {
                let mut tally = vec![0; bands.0.len() + 1];
                for (subject, kept) in row.iter().enumerate() {
                    if kept.model == u16::MAX || !counts(u32::try_from(subject).unwrap_or(u32::MAX)) {
                        continue;
                    }
                    let at = if kept.score.is_nan() { bands.0.len() } else { bands.index_of(kept.score) };
                    if let Some(cell) = tally.get_mut(at) {
                        *cell += 1;
                    }
                }
                (*day, tally)
            })
            .collect()
    }
}

/// The name of the band of a score that may be missing.
pub(crate) fn band_name(bands: &BandScale, score: Option<f64>) -> String {
    score.and_then(|score| bands.band_of(score)).map_or_else(|| mainstay_model::band::UNKNOWN_BAND.to_owned(), |band| band.name.clone())
}
