//! When people are away, and who stands in for them.

use mainstay_model::{Day, Timestamp, Zone};
use mainstay_store::Absence;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{AppError, Result};
use crate::people::address;

/// The longest absence that is taken: whoever is away for longer has left, and their tasks are handed over.
const MAX_ABSENCE_DAYS: i64 = 366;
/// Seconds of a day.
const DAY_SECONDS: i64 = 86_400;

/// An absence to be kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAbsence {
    /// Who is away, by address.
    pub person: String,
    /// From when.
    pub from_at: Timestamp,
    /// Until when, that instant not included.
    pub until_at: Timestamp,
    /// Who stands in, by address; nobody where absent.
    #[serde(default)]
    pub cover: Option<String>,
}

impl NewAbsence {
    /// An absence as people write it: two instants, or two days, both of them whole.
    ///
    /// # Errors
    /// When one of them is neither.
    pub fn between(person: &str, from: &str, until: &str, cover: Option<String>, zone: &Zone) -> Result<Self> {
        let until_at = match Day::parse(until) {
            Ok(day) => zone.start_of(day.plus(1)),
            Err(_) => instant(until, zone)?,
        };
        Ok(Self { person: person.to_owned(), from_at: Self::beginning(from, zone)?, until_at, cover })
    }

    /// The instant at which an absence begins: an instant, or the beginning of a day.
    ///
    /// # Errors
    /// When it is neither.
    pub fn beginning(text: &str, zone: &Zone) -> Result<Timestamp> {
        match Day::parse(text) {
            Ok(day) => Ok(zone.start_of(day)),
            Err(_) => instant(text, zone),
        }
    }
}

fn instant(text: &str, zone: &Zone) -> Result<Timestamp> {
    Timestamp::parse_for_person(text, zone).map_err(|error| AppError::invalid(error.to_string()).hint("or write a day, like 2026-03-01"))
}

impl App {
    /// The absences that last now or begin later, by their beginning.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn absences(&self) -> Result<Vec<Absence>> {
        Ok(self.store().absences_since(self.now()).await?)
    }

    /// Keeps an absence; one of the same person and beginning is replaced. Tasks go to the cover while it lasts.
    ///
    /// # Errors
    /// When an address is none, it would end before it begins or has ended, lasts longer than a year, or somebody would cover for themselves.
    pub async fn add_absence(&self, new: &NewAbsence) -> Result<()> {
        let person = address(&new.person)?;
        let cover = new.cover.as_deref().map(str::trim).filter(|cover| !cover.is_empty()).map(address).transpose()?;
        if new.until_at <= new.from_at || new.until_at <= self.now() {
            return Err(AppError::invalid("the absence would have ended before it begins").hint("give a later end"));
        }
        if new.until_at > new.from_at.plus_seconds(MAX_ABSENCE_DAYS * DAY_SECONDS) {
            return Err(AppError::invalid(format!("an absence lasts at most {MAX_ABSENCE_DAYS} days"))
                .hint("hand the tasks of somebody who has left over to somebody else"));
        }
        if cover.as_ref() == Some(&person) {
            return Err(AppError::invalid(format!("{person} cannot stand in for themselves")));
        }
        let absence = Absence { person, from_at: new.from_at, until_at: new.until_at, cover };
        Ok(self.store().save_absence(&absence).await?)
    }

    /// Removes an absence.
    ///
    /// # Errors
    /// When there is none of that person and beginning.
    pub async fn remove_absence(&self, person: &str, from_at: Timestamp) -> Result<()> {
        let person = address(person)?;
        if self.store().remove_absence(&person, from_at).await? {
            return Ok(());
        }
        Err(AppError::not_found(format!("{person} has no absence that begins at {from_at}"))
            .hint("`mainstay absence list` shows what there is"))
    }
}
