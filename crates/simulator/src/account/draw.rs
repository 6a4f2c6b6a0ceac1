//! An account drawn from the seed: its size and place, its seats, contacts and users.

use mainstay_model::{Day, Zone};

use super::{Account, Person, Tier, User};
use crate::chance::Chance;
use crate::company::Config;
use crate::life::{Cause, Life};
use crate::names;

const PLACES: [((&str, &str, &str), f64); 14] = [
    (("americas", "US", "America/New_York"), 20.0),
    (("americas", "US", "America/Chicago"), 9.0),
    (("americas", "US", "America/Los_Angeles"), 14.0),
    (("americas", "CA", "America/Toronto"), 5.0),
    (("americas", "BR", "America/Sao_Paulo"), 4.0),
    (("emea", "GB", "Europe/London"), 11.0),
    (("emea", "DE", "Europe/Berlin"), 10.0),
    (("emea", "FR", "Europe/Paris"), 6.0),
    (("emea", "NL", "Europe/Amsterdam"), 4.0),
    (("emea", "SE", "Europe/Stockholm"), 3.0),
    (("apac", "AU", "Australia/Sydney"), 5.0),
    (("apac", "SG", "Asia/Singapore"), 4.0),
    (("apac", "JP", "Asia/Tokyo"), 3.0),
    (("apac", "IN", "Asia/Kolkata"), 2.0),
];

const DEPARTMENTS: [(&str, f64); 7] =
    [("Operations", 4.0), ("Sales", 3.0), ("Marketing", 2.5), ("Customer Service", 2.0), ("Finance", 1.5), ("IT", 1.0), ("People", 0.8)];

impl Account {
    /// The account with that number, from the seed alone.
    pub(crate) fn draw(config: &Config, number: u64) -> Self {
        let mut chance = Chance::new(config.seed, "account", number);
        let tier = chance.weighted(&[(Tier::Small, 52.0), (Tier::MidMarket, 34.0), (Tier::Enterprise, 14.0)]);
        let (name, industry) = names::company(number, config.seed % 1_000_003);
        let (region, country, zone) = chance.weighted(&PLACES);
        let joined = config.joining_day(number, &mut chance);
        let life = Life::draw(&mut chance, tier, joined, config.first_day, config.last_day());
        let mut account = Self {
            number,
            id: format!("acc-{:04}", number + 1),
            domain: format!("{}.example", names::slug(&name, "-")),
            name,
            parent_id: None,
            tier,
            industry,
            region,
            country,
            zone: Zone::named(zone).unwrap_or_else(|_| Zone::utc()),
            employees: draw_employees(&mut chance, tier),
            owner: owner_of(&mut chance, tier, region),
            plan: draw_plan(&mut chance, tier),
            life,
            seats: Vec::new(),
            add_ons: Vec::new(),
            people: Vec::new(),
            users: Vec::new(),
            pays_late: chance.happens(0.07),
        };
        account.draw_seats(&mut chance, config.last_day());
        account.draw_add_ons(&mut chance);
        account.draw_people(config.seed);
        account.draw_users(config);
        account
    }

    fn draw_seats(&mut self, chance: &mut Chance, last_day: Day) {
        let first = match self.tier {
            Tier::Small => chance.between(3, 9),
            Tier::MidMarket => chance.between(10, 24),
            Tier::Enterprise => chance.between(30, 60),
        };
        let mut seats = first as u32;
        let mut day = self.life.joined;
        self.seats.push((day, seats));
        let gap = if self.life.growth > 0.2 { (110, 260) } else { (300, 700) };
        loop {
            day = day.plus(chance.between(gap.0, gap.1));
            if day >= last_day {
                break;
            }
            if self.life.is_customer(day) && self.life.health(day) > 0.6 {
                seats += ((f64::from(seats) * chance.real(0.1, 0.35)).ceil() as u32).max(1);
                self.seats.push((day, seats));
            }
        }
        self.cut_seats(chance);
    }

    /// Fewer seats from the first renewal within a trouble on, where the account stays.
    fn cut_seats(&mut self, chance: &mut Chance) {
        for trouble in self.life.troubles.clone() {
            let renewal = self.life.term_start(trouble.bottom).plus_months(self.life.term_months);
            let soon = trouble.recovers.is_some_and(|until| renewal < until.plus(30));
            if soon && self.life.is_customer(renewal) && chance.happens(if trouble.cause == Cause::Layoffs { 0.9 } else { 0.5 }) {
                let kept = chance.real(0.6, 0.85);
                for (_, seats) in self.seats.iter_mut().filter(|(from, _)| *from >= renewal) {
                    *seats = ((f64::from(*seats) * kept) as u32).max(1);
                }
                let cut = ((f64::from(self.seats_on(renewal)) * kept) as u32).max(1);
                if self.seats.iter().all(|(from, _)| *from != renewal) {
                    self.seats.push((renewal, cut));
                    self.seats.sort_unstable_by_key(|(from, _)| *from);
                }
            }
        }
    }

    fn draw_add_ons(&mut self, chance: &mut Chance) {
        let likely = match self.tier {
            Tier::Small => 0.15,
            Tier::MidMarket => 0.4,
            Tier::Enterprise => 0.75,
        };
        for product in ["insights", "automate"] {
            let from = self.life.joined.plus(chance.between(0, 300));
            if chance.happens(likely)
                && self.life.is_customer(from)
                && self.life.troubles.first().is_none_or(|trouble| from < trouble.begins)
            {
                self.add_ons.push((product, from));
            }
        }
    }

