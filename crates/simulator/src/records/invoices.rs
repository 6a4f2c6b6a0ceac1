//! Bills: one per interval, paid in time by most, late by those in trouble.

use mainstay_model::Day;

use crate::account::{Account, Tier};
use crate::chance::Chance;
use crate::company::Company;
use crate::life::Cause;
use crate::records::contract::{self, Line};
use crate::records::time;
use crate::table::Table;

const COLUMNS: [&str; 9] = ["id", "account_id", "number", "amount", "currency", "issued_at", "due_at", "paid_at", "status"];

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("invoices", &COLUMNS);
    for account in &company.accounts {
        let mut chance = Chance::new(company.config.seed, "invoices", account.number);
        let lines = contract::lines(company, account);
        let core = lines.iter().filter(|line| line.product == "core");
        for (term, line) in core.enumerate() {
            let step = contract::interval_months(account.tier);
            for bill in 0..account.life.term_months / step {
                let issued = line.starts_on.plus_months(bill * step);
                if issued >= company.config.first_day && issued < line.ends_on {
                    let number = format!("{:04}-{}{:02}", account.number + 1, term + 1, bill + 1);
                    versions(&mut chance, account, &number, issued, total_cents(account, &lines, issued, step), &mut table);
                }
            }
        }
    }
    table
}

/// What all lines of the day cost for one interval.
fn total_cents(account: &Account, lines: &[Line], issued: Day, months: i32) -> i64 {
    let seats = i64::from(account.seats_on(issued));
    lines
        .iter()
        .filter(|line| line.starts_on <= issued && issued < line.ends_on)
        .map(|line| line.price_cents * i64::from(months) * seats * (100 - line.discount_percent) / 100)
        .sum()
}

fn versions(chance: &mut Chance, account: &Account, number: &str, issued: Day, cents: i64, table: &mut Table) {
    let due = issued.plus(if account.tier == Tier::Small { 14 } else { 30 });
    let late = chance.happens(late_share(account, due));
    let paid = if late { due.plus(chance.between(3, 35)) } else { due.plus(-chance.between(1, 12)) };
    let mut cells = vec![
        format!("inv-{number}"),
        account.id.clone(),
        format!("INV-{number}"),
        contract::decimal(cents),
        "USD".into(),
        time(Some(account.at(issued, 6, 0))),
        time(Some(account.at(due, 17, 0))),
        String::new(),
        "open".into(),
    ];
    table.push(account.at(issued, 12, 0), cells.clone());
    // Who has left leaves the last bill unpaid if it was late already.
    if account.life.is_customer(paid) || !late {
        let at = account.at(paid, 14, 0);
        cells.truncate(7);
        cells.extend([time(Some(at)), "paid".to_owned()]);
        table.push(at, cells);
    }
}

fn late_share(account: &Account, due: Day) -> f64 {
    let short_of_money = account.life.trouble_on(due).is_some_and(|trouble| trouble.cause == Cause::Layoffs);
    let mood = (0.45 - account.life.health(due)).max(0.0);
    0.015 + if account.pays_late { 0.3 } else { 0.0 } + if short_of_money { 0.4 } else { 0.0 } + mood * 0.8
}
