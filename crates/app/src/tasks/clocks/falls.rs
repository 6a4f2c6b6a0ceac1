//! Falls of accounts, read off the bands in which they ended their days.

use mainstay_model::{BandScale, Day};

use super::ClockKind;
use crate::engine::State;

/// A decline, or an entry into a worse band.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fall {
    /// Which clock it begins.
    pub(super) kind: ClockKind,
    /// The first day at whose end the account was worse.
    pub(super) from: Day,
    /// The day at whose end it was over; none while it lasts.
    pub(super) until: Option<Day>,
}

/// The falls of all accounts that began within so many days before today, by account. One pass over the days that are kept.
pub(super) fn falls(state: &State, days: i32, today: Day) -> Vec<(String, Fall)> {
    let bands = &state.plan.workspace.bands;
    let clocks = clocks_of(bands);
    let subjects = state.subjects.all();
    let mut tracks = vec![Track::default(); subjects.len()];
    // The day before the first one says from where an account fell.
    for day in (-1 - days..=-1).map(|days| today.plus(days)) {
        let score = state.history.scores_on(day);
        for (track, subject) in tracks.iter_mut().zip(&subjects) {
            if let Some(score) = score(*subject) {
                track.step(day, bands.index_of(score), &clocks);
            }
        }
    }
    let of_account = |(track, subject): (Track, u32)| {
        let account = state.subjects.id(subject);
        track.close().into_iter().map(move |fall| (account.to_owned(), fall))
    };
    tracks.into_iter().zip(subjects).flat_map(of_account).collect()
}

/// The clock that an entry into each band begins, by its colour.
fn clocks_of(bands: &BandScale) -> Vec<Option<ClockKind>> {
    let clock = |color: &str| match color {
        "red" => Some(ClockKind::RedToContact),
        "yellow" | "orange" => Some(ClockKind::YellowToContact),
        _ => None,
    };
    bands.0.iter().map(|band| clock(&band.color)).collect()
}

/// Where an account stands while its days are walked. Days without a score are passed over.
#[derive(Clone, Default)]
struct Track {
    /// The band of the last day with a score, 0 the best.
    band: Option<usize>,
    /// Since when it has declined, and from which band.
    decline: Option<(Day, usize)>,
    /// The clock of the bands it fell into, and when.
    entry: Option<(ClockKind, Day)>,
    over: Vec<Fall>,
}

impl Track {
    /// The account ended a day in a band.
    fn step(&mut self, day: Day, band: usize, clocks: &[Option<ClockKind>]) {
        let Some(before) = self.band.replace(band) else { return };
        match self.decline {
            Some((from, level)) if band <= level => {
                self.decline = None;
                self.over.push(Fall { kind: ClockKind::DeclineToIntervention, from, until: Some(day) });
            }
            None if band > before => self.decline = Some((day, before)),
            _ => {}
        }
        let clock = |band: usize| clocks.get(band).copied().flatten();
        if clock(band) != clock(before) {
            if let Some((kind, from)) = self.entry.take() {
                self.over.push(Fall { kind, from, until: Some(day) });
            }
            if band > before {
                self.entry = clock(band).map(|kind| (kind, day));
            }
        }
    }

    /// All falls, those that last among them.
    fn close(mut self) -> Vec<Fall> {
        let decline = self.decline.map(|(from, _)| Fall { kind: ClockKind::DeclineToIntervention, from, until: None });
        let entry = self.entry.map(|(kind, from)| Fall { kind, from, until: None });
        self.over.extend(decline.into_iter().chain(entry));
        self.over
    }
}

#[cfg(test)]
mod tests {
    use super::ClockKind::{DeclineToIntervention, RedToContact, YellowToContact};
    use super::*;

    /// The falls of an account that ended its days, from day 0 on, in these bands: healthy, monitor, at risk, critical; `-` is no score.
    fn walked(days: &str) -> Vec<(ClockKind, i32, Option<i32>)> {
        let clocks = clocks_of(&BandScale::default());
        let mut track = Track::default();
        for (day, letter) in days.chars().enumerate() {
            if let Some(band) = "hmac".find(letter) {
                track.step(Day(day as i32), band, &clocks);
            }
        }
        let mut falls: Vec<_> = track.close().into_iter().map(|fall| (fall.kind, fall.from.0, fall.until.map(|day| day.0))).collect();
        falls.sort_by_key(|(kind, from, _)| (*from, *kind));
        falls
    }

    #[test]
    fn falling_further_is_the_same_decline_and_it_lasts_until_the_account_is_back() {
        assert_eq!(walked("hhmaamh"), [(DeclineToIntervention, 2, Some(6)), (YellowToContact, 2, Some(6))]);
        assert_eq!(walked("mmam"), [(DeclineToIntervention, 2, Some(3))], "monitor and at risk are both yellow");
        assert_eq!(walked("aacm"), [(DeclineToIntervention, 2, Some(3)), (RedToContact, 2, Some(3))], "getting better enters nothing");
    }

    #[test]
    fn a_fall_from_healthy_to_critical_begins_the_red_clock_alone_and_one_through_yellow_both() {
        assert_eq!(walked("hc"), [(DeclineToIntervention, 1, None), (RedToContact, 1, None)]);
        assert_eq!(walked("hmc"), [(DeclineToIntervention, 1, None), (YellowToContact, 1, Some(2)), (RedToContact, 2, None)]);
    }

    #[test]
    fn an_account_without_a_score_before_has_fallen_from_nowhere() {
        assert!(walked("--cc").is_empty());
        assert_eq!(walked("h--m-m"), [(DeclineToIntervention, 3, None), (YellowToContact, 3, None)]);
    }
}
