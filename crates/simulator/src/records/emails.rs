//! Messages to contacts, with what became of them.

use mainstay_model::Day;

use crate::account::{Account, Person};
use crate::calendar::weekday;
use crate::chance::Chance;
use crate::company::Company;
use crate::records::{customer_days, time};
use crate::table::Table;

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("emails", &["id", "account_id", "person_id", "subject", "sent_at", "opened_at", "replied_at"]);
    for account in &company.accounts {
        for day in customer_days(company, account).filter(|day| weekday(*day) < 5) {
            let mut chance = Chance::on(company.config.seed, "emails", account.number, day);
            let often = if account.stage_on(day) == "onboarding" { 0.16 } else { 0.075 };
            if !chance.happens(often) {
                continue;
            }
            let reached: Vec<&Person> = account.people_on(day).filter(|person| person.role != "billing").collect();
            if let Some(person) = reached.get(chance.between(0, 2) as usize % reached.len().max(1)) {
                versions(&mut chance, account, person, day, &mut table);
            }
        }
    }
    table
}

fn versions(chance: &mut Chance, account: &Account, person: &Person, day: Day, table: &mut Table) {
    let health = account.life.health(day);
    let subject = chance.pick(&[
        "What is new this month",
        "Your team's numbers",
        "A quick question",
        "Tips for your next quarter",
        "Invitation: user group",
    ]);
    let sent = account.at(day, chance.between(9, 16), chance.between(0, 59));
    let opened = chance.happens(0.04 + 0.75 * health).then(|| sent.plus_seconds(i64::from(chance.between(3, 2400)) * 60));
    let replied =
        opened.filter(|_| chance.happens(0.45 * health)).map(|opened| opened.plus_seconds(i64::from(chance.between(2, 2000)) * 60));
    let id = format!("eml-{:04}-{}", account.number + 1, day.0);
    for at in [Some(sent), opened, replied].into_iter().flatten().filter(|at| account.life.is_customer(account.zone.day_of(*at))) {
        table.push(
            at,
            vec![
                id.clone(),
                account.id.clone(),
                person.id.clone(),
                subject.into(),
                time(Some(sent)),
                time(opened.filter(|opened| *opened <= at)),
                time(replied.filter(|replied| *replied <= at)),
            ],
        );
    }
}
