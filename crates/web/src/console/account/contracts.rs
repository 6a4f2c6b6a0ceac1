//! The contract lines of an account: what each costs, and what becomes of it at its end.

use std::cmp::Reverse;
use std::collections::HashMap;

use mainstay_app::lifecycle::{ContractOutlook, FollowedLine};
use mainstay_model::Day;

use super::lists::{Record, date, number, text, truth};
use crate::console::words::{Locale, NOT_KNOWN, day_words, spaced};

/// A contract line.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Product and plan.
    pub product: String,
    /// Its status.
    pub status: String,
    /// Price for a billing interval.
    pub price: String,
    /// Seats or quantity.
    pub quantity: String,
    /// From when to when.
    pub term: String,
    /// Whether it renews by itself, and where another line follows it, which one and when; empty where neither is so.
    pub renews: String,
}

impl Contract {
    /// Reads a record of `subscriptions` as of a day, with the line that follows it.
    fn new(record: &Record, followed: Option<&FollowedLine>, today: Day, locale: Locale, currency: &str) -> Self {
        let currency = Some(text(record, "currency")).filter(|code| !code.is_empty()).unwrap_or(currency);
        let months = number(record, "interval_months").unwrap_or(1.0);
        let every = match months as i64 {
            1 => "a month".to_owned(),
            12 => "a year".to_owned(),
            months => format!("in {months} months"),
        };
        let quantity = number(record, "quantity").unwrap_or(1.0);
        let price = number(record, "amount").map_or_else(
            || NOT_KNOWN.to_owned(),
            |amount| format!("{} {every}", locale.money(amount * quantity * (1.0 - number(record, "discount").unwrap_or(0.0)), currency)),
        );
        let product = [text(record, "product"), text(record, "plan")];
        let product: Vec<String> = product.into_iter().filter(|part| !part.is_empty()).map(spaced).collect();
        Self {
            product: if product.is_empty() { text(record, "id").to_owned() } else { product.join(" · ") },
            status: spaced(Some(text(record, "status")).filter(|status| !status.is_empty()).unwrap_or("active")),
            price,
            quantity: number(record, "seats").or(number(record, "quantity")).map_or_else(String::new, |quantity| locale.plain(quantity)),
            term: format!("{} – {}", date(record, "starts_on"), date(record, "ends_on")),
            renews: renews(record, followed, today),
        }
    }
}

/// What becomes of a line at its end. One that another line follows, or that was canceled, does not renew by itself, whatever its record says.
fn renews(record: &Record, followed: Option<&FollowedLine>, today: Day) -> String {
    match followed {
        Some(line) if line.has_ended(today) => format!("ended {}, followed", day_words(line.ends_on)),
        Some(FollowedLine { followed_by: next, .. }) => format!("followed by {} on {}", next.subscription_id, day_words(next.begins_on)),
        None if truth(record, "auto_renews") && text(record, "status") != "canceled" => "renews by itself".to_owned(),
        None => String::new(),
    }
}

/// The records of `subscriptions` as lines: those that no other one has followed yet, and those that ended so, the latest end first.
pub(super) fn listed(records: &[Record], outlook: &ContractOutlook, locale: Locale, currency: &str) -> (Vec<Contract>, Vec<Contract>) {
    let followed: HashMap<&str, &FollowedLine> = outlook.followed.iter().map(|line| (line.subscription_id.as_str(), line)).collect();
    let (mut contracts, mut earlier) = (Vec::new(), Vec::new());
    for record in records {
        let line = followed.get(text(record, "id")).copied();
        let contract = Contract::new(record, line, outlook.today, locale, currency);
        match line.filter(|line| line.has_ended(outlook.today)) {
            Some(line) => earlier.push((line.ends_on, contract)),
            None => contracts.push(contract),
        }
    }
    earlier.sort_by_key(|(ends_on, _)| Reverse(*ends_on));
    (contracts, earlier.into_iter().map(|(_, contract)| contract).collect())
}

#[cfg(test)]
mod tests {
    use mainstay_app::lifecycle::FollowedBy;
    use mainstay_model::Timestamp;
    use serde_json::{Value, json};

    use super::*;

    fn record(value: Value) -> Record {
        value.as_object().unwrap().clone()
    }

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn followed(id: &str, ends_on: &str, next: &str) -> FollowedLine {
        let ends_on = day(ends_on);
        let followed_by = FollowedBy { subscription_id: next.into(), begins_on: ends_on };
        FollowedLine { subscription_id: id.into(), ends_on, followed_by }
    }

    #[test]
    fn a_price_is_what_is_paid_for_an_interval() {
        let line =
            json!({"product": "core", "amount": 100, "quantity": 150, "discount": "0.1", "interval_months": 12, "ends_on": "2027-02-01"});
        let contract = Contract::new(&record(line), None, Day(0), Locale::default(), "USD");
        assert_eq!(contract.price, "$13,500 a year");
        assert_eq!(contract.status, "active");
    }

    #[test]
    fn of_successive_terms_only_the_last_renews_by_itself_and_those_that_ended_stand_apart() {
        let term = |id: &str| record(json!({"id": id, "product": id, "auto_renews": true}));
        let records = ["a", "b", "c", "d"].map(term);
        let followed = vec![followed("a", "2025-03-01", "b"), followed("b", "2026-03-01", "c"), followed("c", "2027-03-01", "d")];
        let shown = |today: &str| {
            let (account_id, as_of) = ("acme".to_owned(), Timestamp(0));
            let outlook = ContractOutlook { account_id, as_of, today: day(today), lines: Vec::new(), followed: followed.clone() };
            let (contracts, earlier) = listed(&records, &outlook, Locale::default(), "USD");
            [contracts, earlier].map(|lines| lines.into_iter().map(|line| format!("{}: {}", line.product, line.renews)).collect::<Vec<_>>())
        };
        let [contracts, earlier] = shown("2026-03-01");
        assert_eq!(contracts, ["c: followed by d on 1 Mar 2027", "d: renews by itself"]);
        assert_eq!(earlier, ["b: ended 1 Mar 2026, followed", "a: ended 1 Mar 2025, followed"]);
        let [contracts, earlier] = shown("2026-02-28");
        assert_eq!(contracts[0], "b: followed by c on 1 Mar 2026", "it stands until the day before its end");
        assert_eq!(earlier, ["a: ended 1 Mar 2025, followed"]);
    }

    #[test]
    fn a_line_that_was_canceled_does_not_renew_by_itself() {
        let line = |status: &str| record(json!({"auto_renews": true, "status": status}));
        let said = ["", "past_due", "canceled"].map(|status| renews(&line(status), None, Day(0)));
        assert_eq!(said, ["renews by itself", "renews by itself", ""]);
    }
}
