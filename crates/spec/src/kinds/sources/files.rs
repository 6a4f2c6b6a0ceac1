//! One file mapping of a source, checked against the entity its rows are.

use std::collections::BTreeMap;

use mainstay_model::source::{FileMapping, RowKind};
use mainstay_model::{Entity, FieldType};

use super::{Context, FileDoc, row_kind};
use crate::document::At;
use crate::kinds::settings::zone;
use crate::nearest;
use crate::problem::{Code, Report};

pub(crate) fn check(doc: &FileDoc, context: &Context, report: &mut Report) -> Option<FileMapping> {
    let mut ok = true;
    if doc.matches.value.is_empty() || doc.matches.value.contains(['/', '\\']) {
        report.error(
            Code::BadValue,
            doc.matches.place,
            "`matches` is a file name with `*` where it varies, without folders: accounts*.csv",
        );
        ok = false;
    }
    if let Some(name) = &doc.time_zone {
        ok &= zone(name, report).is_some();
    }
    let rows = row_kind(&doc.rows, context, report)?;
    ok &= match &rows {
        RowKind::Events => check_events(doc, report),
        RowKind::Records(name) => context.entities.get(name).is_some_and(|entity| check_records(doc, entity, report)),
    };
    let mut fields = BTreeMap::new();
    for (name, value) in &doc.fields.0 {
        match value {
            Some(value) => drop(fields.insert(name.value.clone(), value.value.clone())),
            None => ok = false,
        }
    }
    let types: BTreeMap<String, FieldType> =
        doc.types.0.iter().filter_map(|(name, kind)| kind.map(|kind| (name.value.clone(), kind.value))).collect();
    ok &= types.len() == doc.types.0.len();
    ok.then(|| FileMapping {
        matches: doc.matches.value.clone(),
        rows,
        id: doc.id.as_ref().map(|id| id.value.clone()),
        occurred_at: doc.occurred_at.as_ref().map(|at| at.value.clone()),
        time_zone: doc.time_zone.as_ref().map(|zone| zone.value.clone()),
        account: doc.account.as_ref().map(|account| account.value.clone()),
        user: doc.user.as_ref().map(|user| user.value.clone()),
        name: doc.name.as_ref().map(|name| name.value.clone()),
        fields,
        types,
    })
}

fn check_events(doc: &FileDoc, report: &mut Report) -> bool {
    let mut ok = true;
    let mut missing = |key: &str, why: &str| {
        report.error(Code::MissingKey, doc.rows.place, format!("rows that are events need `{key}`: {why}"));
        ok = false;
    };
    if doc.name.is_none() {
        missing("name", "the column that says what happened, or `{ constant: Signed In }`");
    }
    if doc.occurred_at.is_none() {
        missing("occurred_at", "the column that says when");
    }
    if doc.account.is_none() && doc.user.is_none() {
        missing("account", "the column with the account; or `user`, whose account is known otherwise");
    }
    for (name, _) in &doc.types.0 {
        if !doc.fields.0.iter().any(|(field, _)| field.value == name.value) {
            let known: Vec<&str> = doc.fields.0.iter().map(|(field, _)| field.value.as_str()).collect();
            let message = format!("`types` names `{}`, which `fields` does not fill", name.value);
            report.error_with(Code::UnknownName, name.place, message, nearest::hint(&name.value, &known, "fields"));
            ok = false;
        }
    }
    ok
}

fn check_records(doc: &FileDoc, entity: &Entity, report: &mut Report) -> bool {
    let mut ok = true;
    if doc.id.is_none() {
        let hint = "where no column has one, join those that tell records apart: { join: [account_id, start_date] }".to_owned();
        report.error_with(Code::MissingKey, doc.rows.place, "rows that are records need `id`: the record's id in its source", hint);
        ok = false;
    }
    for (key, value) in [("user", &doc.user), ("name", &doc.name)] {
        if let Some(value) = value {
            report.error(Code::BadValue, value.place, format!("`{key}` is for events; for records put it into `fields`"));
            ok = false;
        }
    }
    if let Some(account) = doc.account.as_ref().filter(|_| entity.name == "accounts" || !entity.has_account()) {
        let message = match entity.name.as_str() {
            "accounts" => "the account of an account is its own `id`; leave `account` out".to_owned(),
            name => format!("records of `{name}` belong to no account"),
        };
        report.error(Code::BadValue, account.place, message);
        ok = false;
    }
    for name in doc.fields.0.iter().map(|(name, _)| name).chain(doc.types.0.iter().map(|(name, _)| name)) {
        ok &= known_field(name, entity, report);
    }
    for field in entity.fields.iter().filter(|field| field.required) {
        let mapped = doc.fields.0.iter().any(|(name, _)| name.value == field.name) || (field.name == "account_id" && doc.account.is_some());
        if !mapped {
            let key = if field.name == "account_id" { "account" } else { &field.name };
            report.error(Code::MissingKey, doc.rows.place, format!("records of `{}` need `{key}`: {}", entity.name, field.description));
            ok = false;
        }
    }
    ok
}

fn known_field(name: &At<String>, entity: &Entity, report: &mut Report) -> bool {
    if entity.field(&name.value).is_some() {
        return true;
    }
    let known: Vec<&str> = entity.fields.iter().map(|field| field.name.as_str()).collect();
    let hint = nearest::nearest(&name.value, known.iter().copied()).map_or_else(
        || format!("declare it in entities/: entities: {{ {}: {{ fields: {{ {}: {{ type: text }} }} }} }}", entity.name, name.value),
        |near| format!("did you mean `{near}`?"),
    );
    report.error_with(Code::UnknownName, name.place, format!("`{}` has no field `{}`", entity.name, name.value), hint);
    false
}
