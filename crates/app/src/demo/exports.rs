//! The exports of the simulated systems, as files to import: one folder for every start.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use mainstay_model::{Day, Timestamp, Zone};
use mainstay_simulator::{Company, EVENT_COLUMNS, Event, Table, event_row};

use super::state::State;
use super::unwritable;
use crate::error::Result;

/// Before anything that is simulated.
const BEGINNING: Timestamp = Timestamp::from_micros(0);

/// Writes what is new since the last import, and up to when that is; no folder where nothing is new.
pub(super) fn write(folder: &Path, company: &Company, state: &State, now: Timestamp) -> Result<(Option<PathBuf>, Timestamp)> {
    let Some(from) = state.records_until else {
        // An import that was interrupted goes on with the same files.
        let until = state.history_until();
        let exports = folder_of(folder, until);
        let mut files = write_records(&exports, &company.tables(), BEGINNING, until)?;
        files += write_events(&exports.join("product"), company, until)?;
        return Ok(((files > 0).then_some(exports), until));
    };
    if state.is_replaying() {
        return Ok((None, from));
    }
    let exports = folder_of(folder, now);
    let files = write_records(&exports, &company.tables(), from, now)?;
    Ok(((files > 0).then_some(exports), now))
}

/// Writes what the systems export and users do in a stretch of the history; no folder where nothing happens.
pub(super) fn write_stretch(
    folder: &Path,
    company: &Company,
    tables: &[Table],
    (from, until): (Timestamp, Timestamp),
    events_until: Timestamp,
) -> Result<Option<PathBuf>> {
    let exports = folder_of(folder, until);
    let mut files = write_records(&exports, tables, from, until)?;
    let mut events = company.events(from, until.min(events_until)).peekable();
    if events.peek().is_some() {
        let product = exports.join("product");
        fs::create_dir_all(&product).map_err(|error| unwritable(&product, error))?;
        write_event_file(&product.join(format!("product_events_{}.csv", name_of(until))), events)?;
        files += 1;
    }
    Ok((files > 0).then_some(exports))
}

fn folder_of(folder: &Path, until: Timestamp) -> PathBuf {
    folder.join("exports").join(name_of(until))
}

fn name_of(until: Timestamp) -> String {
    until.to_rfc3339().replace(':', "-")
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

fn write_records(exports: &Path, tables: &[Table], from: Timestamp, to: Timestamp) -> Result<u32> {
    let mut files = 0;
    for table in tables {
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
    write_event_file(&path, company.events(from, to))
}

fn write_event_file(path: &Path, events: impl Iterator<Item = Event>) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut out = BufWriter::new(File::create(path)?);
        writeln!(out, "{}", EVENT_COLUMNS.join(","))?;
        for event in events {
            // None of the cells has a comma, a quote or a line break.
            writeln!(out, "{}", event_row(&event).join(","))?;
        }
        out.flush()
    };
    write().map_err(|error| unwritable(path, error))
}
