//! Where a renewal stands on its time line: how far ahead its end is, or how it came out.

use mainstay_model::Day;
use serde::{Deserialize, Serialize};

/// A renewal is on its time line from so many days before the end.
pub const TIME_LINE_DAYS: i32 = 120;

/// What came out stays on the board for so many days after the end.
pub const LOOK_BACK_DAYS: i32 = 90;

/// Where a renewal stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum RenewalStage {
    /// 120 to 91 days ahead.
    #[serde(rename = "-120")]
    Opened,
    /// 90 to 61 days ahead.
    #[serde(rename = "-90")]
    Reviewed,
    /// 60 to 31 days ahead.
    #[serde(rename = "-60")]
    Proposed,
    /// 30 to 8 days ahead.
    #[serde(rename = "-30")]
    Escalated,
    /// The last week, and the day itself.
    #[serde(rename = "due")]
    Due,
    /// The end has passed and nobody said what became of it.
    #[serde(rename = "overdue")]
    Overdue,
    /// It goes on.
    #[serde(rename = "renewed")]
    Renewed,
    /// It does not.
    #[serde(rename = "churned")]
    Churned,
}

impl RenewalStage {
    /// All of them in order, with their words.
    pub const ALL: [(&'static str, Self); 8] = [
        ("-120", Self::Opened),
        ("-90", Self::Reviewed),
        ("-60", Self::Proposed),
        ("-30", Self::Escalated),
        ("due", Self::Due),
        ("overdue", Self::Overdue),
        ("renewed", Self::Renewed),
        ("churned", Self::Churned),
    ];

    /// The stage of a word, if it is one.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, stage)| stage)
    }

    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, stage)| *stage == self).map_or("", |(name, _)| name)
    }

    /// The stage of an end that nobody has decided about; none where it is too far ahead.
    #[must_use]
    pub const fn of_days_left(days: i32) -> Option<Self> {
        match days {
            ..0 => Some(Self::Overdue),
            0..=7 => Some(Self::Due),
            8..=30 => Some(Self::Escalated),
            31..=60 => Some(Self::Proposed),
            61..=90 => Some(Self::Reviewed),
            91..=TIME_LINE_DAYS => Some(Self::Opened),
            _ => None,
        }
    }
}

/// What is known about the end of a line on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ending {
    /// The end that is ahead, or behind where it passed.
    pub on: Day,
    /// The end before it, where the line was renewed, by itself or by a new term.
    pub renewed_from: Option<Day>,
    /// Whether another line took its place.
    pub succeeded: bool,
    /// Whether the line was canceled or the account left.
    pub lost: bool,
}

impl Ending {
    /// Where it stands; none where it is on no time line: too far ahead, or too long past. A line that another one follows was renewed even where
    /// it was canceled for it.
    #[must_use]
    pub fn stage(&self, today: Day) -> Option<RenewalStage> {
        let days_left = self.on.since(today);
        if days_left < -LOOK_BACK_DAYS {
            return None;
        }
        if self.succeeded || self.lost {
            let decided = if self.succeeded { RenewalStage::Renewed } else { RenewalStage::Churned };
            return (days_left <= TIME_LINE_DAYS).then_some(decided);
        }
        let lately = self.renewed_from.is_some_and(|from| from.since(today) >= -LOOK_BACK_DAYS);
        RenewalStage::of_days_left(days_left).or_else(|| lately.then_some(RenewalStage::Renewed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Day = Day(20_000);

    fn stage(days: i32, change: impl FnOnce(&mut Ending)) -> Option<&'static str> {
        let mut ending = Ending { on: TODAY.plus(days), renewed_from: None, succeeded: false, lost: false };
        change(&mut ending);
        ending.stage(TODAY).map(RenewalStage::as_str)
    }

    #[test]
    fn a_renewal_walks_through_its_stages_day_by_day() {
        let cases = [
            (121, None),
            (120, Some("-120")),
            (91, Some("-120")),
            (90, Some("-90")),
            (61, Some("-90")),
            (60, Some("-60")),
            (31, Some("-60")),
            (30, Some("-30")),
            (8, Some("-30")),
            (7, Some("due")),
            (0, Some("due")),
            (-1, Some("overdue")),
            (-90, Some("overdue")),
            (-91, None),
        ];
        for (days, expected) in cases {
            assert_eq!(stage(days, |_| ()), expected, "{days} days ahead");
        }
    }

    #[test]
    fn what_was_decided_shows_from_the_time_line_on_until_90_days_after() {
        assert_eq!(stage(40, |ending| ending.succeeded = true), Some("renewed"));
        assert_eq!(stage(-90, |ending| ending.lost = true), Some("churned"));
        assert_eq!(stage(-91, |ending| ending.lost = true), None);
        assert_eq!(stage(121, |ending| ending.lost = true), None);
        assert_eq!(
            stage(-3, |ending| (ending.lost, ending.succeeded) = (true, true)),
            Some("renewed"),
            "canceled for the one that follows"
        );
        assert_eq!(stage(300, |ending| ending.renewed_from = Some(TODAY.plus(-65))), Some("renewed"));
        assert_eq!(stage(300, |ending| ending.renewed_from = Some(TODAY.plus(20))), Some("renewed"), "signed before the old end");
        assert_eq!(stage(300, |ending| ending.renewed_from = Some(TODAY.plus(-91))), None);
        assert_eq!(stage(25, |ending| ending.renewed_from = Some(TODAY.plus(-5))), Some("-30"), "the next end is what counts");
    }

    #[test]
    fn every_stage_is_found_by_its_word() {
        for (word, stage) in RenewalStage::ALL {
            assert_eq!((RenewalStage::parse(word), stage.as_str()), (Some(stage), word));
            assert_eq!(serde_json::to_string(&stage).unwrap(), format!("\"{word}\""));
        }
        assert_eq!(RenewalStage::parse("-45"), None);
    }
}
