//! Who is meant: roles of the company, resolved for an account, and people at the customer.

use std::sync::PoisonError;

use hashbrown::HashMap;
use mainstay_lake::expressions::{CompiledExpression, values};
use mainstay_lake::records::RecordsQuery;
use mainstay_model::Timestamp;
use mainstay_model::outreach::RolePerson;
use mainstay_model::play::Recipient;
use mainstay_model::play::effect::Audience;
use mainstay_plays::Run;
use mainstay_spec::Stage;
use mainstay_store::Absence;
use serde::Serialize;
use serde_json::{Map, Value};

use super::look::Look;
use crate::engine::{Plan, State, texts_of, unsorted};
use crate::error::Result;

/// Covers that follow each other at most: whoever stands in may be away too.
const MAX_COVERS: usize = 8;

/// Somebody who can be reached.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub(crate) struct Reached {
    /// The record's id at the customer; the address at the company.
    pub(crate) id: String,
    /// What people call them; the address where nobody said.
    pub(crate) name: String,
    /// Their e-mail address, where it is known.
    pub(crate) email: Option<String>,
}

/// Who has which role, ready to be asked.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    rules: HashMap<String, Vec<(Option<CompiledExpression>, RolePerson)>>,
}

impl Roles {
    /// The roles of the workspace in force.
    pub(crate) fn new(plan: &Plan) -> Self {
        let schema = plan.account_schema(Stage::All);
        let roles = plan.workspace.outreach.roles.iter();
        let rules = roles.map(|(name, rules)| {
            // A rule whose condition cannot be answered any more holds for nobody.
            let ready = rules.iter().filter_map(|rule| match &rule.when {
                None => Some((None, rule.person.clone())),
                Some(sql) => {
                    let when = plan.compile_condition(&format_args!("role {name}"), sql, &schema, sql);
                    when.map(|when| (Some(when), rule.person.clone()))
                }
            });
            (name.clone(), ready.collect())
        });
        Self { rules: rules.collect() }
    }

    /// Who has a role for an account, or who stands in for them; none where nobody has.
    pub(crate) fn holder(&self, role: &str, look: &Look, row: usize, absences: &[Absence], now: Timestamp) -> Result<Option<Reached>> {
        for (when, person) in self.rules.get(role).into_iter().flatten() {
            if let Some(when) = when
                && !look.mask(when)?.value(row)
            {
                continue;
            }
            let address = match person {
                RolePerson::Email(address) => Some(address.clone()),
                RolePerson::Column(column) => look.json(row, column).as_str().map(str::to_owned),
            };
            if let Some(address) = address.filter(|address| !address.is_empty()) {
                let address = standing_in(address, absences, now);
                return Ok(Some(Reached { id: address.clone(), name: address.clone(), email: Some(address) }));
            }
        }
        Ok(None)
    }

    /// Who has a role for each account of a look, row by row, by address in lower case, as tasks keep it. Who is away does not matter here.
    pub(crate) fn holders(&self, role: &str, look: &Look) -> Result<Vec<Option<String>>> {
        let mut holders: Vec<Option<String>> = vec![None; look.ids().len()];
        for (when, person) in self.rules.get(role).into_iter().flatten() {
            let mask = when.as_ref().map(|when| look.mask(when)).transpose()?;
            let column = match person {
                RolePerson::Email(_) => Vec::new(),
                RolePerson::Column(column) => look.column(column).map(|column| values::texts(&column)).unwrap_or_default(),
            };
            for (row, holder) in holders.iter_mut().enumerate() {
                if holder.is_some() || mask.as_ref().is_some_and(|mask| !mask.value(row)) {
                    continue;
                }
                let address = match person {
                    RolePerson::Email(address) => Some(address),
                    RolePerson::Column(_) => column.get(row).and_then(Option::as_ref),
                };
                *holder = address.filter(|address| !address.is_empty()).map(|address| address.to_lowercase());
            }
        }
        Ok(holders)
    }
}

