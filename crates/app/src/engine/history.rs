//! Scores at the end of each day, kept for ever: in memory by day for charts and changes, in the lake for questions.

use std::collections::BTreeMap;

use hashbrown::HashMap;
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

/// What [`Kept::model`] is where nothing is kept.
const NOTHING: u16 = u16::MAX;

/// Days by accounts.
#[derive(Debug)]
pub(crate) struct History {
    days: BTreeMap<Day, OneDay>,
    models: Vec<(String, String)>,
    bands: BandScale,
}

/// The scores at the end of a day, and how many each model put into each band.
#[derive(Debug, Default)]
struct OneDay {
    scores: Vec<f64>,
    models: Vec<u16>,
    tallies: HashMap<u16, Vec<usize>>,
}

impl OneDay {
    fn get(&self, subject: u32) -> Option<Kept> {
        let at = subject as usize;
        let model = self.models.get(at).copied().filter(|model| *model != NOTHING)?;
        Some(Kept { score: self.scores.get(at).copied()?, model })
    }

    fn set(&mut self, subject: u32, kept: Option<Kept>, bands: &BandScale) {
        let at = subject as usize;
        let place = |kept: Kept| if kept.score.is_nan() { bands.0.len() } else { bands.index_of(kept.score) };
        if let Some(before) = self.get(subject)
            && let Some(count) = self.tallies.get_mut(&before.model).and_then(|tally| tally.get_mut(place(before)))
        {
            *count -= 1;
        }
        if let Some(kept) = kept {
            let tally = self.tallies.entry(kept.model).or_insert_with(|| vec![0; bands.0.len() + 1]);
            tally.iter_mut().skip(place(kept)).take(1).for_each(|count| *count += 1);
        }
        if self.models.len() <= at {
            self.models.resize(at + 1, NOTHING);
            self.scores.resize(at + 1, f64::NAN);
        }
        if let (Some(score), Some(model)) = (self.scores.get_mut(at), self.models.get_mut(at)) {
            (*score, *model) = kept.map_or((f64::NAN, NOTHING), |kept| (kept.score, kept.model));
        }
    }
}

impl History {
    /// Nothing kept yet.
    pub(crate) fn new(bands: BandScale) -> Self {
        Self { days: BTreeMap::new(), models: Vec::new(), bands }
    }

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
        self.days.entry(day).or_default().set(subject, Some(kept), &self.bands);
    }

    /// Takes away what was kept of an account between two days, the second not included: it turned out to be younger.
    pub(crate) fn forget(&mut self, subject: u32, from: Day, until: Day) {
        if until <= from {
            return;
        }
        for row in self.days.range_mut(from..until).map(|(_, row)| row) {
            if row.get(subject).is_some() {
                row.set(subject, None, &self.bands);
            }
        }
    }

    /// The newest day of which scores are kept.
    pub(crate) fn last_day(&self) -> Option<Day> {
        self.days.last_key_value().map(|(day, _)| *day)
    }

    /// The same scores for accounts that go by other numbers now, in bands that may be others.
    pub(crate) fn renumbered(&self, bands: BandScale, number_of: impl Fn(u32) -> Option<u32>) -> Self {
        let mut other = Self { days: BTreeMap::new(), models: self.models.clone(), bands };
        for (day, row) in &self.days {
            for subject in 0..u32::try_from(row.models.len()).unwrap_or(u32::MAX) {
                if let (Some(kept), Some(number)) = (row.get(subject), number_of(subject)) {
                    other.keep(*day, number, kept);
                }
            }
        }
        other
    }

    /// The shown score at the end of a day, if there was one.
    pub(crate) fn score(&self, day: Day, subject: u32) -> Option<f64> {
        self.scores_on(day)(subject)
    }

    /// The shown scores at the end of a day, by account.
    pub(crate) fn scores_on(&self, day: Day) -> impl Fn(u32) -> Option<f64> + '_ {
        let scores = self.days.get(&day).map(|row| row.scores.as_slice()).unwrap_or_default();
        move |subject| scores.get(subject as usize).copied().filter(|score| !score.is_nan())
    }

    /// One account's points from `first` to `last`, both inclusive, days without a point left out.
    pub(crate) fn points(&self, subject: u32, first: Day, last: Day, bands: &BandScale) -> Vec<ScorePoint> {
        self.days
            .range(first..=last)
            .filter_map(|(day, row)| {
                let kept = row.get(subject)?;
                let (model, model_version) = self.models.get(usize::from(kept.model)).cloned().unwrap_or_default();
                let score = (!kept.score.is_nan()).then_some(kept.score);
                Some(ScorePoint { day: *day, score, band: band_name(bands, score), model, model_version })
            })
            .collect()
    }

    /// How many accounts a model, in whatever version, put into each band at the end of each day, best band first, unknown last.
    pub(crate) fn distribution(&self, first: Day, last: Day, model: &str) -> Vec<(Day, Vec<usize>)> {
        let versions = || (0_u16..).zip(&self.models).filter(|(_, (name, _))| name == model).map(|(number, _)| number);
        let spread = |row: &OneDay| {
            let mut sum = vec![0; self.bands.0.len() + 1];
            for tally in versions().filter_map(|number| row.tallies.get(&number)) {
                sum.iter_mut().zip(tally).for_each(|(sum, count)| *sum += count);
            }
            sum
        };
        self.days.range(first..=last).map(|(day, row)| (*day, spread(row))).collect()
    }
}

/// The name of the band of a score that may be missing.
pub(crate) fn band_name(bands: &BandScale, score: Option<f64>) -> String {
    score.and_then(|score| bands.band_of(score)).map_or_else(|| mainstay_model::band::UNKNOWN_BAND.to_owned(), |band| band.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_of_a_day_follows_what_is_kept_and_forgotten_over_all_versions_of_a_model() {
        let mut history = History::new(BandScale::default());
        let (one, two) = (history.model_number("standard", "1"), history.model_number("standard", "2"));
        let other = history.model_number("other", "1");
        let day = Day(10);
        for (subject, score, model) in [(0, 80.0, one), (1, 20.0, two), (5, f64::NAN, two), (2, 90.0, other)] {
            history.keep(day, subject, Kept { score, model });
        }
        assert_eq!(history.distribution(day, day, "standard"), [(day, vec![1, 0, 0, 1, 1])]);
        history.keep(day, 0, Kept { score: 10.0, model: two });
        history.forget(5, day, Day(11));
        history.forget(7, day, Day(11));
        assert_eq!(history.distribution(day, day, "standard"), [(day, vec![0, 0, 0, 2, 0])]);
        assert_eq!(history.distribution(day, day, "other"), [(day, vec![1, 0, 0, 0, 0])]);
        assert_eq!((history.score(day, 0), history.score(day, 5), history.score(day, 9)), (Some(10.0), None, None));
    }
}
