//! What a series of scores says: change over 30, 60 and 90 days, distribution by band, entries into bands, falls.

use mainstay_model::Day;
use serde::Serialize;

use crate::score::UNKNOWN;

/// Changes of the shown score; null where there was no score at either end.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Changes {
    /// Against 30 days ago.
    pub over_30_days: Option<f64>,
    /// Against 60 days ago.
    pub over_60_days: Option<f64>,
    /// Against 90 days ago.
    pub over_90_days: Option<f64>,
}

/// The score as of a day: of the entries (by ascending day) the latest up to it. An entry holds until the next one.
#[must_use]
pub fn score_on(scores: &[(Day, Option<f64>)], day: Day) -> Option<f64> {
    let after = scores.partition_point(|(one, _)| *one <= day);
    scores.get(after.checked_sub(1)?)?.1
}

/// The score today less the score `days` days ago.
#[must_use]
pub fn change_over(scores: &[(Day, Option<f64>)], today: Day, days: i32) -> Option<f64> {
    Some(score_on(scores, today)? - score_on(scores, today.plus(-days))?)
}

/// The changes that pages show, from the entries by ascending day.
#[must_use]
pub fn changes(scores: &[(Day, Option<f64>)], today: Day) -> Changes {
    Changes {
        over_30_days: change_over(scores, today, 30),
        over_60_days: change_over(scores, today, 60),
        over_90_days: change_over(scores, today, 90),
    }
}

/// How many subjects each band has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Distribution {
    /// By position of the band, 0 the best.
    pub bands: Vec<u64>,
    /// Without a score.
    pub unknown: u64,
}

/// Counts subjects by band, out of `bands` bands.
#[must_use]
pub fn distribution(band_of_each: &[u8], bands: usize) -> Distribution {
    let mut distribution = Distribution { bands: vec![0; bands], unknown: 0 };
    for band in band_of_each {
        match distribution.bands.get_mut(usize::from(*band)) {
            Some(count) => *count += 1,
            None => distribution.unknown += 1,
        }
    }
    distribution
}

/// A band was entered and has lasted as long as the model's `hold` asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The band before, as far as it counted as entered; none at the beginning.
    pub from: Option<u8>,
    /// The band, by position; [`UNKNOWN`] without a score.
    pub band: u8,
    /// The first day in it.
    pub since: Day,
    /// The day on which it counts as entered: `hold` days later.
    pub counts_on: Day,
}

/// The entries into bands up to `today`, from the bands by ascending day (each holds until the next one). A band left before it lasted
/// `hold_days` was never entered, and coming back to the band before is no entry either.
#[must_use]
pub fn entries(bands: &[(Day, u8)], today: Day, hold_days: u32) -> Vec<Entry> {
    let hold = i32::try_from(hold_days).unwrap_or(i32::MAX);
    let mut stays: Vec<(Day, u8)> = Vec::new();
    for (day, band) in bands.iter().filter(|(day, _)| *day <= today) {
        if stays.last().is_none_or(|(_, last)| last != band) {
            stays.push((*day, *band));
        }
    }
    let ends = stays.iter().skip(1).map(|(day, _)| Some(*day)).chain([None]);
    let mut entries: Vec<Entry> = Vec::new();
    for ((since, band), end) in stays.iter().zip(ends) {
        let counts_on = since.plus(hold);
        let lasted = end.map_or(counts_on <= today, |end| counts_on < end);
        let from = entries.last().map(|entry| entry.band);
        if lasted && from != Some(*band) {
            entries.push(Entry { from, band: *band, since: *since, counts_on });
        }
    }
    entries
}

/// "Drops into X": the band is X or worse now, and was better than X just before. No score is neither.
#[must_use]
pub const fn drops_into(band: u8, before: u8, now: u8) -> bool {
    now != UNKNOWN && before != UNKNOWN && now >= band && before < band
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEALTHY: u8 = 0;
    const MONITOR: u8 = 1;
    const AT_RISK: u8 = 2;
    const CRITICAL: u8 = 3;

    #[test]
    fn a_fall_from_healthy_to_critical_drops_into_at_risk_too() {
        assert!(drops_into(AT_RISK, HEALTHY, CRITICAL));
        assert!(drops_into(CRITICAL, HEALTHY, CRITICAL));
        assert!(drops_into(MONITOR, HEALTHY, CRITICAL));
    }

    #[test]
    fn staying_climbing_and_unknown_are_no_drop() {
        assert!(!drops_into(AT_RISK, AT_RISK, CRITICAL));
        assert!(!drops_into(AT_RISK, CRITICAL, AT_RISK));
        assert!(!drops_into(AT_RISK, HEALTHY, MONITOR));
        assert!(!drops_into(AT_RISK, UNKNOWN, CRITICAL));
        assert!(!drops_into(AT_RISK, HEALTHY, UNKNOWN));
    }

    #[test]
    fn changes_compare_with_the_score_that_held_then() {
        let scores = [(Day(100), Some(70.0)), (Day(165), Some(80.0)), (Day(190), Some(72.5))];
        let changes = changes(&scores, Day(195));
        assert_eq!(changes.over_30_days, Some(-7.5));
        assert_eq!(changes.over_60_days, Some(2.5));
        assert_eq!(changes.over_90_days, Some(2.5));
        assert_eq!(change_over(&scores, Day(195), 96), None);
    }

    #[test]
    fn an_account_without_a_score_at_one_end_has_no_change() {
        assert_eq!(change_over(&[(Day(0), None), (Day(50), Some(1.0))], Day(60), 30), None);
    }

    #[test]
    fn distributions_count_who_has_no_score_apart() {
        let counted = distribution(&[HEALTHY, CRITICAL, UNKNOWN, HEALTHY], 4);
        assert_eq!(counted, Distribution { bands: vec![2, 0, 0, 1], unknown: 1 });
    }

    #[test]
    fn without_hold_every_change_is_an_entry_at_once() {
        let bands = [(Day(1), HEALTHY), (Day(5), AT_RISK), (Day(6), HEALTHY)];
        let days: Vec<_> = entries(&bands, Day(9), 0).iter().map(|entry| (entry.band, entry.counts_on.0)).collect();
        assert_eq!(days, [(HEALTHY, 1), (AT_RISK, 5), (HEALTHY, 6)]);
    }

    #[test]
    fn a_band_left_before_the_hold_was_never_entered_and_the_way_back_is_no_entry() {
        let bands = [(Day(1), HEALTHY), (Day(5), AT_RISK), (Day(6), HEALTHY), (Day(10), CRITICAL)];
        let entered = entries(&bands, Day(12), 2);
        let expected = Entry { from: Some(HEALTHY), band: CRITICAL, since: Day(10), counts_on: Day(12) };
        assert_eq!(entered.len(), 2);
        assert_eq!(entered[1], expected);
        assert_eq!(entries(&bands, Day(11), 2).len(), 1);
    }
}
