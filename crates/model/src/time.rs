//! Instants, calendar days and zones. An instant is never confused with a day, and "now" is always passed in.

mod written;

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// An instant: microseconds since 1970-01-01T00:00:00 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A calendar day: days since 1970-01-01, in whichever zone it was taken.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

/// What is wrong with a written time or zone, in words that say what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text is no instant at all.
    #[error("`{text}` is not a time; write it like 2026-03-01T09:30:00Z")]
    NotATime {
        /// What was written.
        text: String,
    },
    /// The text has no offset, so it names no instant.
    #[error("`{text}` has no time zone; add one, like {text}Z or {text}+02:00")]
    Naive {
        /// What was written.
        text: String,
    },
    /// The text is no calendar day.
    #[error("`{text}` is not a day; write it like 2026-03-01")]
    NotADay {
        /// What was written.
        text: String,
    },
    /// No such zone in the IANA database.
    #[error("there is no time zone `{name}`; use an IANA name like Europe/Berlin")]
    NoSuchZone {
        /// What was written.
        name: String,
    },
}

impl Timestamp {
    /// The instant `micros` microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 instant with its offset.
    ///
    /// # Errors
    /// [`TimeError::Naive`] where the offset is missing, [`TimeError::NotATime`] for anything else that is no instant.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let trimmed = text.trim();
        match trimmed.parse::<jiff::Timestamp>() {
            Ok(at) => Ok(Self(at.as_microsecond())),
            Err(_) if trimmed.parse::<jiff::civil::DateTime>().is_ok() => Err(TimeError::Naive { text: trimmed.to_owned() }),
            Err(_) => Err(TimeError::NotATime { text: trimmed.to_owned() }),
        }
    }

    /// Reads what a person types for an instant: RFC 3339; a civil time, taken in `zone`; or a day, meaning its last microsecond in `zone`.
    ///
    /// # Errors
    /// [`TimeError::NotATime`] when it is none of the three.
    pub fn parse_for_person(text: &str, zone: &Zone) -> Result<Self, TimeError> {
        let not_a_time = || TimeError::NotATime { text: text.to_owned() };
        if let Ok(at) = Self::parse(text) {
            return Ok(at);
        }
        if let Ok(day) = Day::parse(text) {
            return Ok(Self(zone.start_of(day.plus(1)).0 - 1));
        }
        let civil: jiff::civil::DateTime = text.trim().parse().map_err(|_| not_a_time())?;
        let zoned = civil.to_zoned(zone.inner.clone()).map_err(|_| not_a_time())?;
        Ok(Self(zoned.timestamp().as_microsecond()))
    }

    /// This instant moved by `seconds`.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// RFC 3339 in UTC, as short as it is exact.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        written::instant(self.0)
            .or_else(|| jiff::Timestamp::from_microsecond(self.0).ok().map(|at| at.to_string()))
            .unwrap_or_else(|| self.0.to_string())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl Day {
    /// The day `days` later (earlier when negative).
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The day `months` calendar months later (earlier when negative), clamped at the end of the month; the day itself where that is beyond the
    /// calendar.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let span = jiff::Span::new().try_months(months).ok();
        span.and_then(|span| self.date().checked_add(span).ok()).map_or(self, Self::from_date)
    }

    /// Reads an ISO day such as `2026-03-01`.
    ///
    /// # Errors
    /// [`TimeError::NotADay`] when the text is anything else.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let trimmed = text.trim();
        let not_a_day = || TimeError::NotADay { text: trimmed.to_owned() };
        if trimmed.len() != 10 {
            return Err(not_a_day());
        }
        trimmed.parse::<Date>().map(Self::from_date).map_err(|_| not_a_day())
    }

    /// The civil date.
    #[must_use]
    pub fn date(self) -> Date {
        let epoch = Date::constant(1970, 1, 1);
        epoch.checked_add(SignedDuration::from_hours(i64::from(self.0) * 24)).unwrap_or(epoch)
    }

    /// The day of a civil date.
    #[must_use]
    pub fn from_date(date: Date) -> Self {
        let epoch = Date::constant(1970, 1, 1);
        Self(epoch.until(date).map_or(0, |span| span.get_days()))
    }

    /// Whole days from `earlier` to this day.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date())
    }
}

/// A time zone of the IANA database. Days are calendar days of a zone; daylight saving is the database's business.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    inner: TimeZone,
}

impl Zone {
    /// Looks a zone up by its IANA name.
    ///
    /// # Errors
    /// [`TimeError::NoSuchZone`] when the database has none of that name.
    pub fn named(name: &str) -> Result<Self, TimeError> {
        TimeZone::get(name).map(|inner| Self { name: name.to_owned(), inner }).map_err(|_| TimeError::NoSuchZone { name: name.to_owned() })
    }

    /// Coordinated universal time.
    #[must_use]
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), inner: TimeZone::UTC }
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The calendar day of an instant in this zone.
    #[must_use]
    pub fn day_of(&self, at: Timestamp) -> Day {
        let instant = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
        let offset = i64::from(self.inner.to_offset(instant).seconds());
        let local = at.0.div_euclid(1_000_000).saturating_add(offset);
        Day(i32::try_from(local.div_euclid(86_400)).unwrap_or(i32::MAX))
    }

    /// The first instant of a day in this zone.
    #[must_use]
    pub fn start_of(&self, day: Day) -> Timestamp {
        day.date()
            .to_zoned(self.inner.clone())
            .map_or(Timestamp(i64::from(day.0) * 86_400_000_000), |zoned| Timestamp(zoned.timestamp().as_microsecond()))
    }

    /// The instant of a civil date and time of this zone. One that a change of the clocks leaves out is taken as if they had not changed yet;
    /// one that happens twice is the first of the two.
    #[must_use]
    pub fn instant_of(&self, civil: jiff::civil::DateTime) -> Timestamp {
        let zoned = civil.to_zoned(self.inner.clone());
        zoned.map_or_else(|_| self.start_of(Day::from_date(civil.date())), |zoned| Timestamp(zoned.timestamp().as_microsecond()))
    }

    /// The instant as a civil date and time of this zone, to the second.
    #[must_use]
    pub fn civil(&self, at: Timestamp) -> jiff::civil::DateTime {
        let instant = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
        self.inner.to_datetime(instant)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name)
    }
}

impl Serialize for Zone {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name)
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).map_err(serde::de::Error::custom)
    }
}

/// Where "now" comes from. The system's clock is one implementation, chosen at the edge; tests and replays bring their own.
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;
}
