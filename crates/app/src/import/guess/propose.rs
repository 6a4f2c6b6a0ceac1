//! The proposed mapping of one file.

use std::collections::BTreeMap;

use mainstay_lake::rows::GuessedColumn;
use mainstay_model::source::{FileMapping, RowKind, Value};
use mainstay_model::{Entity, FieldType};

use super::columns::{self, ACCOUNT, EVENT_ID, EVENT_NAME, EVENT_TIME, USER, VERSION_TIME};
use super::entity;

/// A mapping, and what a person should know about it.
pub(super) struct Proposal {
    pub(super) mapping: FileMapping,
    pub(super) about: String,
    pub(super) notes: Vec<String>,
}

pub(super) fn propose(file: &str, files: &[String], found: &[GuessedColumn], entities: &BTreeMap<String, Entity>) -> Option<Proposal> {
    let rows = entity::kind_of(file, found, entities)?;
    let mut proposal = match &rows {
        RowKind::Events => events(found)?,
        RowKind::Records(name) => records(found, entities.get(name)?)?,
    };
    proposal.mapping.matches = pattern(file, files);
    zone(&mut proposal, found);
    Some(proposal)
}

fn empty(rows: RowKind) -> FileMapping {
    FileMapping {
        matches: String::new(),
        rows,
        id: None,
        occurred_at: None,
        time_zone: None,
        account: None,
        user: None,
        name: None,
        fields: BTreeMap::new(),
        types: BTreeMap::new(),
    }
}

fn value(column: &GuessedColumn) -> Value {
    Value::Column(column.name.clone())
}

fn events(found: &[GuessedColumn]) -> Option<Proposal> {
    let at = columns::first(found, EVENT_TIME, columns::is_time).or_else(|| found.iter().find(|column| columns::is_time(column)))?;
    let name = columns::first(found, EVENT_NAME, |column| column.kind == FieldType::Text)?;
    let account = columns::first(found, ACCOUNT, |_| true);
    let user = columns::first(found, USER, |column| column.name != name.name);
    if account.is_none() && user.is_none() {
        return None;
    }
    let id = columns::first(found, EVENT_ID, |column| column.unique && column.complete);
    let used: Vec<&str> = [Some(at), Some(name), account, user, id].into_iter().flatten().map(|column| column.name.as_str()).collect();
    let mut mapping = FileMapping {
        id: id.map(value),
        occurred_at: Some(value(at)),
        account: account.map(value),
        user: user.map(value),
        name: Some(value(name)),
        ..empty(RowKind::Events)
    };
    for column in found.iter().filter(|column| !used.contains(&column.name.as_str())) {
        let property = columns::plain(&column.name);
        if column.kind != FieldType::Text {
            mapping.types.insert(property.clone(), column.kind);
        }
        mapping.fields.insert(property, value(column));
    }
    let mut notes = Vec::new();
    if id.is_none() {
        notes.push(
            "no column has an id for each event: ids are made from the rows' content, and equal rows in one file count each".to_owned(),
        );
    }
    if account.is_none() {
        notes.push("no column has the account: events count for the account their user belongs to".to_owned());
    }
    Some(Proposal { mapping, about: "events".into(), notes })
}

fn records(found: &[GuessedColumn], entity: &Entity) -> Option<Proposal> {
    let mut notes = Vec::new();
    let account = if entity.name == "accounts" || !entity.has_account() { None } else { columns::first(found, ACCOUNT, |_| true) };
    let mut mapping = FileMapping { account: account.map(value), ..empty(RowKind::Records(entity.name.clone())) };
    fields(&mut mapping, found, entity, &mut notes);
    mapping.id = Some(id(found, entity, account, &mut notes)?);
    mapping.occurred_at = occurred_at(&mapping, found, entity, &mut notes);
    let used = used_columns(&mapping);
    let unused: Vec<String> = found.iter().filter(|column| !used.contains(&column.name.as_str())).map(columns::described).collect();
    if !unused.is_empty() {
        notes.push(format!("not recognised: {}", unused.join("; ")));
        notes.push(format!("to keep one, declare a field for it: entities: {{ {}: {{ fields: {{ ... }} }} }}", entity.name));
    }
    let missing = |name: &str| !mapping.fields.contains_key(name) && (name != "account_id" || mapping.account.is_none());
    for field in entity.fields.iter().filter(|field| field.required && missing(&field.name)) {
        notes.push(format!("TO DO: every record needs `{}` ({}), and no column looks like it", field.name, field.description));
    }
    Some(Proposal { mapping, about: entity.name.clone(), notes })
}

