//! Contacts in the customer-relationship system: their mood, and when they leave.

use crate::account::{Account, Person};
use crate::company::Company;
use crate::records::day;
use crate::table::Table;

const COLUMNS: [&str; 9] = ["id", "account_id", "name", "email", "title", "role", "influence", "sentiment", "left_on"];

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("people", &COLUMNS);
    for account in &company.accounts {
        for person in account.people.iter().filter(|person| account.life.is_customer(person.since)) {
            versions(account, person, &mut table);
        }
    }
    table
}

fn versions(account: &Account, person: &Person, table: &mut Table) {
    let first = if person.role == "champion" { "positive" } else { "neutral" };
    table.push(account.at(person.since, 9, 30), cells(account, person, first, false));
    for trouble in &account.life.troubles {
        let soured = trouble.declines_from.plus(21);
        let there = soured > person.since && person.left_on.is_none_or(|left| soured < left) && account.life.is_customer(soured);
        if there && matches!(person.role, "champion" | "sponsor") {
            table.push(account.at(soured, 16, 0), cells(account, person, "negative", false));
            if let Some(well) = trouble.recovers.filter(|well| account.life.is_customer(*well)) {
                table.push(account.at(well, 16, 0), cells(account, person, "neutral", false));
            }
        }
    }
    if let Some(left) = person.left_on.filter(|left| account.life.is_customer(*left)) {
        table.push(account.at(left, 17, 0), cells(account, person, first, true));
    }
}

fn cells(account: &Account, person: &Person, sentiment: &str, gone: bool) -> Vec<String> {
    let influence = match person.role {
        "champion" | "sponsor" => "high",
        "admin" => "medium",
        _ => "low",
    };
    vec![
        person.id.clone(),
        account.id.clone(),
        person.name.clone(),
        person.email.clone(),
        person.title.into(),
        person.role.into(),
        influence.into(),
        sentiment.into(),
        day(person.left_on.filter(|_| gone)),
    ]
}
