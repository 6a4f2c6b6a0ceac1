//! How the end of a contract line moved, by what its versions say.

use mainstay_lake::records::Records;
use mainstay_metrics::EndMove;
use mainstay_model::{Day, Timestamp};
use serde_json::{Map, Value};

use super::EndMoved;

/// The moves of a line's end that were said by an instant and known by another, in order. A version that does not speak of the end leaves it.
pub(super) fn moves_of(
    records: &Records,
    id: &str,
    (as_of, known): (Timestamp, Option<Timestamp>),
    term_months: Option<i32>,
) -> Vec<EndMoved> {
    let by_then = |at: Timestamp, received: Timestamp| at <= as_of && known.is_none_or(|known| received <= known);
    let versions = || records.versions("subscriptions", id).filter(|(at, received, ..)| by_then(*at, *received));
    // Most lines were said once, and then there is nothing to read.
    if versions().nth(1).is_none() {
        return Vec::new();
    }
    let mut end: Option<Day> = None;
    let mut moves = Vec::new();
    for (at, _, source, fields) in versions() {
        let Ok(fields) = serde_json::from_str::<Map<String, Value>>(fields) else { continue };
        let Some(said) = fields.get("ends_on") else { continue };
        let said = said.as_str().and_then(|text| Day::parse(text).ok());
        if let Some((from, to)) = end.zip(said)
            && let Some(what) = EndMove::of(from, to, term_months)
        {
            moves.push(EndMoved { at, source: source.to_owned(), from, to, what });
        }
        end = said;
    }
    moves
}
