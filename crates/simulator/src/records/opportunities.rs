//! Deals: a renewal for every term, an expansion for every purchase of more seats.

use mainstay_model::{Day, Timestamp};

use crate::account::Account;
use crate::company::Company;
use crate::records::contract::{self, Line};
use crate::records::time;
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table =
        Table::new("opportunities", &["id", "account_id", "kind", "stage", "amount", "currency", "created_at", "closed_at", "won"]);
    for account in &company.accounts {
        let lines = contract::lines(company, account);
        for line in lines.iter().filter(|line| line.product == "core" && line.ends_on > company.config.first_day.plus(120)) {
            renewal(account, line, &mut table);
        }
        for pair in account.seats.windows(2) {
            if let [(_, before), (from, seats)] = pair
                && seats > before
                && from.plus(-35) > company.config.first_day.max(account.life.joined)
                && let Some(line) = lines.iter().find(|line| line.product == "core" && line.starts_on <= *from && *from < line.ends_on)
            {
                expansion(account, line, *from, seats - before, &mut table);
            }
        }
    }
    table
}

fn renewal(account: &Account, line: &Line, table: &mut Table) {
    let opens = line.ends_on.plus(-120).max(line.starts_on.plus(20));
    let closes = line.ends_on.plus(-5);
    let id = format!("opp-{}", line.id.trim_start_matches("sub-"));
    let amount = yearly_cents(line, account.seats_on(opens));
    let deal = Deal { id, kind: "renewal", amount, created: account.at(opens, 9, 50) };
    deal.push(account, table, deal.created, "open", None);
    let proposed = account.at(line.ends_on.plus(-60).max(opens.plus(10)), 13, 0);
    deal.push(account, table, proposed, "proposal", None);
    deal.push(account, table, account.at(closes, 13, 0), "closed", Some(!line.last));
}

fn expansion(account: &Account, line: &Line, from: Day, seats: u32, table: &mut Table) {
    let id = format!("opp-{:04}-seats-{}", account.number + 1, from.0);
    let deal = Deal { id, kind: "expansion", amount: yearly_cents(line, seats), created: account.at(from.plus(-30), 9, 50) };
    deal.push(account, table, deal.created, "open", None);
    deal.push(account, table, account.at(from.plus(-12), 13, 0), "proposal", None);
    deal.push(account, table, account.at(from, 10, 30), "closed", Some(true));
}

fn yearly_cents(line: &Line, seats: u32) -> i64 {
    line.price_cents * 12 * i64::from(seats) * (100 - line.discount_percent) / 100
}

struct Deal {
    id: String,
    kind: &'static str,
    amount: i64,
    created: Timestamp,
}

impl Deal {
    fn push(&self, account: &Account, table: &mut Table, at: Timestamp, stage: &str, won: Option<bool>) {
        table.push(
            at,
            vec![
                self.id.clone(),
                account.id.clone(),
                self.kind.into(),
                stage.into(),
                contract::decimal(self.amount),
                "USD".into(),
                time(Some(self.created)),
                time(won.map(|_| at)),
                won.map(|won| won.to_string()).unwrap_or_default(),
            ],
        );
    }
}
