//! News about customers from elsewhere: what is behind a trouble, and what growth looks like from outside.

use mainstay_model::Day;

use crate::account::Account;
use crate::chance::Chance;
use crate::company::Company;
use crate::life::Cause;
use crate::records::{customer_days, time};
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("outside_signals", &["id", "account_id", "kind", "person_id", "title", "url", "seen_at"]);
    for account in &company.accounts {
        departures(company, account, &mut table);
        troubles(company, account, &mut table);
        growth(company, account, &mut table);
    }
    table
}

fn departures(company: &Company, account: &Account, table: &mut Table) {
    for person in &account.people {
        if let Some(left) = person.left_on.filter(|left| *left >= company.config.first_day && account.life.is_customer(left.plus(2))) {
            push(account, left.plus(2), "job_change", &person.id, &format!("{} has started a new position", person.name), table);
        }
    }
}

fn troubles(company: &Company, account: &Account, table: &mut Table) {
    let mut chance = Chance::new(company.config.seed, "trouble_news", account.number);
    for trouble in account.life.troubles.iter().filter(|trouble| trouble.begins >= company.config.first_day) {
        let name = &account.name;
        match trouble.cause {
            Cause::Layoffs => {
                push(account, trouble.begins, "layoffs", "", &format!("{name} lets {} % of its staff go", chance.between(6, 25)), table);
                if chance.happens(0.6) {
                    push(account, trouble.begins.plus(9), "budget_cut", "", &format!("{name} cuts its software budget"), table);
                }
            }
            Cause::Competitor => {
                push(account, trouble.begins, "competitor_tool", "", &format!("A competing tool was found at {}", account.domain), table);
            }
            Cause::ChampionLeft | Cause::WeakOnboarding | Cause::PriceIncrease | Cause::ProductGap => {}
        }
    }
}

fn growth(company: &Company, account: &Account, table: &mut Table) {
    for day in customer_days(company, account) {
        let mut chance = Chance::on(company.config.seed, "growth_news", account.number, day);
        let often = if account.life.growth > 0.2 { 0.005 } else { 0.0007 };
        if chance.happens(often) && account.life.trouble_on(day).is_none() {
            let name = &account.name;
            let (kind, title) = match chance.between(0, 5) {
                0 => ("funding", format!("{name} raises {} million", chance.between(4, 90))),
                1 => (
                    "new_office",
                    format!("{name} opens an office in {}", chance.pick(&["Lisbon", "Austin", "Toronto", "Warsaw", "Singapore"])),
                ),
                _ => ("hiring", format!("{name} has {} open positions", chance.between(12, 160))),
            };
            push(account, day, kind, "", &title, table);
        }
    }
}

fn push(account: &Account, day: Day, kind: &str, person: &str, title: &str, table: &mut Table) {
    let at = account.at(day, 7, 30);
    let id = format!("out-{:04}-{kind}-{}", account.number + 1, day.0);
    let url = format!("https://news.example/{}/{}", account.domain, day.0);
    table.push(at, vec![id, account.id.clone(), kind.into(), person.into(), title.into(), url, time(Some(at))]);
}
