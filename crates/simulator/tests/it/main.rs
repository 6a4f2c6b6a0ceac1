//! Properties of the simulated company: repeatable, whole, and lifelike where the demonstration relies on it.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::{Day, Timestamp};
use mainstay_simulator::{Company, Config, Event, LiveFeed, Table, Tier, event_row};
use proptest::prelude::*;

const TODAY: &str = "2026-11-20";

fn company(seed: u64, accounts: u32) -> Company {
    Company::new(Config::ending_on(Day::parse(TODAY).unwrap(), seed, accounts, 2))
}

fn start_and_end() -> (Timestamp, Timestamp) {
    (Timestamp::parse("2015-01-01T00:00:00Z").unwrap(), Timestamp::parse("2026-11-20T12:00:00Z").unwrap())
}

fn bytes(company: &Company) -> Vec<u8> {
    let (from, to) = start_and_end();
    let mut all = Vec::new();
    for table in company.tables() {
        all.extend(table.csv(from, to).unwrap_or_default());
    }
    for event in company.events(Timestamp::parse("2026-03-01T00:00:00Z").unwrap(), Timestamp::parse("2026-03-15T00:00:00Z").unwrap()) {
        all.extend(event_row(&event).join(",").into_bytes());
    }
    all
}

fn column(table: &Table, name: &str) -> Option<usize> {
    table.columns.iter().position(|column| *column == name)
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert!(bytes(&company(7, 60)) == bytes(&company(7, 60)));
}

#[test]
fn another_seed_gives_another_company() {
    assert!(bytes(&company(7, 60)) != bytes(&company(8, 60)));
}

#[test]
fn names_and_ids_are_unique() {
    let company = company(1, 400);
    let names: BTreeSet<_> = company.accounts.iter().map(|account| &account.name).collect();
    let ids: BTreeSet<_> = company.accounts.iter().map(|account| &account.id).collect();
    assert_eq!((names.len(), ids.len()), (company.accounts.len(), company.accounts.len()));
}

#[test]
fn two_years_of_four_hundred_accounts_are_about_half_a_million_events() {
    let (from, to) = start_and_end();
    let company = company(1, 400);
    let mut count = 0;
    let mut ids = BTreeSet::new();
    for event in company.events(from, to) {
        count += 1;
        ids.insert(event.message_id);
    }
    assert_eq!(ids.len(), count, "message ids are unique");
    assert!((400_000..=700_000).contains(&count), "{count} events");
}

#[test]
fn every_reference_leads_to_something_that_was_there_before() {
    let company = company(3, 120);
    let tables = company.tables();
    let mut first_seen: BTreeMap<(&str, &str), Timestamp> = BTreeMap::new();
    for table in &tables {
        for row in &table.rows {
            first_seen.entry((table.entity, &row.cells[0])).or_insert(row.at);
        }
    }
    for table in &tables {
        for (field, entity) in
            [("account_id", "accounts"), ("user_id", "users"), ("person_id", "people"), ("parent_id", "accounts"), ("product", "products")]
        {
            let Some(place) = column(table, field) else { continue };
            for row in table.rows.iter().filter(|row| !row.cells[place].is_empty()) {
                let seen = first_seen.get(&(entity, row.cells[place].as_str()));
                assert!(
                    seen.is_some_and(|seen| *seen <= row.at),
                    "{} {} at {}: {field} {}",
                    table.entity,
                    row.cells[0],
                    row.at,
                    row.cells[place]
                );
            }
        }
    }
    for event in company.events(Timestamp::parse("2026-05-01T00:00:00Z").unwrap(), Timestamp::parse("2026-06-01T00:00:00Z").unwrap()) {
        assert!(first_seen.get(&("users", event.user_id.as_str())).is_some_and(|seen| *seen <= event.at), "{event:?}");
    }
}

#[test]
fn versions_of_a_record_have_different_times() {
    for table in company(3, 120).tables() {
        let mut seen = BTreeSet::new();
        for row in &table.rows {
            assert!(seen.insert((row.cells[0].clone(), row.at)), "{} {} twice at {}", table.entity, row.cells[0], row.at);
        }
    }
}

