//! Answers to surveys: NPS every quarter, as people feel at the time.

use mainstay_model::Day;

use crate::account::Account;
use crate::chance::Chance;
use crate::company::Company;
use crate::records::{customer_days, time};
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("surveys", &["id", "account_id", "user_id", "kind", "score", "comment", "answered_at"]);
    for account in &company.accounts {
        for day in customer_days(company, account).filter(|day| asked_on(account, *day)) {
            let mut chance = Chance::on(company.config.seed, "nps", account.number, day);
            let users: Vec<&str> = account.users_on(day).map(|user| user.id.as_str()).collect();
            // Nobody is asked twice in a round.
            for (place, user) in users.iter().step_by(9).take(3).enumerate() {
                answer(&mut chance, account, day, place, user, &mut table);
            }
        }
    }
    table
}

/// Every 91 days, each account on its own day, after the first two months.
fn asked_on(account: &Account, day: Day) -> bool {
    (day.0 + account.number as i32 * 7).rem_euclid(91) == 0 && day.since(account.life.joined) > 60
}

fn answer(chance: &mut Chance, account: &Account, day: Day, place: usize, user: &str, table: &mut Table) {
    let health = account.life.health(day);
    let answers = chance.happens(0.35 + 0.4 * health);
    let score = (10.0 * (0.2 + 0.85 * health) + 1.1 * chance.scatter()).round().clamp(0.0, 10.0) as i32;
    let later = day.plus(chance.between(0, 5));
    let at = account.at(later, chance.between(8, 17), chance.between(0, 59));
    if !answers || !account.life.is_customer(later) {
        return;
    }
    let comment = match score {
        0..=6 => chance.pick(&[
            "It does not do what we need any more",
            "Support takes too long",
            "Hard to justify the price",
            "Few of us use it",
            "",
        ]),
        7..=8 => chance.pick(&["Good, with rough edges", "Does the job", "Reports could be better", ""]),
        _ => chance.pick(&["We could not work without it", "Great support", "Saves us hours every week", ""]),
    };
    let id = format!("nps-{:04}-{}-{}", account.number + 1, day.0, place + 1);
    table.push(at, vec![id, account.id.clone(), user.into(), "nps".into(), score.to_string(), comment.into(), time(Some(at))]);
}
