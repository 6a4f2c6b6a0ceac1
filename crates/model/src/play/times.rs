//! Times of a play as they are written: lengths, offsets from the trigger instant or a date, and how they read.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest length or offset, in days: ten years.
pub const MAX_DAYS: u32 = 3_660;

/// A length of time. Days and months are calendar ones, of the zone in which they are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// So many minutes.
    Minutes(u32),
    /// So many calendar days.
    Days(u32),
    /// So many calendar months, clamped at month ends.
    Months(u32),
    /// So many minutes of business time.
    BusinessMinutes(u32),
    /// So many days of the business calendar: the same time of day on the n-th worked day after, within its hours.
    BusinessDays(u32),
}

impl Length {
    /// Reads `30 minutes`, `4 hours`, `2 days`, `3 weeks`, `1 month`, `4 business hours`, `1 business day`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (count, business, unit) = match words.as_slice() {
            [count, unit] => (count, false, unit),
            [count, "business", unit] => (count, true, unit),
            _ => return None,
        };
        let count: u32 = count.parse().ok()?;
        let times = |factor: u32| count.checked_mul(factor);
        let length = match (business, unit.trim_end_matches('s')) {
            (false, "minute") => Self::Minutes(count),
            (false, "hour") => Self::Minutes(times(60)?),
            (false, "day") => Self::Days(count),
            (false, "week") => Self::Days(times(7)?),
            (false, "month") => Self::Months(count),
            (true, "minute") => Self::BusinessMinutes(count),
            (true, "hour") => Self::BusinessMinutes(times(60)?),
            (true, "day") => Self::BusinessDays(count),
            _ => return None,
        };
        (length.at_most_days() <= MAX_DAYS).then_some(length)
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        match self {
            Self::Minutes(n) | Self::Days(n) | Self::Months(n) | Self::BusinessMinutes(n) | Self::BusinessDays(n) => n == 0,
        }
    }

    const fn at_most_days(self) -> u32 {
        match self {
            Self::Minutes(minutes) | Self::BusinessMinutes(minutes) => minutes / 1_440,
            Self::Days(days) | Self::BusinessDays(days) => days,
            Self::Months(months) => months.saturating_mul(31),
        }
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (business, minutes) = match *self {
            Self::Minutes(minutes) => ("", minutes),
            Self::BusinessMinutes(minutes) => ("business ", minutes),
            Self::Days(days) => return write_count(f, days, "", "day"),
            Self::BusinessDays(days) => return write_count(f, days, "business ", "day"),
            Self::Months(months) => return write_count(f, months, "", "month"),
        };
        if minutes > 0 && minutes % 60 == 0 {
            write_count(f, minutes / 60, business, "hour")
        } else {
            write_count(f, minutes, business, "minute")
        }
    }
}

fn write_count(f: &mut fmt::Formatter<'_>, count: u32, before: &str, unit: &str) -> fmt::Result {
    write!(f, "{count} {before}{unit}{}", if count == 1 { "" } else { "s" })
}

/// A calendar distance from a date, backward or forward.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Shift {
    /// Calendar months, clamped at month ends; counted before the days.
    pub months: i32,
    /// Calendar days.
    pub days: i32,
}

impl Shift {
    /// The date itself.
    pub const NONE: Self = Self { months: 0, days: 0 };

    /// Reads `-90 days`, `7 days`, `-2 weeks`, `-3 months`, `day 0`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.split_whitespace().eq(["day", "0"]) {
            return Some(Self::NONE);
        }
        let (count, unit) = text.trim().split_once(' ')?;
        let count: i32 = count.strip_prefix('+').unwrap_or(count).parse().ok()?;
        let shift = match unit.trim().trim_end_matches('s') {
            "day" => Self { months: 0, days: count },
            "week" => Self { months: 0, days: count.checked_mul(7)? },
            "month" => Self { months: count, days: 0 },
            _ => return None,
        };
        let days = shift.days.unsigned_abs().max(shift.months.unsigned_abs().saturating_mul(31));
        (days <= MAX_DAYS).then_some(shift)
    }

    /// The day so far from another.
    #[must_use]
    pub fn applied_to(self, day: crate::Day) -> crate::Day {
        if self.months == 0 { day.plus(self.days) } else { day.plus_months(self.months).plus(self.days) }
    }
}

impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = if self.months == 0 { (self.days, "day") } else { (self.months, "month") };
        match count {
            0 => f.write_str("day 0"),
            1 | -1 => write!(f, "{count} {unit}"),
            _ => write!(f, "{count} {unit}s"),
        }
    }
}

/// When a step is due: an offset and, for offsets that are days, a time of day other than the play hour.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// From where, and how far.
    pub offset: Offset,
    /// Minutes after midnight, in the account's zone.
    pub minute_of_day: Option<u16>,
}

