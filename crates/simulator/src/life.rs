//! The life of one customer: joining, taking root, troubles with their causes, leaving, coming back.

use std::f64::consts::TAU;

use mainstay_model::Day;

use crate::account::Tier;
use crate::chance::Chance;

/// Why things go wrong for a while, or for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Cause {
    /// The person who wanted the product has left.
    #[default]
    ChampionLeft,
    /// It never took root.
    WeakOnboarding,
    /// The price went up.
    PriceIncrease,
    /// Another product is being tried.
    Competitor,
    /// The customer lets people go.
    Layoffs,
    /// Something they need is missing or broken.
    ProductGap,
}

/// A stretch in which an account's use and mood fall.
#[derive(Clone, PartialEq, Debug)]
pub struct Trouble {
    /// What is behind it.
    pub cause: Cause,
    /// The day the cause happens; the decline follows it.
    pub begins: Day,
    /// The first day of the decline.
    pub declines_from: Day,
    /// The day it is at its worst.
    pub bottom: Day,
    /// What is left then, as a share.
    pub depth: f64,
    /// When all is well again, if ever.
    pub recovers: Option<Day>,
}

/// When an account came, how it fares and when it leaves.
#[derive(Clone, PartialEq, Debug)]
pub struct Life {
    /// First day as a customer.
    pub joined: Day,
    /// Months in a contract term.
    pub term_months: i32,
    /// The first day without a contract.
    pub churned_on: Option<Day>,
    /// The day it came back after that.
    pub returned_on: Option<Day>,
    /// How long it takes to get going.
    pub onboarding_days: i32,
    /// Health in good times, 0 to 1.
    pub base: f64,
    /// Growth of use and seats a year, as a share.
    pub growth: f64,
    /// What goes wrong, in order.
    pub troubles: Vec<Trouble>,
    phase: f64,
}

/// What becomes of an account.
#[derive(Clone, Copy, PartialEq, Default)]
enum Fate {
    #[default]
    Steady,
    Growing,
    Wavering,
    Leaving,
    Returning,
}

impl Life {
    /// A life that begins on `joined`; nothing before `first_day` can be seen, nothing after `last_day` matters.
    pub(crate) fn draw(chance: &mut Chance, tier: Tier, joined: Day, first_day: Day, last_day: Day) -> Self {
        let fate = chance.weighted(&[
            (Fate::Steady, 30.0),
            (Fate::Growing, 17.0),
            (Fate::Wavering, 15.0),
            (Fate::Leaving, 36.0),
            (Fate::Returning, 3.0),
        ]);
        let term_months = match tier {
            Tier::Enterprise => chance.weighted(&[(12, 3.0), (24, 1.0)]),
            Tier::MidMarket => 12,
            Tier::Small => chance.weighted(&[(12, 2.0), (6, 1.0)]),
        };
        let mut life = Self {
            joined,
            term_months,
            churned_on: None,
            returned_on: None,
            onboarding_days: chance.between(25, 80),
            base: (0.69 + 0.16 * chance.scatter()).clamp(0.28, 0.98),
            growth: if fate == Fate::Growing { chance.real(0.25, 0.7) } else { chance.real(-0.05, 0.12) },
            troubles: Vec::new(),
            phase: chance.share(),
        };
        match fate {
            Fate::Leaving | Fate::Returning => life.draw_end(chance, first_day, last_day, fate == Fate::Returning),
            Fate::Wavering => life.draw_dip(chance, first_day, last_day),
            Fate::Steady | Fate::Growing => {}
        }
        life
    }

    /// Whether there is a contract on that day.
    #[must_use]
    pub fn is_customer(&self, day: Day) -> bool {
        day >= self.joined && (self.churned_on.is_none_or(|left| day < left) || self.returned_on.is_some_and(|back| day >= back))
    }

    /// How the account fares, 0 to 1; 0 where it is no customer.
    #[must_use]
    pub fn health(&self, day: Day) -> f64 {
        if !self.is_customer(day) {
            return 0.0;
        }
        let since_start = f64::from(day.0);
        let drift = 0.06 * (TAU * (since_start / 170.0 + self.phase)).sin() + 0.03 * (TAU * (since_start / 47.0 + self.phase * 3.0)).sin();
        let falls: f64 = self.troubles.iter().map(|trouble| trouble.factor(day)).product();
        ((self.base + drift) * self.ramp(day) * falls).clamp(0.02, 1.0)
    }

    /// How much is used against an ordinary day in good times; also grows with the years.
    #[must_use]
    pub fn usage(&self, day: Day) -> f64 {
        let years = f64::from(day.since(self.joined).max(0)) / 365.0;
        self.health(day) * (1.0 + self.growth * years).clamp(0.7, 2.2)
    }

