//! The exports of the simulated systems, as files to import: one folder for every start.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mainstay_model::{Day, Timestamp, Zone};
use mainstay_simulator::{Company, EVENT_COLUMNS, event_row};

use super::state::State;
use super::unwritable;
use crate::error::Result;

/// Before anything that is simulated.
const BEGINNING: Timestamp = Timestamp::from_micros(0);

/// Writes what is new since the last import; `None` where nothing is.
pub(super) fn write(folder: &Path, company: &Company, state: &State, now: Timestamp) -> Result<Option<PathBuf>> {
    let first = state.records_until.is_none();
    // An import that was interrupted goes on with the same files.
    let until = if first { state.began_at } else { now };
    let name = until.to_rfc3339().replace(':', "-");
    let exports = folder.join("exports").join(name);
    let mut files = write_records(&exports, company, state.records_until.unwrap_or(BEGINNING), until)?;
    if first {
        files += write_events(&exports.join("product"), company, state.began_at)?;
    }
    Ok((files > 0).then_some(exports))
}

/// Which system an entity's export comes from.
fn system_of(entity: &str) -> &'static str {
    match entity {
        "subscriptions" | "invoices" | "products" => "billing",
        "tickets" | "surveys" => "support",
        "users" => "product",
        "outside_signals" => "news",
        _ => "crm",
    }
}

fn write_records(exports: &Path, company: &Company, from: Timestamp, to: Timestamp) -> Result<u32> {
    let mut files = 0;
    for table in company.tables() {
        let Some(csv) = table.csv(from, to) else { continue };
        let folder = exports.join(system_of(table.entity));
        fs::create_dir_all(&folder).map_err(|error| unwritable(&folder, error))?;
        let path = folder.join(format!("{}.csv", table.entity));
        fs::write(&path, csv).map_err(|error| unwritable(&path, error))?;
        files += 1;
    }
    Ok(files)
}

/// One file of events for each month, up to `until`.
fn write_events(folder: &Path, company: &Company, until: Timestamp) -> Result<u32> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, error))?;
    let last = Zone::utc().day_of(until);
    let mut month = company.config.first_day;
    let mut files = 0;
    while month <= last {
        let next = Day::from_date(month.date().first_of_month()).plus_months(1);
        let from = if files == 0 { BEGINNING } else { before(month) };
        write_month(folder, company, month, (from, before(next).min(until)))?;
        month = next;
        files += 1;
    }
    Ok(files)
}

/// The last instant before a day.
fn before(day: Day) -> Timestamp {
    Timestamp::from_micros(Zone::utc().start_of(day).micros() - 1)
}

fn write_month(folder: &Path, company: &Company, month: Day, (from, to): (Timestamp, Timestamp)) -> Result<()> {
    let date = month.date();
    let path = folder.join(format!("product_events_{:04}-{:02}.csv", date.year(), date.month()));
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(&path)?);
        writeln!(out, "{}", EVENT_COLUMNS.join(","))?;
        for event in company.events(from, to) {
            // None of the cells has a comma, a quote or a line break.
            writeln!(out, "{}", event_row(&event).join(","))?;
        }
        out.flush()
    };
    write().map_err(|error| unwritable(&path, error))
}
