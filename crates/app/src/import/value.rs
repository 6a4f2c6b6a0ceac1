//! Cells as their field declares them. Beside what every door reads, a mapping may name the zone of times that carry none.

use mainstay_lake::rows::Cell;
use mainstay_model::{Day, Field, FieldType, ReasonCode, TimeError, Timestamp, Zone};

use crate::ingest::typed::{Misfit, quoted, typed_json, typed_text};

/// The instant of a cell. A time without an offset is taken in `zone`; a day is its first instant there.
pub(super) fn instant(cell: Cell<'_>, zone: Option<&Zone>) -> Result<Timestamp, TimeError> {
    match (cell, zone) {
        (Cell::Instant(at), _) => Ok(at),
        (Cell::Civil(at), Some(zone)) if zone.name() == "UTC" => Ok(at),
        (Cell::Civil(at), Some(zone)) => Ok(zone.instant_of(Zone::utc().civil(at))),
        (Cell::Civil(_), None) => Err(TimeError::Naive { text: cell.text().into_owned() }),
        (Cell::Text(text) | Cell::Json(text), _) => written(text.trim(), zone),
    }
}

fn written(text: &str, zone: Option<&Zone>) -> Result<Timestamp, TimeError> {
    let Some(zone) = zone.filter(|_| !has_offset(text)) else {
        return match Day::parse(text) {
            Ok(_) => Err(TimeError::Naive { text: text.to_owned() }),
            Err(_) => Timestamp::parse(text),
        };
    };
    match Day::parse(text) {
        Ok(day) => Ok(zone.start_of(day)),
        Err(_) => Timestamp::parse_for_person(text, zone),
    }
}

/// A cell as the field declares it, as JSON text.
pub(super) fn typed(field: &Field, cell: Cell<'_>, zone: Option<&Zone>) -> Result<String, Misfit> {
    match (field.kind, cell) {
        (FieldType::Timestamp, _) => instant(cell, zone).map(|at| quoted(&at.to_rfc3339())).map_err(|error| mistimed(&error)),
        (FieldType::Date, Cell::Instant(_) | Cell::Civil(_) | Cell::Text(_)) => typed_text(field, without_midnight(cell.text().trim())),
        (_, Cell::Json(json)) => typed_json(field, json),
        _ => typed_text(field, &cell.text()),
    }
}

/// What is wrong with a time, and what to do about it here.
pub(super) fn mistimed(error: &TimeError) -> Misfit {
    let mend = if matches!(error, TimeError::Naive { .. }) { "; or say `time_zone:` in the mapping" } else { "" };
    Misfit { code: ReasonCode::InvalidTime, message: format!("{error}{mend}") }
}

/// Whether what follows the day ends in `Z` or an offset.
fn has_offset(text: &str) -> bool {
    text.bytes().skip(11).any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
}

/// Tools write a day as the midnight it begins with; any other time of day stays, and is refused.
fn without_midnight(text: &str) -> &str {
    match text.split_at_checked(10) {
        Some((day, time)) if matches!(time.get(1..), Some("00:00:00" | "00:00:00Z" | "00:00" | "00:00:00.000" | "00:00:00.000000")) => day,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_an_offset_needs_the_zone_of_the_mapping() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let at = |text, zone| instant(Cell::Text(text), zone).map(Timestamp::to_rfc3339);
        assert_eq!(at("2026-03-01T09:30:00+02:00", None).unwrap(), "2026-03-01T07:30:00Z");
        assert_eq!(at("2026-03-01 09:30:00", Some(&berlin)).unwrap(), "2026-03-01T08:30:00Z");
        assert_eq!(at("2026-07-01", Some(&berlin)).unwrap(), "2026-06-30T22:00:00Z");
        assert!(matches!(at("2026-03-01 09:30:00", None), Err(TimeError::Naive { .. })));
        assert!(matches!(at("2026-03-01", None), Err(TimeError::Naive { .. })));
        assert!(matches!(at("yesterday", Some(&berlin)), Err(TimeError::NotATime { .. })));
        assert!(matches!(at("", None), Err(TimeError::NotATime { .. })));
        let civil = Cell::Civil(Timestamp::parse("2026-03-01T09:30:00.25Z").unwrap());
        assert_eq!(instant(civil, Some(&berlin)).unwrap().to_rfc3339(), "2026-03-01T08:30:00.25Z");
        assert!(matches!(instant(civil, None), Err(TimeError::Naive { .. })));
    }

    #[test]
    fn a_day_written_as_its_midnight_is_that_day_and_no_other_time_is() {
        let day = Field { name: "starts_on".into(), kind: FieldType::Date, description: String::new(), required: false, personal: false };
        assert_eq!(typed(&day, Cell::Text("2026-03-01 00:00:00"), None).unwrap(), "\"2026-03-01\"");
        assert_eq!(typed(&day, Cell::Civil(Timestamp::parse("2026-03-01T00:00:00Z").unwrap()), None).unwrap(), "\"2026-03-01\"");
        assert!(typed(&day, Cell::Text("2026-03-01 09:30:00"), None).is_err());
        assert!(typed(&day, Cell::Text("01/03/2026"), None).is_err());
        assert!(typed(&day, Cell::Json("20260301"), None).is_err());
    }
}
