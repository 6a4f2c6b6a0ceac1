//! What the rows of a file are, by its name and its columns.

use std::collections::BTreeMap;

use mainstay_lake::rows::GuessedColumn;
use mainstay_model::Entity;
use mainstay_model::source::RowKind;

use super::columns::{self, ACCOUNT, EVENT_NAME, EVENT_TIME, USER};

/// Words in file names that mean an entity.
const FILE_WORDS: &[(&str, &[&str])] = &[
    ("accounts", &["account", "customer", "company", "companies", "organization", "organisation", "client"]),
    ("emails", &["email", "mail"]),
    ("feature_requests", &["feature_request", "idea"]),
    ("invoices", &["invoice", "bill"]),
    ("meetings", &["meeting", "call"]),
    ("opportunities", &["opportunity", "opportunities", "deal"]),
    ("outside_signals", &["outside_signal", "news"]),
    ("people", &["people", "person", "contact"]),
    ("products", &["product"]),
    ("subscriptions", &["subscription", "contract"]),
    ("surveys", &["survey", "nps", "csat"]),
    ("tickets", &["ticket", "case", "issue"]),
    ("users", &["user", "member"]),
];
/// Words in file names that mean events.
const EVENT_WORDS: &[&str] = &["event", "activity", "activities", "track", "log", "usage", "click"];

/// What the rows of a file seem to be.
pub(super) fn kind_of(file: &str, found: &[GuessedColumn], entities: &BTreeMap<String, Entity>) -> Option<RowKind> {
    let words = columns::plain(file.rsplit_once('.').map_or(file, |(stem, _)| stem));
    let says = |word: &str| {
        words == word
            || words.split('_').any(|part| part == word || part.strip_suffix('s') == Some(word))
            || words.contains(&format!("{word}s"))
    };
    if entities.contains_key(&words) {
        return Some(RowKind::Records(words));
    }
    let happens = columns::first(found, EVENT_TIME, columns::is_time).is_some() && columns::first(found, EVENT_NAME, |_| true).is_some();
    let whose = columns::first(found, ACCOUNT, |_| true).or_else(|| columns::first(found, USER, |_| true)).is_some();
    if happens && whose && EVENT_WORDS.iter().any(|word| says(word)) {
        return Some(RowKind::Events);
    }
    let named = FILE_WORDS.iter().find(|(entity, means)| entities.contains_key(*entity) && means.iter().any(|word| says(word)));
    if let Some((entity, _)) = named {
        return Some(RowKind::Records((*entity).to_owned()));
    }
    if happens && whose {
        return Some(RowKind::Events);
    }
    // Nothing in the name: the entity most of whose fields are there, if they are more than chance.
    let fits = |entity: &Entity| entity.fields.iter().filter(|field| columns::for_field(found, &field.name).is_some()).count();
    let best = entities.values().max_by_key(|entity| fits(entity)).filter(|entity| fits(entity) >= 3)?;
    Some(RowKind::Records(best.name.clone()))
}