/// How far from what.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offset {
    /// So many minutes from the trigger instant; 0 is `immediately`.
    Minutes(u32),
    /// The n-th day of the run, Day 1 being the trigger's calendar day; `week 2` is day 8.
    Day(u32),
    /// The same day of the month as the trigger's, n - 1 months later, clamped; `month 1` is Day 1.
    Month(u32),
    /// So far from the date of a date trigger.
    Date(Shift),
    /// So long after another step was decided.
    After {
        /// How long.
        length: Length,
        /// The other step's name; it stands before this one.
        step: String,
    },
}

impl Moment {
    /// Reads `immediately`, `minute 30`, `hour 4`, `day 2`, `day 5 14:30`, `week 2`, `month 2`, `day 0`, `-90 days`, `3 days after alert`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (words, minute_of_day) = match words.split_last() {
            Some((last, rest)) if last.contains(':') => (rest, Some(minute_of_day(last)?)),
            _ => (words.as_slice(), None),
        };
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= MAX_DAYS * 24 * 60);
        let offset = match words {
            ["immediately"] => Offset::Minutes(0),
            ["minute", n] => Offset::Minutes(number(n)?),
            ["hour", n] => Offset::Minutes(number(n)?.checked_mul(60)?),
            ["day", "0"] => Offset::Date(Shift::NONE),
            ["day", n] => Offset::Day(number(n).filter(|n| *n <= MAX_DAYS)?),
            ["week", n] => Offset::Day(number(n).filter(|n| (1..=MAX_DAYS / 7).contains(n))?.checked_sub(1)? * 7 + 1),
            ["month", n] => Offset::Month(number(n).filter(|n| (1..=MAX_DAYS / 31).contains(n))?),
            [length @ .., "after", step] => Offset::After { length: Length::parse(&length.join(" "))?, step: (*step).to_owned() },
            rest => Offset::Date(Shift::parse(&rest.join(" "))?),
        };
        let timeless = match &offset {
            Offset::Minutes(_) => true,
            Offset::After { length, .. } => !matches!(length, Length::Days(_) | Length::Months(_)),
            Offset::Day(_) | Offset::Month(_) | Offset::Date(_) => false,
        };
        (minute_of_day.is_none() || !timeless).then_some(Self { offset, minute_of_day })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.offset {
            Offset::Minutes(0) => f.write_str("immediately")?,
            Offset::Minutes(minutes) if minutes % 60 == 0 => write!(f, "hour {}", minutes / 60)?,
            Offset::Minutes(minutes) => write!(f, "minute {minutes}")?,
            Offset::Day(day) => write!(f, "day {day}")?,
            Offset::Month(month) => write!(f, "month {month}")?,
            Offset::Date(shift) => write!(f, "{shift}")?,
            Offset::After { length, step } => write!(f, "{length} after {step}")?,
        }
        match self.minute_of_day {
            Some(minute) => write!(f, " {}", clock(minute)),
            None => Ok(()),
        }
    }
}

/// Reads `14:30` as minutes after midnight; `24:00` is the end of the day.
#[must_use]
pub fn minute_of_day(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
    (hour <= 24 && minute < 60 && hour * 60 + minute <= 24 * 60).then_some(hour * 60 + minute)
}

/// Minutes after midnight as `14:30`.
#[must_use]
pub fn clock(minute_of_day: u16) -> String {
    format!("{:02}:{:02}", minute_of_day / 60, minute_of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::{Length, Moment, Offset, Shift};

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        for text in ["immediately", "minute 30", "hour 4", "day 2", "day 5 14:30", "month 2", "day 0", "-90 days", "1 day", "-3 months"] {
            assert_eq!(Moment::parse(text).map(|moment| moment.to_string()).as_deref(), Some(text));
        }
        assert_eq!(Moment::parse("3 days after alert").unwrap().to_string(), "3 days after alert");
        for text in ["30 minutes", "4 hours", "1 day", "4 business hours", "1 business day", "2 months"] {
            assert_eq!(Length::parse(text).map(|length| length.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_week_is_seven_days_and_begins_with_its_first() {
        assert_eq!(Moment::parse("week 2").unwrap().offset, Offset::Day(8));
        assert_eq!(Moment::parse("week 1").unwrap().offset, Offset::Day(1));
        assert_eq!(Length::parse("2 weeks"), Some(Length::Days(14)));
        assert_eq!(Shift::parse("-2 weeks"), Some(Shift { months: 0, days: -14 }));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in
            ["", "day", "day x", "day -1", "week 0", "hour 4 14:30", "immediately 09:00", "5", "tomorrow", "day 5 25:00", "day 99999999"]
        {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
        for text in ["", "days", "-1 days", "3 business weeks", "4000 days", "99999999999 hours"] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }
}
