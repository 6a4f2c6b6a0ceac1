//! Accounts in the customer-relationship system: a version when the stage or the manager's judgement changes.

use mainstay_model::Day;

use crate::account::Account;
use crate::calendar::{weekday, working_day};
use crate::chance::Chance;
use crate::company::Company;
use crate::records::{day, time};
use crate::table::Table;

const COLUMNS: [&str; 16] = [
    "id",
    "name",
    "domain",
    "parent_id",
    "tier",
    "industry",
    "region",
    "country",
    "time_zone",
    "stage",
    "plan",
    "owner",
    "employees",
    "created_at",
    "churned_on",
    "csm_sentiment",
];

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("accounts", &COLUMNS);
    for account in &company.accounts {
        versions(company, account, &mut table);
    }
    table
}

fn versions(company: &Company, account: &Account, table: &mut Table) {
    let mut chance = Chance::new(company.config.seed, "sentiment", account.number);
    let mut sentiment = "";
    let mut before = ("", "");
    let mut today = account.life.joined;
    while today < company.config.last_day() {
        let stage = account.stage_on(today);
        if stage == "churned" {
            sentiment = "";
        } else if judged_on(today) && today.since(account.life.joined) > 20 {
            sentiment = judgement(&mut chance, account.life.health(today.plus(-12)), sentiment);
        }
        if (stage, sentiment) != before {
            before = (stage, sentiment);
            table.push(account.at(today, 7, 0), cells(account, today, stage, sentiment));
        }
        today = today.plus(1);
    }
}

/// Managers go through their accounts on the first working day of a month.
fn judged_on(today: Day) -> bool {
    weekday(today) < 5 && working_day(today.plus(1 - i32::from(today.date().day()))) == today
}

fn judgement(chance: &mut Chance, health: f64, before: &'static str) -> &'static str {
    // One in five is not looked at, and keeps its word.
    if chance.happens(0.2) && !before.is_empty() {
        return before;
    }
    match health + 0.07 * chance.scatter() {
        felt if felt > 0.62 => "good",
        felt if felt > 0.38 => "neutral",
        _ => "bad",
    }
}

fn cells(account: &Account, today: Day, stage: &str, sentiment: &str) -> Vec<String> {
    let left = account.life.churned_on.filter(|_| stage == "churned");
    vec![
        account.id.clone(),
        account.name.clone(),
        account.domain.clone(),
        account.parent_id.clone().unwrap_or_default(),
        account.tier.as_str().into(),
        account.industry.into(),
        account.region.into(),
        account.country.into(),
        account.zone.name().into(),
        stage.into(),
        account.plan.into(),
        account.owner.into(),
        account.employees.to_string(),
        time(Some(account.at(account.life.joined, 7, 0))),
        day(left.filter(|left| *left <= today)),
        sentiment.into(),
    ]
}
