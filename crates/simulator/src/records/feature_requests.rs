//! What customers ask for: those who grow ask for more, those with a gap ask and are told no.

use mainstay_model::{Day, Timestamp};

use crate::account::Account;
use crate::calendar::weekday;
use crate::chance::Chance;
use crate::company::Company;
use crate::life::Cause;
use crate::records::{customer_days, time};
use crate::table::Table;

const WISHES: [(&str, bool); 9] = [
    ("Dark mode", false),
    ("Import from spreadsheets", false),
    ("Shared templates", false),
    ("Offline use", false),
    ("Audit log", true),
    ("Single sign-on", true),
    ("Approval chains", true),
    ("Custom roles", true),
    ("Data warehouse export", true),
];

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("feature_requests", &["id", "account_id", "title", "premium", "status", "requested_at"]);
    for account in &company.accounts {
        for day in customer_days(company, account).filter(|day| weekday(*day) < 5) {
            let mut chance = Chance::on(company.config.seed, "feature_requests", account.number, day);
            let gap = account.life.trouble_on(day).is_some_and(|trouble| trouble.cause == Cause::ProductGap);
            let growing = account.life.growth > 0.2;
            let often = 0.0035 * if gap { 5.0 } else { 1.0 } * if growing { 2.0 } else { 1.0 };
            if chance.happens(often) {
                versions(&mut chance, account, day, gap, &mut table);
            }
        }
    }
    table
}

fn versions(chance: &mut Chance, account: &Account, day: Day, gap: bool, table: &mut Table) {
    let (title, premium) = chance.pick(&WISHES);
    let requested = account.at(day, chance.between(9, 17), chance.between(0, 59));
    let decided = day.plus(chance.between(15, 70));
    let verdict = if gap { "declined" } else { chance.weighted(&[("planned", 4.0), ("declined", 3.0)]) };
    let shipped = decided.plus(chance.between(40, 160));
    let mut push = |at: Timestamp, status: &str| {
        let id = format!("req-{:04}-{}", account.number + 1, day.0);
        table.push(at, vec![id, account.id.clone(), title.into(), premium.to_string(), status.into(), time(Some(requested))]);
    };
    push(requested, "open");
    if account.life.is_customer(decided) {
        push(account.at(decided, 15, 0), verdict);
        if verdict == "planned" && account.life.is_customer(shipped) {
            push(account.at(shipped, 15, 0), "shipped");
        }
    }
}
