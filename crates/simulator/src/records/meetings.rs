//! Meetings: kickoff and training at the start, reviews every quarter, check-ins with the large ones. They are missed where things go badly.

use mainstay_model::Day;

use crate::account::{Account, Tier};
use crate::calendar::working_day;
use crate::chance::Chance;
use crate::company::Company;
use crate::records::{customer_days, time};
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("meetings", &["id", "account_id", "kind", "title", "status", "held_at"]);
    for account in &company.accounts {
        for day in customer_days(company, account) {
            for (kind, title) in due_on(account, day) {
                versions(company, account, day, kind, title, &mut table);
            }
        }
    }
    table
}

fn due_on(account: &Account, day: Day) -> Vec<(&'static str, &'static str)> {
    let age = day.since(account.life.joined);
    let turn = |every: i32| age > 45 && (day.0 + account.number as i32 * 11).rem_euclid(every) == 0;
    let mut due = Vec::new();
    if age == 4 {
        due.push(("kickoff", "Kickoff"));
    }
    if age == 18 && account.tier != Tier::Small {
        due.push(("training", "Training for the first team"));
    }
    if account.tier != Tier::Small && turn(91) {
        due.push(("qbr", "Quarterly business review"));
    }
    if turn(if account.tier == Tier::Enterprise { 28 } else { 75 }) {
        due.push(("check_in", "Check-in"));
    }
    due
}

fn versions(company: &Company, account: &Account, due: Day, kind: &str, title: &str, table: &mut Table) {
    let mut chance = Chance::on(company.config.seed, kind, account.number, due);
    let day = working_day(due);
    let at = account.at(day, chance.between(9, 16), 0);
    let shows_up = chance.happens(0.15 + 0.9 * account.life.health(day));
    let id = format!("mtg-{:04}-{kind}-{}", account.number + 1, due.0);
    let cells = |status: &str| vec![id.clone(), account.id.clone(), kind.to_owned(), title.to_owned(), status.to_owned(), time(Some(at))];
    let planned = day.plus(-10).max(account.life.joined);
    if account.life.is_customer(planned) {
        table.push(account.at(planned, 9, 45), cells("planned"));
    }
    if account.life.is_customer(day) {
        table.push(at.plus_seconds(3600), cells(if shows_up { "held" } else { "missed" }));
    }
}
