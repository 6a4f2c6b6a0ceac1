//! Who enters a play: pilot, exclusion, re-entry and holdout, decided before anybody is shown who qualifies.

use mainstay_model::play::{Play, Reentry};
use mainstay_model::{Timestamp, Zone};
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::due;
use crate::run::Subject;
use crate::windows::BusinessTime;

/// Hexadecimal digits of a run's id.
const ID_DIGITS: usize = 20;

/// Somebody for whom a trigger has fired.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// Who.
    pub subject: &'a Subject,
    /// The trigger instant.
    pub at: Timestamp,
    /// Whether the pilot's condition holds; `None` where it is not known. Of no account where the play has none.
    pub pilot: Option<bool>,
    /// Whether the account qualifies; `None` where that is not known. Of no account where the play asks nothing.
    pub qualifies: Option<bool>,
    /// The latest run of the play for the same subject; [`Subject::of`] makes another of each value that runs go side by side for.
    pub earlier: Option<Earlier>,
    /// A play with an active run for the account that excludes this one.
    pub excluded_by: Option<&'a str>,
}

/// An earlier run that re-entry looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Earlier {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it has not.
    pub ended_at: Option<Timestamp>,
}

/// What is decided about a candidate.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// A run starts.
    Start,
    /// A run starts that gets no effects.
    HeldOut,
    /// No run starts.
    Refused(Refusal),
}

/// Why no run starts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The account is not in the pilot.
    NotInPilot,
    /// A play with an active run excludes this one.
    Excluded {
        /// That play.
        by: String,
    },
    /// A run of it is under way.
    AlreadyRunning,
    /// It had its only run.
    AlreadyRan,
    /// It may enter again, but later.
    TooSoon {
        /// When.
        until: Timestamp,
    },
    /// It does not qualify.
    NotQualified,
}

impl Refusal {
    /// The reason as a word.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::NotInPilot => "not_in_pilot",
            Self::Excluded { .. } => "excluded",
            Self::AlreadyRunning => "already_running",
            Self::AlreadyRan => "already_ran",
            Self::TooSoon { .. } => "too_soon",
            Self::NotQualified => "not_qualified",
        }
    }

    /// What belongs to the word: the play that excludes this one, or the instant until which it is too soon.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        match self {
            Self::Excluded { by } => Some(by.clone()),
            Self::TooSoon { until } => Some(until.to_rfc3339()),
            Self::NotInPilot | Self::AlreadyRunning | Self::AlreadyRan | Self::NotQualified => None,
        }
    }

    /// The refusal of a word and what belongs to it; none where they make no refusal.
    #[must_use]
    pub fn read(word: &str, detail: Option<&str>) -> Option<Self> {
        match word {
            "not_in_pilot" => Some(Self::NotInPilot),
            "excluded" => Some(Self::Excluded { by: detail?.to_owned() }),
            "already_running" => Some(Self::AlreadyRunning),
            "already_ran" => Some(Self::AlreadyRan),
            "too_soon" => Some(Self::TooSoon { until: Timestamp::parse(detail?).ok()? }),
            "not_qualified" => Some(Self::NotQualified),
            _ => None,
        }
    }
}

/// Decides about a candidate. `zone` is the account's.
#[must_use]
pub fn admit(play: &Play, candidate: &Candidate, salt: &str, zone: &Zone, business: &BusinessTime) -> Admission {
    let account = &candidate.subject.account;
    if !in_pilot(play, account, salt, candidate.pilot) {
        return Admission::Refused(Refusal::NotInPilot);
    }
    if let Some(by) = candidate.excluded_by {
        return Admission::Refused(Refusal::Excluded { by: by.to_owned() });
    }
    if let Some(refusal) = candidate.earlier.and_then(|earlier| reentry(play, earlier, candidate.at, zone, business)) {
        return Admission::Refused(refusal);
    }
    let held_out = is_held_out(play, account, salt);
    if play.qualify.is_some() && candidate.qualifies != Some(true) {
        return Admission::Refused(Refusal::NotQualified);
    }
    if held_out { Admission::HeldOut } else { Admission::Start }
}

fn reentry(play: &Play, earlier: Earlier, at: Timestamp, zone: &Zone, business: &BusinessTime) -> Option<Refusal> {
    let running = earlier.ended_at.is_none_or(|ended| ended > at);
    match &play.reentry {
        Reentry::Never => Some(if running { Refusal::AlreadyRunning } else { Refusal::AlreadyRan }),
        _ if running => Some(Refusal::AlreadyRunning),
        Reentry::AfterExit | Reentry::Parallel(_) => None,
        Reentry::After(length) => {
            let until = due::after(earlier.started_at, *length, zone, business);
            (at < until).then_some(Refusal::TooSoon { until })
        }
    }
}

/// Whether an account is held out of a play: the same answer at every ask.
#[must_use]
pub fn is_held_out(play: &Play, account: &str, salt: &str) -> bool {
    fraction("holdout", &play.name, account, salt) < play.holdout
}

/// Whether an account is in a play's pilot, if it has one.
#[must_use]
pub fn in_pilot(play: &Play, account: &str, salt: &str, condition: Option<bool>) -> bool {
    let Some(pilot) = &play.pilot else { return true };
    (pilot.only.is_none() || condition == Some(true)) && fraction("pilot", &play.name, account, salt) < pilot.share
}

/// The id of a run: a digest of play, subject and trigger instant.
#[must_use]
pub fn run_id(play: &str, subject: &Subject, at: Timestamp) -> String {
    let mut hash = Xxh3::new();
    for part in [play, &subject.account, subject.record.as_deref().unwrap_or_default()] {
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(&at.micros().to_le_bytes());
    format!("{:032x}", hash.digest128()).chars().take(ID_DIGITS).collect()
}

/// A number from 0 up to 1 that is fixed for an account of a play, and for another purpose another.
fn fraction(purpose: &str, play: &str, account: &str, salt: &str) -> f64 {
    let mut text = Vec::new();
    for part in [purpose, play, account, salt] {
        text.extend((part.len() as u64).to_le_bytes());
        text.extend(part.as_bytes());
    }
    // 53 bits are what a number holds exactly.
    (xxh3_64(&text) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_from_its_word_and_what_belongs_to_it() {
        let refusals = [
            Refusal::NotInPilot,
            Refusal::Excluded { by: "rescue".into() },
            Refusal::AlreadyRunning,
            Refusal::AlreadyRan,
            Refusal::TooSoon { until: Timestamp(1_775_035_800_123_456) },
            Refusal::NotQualified,
        ];
        for refusal in refusals {
            assert_eq!(Refusal::read(refusal.word(), refusal.detail().as_deref()), Some(refusal));
        }
        for (word, detail) in [("asleep", None), ("excluded", None), ("too_soon", Some("soon"))] {
            assert_eq!(Refusal::read(word, detail), None, "{word}");
        }
    }
}
