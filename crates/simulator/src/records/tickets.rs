//! Support cases: more and angrier ones where things go badly.

use mainstay_model::{Day, Timestamp};

use crate::account::Account;
use crate::calendar::rhythm;
use crate::chance::Chance;
use crate::company::Company;
use crate::life::Cause;
use crate::records::{customer_days, time};
use crate::table::Table;

const COLUMNS: [&str; 12] = [
    "id",
    "account_id",
    "user_id",
    "subject",
    "status",
    "priority",
    "sentiment",
    "category",
    "escalated",
    "created_at",
    "first_response_at",
    "solved_at",
];

struct Case {
    id: String,
    user_id: String,
    subject: &'static str,
    category: &'static str,
    priority: &'static str,
    sentiment: &'static str,
    escalated: bool,
    created: Timestamp,
    answered: Timestamp,
    solved: Timestamp,
}

pub(super) fn table(company: &Company) -> Table {
    let mut table = Table::new("tickets", &COLUMNS);
    for account in &company.accounts {
        let mut number = 0;
        for day in customer_days(company, account) {
            let mut chance = Chance::on(company.config.seed, "tickets", account.number, day);
            for _ in 0..chance.count(rate(account, day)) {
                number += 1;
                let case = draw(&mut chance, account, day, number);
                push(account, &case, &mut table);
            }
        }
    }
    table
}

fn rate(account: &Account, day: Day) -> f64 {
    let health = account.life.health(day);
    let settling = account.stage_on(day) == "onboarding";
    let gap = account.life.trouble_on(day).is_some_and(|trouble| trouble.cause == Cause::ProductGap);
    // Who has nearly stopped using it asks little.
    let asks = (1.5 - health) * (0.3 + health).min(1.0);
    f64::from(account.seats_on(day)).sqrt()
        * 0.016
        * asks
        * rhythm(day, account.region)
        * if gap { 2.5 } else { 1.0 }
        * if settling { 1.6 } else { 1.0 }
}

fn draw(chance: &mut Chance, account: &Account, day: Day, number: u32) -> Case {
    let health = account.life.health(day);
    let cause = account.life.trouble_on(day).map(|trouble| trouble.cause);
    let gap = cause == Some(Cause::ProductGap);
    let (category, subject) = chance.weighted(&[
        (("question", "How do we set up approvals?"), 3.0),
        (("question", "Adding people from another team"), 2.0),
        (("bug", "Export is missing rows"), if gap { 5.0 } else { 1.5 }),
        (("bug", "Page does not load"), if gap { 4.0 } else { 1.5 }),
        (("bug", "Integration stopped syncing"), if gap { 5.0 } else { 1.0 }),
        (("billing", "Question about the new price list"), if cause == Some(Cause::PriceIncrease) { 8.0 } else { 0.3 }),
        (("billing", "Question about the last invoice"), 0.8),
        (("access", "Cannot sign in"), 1.5),
    ]);
    let angry = (0.87 - health).clamp(0.03, 0.8);
    let sentiment = chance.weighted(&[("negative", angry), ("neutral", 0.6), ("positive", health * 0.5)]);
    let priority = chance.weighted(&[("low", 2.0), ("normal", 5.0), ("high", 1.0 + 2.0 * angry), ("urgent", 0.2 + angry)]);
    let created = account.at(day, 0, chance.between(8 * 60, 18 * 60));
    let answered = created.plus_seconds(i64::from(chance.between(15, if gap { 1800 } else { 600 })) * 60);
    let solved = answered.plus_seconds(i64::from(chance.between(60, if gap { 26_000 } else { 7200 })) * 60);
    let users: Vec<&str> = account.users_on(day).map(|user| user.id.as_str()).collect();
    Case {
        id: format!("tic-{:04}-{number}", account.number + 1),
        user_id: chance.pick(&users).into(),
        subject,
        category,
        priority,
        sentiment,
        escalated: sentiment == "negative" && chance.happens(if gap { 0.35 } else { 0.08 }),
        created,
        answered,
        solved,
    }
}

fn push(account: &Account, case: &Case, table: &mut Table) {
    let steps = [(case.created, "open"), (case.answered, "pending"), (case.solved, "solved")];
    for (at, status) in steps.into_iter().filter(|(at, _)| account.life.is_customer(account.zone.day_of(*at))) {
        table.push(
            at,
            vec![
                case.id.clone(),
                account.id.clone(),
                case.user_id.clone(),
                case.subject.into(),
                status.into(),
                case.priority.into(),
                case.sentiment.into(),
                case.category.into(),
                (case.escalated && at > case.created).to_string(),
                time(Some(case.created)),
                time(Some(case.answered).filter(|answered| *answered <= at)),
                time(Some(case.solved).filter(|solved| *solved <= at)),
            ],
        );
    }
}
