//! One customer: what it is, who works there, what it bought.

mod draw;

use mainstay_model::{Day, Timestamp, Zone};

use crate::life::Life;

/// How large a customer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Tier {
    /// Few people, small contracts.
    #[default]
    Small,
    /// The middle.
    MidMarket,
    /// Many people, large contracts.
    Enterprise,
}

/// A contact in the customer-relationship system.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    /// The contact's id.
    pub id: String,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Job title.
    pub title: &'static str,
    /// Champion, sponsor, admin or billing.
    pub role: &'static str,
    /// The first day as a contact.
    pub since: Day,
    /// The day the person left the company.
    pub left_on: Option<Day>,
}

/// Somebody who signs in.
#[derive(Clone, PartialEq, Debug)]
pub struct User {
    /// The product's id of the user.
    pub id: String,
    /// Full name.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Department.
    pub department: &'static str,
    /// First day with access.
    pub since: Day,
    /// First day without.
    pub until: Option<Day>,
    /// Chance of a session on an ordinary working day in good times.
    pub appetite: f64,
}

/// One customer with its whole life.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its place in the company's list, from 0.
    pub number: u64,
    /// The id that every system uses.
    pub id: String,
    /// Name.
    pub name: String,
    /// Internet domain.
    pub domain: String,
    /// The account it belongs to.
    pub parent_id: Option<String>,
    /// Size.
    pub tier: Tier,
    /// Industry.
    pub industry: &'static str,
    /// Sales region.
    pub region: &'static str,
    /// Two-letter country code.
    pub country: &'static str,
    /// Where its days turn.
    pub zone: Zone,
    /// Head count.
    pub employees: u32,
    /// The customer-success manager's address.
    pub owner: &'static str,
    /// The plan of the main product.
    pub plan: &'static str,
    /// Its life.
    pub life: Life,
    /// Seats bought, each from a day on.
    pub seats: Vec<(Day, u32)>,
    /// Further products, each from a day on.
    pub add_ons: Vec<(&'static str, Day)>,
    /// Contacts.
    pub people: Vec<Person>,
    /// Product users.
    pub users: Vec<User>,
    /// Whether bills tend to be paid late.
    pub pays_late: bool,
}

/// API calls a month that a seat allows.
pub(crate) const CALLS_A_SEAT: u32 = 2;

/// Gigabytes that a seat allows.
pub(crate) const GIGABYTES_A_SEAT: u32 = 5;

impl Tier {
    /// The word used in exports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Small => "smb",
            Self::MidMarket => "mid_market",
            Self::Enterprise => "enterprise",
        }
    }
}

impl Account {
    /// Seats bought as of that day.
    #[must_use]
    pub fn seats_on(&self, day: Day) -> u32 {
        self.seats.iter().rev().find(|(from, _)| *from <= day).or(self.seats.first()).map_or(1, |(_, seats)| *seats)
    }

    /// Whether it has that product on that day.
    #[must_use]
    pub fn has(&self, product: &str, day: Day) -> bool {
        product == "core" || self.add_ons.iter().any(|(bought, from)| *bought == product && *from <= day)
    }

    /// API calls a month that its seats allow.
    #[must_use]
    pub fn calls_allowed(&self, day: Day) -> u32 {
        self.seats_on(day) * CALLS_A_SEAT
    }

    /// Gigabytes that its seats allow.
    #[must_use]
    pub fn gigabytes_allowed(&self, day: Day) -> u32 {
        self.seats_on(day) * GIGABYTES_A_SEAT
    }

    /// An instant of a day of the account's own zone.
    #[must_use]
    pub fn at(&self, day: Day, hour: i32, minute: i32) -> Timestamp {
        self.zone.start_of(day).plus_seconds(i64::from(hour) * 3600 + i64::from(minute) * 60)
    }

    /// The users with access on that day.
    pub fn users_on(&self, day: Day) -> impl Iterator<Item = &User> {
        self.users.iter().filter(move |user| user.since <= day && user.until.is_none_or(|until| day < until))
    }

    /// The contacts who are there on that day.
    pub fn people_on(&self, day: Day) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.since <= day && person.left_on.is_none_or(|left| day < left))
    }

    /// The stage of its life on that day.
    #[must_use]
    pub fn stage_on(&self, day: Day) -> &'static str {
        let life = &self.life;
        if !life.is_customer(day) {
            return "churned";
        }
        let from = life.returned_on.filter(|back| day >= *back).unwrap_or(life.joined);
        if day.since(from) < life.onboarding_days {
            return "onboarding";
        }
        let renewal = life.term_start(day).plus_months(life.term_months);
        if renewal.since(day) <= 90 { "renewal" } else { "adoption" }
    }
}
