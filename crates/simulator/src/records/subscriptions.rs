//! Contract lines in the billing system: a version when they are signed, when seats change, when notice is given and when they end for good.

use mainstay_model::{Day, Timestamp};

use crate::account::{Account, CALLS_A_SEAT, GIGABYTES_A_SEAT};
use crate::company::Company;
use crate::records::contract::{self, Line};
use crate::table::Table;

const COLUMNS: [&str; 15] = [
    "id",
    "account_id",
    "product",
    "plan",
    "status",
    "amount",
    "quantity",
    "discount",
    "interval_months",
    "currency",
    "starts_on",
    "ends_on",
    "auto_renews",
    "seats",
    "limit_quantity",
];

/// Days before the end by which notice must have been given, and from which it may be.
const NOTICE_DAYS: i32 = 30;
const OPT_OUT_DAYS: i32 = 90;

pub(super) fn table(company: &Company) -> Table {
    let mut columns = COLUMNS.to_vec();
    columns.extend(["limit_unit", "term_months", "notice_days", "opt_out_days"]);
    let mut table = Table::new("subscriptions", &columns);
    for account in &company.accounts {
        for line in contract::lines(company, account) {
            versions(account, &line, &mut table);
        }
    }
    table
}

fn versions(account: &Account, line: &Line, table: &mut Table) {
    let mut push = |at: Timestamp, status: &str, seats: u32, renews: bool| table.push(at, cells(account, line, status, seats, renews));
    let mut seats = account.seats_on(line.starts_on);
    push(signed_at(account, line), "active", seats, true);
    for (from, changed) in account.seats.iter().filter(|(from, _)| *from > line.starts_on && *from < line.ends_on) {
        seats = *changed;
        push(account.at(*from, 11, 0), "active", seats, true);
    }
    if line.last {
        let notice: Day = line.ends_on.plus(-NOTICE_DAYS - 2).max(line.starts_on.plus(1));
        push(account.at(notice, 15, 0), "active", account.seats_on(notice), false);
        for (from, changed) in account.seats.iter().filter(|(from, _)| *from > notice && *from < line.ends_on) {
            push(account.at(*from, 11, 0), "active", *changed, false);
        }
        push(account.at(line.ends_on, 0, 0), "canceled", seats, false);
    }
}

/// First contracts are signed on their first day, renewals some days before.
fn signed_at(account: &Account, line: &Line) -> Timestamp {
    let life = &account.life;
    let first = line.starts_on == life.joined
        || life.returned_on == Some(line.starts_on)
        || line.product != "core" && line.starts_on != life.term_start(line.starts_on);
    account.at(if first { line.starts_on } else { line.starts_on.plus(-5) }, 10, 0)
}

fn cells(account: &Account, line: &Line, status: &str, seats: u32, renews: bool) -> Vec<String> {
    let interval = contract::interval_months(account.tier);
    let (limit, unit) = match line.product {
        "automate" => (seats * CALLS_A_SEAT, "calls"),
        "insights" => (seats * GIGABYTES_A_SEAT, "gigabytes"),
        _ => (seats, "users"),
    };
    vec![
        line.id.clone(),
        account.id.clone(),
        line.product.into(),
        account.plan.into(),
        status.into(),
        contract::decimal(line.price_cents * i64::from(interval)),
        seats.to_string(),
        contract::decimal(line.discount_percent),
        interval.to_string(),
        "USD".into(),
        line.starts_on.to_string(),
        line.ends_on.to_string(),
        renews.to_string(),
        // Add-ons are priced by seat, but are not seats.
        if line.product == "core" { seats.to_string() } else { String::new() },
        limit.to_string(),
        unit.into(),
        account.life.term_months.to_string(),
        NOTICE_DAYS.to_string(),
        OPT_OUT_DAYS.to_string(),
    ]
}
