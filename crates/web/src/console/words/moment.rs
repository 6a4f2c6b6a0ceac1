//! How instants are written for a reader, in the workspace's zone.

use mainstay_model::{Day, Timestamp, Zone};

use super::{day_words, month_name};

/// Where a reader is in time: the zone days are taken in and the present instant.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The workspace's zone.
    pub zone: Zone,
    /// The present instant.
    pub now: Timestamp,
}

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Moment {
    /// How long ago, e.g. `14 min ago`; a future instant is `in 3 days`.
    #[must_use]
    pub fn ago(&self, at: Timestamp) -> String {
        let seconds = (self.now.micros() - at.micros()).div_euclid(1_000_000);
        let size = seconds.unsigned_abs();
        let words = match size {
            0..60 => format!("{size} s"),
            60..3_600 => format!("{} min", size / 60),
            3_600..172_800 => format!("{} h", size / 3_600),
            172_800..5_184_000 => format!("{} days", size / 86_400),
            _ => return day_words(self.zone.day_of(at)),
        };
        if seconds < 0 { format!("in {words}") } else { format!("{words} ago") }
    }

    /// The shortest name of an instant in a list: `today 09:14`, `Wed 18`, `22 Oct`, `22 Oct 2025`.
    #[must_use]
    pub fn short(&self, at: Timestamp) -> String {
        let (day, today) = (self.zone.day_of(at), self.zone.day_of(self.now));
        let civil = self.zone.civil(at);
        let date = day.date();
        match today.since(day) {
            0 => format!("today {:02}:{:02}", civil.hour(), civil.minute()),
            1..=6 => {
                format!("{} {}", weekday(day), date.day())
            }
            _ if date.year() == today.date().year() => format!("{} {}", date.day(), month_name(date.month())),
            _ => day_words(day),
        }
    }

    /// The shortest name of an instant to come: `today 17:00`, `tomorrow 09:00`, `Wed 18`, `22 Oct`.
    #[must_use]
    pub fn ahead(&self, at: Timestamp) -> String {
        let (day, today) = (self.zone.day_of(at), self.today());
        let civil = self.zone.civil(at);
        match day.since(today) {
            0 => format!("today {:02}:{:02}", civil.hour(), civil.minute()),
            1 => format!("tomorrow {:02}:{:02}", civil.hour(), civil.minute()),
            2..=6 => format!("{} {}", weekday(day), day.date().day()),
            _ if day.date().year() == today.date().year() => format!("{} {}", day.date().day(), month_name(day.date().month())),
            _ => day_words(day),
        }
    }

    /// How much time lies between two instants: `41 min`, `5 h`, `3 days`.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> String {
        let minutes = (to.micros() - from.micros()).div_euclid(60_000_000);
        match minutes {
            ..60 => format!("{minutes} min"),
            60..2_880 => format!("{} h", minutes / 60),
            _ => format!("{} days", minutes / 1_440),
        }
    }

    /// Today in words: `Saturday 21 November`.
    #[must_use]
    pub fn weekday(&self) -> String {
        self.today().date().strftime("%A %-d %B").to_string()
    }

    /// An instant in full: `22 Nov 2026, 09:14`.
    #[must_use]
    pub fn full(&self, at: Timestamp) -> String {
        let civil = self.zone.civil(at);
        format!("{}, {:02}:{:02}", day_words(Day::from_date(civil.date())), civil.hour(), civil.minute())
    }

    /// Today in the workspace's zone.
    #[must_use]
    pub fn today(&self) -> Day {
        self.zone.day_of(self.now)
    }
}

/// The short name of a day's weekday.
fn weekday(day: Day) -> &'static str {
    WEEKDAYS.get(usize::try_from(day.date().weekday().to_monday_zero_offset()).unwrap_or(0)).copied().unwrap_or("")
}
