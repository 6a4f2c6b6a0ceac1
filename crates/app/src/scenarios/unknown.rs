//! Names that a scenario states and nothing has: a misspelt column would otherwise be silently without effect.

use std::collections::BTreeMap;

use mainstay_model::Workspace;
use mainstay_model::expression::{ValueType, record_columns};
use mainstay_model::play::scenario::{GivenWhat, Happening};
use mainstay_model::play::{Per, Play, Scenario, Trigger};

use crate::error::{AppError, Result};

/// Columns of a run that scenarios may state beside those of the account.
const OF_RUN: [&str; 3] = ["previous_band", "previous_score", "responded"];

/// Refuses a scenario that states a column which neither the account, the trigger nor the subject has.
pub(super) fn check(scenario: &Scenario, play: &Play, workspace: &Workspace, kinds: &BTreeMap<String, ValueType>) -> Result<()> {
    let fields = |entity: &str| workspace.entities.get(entity).map(record_columns).unwrap_or_default();
    let mut account: Vec<String> = kinds.keys().cloned().chain(OF_RUN.map(str::to_owned)).collect();
    if play.per != Per::Account {
        account.extend(fields(play.per.entity()).into_iter().map(|field| format!("{}.{}", play.per.word(), field.name)));
    }
    let set_before = scenario.given.iter().filter_map(|given| match &given.what {
        GivenWhat::Set { column, .. } => Some(column),
        GivenWhat::Events { .. } | GivenWhat::Record { .. } => None,
    });
    let set_later = scenario.then.iter().filter_map(|later| match &later.what {
        Happening::Set { column, .. } => Some(column),
        _ => None,
    });
    for name in scenario.account.keys().chain(set_before).chain(set_later) {
        known(name, &account)?;
    }
    scenario.given.iter().try_for_each(|given| match &given.what {
        GivenWhat::Record { entity, fields, .. } => record(entity, fields.keys(), workspace),
        GivenWhat::Events { .. } | GivenWhat::Set { .. } => Ok(()),
    })?;
    let mut trigger = account;
    match &play.trigger {
        // Properties of events, and what a run is started with, have any name.
        Trigger::Event { .. } | Trigger::ByHand => return Ok(()),
        Trigger::Record { entity, .. } | Trigger::Date { entity, .. } => {
            for field in fields(entity) {
                trigger.push(format!("trigger.{}", field.name));
                trigger.push(field.name);
            }
            trigger.push("date".to_owned());
        }
        Trigger::Condition { .. } | Trigger::Schedule { .. } => {}
    }
    scenario.trigger.keys().try_for_each(|name| known(name, &trigger))
}

/// Refuses a record of an entity that the workspace has not, of the account itself, or with a field that its entity has not.
fn record<'a>(name: &str, mut fields: impl Iterator<Item = &'a String>, workspace: &Workspace) -> Result<()> {
    if name == Per::Account.entity() {
        return Err(AppError::invalid("it gives a record of `accounts`; the account's own fields stand under `account`, or after `set`"));
    }
    let Some(entity) = workspace.entities.get(name) else {
        let meant = meant(name, workspace.entities.keys().map(String::as_str));
        return Err(AppError::invalid(format!("it gives a record of `{name}`, which is no entity of the workspace{meant}")));
    };
    let Some(unknown) = fields.find(|field| entity.field(field).is_none()) else { return Ok(()) };
    let meant = meant(unknown, entity.fields.iter().map(|field| field.name.as_str()));
    Err(AppError::invalid(format!("it gives `{unknown}`, which is no field of {name}{meant}")))
}

/// `; did you mean ...?`, where a name is near.
fn meant<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    mainstay_spec::nearest_name(name, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn known(name: &str, columns: &[String]) -> Result<()> {
    if columns.iter().any(|column| column == name) {
        return Ok(());
    }
    let meant = meant(name, columns.iter().map(String::as_str));
    Err(AppError::invalid(format!("it states `{name}`, which is no column of the account, the trigger or the subject{meant}")))
}