    /// The trouble that weighs on the account on that day.
    #[must_use]
    pub fn trouble_on(&self, day: Day) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| day >= trouble.begins && trouble.recovers.is_none_or(|until| day < until))
    }

    /// The first day of the contract that covers `day`.
    #[must_use]
    pub fn term_start(&self, day: Day) -> Day {
        let from = self.returned_on.filter(|back| day >= *back).unwrap_or(self.joined);
        let mut start = from;
        let mut terms = 1;
        while from.plus_months(self.term_months * terms) <= day {
            start = from.plus_months(self.term_months * terms);
            terms += 1;
        }
        start
    }

    /// From little to full use over the onboarding; half of that where it never takes root.
    fn ramp(&self, day: Day) -> f64 {
        let from = self.returned_on.filter(|back| day >= *back).unwrap_or(self.joined);
        let share = (f64::from(day.since(from)) / f64::from(self.onboarding_days.max(1))).clamp(0.0, 1.0);
        let never_took_root =
            self.returned_on.is_none_or(|back| day < back) && self.troubles.iter().any(|trouble| trouble.cause == Cause::WeakOnboarding);
        0.25 + share * if never_took_root { 0.35 } else { 0.75 }
    }

    fn draw_end(&mut self, chance: &mut Chance, first_day: Day, last_day: Day, returns: bool) {
        let mut ends = Vec::new();
        let mut terms = 1;
        while self.joined.plus_months(self.term_months * terms) < last_day {
            let end = self.joined.plus_months(self.term_months * terms);
            if end.since(first_day) > 170 && end.since(self.joined) > 170 {
                ends.push(end);
            }
            terms += 1;
        }
        let end = chance.pick(&ends);
        if ends.is_empty() {
            return self.draw_dip(chance, first_day, last_day);
        }
        let first_term = end == self.joined.plus_months(self.term_months);
        let cause = chance.weighted(&[
            (Cause::ChampionLeft, 3.0),
            (Cause::WeakOnboarding, if first_term { 4.0 } else { 0.0 }),
            (Cause::PriceIncrease, if first_term { 0.0 } else { 2.0 }),
            (Cause::Competitor, 2.0),
            (Cause::Layoffs, 1.5),
            (Cause::ProductGap, 2.0),
        ]);
        let length = chance.between(55, 140);
        let declines_from = end.plus(-length);
        let begins = declines_from.plus(-chance.between(3, 14));
        let begins = if cause == Cause::WeakOnboarding { begins.min(self.joined.plus(self.onboarding_days)) } else { begins };
        let bottom = end.plus(-chance.between(10, 30));
        self.troubles.push(Trouble { cause, begins, declines_from, bottom, depth: chance.real(0.06, 0.25), recovers: None });
        self.churned_on = Some(end);
        if returns {
            let back = end.plus(chance.between(90, 220));
            self.returned_on = Some(back);
            if let Some(trouble) = self.troubles.last_mut() {
                trouble.recovers = Some(back);
            }
        }
    }

    fn draw_dip(&mut self, chance: &mut Chance, first_day: Day, last_day: Day) {
        let earliest = self.joined.max(first_day).plus(110);
        let room = last_day.since(earliest) - 200;
        if room < 1 {
            return;
        }
        let begins = earliest.plus(chance.between(0, room));
        let cause =
            chance.weighted(&[(Cause::ChampionLeft, 3.0), (Cause::ProductGap, 3.0), (Cause::Layoffs, 2.0), (Cause::Competitor, 1.0)]);
        let declines_from = begins.plus(chance.between(3, 10));
        let bottom = declines_from.plus(chance.between(25, 60));
        let recovers = Some(bottom.plus(chance.between(40, 110)));
        self.troubles.push(Trouble { cause, begins, declines_from, bottom, depth: chance.real(0.25, 0.55), recovers });
    }
}

impl Trouble {
    /// What is left of good times on that day: 1 before, falling to the depth, rising again where it recovers.
    fn factor(&self, day: Day) -> f64 {
        if day < self.declines_from || self.recovers.is_some_and(|until| day >= until) {
            return 1.0;
        }
        if day < self.bottom {
            let share = f64::from(day.since(self.declines_from)) / f64::from(self.bottom.since(self.declines_from).max(1));
            return 1.0 - (1.0 - self.depth) * share;
        }
        match self.recovers {
            None => self.depth,
            Some(until) => {
                let share = f64::from(day.since(self.bottom)) / f64::from(until.since(self.bottom).max(1));
                self.depth + (1.0 - self.depth) * share
            }
        }
    }
}
