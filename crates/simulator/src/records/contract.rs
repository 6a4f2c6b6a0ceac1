//! What an account has agreed to pay: lines by term and product. Subscriptions, invoices and deals are all read from here.

use mainstay_model::Day;

use crate::account::{Account, Tier};
use crate::chance::Chance;
use crate::company::Company;

/// One product over one contract term.
pub(super) struct Line {
    pub(super) id: String,
    pub(super) product: &'static str,
    pub(super) starts_on: Day,
    pub(super) ends_on: Day,
    /// In cents, for one seat and month.
    pub(super) price_cents: i64,
    /// In hundredths.
    pub(super) discount_percent: i64,
    /// Whether the account left at its end.
    pub(super) last: bool,
}

/// Every line that the account ever has, by term, then product.
pub(super) fn lines(company: &Company, account: &Account) -> Vec<Line> {
    let mut chance = Chance::new(company.config.seed, "contract", account.number);
    let discount_percent = match account.tier {
        Tier::Enterprise => chance.weighted(&[(10, 2.0), (15, 1.0), (20, 1.0)]),
        Tier::MidMarket => chance.weighted(&[(0, 2.0), (5, 1.0), (10, 1.0)]),
        Tier::Small => 0,
    };
    let life = &account.life;
    let mut lines = Vec::new();
    let mut starts_on = life.joined;
    let mut term = 1;
    while starts_on < company.config.last_day() {
        let ends_on = starts_on.plus_months(life.term_months);
        // Terms are counted from their first day, so that the end of a month does not wear down.
        let ends_on = if life.returned_on.is_none() { life.joined.plus_months(life.term_months * term) } else { ends_on };
        let last = life.churned_on == Some(ends_on);
        push_term(company, account, &mut lines, (term, starts_on, ends_on, last, discount_percent));
        term += 1;
        starts_on = match (last, life.returned_on) {
            (false, _) => ends_on,
            (true, Some(back)) => back,
            (true, None) => break,
        };
    }
    lines
}

fn push_term(
    company: &Company,
    account: &Account,
    lines: &mut Vec<Line>,
    (term, starts_on, ends_on, last, discount_percent): (i32, Day, Day, bool, i64),
) {
    let mut push = |product: &'static str, from: Day| {
        lines.push(Line {
            id: format!("sub-{:04}-{product}-{term}", account.number + 1),
            product,
            starts_on: from,
            ends_on,
            price_cents: price_cents(account.plan, product, starts_on >= new_prices_from(company)),
            discount_percent,
            last,
        });
    };
    push("core", starts_on);
    for (product, from) in &account.add_ons {
        if *from < ends_on {
            push(product, (*from).max(starts_on));
        }
    }
}

/// The day the new price list comes into force: terms that begin from then on cost more.
pub(super) fn new_prices_from(company: &Company) -> Day {
    company.config.first_day.plus(company.config.history_days / 2)
}

fn price_cents(plan: &str, product: &str, new_list: bool) -> i64 {
    let core = match plan {
        "starter" => 2_400,
        "team" => 4_200,
        "business" => 7_500,
        _ => 13_500,
    };
    let price = match product {
        "insights" => core / 4,
        "automate" => core / 3,
        _ => core,
    };
    if new_list { price * 109 / 100 } else { price }
}

/// Months between bills.
pub(super) const fn interval_months(tier: Tier) -> i32 {
    match tier {
        Tier::Small => 1,
        Tier::MidMarket => 3,
        Tier::Enterprise => 12,
    }
}

/// Cents as a decimal number.
pub(super) fn decimal(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}
