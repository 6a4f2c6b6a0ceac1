//! How far a demonstration has got, in `demo.json` of its folder.

use std::fs;
use std::path::Path;

use mainstay_model::{Day, Timestamp, Zone};
use mainstay_simulator::Config;
use serde::{Deserialize, Serialize};

use super::{DemoRequest, unwritable};
use crate::error::{AppError, ErrorCode, Result};

const FILE: &str = "demo.json";

/// What is written down between two starts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) seed: u64,
    pub(super) accounts: u32,
    pub(super) years: u32,
    pub(super) first_day: Day,
    pub(super) history_days: i32,
    /// The first start: events up to here come from the history's files, later ones by live messages.
    pub(super) began_at: Timestamp,
    /// Records up to here are imported, and events as far as they come from files; none are yet where absent.
    pub(super) records_until: Option<Timestamp>,
    /// Live messages up to here were answered.
    pub(super) sent_until: Timestamp,
    pub(super) write_key: Option<String>,
    /// So many of the last days of the history come piece by piece, so that plays live through them.
    #[serde(default)]
    pub(super) replayed_days: u32,
}

impl State {
    pub(super) fn begin(config: Config, request: &DemoRequest<'_>, now: Timestamp) -> Self {
        Self {
            seed: config.seed,
            accounts: config.accounts,
            years: request.years,
            first_day: config.first_day,
            history_days: config.history_days,
            began_at: now,
            records_until: None,
            sent_until: now,
            write_key: None,
            replayed_days: request.replayed_days,
        }
    }

    /// The end of the history that is imported at once.
    pub(super) fn history_until(&self) -> Timestamp {
        match self.replayed_days {
            0 => self.began_at,
            days => Zone::utc().start_of(Zone::utc().day_of(self.began_at).plus(-i32::try_from(days).unwrap_or(i32::MAX))),
        }
    }

    /// Whether the history is imported and the last days of it have not all passed.
    pub(super) fn is_replaying(&self) -> bool {
        self.records_until.is_some_and(|until| until < self.began_at)
    }

    pub(super) const fn config(&self) -> Config {
        Config { seed: self.seed, accounts: self.accounts, first_day: self.first_day, history_days: self.history_days }
    }

    /// The state of an earlier start, if there was one.
    pub(super) fn read(folder: &Path) -> Result<Option<Self>> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(AppError::new(ErrorCode::Unavailable, format!("could not read {}", path.display())).caused_by(error)),
        };
        serde_json::from_str(&text).map(Some).map_err(|error| {
            AppError::invalid(format!("{} is damaged", path.display()))
                .hint("remove the demonstration's folder, or choose another")
                .caused_by(error)
        })
    }

    /// Replaces the file whole, so that a crash leaves the old one or the new one.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let path = folder.join(FILE);
        let draft = folder.join(".demo.json.new");
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        fs::write(&draft, text + "\n").and_then(|()| fs::rename(&draft, &path)).map_err(|error| unwritable(&path, error))
    }

    pub(super) fn check_same_company(&self, request: &DemoRequest<'_>) -> Result<()> {
        if (self.seed, self.accounts, self.years) == (request.seed, request.accounts, request.years) {
            return Ok(());
        }
        let there = format!("{} accounts, seed {}, {} years", self.accounts, self.seed, self.years);
        Err(AppError::invalid(format!("{} holds another demonstration ({there})", request.folder.display()))
            .hint("ask for the same one, or choose another folder with --data"))
    }
}
