//! The score over time: the line, the slider under it, and the same as a table.

use mainstay_app::accounts::{AsOf, ScorePoint};
use mainstay_model::{BandScale, Day};

use crate::console::chart::{self, Dot};
use crate::console::when::When;
use crate::console::words::{BandMark, Locale, Moment, NOT_KNOWN, band_mark, day_words};

/// The score over time.
#[derive(Clone, Debug)]
pub struct History {
    /// The line; empty where there is no score yet.
    pub chart: String,
    /// First day of the slider, as a number.
    pub first: i32,
    /// Last day of the slider: today.
    pub last: i32,
    /// The day of the page.
    pub day: i32,
    /// The day of the page as a date field wants it.
    pub date: String,
    /// Today, as a date field wants it.
    pub today: String,
    /// The day of the page in words.
    pub words: String,
    /// Every day, the newest first.
    pub rows: Vec<HistoryRow>,
}

/// One day.
#[derive(Clone, Debug)]
pub struct HistoryRow {
    /// The day as a number, for the hover of the chart.
    pub number: i32,
    /// The day.
    pub day: String,
    /// The score.
    pub score: String,
    /// The band.
    pub band: BandMark,
    /// The model that made it.
    pub model: String,
}

impl History {
    /// Makes it from the daily scores.
    #[must_use]
    pub fn new(points: &[ScorePoint], scale: &BandScale, when: &When, moment: &Moment, locale: Locale) -> Self {
        let today = moment.today();
        let day = moment.zone.day_of(when.instant(moment));
        let dots: Vec<Dot> = points.iter().map(|point| Dot { day: point.day, score: point.score }).collect();
        let row = |point: &ScorePoint| HistoryRow {
            number: point.day.0,
            day: day_words(point.day),
            score: point.score.map_or_else(|| NOT_KNOWN.to_owned(), |score| locale.score(score, scale)),
            band: band_mark(scale, &point.band),
            model: format!("{} {}", point.model, point.model_version.get(..7).unwrap_or(&point.model_version)),
        };
        Self {
            chart: chart::score_line(&dots, scale, when.is_past().then_some(day)),
            first: points.first().map_or(today.plus(-365), |point| point.day).0.min(day.0),
            last: today.0,
            day: day.0,
            date: day.to_string(),
            today: today.to_string(),
            words: if when.is_past() { day_words(day) } else { "today".to_owned() },
            rows: points.iter().rev().map(row).collect(),
        }
    }

    /// A week before the page's day, for the keyboard and for readers without scripting.
    #[must_use]
    pub fn week_back(&self) -> String {
        Day(self.day - 7).to_string()
    }

    /// A week after it.
    #[must_use]
    pub fn week_on(&self) -> String {
        Day((self.day + 7).min(self.last)).to_string()
    }
}

/// The line goes on to today however far back the page looks: the reader sees what came after. What was known is the page's choice.
#[must_use]
pub const fn whole_line(when: &When) -> AsOf {
    AsOf { at: None, known: when.as_of.known }
}
