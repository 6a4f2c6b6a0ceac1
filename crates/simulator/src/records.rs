//! The exports of the other systems, one file per kind of record.

mod accounts;
mod contract;
mod emails;
mod feature_requests;
mod invoices;
mod meetings;
mod opportunities;
mod outside_signals;
mod people;
mod products;
mod subscriptions;
mod surveys;
mod tickets;
mod users;

use mainstay_model::{Day, Timestamp};

use crate::account::Account;
use crate::company::Company;
use crate::table::Table;

/// Every export, accounts first.
pub(crate) fn tables(company: &Company) -> Vec<Table> {
    [
        products::table(company),
        accounts::table(company),
        people::table(company),
        users::table(company),
        subscriptions::table(company),
        invoices::table(company),
        tickets::table(company),
        surveys::table(company),
        meetings::table(company),
        emails::table(company),
        opportunities::table(company),
        feature_requests::table(company),
        outside_signals::table(company),
    ]
    .into_iter()
    .map(Table::in_order)
    .collect()
}

/// The days of the history and after on which the account is a customer.
fn customer_days<'a>(company: &Company, account: &'a Account) -> impl Iterator<Item = Day> + use<'a> {
    let first = account.life.joined.max(company.config.first_day);
    let days = company.config.last_day().since(first).max(0);
    (0..days).map(move |offset| first.plus(offset)).filter(|day| account.life.is_customer(*day))
}

/// An instant as the exports write it; empty where there is none.
fn time(at: Option<Timestamp>) -> String {
    at.map(Timestamp::to_rfc3339).unwrap_or_default()
}

/// A day as the exports write it; empty where there is none.
fn day(day: Option<Day>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}