    fn draw_people(&mut self, seed: u64) {
        let mut chance = Chance::new(seed, "people", self.number);
        let joined = self.life.joined;
        self.add_person(&mut chance, "champion", joined);
        self.add_person(&mut chance, "admin", joined);
        if self.tier != Tier::Small {
            self.add_person(&mut chance, "sponsor", joined);
            self.add_person(&mut chance, "billing", joined);
        }
        for trouble in self.life.troubles.clone() {
            if trouble.cause == Cause::ChampionLeft {
                if let Some(champion) = self.people.iter_mut().rev().find(|person| person.role == "champion") {
                    champion.left_on = Some(trouble.begins);
                }
                // A new champion is what turns it round.
                if trouble.recovers.is_some() {
                    self.add_person(&mut chance, "champion", trouble.bottom);
                }
            }
        }
        if self.life.troubles.is_empty() && chance.happens(0.12) {
            let left = joined.plus(chance.between(150, 600));
            if let Some(admin) = self.people.iter_mut().find(|person| person.role == "admin") {
                admin.left_on = Some(left);
            }
            self.add_person(&mut chance, "admin", left.plus(14));
        }
    }

    fn add_person(&mut self, chance: &mut Chance, role: &'static str, since: Day) {
        let name = names::person(chance);
        let title = match role {
            "champion" => chance.pick(&["Head of Operations", "Operations Manager", "Team Lead", "Programme Manager"]),
            "sponsor" => chance.pick(&["Chief Operating Officer", "VP Operations", "Chief Financial Officer", "VP Sales"]),
            "billing" => chance.pick(&["Accounts Payable", "Finance Manager"]),
            _ => chance.pick(&["IT Administrator", "Systems Manager", "Business Analyst"]),
        };
        self.people.push(Person {
            id: format!("con-{:04}-{}", self.number + 1, self.people.len() + 1),
            email: format!("{}@{}", names::slug(&name, "."), self.domain),
            name,
            title,
            role,
            since,
            left_on: None,
        });
    }

    fn draw_users(&mut self, config: &Config) {
        let mut chance = Chance::new(config.seed, "users", self.number);
        let champions: Vec<Person> = self.people.iter().filter(|person| person.role == "champion").cloned().collect();
        for champion in champions {
            let appetite = chance.real(0.3, 0.6);
            self.add_user(champion.name, champion.email, "Operations", champion.since, champion.left_on, appetite);
        }
        let fill = chance.real(0.55, 0.95);
        for (place, (from, seats)) in self.seats.clone().into_iter().enumerate() {
            let wanted = (f64::from(seats) * fill).round() as usize;
            while self.users.len() < wanted.min(400) {
                let name = names::person(&mut chance);
                let email = format!("{}{}@{}", names::slug(&name, "."), self.users.len(), self.domain);
                let department = chance.weighted(DEPARTMENTS.get(..self.departments()).unwrap_or(&DEPARTMENTS));
                // The first ones come during onboarding, later ones over the months after more seats were bought.
                let spread = if place == 0 { self.life.onboarding_days + 20 } else { 70 };
                let since = from.plus(chance.between(0, spread));
                let until = chance.happens(0.12).then(|| since.plus(chance.between(120, 700)));
                let appetite = self.draw_appetite(&mut chance);
                self.add_user(name, email, department, since, until, appetite);
            }
        }
    }

    /// How many departments use it.
    const fn departments(&self) -> usize {
        match self.tier {
            Tier::Small => 2,
            Tier::MidMarket => 4,
            Tier::Enterprise => 7,
        }
    }

    fn draw_appetite(&self, chance: &mut Chance) -> f64 {
        let (usual, keen) = match self.tier {
            Tier::Small => (0.09, 0.02),
            Tier::MidMarket => (0.05, 0.015),
            Tier::Enterprise => (0.035, 0.01),
        };
        if chance.happens(keen) {
            return chance.real(0.7, 0.95);
        }
        usual * chance.real(0.3, 1.8)
    }

    fn add_user(&mut self, name: String, email: String, department: &'static str, since: Day, until: Option<Day>, appetite: f64) {
        let id = format!("usr-{:04}-{:03}", self.number + 1, self.users.len() + 1);
        self.users.push(User { id, name, email, department, since, until, appetite });
    }
}

fn draw_employees(chance: &mut Chance, tier: Tier) -> u32 {
    let (low, high) = match tier {
        Tier::Small => (8, 120),
        Tier::MidMarket => (120, 1200),
        Tier::Enterprise => (1200, 30_000),
    };
    chance.between(low, high) as u32
}

fn draw_plan(chance: &mut Chance, tier: Tier) -> &'static str {
    match tier {
        Tier::Small => chance.weighted(&[("starter", 3.0), ("team", 2.0)]),
        Tier::MidMarket => chance.weighted(&[("team", 2.0), ("business", 3.0)]),
        Tier::Enterprise => chance.weighted(&[("business", 1.0), ("enterprise", 4.0)]),
    }
}

/// Eight managers, by region and size.
fn owner_of(chance: &mut Chance, tier: Tier, region: &str) -> &'static str {
    match (tier, region) {
        (Tier::Small, _) => chance.pick(&["nora.lind@harborline.example", "ty.brooks@harborline.example"]),
        (_, "americas") => {
            chance.pick(&["maya.torres@harborline.example", "sam.okafor@harborline.example", "erin.walsh@harborline.example"])
        }
        (_, "apac") => "kenji.mori@harborline.example",
        _ => chance.pick(&["lena.vogt@harborline.example", "paul.martel@harborline.example"]),
    }
}