/// Each field that a column seems to hold; a column is used once.
fn fields(mapping: &mut FileMapping, found: &[GuessedColumn], entity: &Entity, notes: &mut Vec<String>) {
    let mut left: Vec<GuessedColumn> = found.iter().filter(|column| mapping.account != Some(value(column))).cloned().collect();
    // Own names first, so that no other field takes the column.
    for own in [true, false] {
        for field in entity.fields.iter().filter(|field| field.name != "account_id") {
            let column = if own { columns::first(&left, &[&field.name], |_| true) } else { columns::for_field(&left, &field.name) };
            if let Some(column) = column.cloned().filter(|_| !mapping.fields.contains_key(&field.name)) {
                mapping.fields.insert(field.name.clone(), value(&column));
                left.retain(|other| other.name != column.name);
            }
        }
    }
    if mapping.fields.contains_key("limit_unit") && mapping.fields.contains_key("limit_quantity").eq(&false) {
        // A quantity of "searches" or "users" is what the plan allows; the price is not multiplied by it.
        if let Some(quantity) = mapping.fields.remove("quantity") {
            mapping.fields.insert("limit_quantity".into(), quantity);
            notes.push(
                "`quantity` stands beside a unit: taken for what the plan allows; map it to `quantity` if the price is for one of them"
                    .to_owned(),
            );
        }
    }
    if mapping.fields.get("amount").is_some_and(|amount| matches!(amount, Value::Column(name) if columns::plain(name) == "mrr")) {
        mapping.fields.remove("interval_months");
        notes.push("`mrr` is an amount a month: `interval_months` stays 1, whatever the billing period".to_owned());
    }
}

fn id(found: &[GuessedColumn], entity: &Entity, account: Option<&GuessedColumn>, notes: &mut Vec<String>) -> Option<Value> {
    let singular = entity.name.strip_suffix("ies").map_or_else(|| entity.name.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"));
    let own =
        [format!("{singular}_id"), "id".to_owned(), format!("{singular}_number"), "number".to_owned(), "key".to_owned(), "uuid".to_owned()];
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    if let Some(column) = columns::first(found, &own, |column| column.complete) {
        return Some(value(column));
    }
    let other = if entity.name == "accounts" { ACCOUNT } else { USER };
    if let Some(column) = columns::first(found, other, |column| {
        column.unique && column.complete && Some(&column.name) != account.map(|account| &account.name)
    }) {
        return Some(value(column));
    }
    let parts: Vec<&GuessedColumn> = account
        .into_iter()
        .chain(["product", "plan", "kind"].iter().find_map(|field| columns::for_field(found, field)))
        .chain(
            ["starts_on", "issued_at", "created_at", "answered_at", "held_at", "sent_at", "seen_at"]
                .iter()
                .find_map(|field| columns::for_field(found, field)),
        )
        .filter(|column| column.complete)
        .collect();
    if parts.len() < 2 {
        notes.push("no column has an id; the first one stands in for it".to_owned());
        return found.first().map(value);
    }
    notes.push(
        "no column has an id: it is put together from what should tell records apart; two rows with the same parts would be one record"
            .to_owned(),
    );
    Some(Value::Joined(parts.into_iter().map(|column| column.name.clone()).collect(), "/".into()))
}

/// When a row became true: its last change; for records that do not change, the day they are of.
fn occurred_at(mapping: &FileMapping, found: &[GuessedColumn], entity: &Entity, notes: &mut Vec<String>) -> Option<Value> {
    if let Some(column) = columns::first(found, VERSION_TIME, columns::is_time) {
        return Some(value(column));
    }
    let dated = match entity.name.as_str() {
        "subscriptions" => "starts_on",
        "surveys" => "answered_at",
        "outside_signals" => "seen_at",
        _ => "",
    };
    if let Some(from) = mapping.fields.get(dated) {
        notes.push(format!(
            "true since `{dated}`: right for rows that never change; without `occurred_at` each import states what is so as of then"
        ));
        return Some(from.clone());
    }
    notes.push(
        "no column says since when a row is true: each import states what is so as of then, and the time before knows nothing of it"
            .to_owned(),
    );
    notes.push("to know it in the past too: occurred_at: { constant: 2024-01-01T00:00:00Z }".to_owned());
    None
}

fn used_columns(mapping: &FileMapping) -> Vec<&str> {
    let own = [&mapping.id, &mapping.occurred_at, &mapping.account, &mapping.user, &mapping.name];
    let mut used = Vec::new();
    for value in own.into_iter().flatten().chain(mapping.fields.values()) {
        match value {
            Value::Column(name) => used.push(name.as_str()),
            Value::Joined(names, _) => used.extend(names.iter().map(String::as_str)),
            Value::Constant(_) => {}
        }
    }
    used
}

fn zone(proposal: &mut Proposal, found: &[GuessedColumn]) {
    let at = |column: &GuessedColumn| proposal.mapping.occurred_at == Some(value(column)) && column.kind == FieldType::Date;
    let used = used_columns(&proposal.mapping);
    let naive = found.iter().any(|column| used.contains(&column.name.as_str()) && (column.naive_times || at(column)));
    if naive {
        proposal.mapping.time_zone = Some("UTC".into());
        proposal.notes.push("times carry no zone: UTC is a guess".to_owned());
    }
}

/// The file's name, with a star for what varies between deliveries: a date or a number at its end.
fn pattern(file: &str, files: &[String]) -> String {
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let fixed = stem.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '_' | '.' | ' '));
    let alone = !fixed.is_empty()
        && files.iter().all(|other| other == file || !other.starts_with(fixed) || !other.ends_with(ending) || pattern_stem(other) == fixed);
    if alone { format!("{fixed}*.{ending}") } else { file.to_owned() }
}

fn pattern_stem(file: &str) -> &str {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    stem.trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '_' | '.' | ' '))
}
