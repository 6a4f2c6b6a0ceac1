//! The capacity plan in words: everybody's book, and a bar for each week of work ahead.

use mainstay_app::tasks::{CapacityPlan, OwnerCapacity, WeekWork};
use mainstay_model::Day;

use super::view::{NOBODY, View};
use crate::console::chart;
use crate::console::words::{Locale, day_words, month_name};

/// Who has which book, and what comes to them.
#[derive(Clone, Debug)]
pub struct CapacityShown {
    /// Everybody, whoever has the most work ahead first.
    pub people: Vec<BookLine>,
    /// The first day of each week and all of it in words.
    pub weeks: Vec<(String, String)>,
    /// What the team has on average, in words.
    pub average: String,
    /// Whether there is more than was looked at.
    pub cut: bool,
}

/// One person's book and weeks.
#[derive(Clone, Debug)]
pub struct BookLine {
    /// What colleagues call them.
    pub name: String,
    /// Their tasks.
    pub href: String,
    /// Accounts, those at risk, and lines that renew soon: how many, and what they are worth a year.
    pub figures: [(String, String); 3],
    /// The work ahead.
    pub weeks: Vec<WeekCell>,
}

/// The work of a week.
#[derive(Clone, Debug)]
pub struct WeekCell {
    /// How many tasks, from what is open and what plays will make.
    pub count: String,
    /// The same in words.
    pub title: String,
    /// How that compares with the fullest week of anybody, as a picture.
    pub bar: String,
    /// Whether it is too much.
    pub too_much: bool,
}

impl CapacityShown {
    /// The plan in words.
    #[must_use]
    pub fn new(plan: &CapacityPlan, locale: Locale) -> Self {
        let weeks = plan.owners.iter().flat_map(|one| &one.weeks);
        let most = weeks.map(|week| week.total()).max().unwrap_or(0).max(1);
        let starts = plan.weeks.iter().map(|week| {
            let median = locale.plain(week.median);
            (short(week.from), format!("The week from {}; the median of the team is {median}", day_words(week.from)))
        });
        Self {
            people: plan.owners.iter().map(|one| line(one, most, locale, &plan.currency)).collect(),
            weeks: starts.collect(),
            average: locale.number(plan.mean_open, 1),
            cut: plan.cut,
        }
    }
}

fn line(one: &OwnerCapacity, most: u64, locale: Locale, currency: &str) -> BookLine {
    let figures = |count: u64, arr: f64| (count_of(count, locale), locale.money_short(arr, currency));
    BookLine {
        name: one.name.clone().or_else(|| one.owner.clone()).unwrap_or_else(|| "Nobody".to_owned()),
        href: View { whose: one.owner.clone().unwrap_or_else(|| NOBODY.to_owned()), ..View::default() }.here(),
        figures: [figures(one.accounts, one.arr), figures(one.at_risk, one.arr_at_risk), figures(one.renewals, one.renewals_arr)],
        weeks: one.weeks.iter().map(|week| cell(*week, most, locale)).collect(),
    }
}

fn cell(week: WeekWork, most: u64, locale: Locale) -> WeekCell {
    let tone = if week.too_much { "orange" } else { "accent" };
    WeekCell {
        count: count_of(week.total(), locale),
        title: format!("{} open, {} that plays will make", count_of(week.open, locale), count_of(week.foreseen, locale)),
        bar: chart::bar(week.total() as f64 / most as f64, tone),
        too_much: week.too_much,
    }
}

fn count_of(count: u64, locale: Locale) -> String {
    locale.count(usize::try_from(count).unwrap_or(usize::MAX))
}

/// A day without its year: `10 Mar`.
fn short(day: Day) -> String {
    let date = day.date();
    format!("{} {}", date.day(), month_name(date.month()))
}