#[test]
fn rows_have_a_cell_for_every_column() {
    for table in company(3, 40).tables() {
        assert!(table.rows.iter().all(|row| row.cells.len() + 1 == table.columns.len()), "{}", table.entity);
        assert!(!table.rows.is_empty(), "{}", table.entity);
    }
}

#[test]
fn nobody_uses_the_product_after_the_contract_ended() {
    let (from, to) = start_and_end();
    let company = company(5, 150);
    let life: BTreeMap<_, _> = company.accounts.iter().map(|account| (account.id.clone(), account)).collect();
    for event in company.events(from, to) {
        let account = life[&event.account_id];
        assert!(account.life.is_customer(account.zone.day_of(event.at)), "{} at {}", event.account_id, event.at);
    }
}

fn events_of<'a>(events: &'a [Event], account: &str, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &'a Event> {
    let account = account.to_owned();
    events.iter().filter(move |event| event.account_id == account && event.at >= from && event.at < to)
}

#[test]
fn who_leaves_has_a_cause_first_and_a_decline_that_shows_weeks_before() {
    let (from, to) = start_and_end();
    let company = company(1, 400);
    let events: Vec<_> = company.events(from, to).collect();
    let today = Day::parse(TODAY).unwrap();
    let mut before = 0;
    let mut after = 0;
    let gone: Vec<_> = company.accounts.iter().filter(|account| account.life.churned_on.is_some_and(|left| left <= today)).collect();
    for account in &gone {
        let left = account.life.churned_on.unwrap();
        let trouble = &account.life.troubles[0];
        assert!(trouble.begins < trouble.declines_from && trouble.declines_from.plus(50) < left, "{}", account.id);
        if trouble.declines_from.plus(-42) < account.life.joined.plus(account.life.onboarding_days).max(company.config.first_day) {
            continue;
        }
        before +=
            events_of(&events, &account.id, account.at(trouble.declines_from.plus(-42), 0, 0), account.at(trouble.declines_from, 0, 0))
                .count();
        after += events_of(&events, &account.id, account.at(left.plus(-42), 0, 0), account.at(left, 0, 0)).count();
    }
    assert!(after * 3 < before, "{before} events in the six weeks before the decline, {after} in the six weeks before the end");
    assert!((30..=110).contains(&gone.len()), "{} of 400 left", gone.len());
}

#[test]
fn there_are_large_and_small_customers_in_every_region() {
    let company = company(1, 400);
    for region in ["emea", "americas", "apac"] {
        for tier in [Tier::Small, Tier::MidMarket, Tier::Enterprise] {
            assert!(company.accounts.iter().any(|account| account.region == region && account.tier == tier), "{region} {tier:?}");
        }
    }
}

#[test]
fn the_live_stream_continues_the_history() {
    let company = company(2, 80);
    let from = Timestamp::parse("2026-11-20T13:00:00Z").unwrap();
    let to = from.plus_seconds(1800);
    let messages = LiveFeed::new(company.clone()).messages(from, to);
    let ids: BTreeSet<_> = messages.iter().map(|message| message["messageId"].as_str().unwrap().to_owned()).collect();
    assert!(company.events(from, to).all(|event| ids.contains(&event.message_id)));
    assert!(ids.len() > 500, "{} messages in half an hour", ids.len());
    assert_eq!(ids.len(), messages.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn however_the_time_is_cut_the_live_stream_is_the_same(cuts in proptest::collection::btree_set(1_i64..120_000_000, 0..8)) {
        let from = Timestamp::parse("2026-11-20T13:00:00Z").unwrap();
        let to = from.plus_seconds(120);
        let company = company(2, 30);
        let whole = LiveFeed::new(company.clone()).messages(from, to);
        let mut feed = LiveFeed::new(company);
        let mut pieces = Vec::new();
        let mut last = from;
        for cut in cuts.into_iter().map(|micros| Timestamp(from.0 + micros)).chain([to]) {
            pieces.extend(feed.messages(last, cut));
            last = cut;
        }
        prop_assert_eq!(pieces, whole);
    }
}