/// Whoever stands in for somebody at an instant; themselves where they are there, or nobody does. Addresses are compared whatever their case.
pub(crate) fn standing_in(mut address: String, absences: &[Absence], now: Timestamp) -> String {
    for _ in 0..MAX_COVERS {
        let away = absences
            .iter()
            .find(|absence| absence.person.eq_ignore_ascii_case(&address) && absence.from_at <= now && now < absence.until_at);
        match away.and_then(|absence| absence.cover.clone()) {
            Some(cover) => address = cover,
            None => break,
        }
    }
    address
}

/// The people of an account and what is known of them, as of now.
pub(crate) fn people_of(state: &State, account: &str, entity: &str, now: Timestamp) -> Result<Vec<Map<String, Value>>> {
    let Some(declared) = state.plan.workspace.entities.get(entity) else { return Ok(Vec::new()) };
    let records = state.records.read().unwrap_or_else(PoisonError::into_inner);
    let query = RecordsQuery { as_of: now, known: None, accounts: Some(&[account]), zone: &state.plan.workspace.zone };
    let table = records.table(declared, query).map_err(unsorted)?;
    let fields = texts_of(&table, "id").into_iter().flatten().filter_map(|id| {
        let mut fields = records.fold(entity, id, now, None)?;
        fields.insert("id".to_owned(), Value::from(id));
        Some(fields)
    });
    Ok(fields.collect())
}

/// People at the customer who are meant, those who can be written to first by name. A champion is who has the role and has not left.
pub(crate) fn audience(audience: Audience, run: &Run, people: &[Map<String, Value>], users: &[Map<String, Value>]) -> Vec<Reached> {
    let text = |person: &Map<String, Value>, field: &str| person.get(field).and_then(Value::as_str).map(str::to_owned);
    let here = |person: &&Map<String, Value>| text(person, "left_on").is_none();
    let with_role = |role: &str| -> Vec<Reached> {
        people.iter().filter(here).filter(|person| text(person, "role").as_deref() == Some(role)).map(reached).collect()
    };
    let by_id = |id: &str| -> Vec<Reached> {
        let known = |person: &&Map<String, Value>| text(person, "id").as_deref() == Some(id);
        people.iter().find(known).or_else(|| users.iter().find(known)).map(reached).into_iter().collect()
    };
    match audience {
        Audience::Champion => with_role("champion").into_iter().take(1).collect(),
        Audience::Sponsor => with_role("sponsor").into_iter().take(1).collect(),
        Audience::Admins => with_role("admin"),
        Audience::Users => users.iter().map(reached).collect(),
        Audience::Subject => run.subject.record.as_deref().map(by_id).unwrap_or_default(),
        Audience::Respondent => ["user_id", "person_id", "id"]
            .iter()
            .find_map(|name| run.trigger.get(*name).and_then(Value::as_str))
            .map(by_id)
            .unwrap_or_default(),
        Audience::FormerChampion => {
            let gone = |person: &&Map<String, Value>| text(person, "role").as_deref() == Some("champion") && !here(person);
            let latest = people.iter().filter(gone).max_by_key(|person| text(person, "left_on"));
            latest.map(reached).into_iter().collect()
        }
        Audience::Contacts => {
            people.iter().filter(here).filter(|person| text(person, "role").as_deref() != Some("champion")).map(reached).collect()
        }
    }
}

/// Whom an action reaches, with the role it was for.
pub(crate) fn role_of(to: &Recipient) -> Option<&str> {
    match to {
        Recipient::Role(role) => Some(role),
        Recipient::Customer(_) => None,
    }
}

fn reached(person: &Map<String, Value>) -> Reached {
    let text = |field: &str| person.get(field).and_then(Value::as_str).map(str::to_owned);
    let id = text("id").unwrap_or_default();
    Reached { name: text("name").unwrap_or_else(|| id.clone()), email: text("email").filter(|email| email.contains('@')), id }
}
