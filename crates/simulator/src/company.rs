//! The company: its customers, and what they did between two instants.

use mainstay_model::{Day, Timestamp, Zone};

use crate::account::{Account, Tier};
use crate::chance::Chance;
use crate::event::{self, Event};
use crate::records;
use crate::table::Table;

/// What decides everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Config {
    /// The same seed gives the same company.
    pub seed: u64,
    /// How many customers have joined by the end of the history.
    pub accounts: u32,
    /// The first day of the history.
    pub first_day: Day,
    /// How long the history is; life goes on after it.
    pub history_days: i32,
}

/// How long life goes on after the history.
const FUTURE_DAYS: i32 = 540;

impl Config {
    /// A company whose history ends on `today`, `years` back.
    #[must_use]
    pub fn ending_on(today: Day, seed: u64, accounts: u32, years: u32) -> Self {
        let first_day = today.plus_months(-12 * i32::try_from(years).unwrap_or(2));
        Self { seed, accounts, first_day, history_days: today.since(first_day) }
    }

    /// The last day that anything is known of.
    #[must_use]
    pub fn last_day(&self) -> Day {
        self.first_day.plus(self.history_days + FUTURE_DAYS)
    }

    /// Customers in all, those who join after the history among them.
    pub(crate) fn total(&self) -> u64 {
        u64::from(self.accounts) + u64::from(self.accounts) / 5
    }

    /// When the account with that number joins: nearly half were there before the history, the last ones come after it.
    pub(crate) fn joining_day(&self, number: u64, chance: &mut Chance) -> Day {
        let accounts = u64::from(self.accounts);
        if number >= accounts {
            return self.first_day.plus(self.history_days + chance.between(1, FUTURE_DAYS - 180));
        }
        if number * 100 < accounts * 45 {
            return self.first_day.plus(-chance.between(20, 360));
        }
        self.first_day.plus(chance.between(0, self.history_days - 20))
    }
}

/// A company with all its customers.
#[derive(Debug, Clone)]
pub struct Company {
    /// What it was made from.
    pub config: Config,
    /// Its customers, present and future.
    pub accounts: Vec<Account>,
}

impl Company {
    /// Makes the company of a configuration.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let mut accounts: Vec<Account> = (0..config.total()).map(|number| Account::draw(&config, number)).collect();
        assign_parents(&mut accounts);
        Self { config, accounts }
    }

    /// What product users did on one calendar day of their own zones, in order of time. Nothing before the history's first day.
    #[must_use]
    pub fn events_of_day(&self, day: Day) -> Vec<Event> {
        if day < self.config.first_day {
            return Vec::new();
        }
        let mut events = Vec::new();
        for account in self.accounts.iter().filter(|account| account.life.is_customer(day)) {
            event::of_day(self.config.seed, account, day, &mut events);
        }
        events.sort_by(|a, b| (a.at, &a.message_id).cmp(&(b.at, &b.message_id)));
        events
    }

    /// What happened after `from` and up to `to`, day by day.
    pub fn events(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = Event> {
        let first = Zone::utc().day_of(from).plus(-1).max(self.config.first_day);
        let last = Zone::utc().day_of(to).plus(1);
        let mut days: Vec<Day> = Vec::new();
        let mut day = first;
        while day <= last {
            days.push(day);
            day = day.plus(1);
        }
        days.into_iter().flat_map(|day| self.events_of_day(day)).filter(move |event| event.at > from && event.at <= to)
    }

    /// The exports of the other systems, with every version that ever is; [`Table::csv`] picks those of a time.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        records::tables(self)
    }
}

/// A few mid-sized customers belong to a large one that was there before them.
fn assign_parents(accounts: &mut [Account]) {
    let parents: Vec<(String, Day)> = accounts
        .iter()
        .filter(|account| account.tier == Tier::Enterprise && account.number % 4 == 0)
        .map(|account| (account.id.clone(), account.life.joined))
        .collect();
    for (parent, joined) in parents {
        let fits = |account: &&mut Account| account.tier == Tier::MidMarket && account.parent_id.is_none() && account.life.joined > joined;
        if let Some(child) = accounts.iter_mut().find(fits) {
            child.parent_id = Some(parent);
        }
    }
}
