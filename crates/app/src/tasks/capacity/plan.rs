//! Books and weeks, added up: whose accounts, renewals and tasks there are, and which weeks are too much.

use std::collections::BTreeMap;

use mainstay_model::access::Role;
use mainstay_model::{Timestamp, Zone};

use super::{CAPACITY_WEEKS, CapacityWeek, OwnerCapacity, TOO_MUCH_TIMES_MEDIAN, WeekWork};
use crate::median::median;
use crate::people::Person;

/// The weeks that are looked ahead.
pub(super) struct Weeks {
    zone: Zone,
    /// Where each begins, and where the last one ends.
    bounds: Vec<Timestamp>,
}

impl Weeks {
    /// From today on.
    pub(super) fn from(now: Timestamp, zone: &Zone) -> Self {
        let today = zone.day_of(now);
        let days = (0..=7 * CAPACITY_WEEKS as i32).step_by(7);
        Self { zone: zone.clone(), bounds: days.map(|days| zone.start_of(today.plus(days))).collect() }
    }

    /// Where the last one ends.
    pub(super) fn end(&self) -> Timestamp {
        self.bounds.last().copied().unwrap_or(Timestamp(i64::MAX))
    }

    /// The place of the week that an instant falls into; the first for what lies behind, none beyond the last.
    fn place(&self, at: Timestamp) -> Option<usize> {
        let begun = self.bounds.iter().filter(|bound| **bound <= at).count();
        Some(begun.saturating_sub(1)).filter(|place| *place < CAPACITY_WEEKS)
    }
}

/// What everybody has, while it is added up.
pub(super) struct Books {
    weeks: Weeks,
    by_owner: BTreeMap<Option<String>, OwnerCapacity>,
}

impl Books {
    /// Nobody has anything yet.
    pub(super) fn new(weeks: Weeks) -> Self {
        Self { weeks, by_owner: BTreeMap::new() }
    }

    /// The weeks that are looked ahead.
    pub(super) fn weeks(&self) -> &Weeks {
        &self.weeks
    }

    fn of(&mut self, owner: Option<&str>) -> &mut OwnerCapacity {
        let owner = owner.map(str::to_owned);
        self.by_owner.entry(owner.clone()).or_insert_with(|| OwnerCapacity {
            owner,
            weeks: vec![WeekWork::default(); CAPACITY_WEEKS],
            ..OwnerCapacity::default()
        })
    }

    /// An account with its annual recurring revenue, where that is known.
    pub(super) fn add_account(&mut self, owner: Option<&str>, arr: Option<f64>, at_risk: bool) {
        let (book, arr) = (self.of(owner), arr.unwrap_or(0.0));
        book.accounts += 1;
        book.arr += arr;
        if at_risk {
            book.at_risk += 1;
            book.arr_at_risk += arr;
        }
    }

    /// A contract line that renews soon.
    pub(super) fn add_renewal(&mut self, owner: Option<&str>, arr: Option<f64>) {
        let book = self.of(owner);
        book.renewals += 1;
        book.renewals_arr += arr.unwrap_or(0.0);
    }

    /// An open task.
    pub(super) fn add_task(&mut self, owner: Option<&str>, due: Option<Timestamp>) {
        let place = due.map_or(Some(0), |due| self.weeks.place(due));
        let book = self.of(owner);
        book.open += 1;
        if let Some(week) = place.and_then(|place| book.weeks.get_mut(place)) {
            week.open += 1;
        }
    }

    /// A task that a play will make.
    pub(super) fn add_foreseen(&mut self, owner: Option<&str>, at: Timestamp) {
        let Some(place) = self.weeks.place(at) else { return };
        if let Some(week) = self.of(owner).weeks.get_mut(place) {
            week.foreseen += 1;
        }
    }

    /// Adds the people who work with accounts and have none, finds out which weeks are too much, and puts everybody in order. Also answers how many
    /// open tasks somebody of the team has on average.
    pub(super) fn close(mut self, people: &[Person]) -> (Vec<OwnerCapacity>, Vec<CapacityWeek>, f64) {
        for person in people {
            let works = person.disabled_at.is_none() && person.role == Role::Csm;
            if works || self.by_owner.contains_key(&Some(person.email.clone())) {
                self.of(Some(person.email.as_str())).name = Some(person.name.clone());
            }
        }
        let mut owners: Vec<OwnerCapacity> = self.by_owner.into_values().collect();
        let weeks = self
            .weeks
            .bounds
            .iter()
            .take(CAPACITY_WEEKS)
            .enumerate()
            .map(|(place, from)| CapacityWeek { from: self.weeks.zone.day_of(*from), median: median_of_week(&owners, place) });
        let weeks: Vec<CapacityWeek> = weeks.collect();
        let team = || owners.iter().filter(|one| one.owner.is_some());
        let mean_open = team().map(|one| one.open as f64).sum::<f64>() / team().count().max(1) as f64;
        for one in owners.iter_mut().filter(|one| one.owner.is_some()) {
            for (work, week) in one.weeks.iter_mut().zip(&weeks) {
                work.too_much = work.total() as f64 > TOO_MUCH_TIMES_MEDIAN * week.median.max(1.0);
            }
        }
        let ahead = |one: &OwnerCapacity| one.weeks.iter().map(|week| week.total()).sum::<u64>();
        owners.sort_by(|a, b| {
            let order = a.owner.is_none().cmp(&b.owner.is_none()).then_with(|| ahead(b).cmp(&ahead(a)));
            order.then_with(|| b.accounts.cmp(&a.accounts)).then_with(|| a.owner.cmp(&b.owner))
        });
        (owners, weeks, mean_open)
    }
}

/// The median of the team's work in a week, in tasks; 0 without a team.
fn median_of_week(owners: &[OwnerCapacity], place: usize) -> f64 {
    let team = owners.iter().filter(|one| one.owner.is_some());
    let mut work: Vec<f64> = team.filter_map(|one| one.weeks.get(place)).map(|week| week.total() as f64).collect();
    work.sort_by(f64::total_cmp);
    median(&work).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    /// Books from noon of a Tuesday in New York on.
    fn books() -> Books {
        Books::new(Weeks::from(at("2026-03-10T16:00:00Z"), &Zone::named("America/New_York").unwrap()))
    }

    fn person(email: &str, role: Role, disabled: bool) -> Person {
        let created_at = at("2026-01-01T00:00:00Z");
        let (id, name) = (email.to_owned(), "Cat".to_owned());
        Person { id, email: email.to_owned(), name, role, created_at, disabled_at: disabled.then_some(created_at) }
    }

    #[test]
    fn a_task_falls_into_the_week_in_which_it_is_due_and_what_is_late_or_has_no_due_time_into_this_one() {
        let mut books = books();
        for due in [None, Some("2026-03-01T00:00:00Z"), Some("2026-03-17T03:59:59Z"), Some("2026-03-17T04:00:00Z")] {
            books.add_task(Some("ann"), due.map(at));
        }
        // The eighth week ends with the fourth of May.
        for due in ["2026-05-05T03:59:59Z", "2026-05-05T04:00:00Z"] {
            books.add_task(Some("ann"), Some(at(due)));
            books.add_foreseen(Some("ann"), at(due));
        }
        let (owners, weeks, mean_open) = books.close(&[]);
        assert_eq!(owners[0].weeks.iter().map(|week| week.open).collect::<Vec<_>>(), [3, 1, 0, 0, 0, 0, 0, 1]);
        assert_eq!(owners[0].weeks.iter().map(|week| week.foreseen).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!((owners[0].open, weeks.len()), (6, CAPACITY_WEEKS), "open tasks count whenever they are due");
        assert_eq!((weeks[0].from.to_string(), weeks[7].from.to_string()), ("2026-03-10".to_owned(), "2026-04-28".to_owned()));
        assert!((mean_open - 6.0).abs() < 1e-9);
    }

    #[test]
    fn books_add_up_by_owner_and_what_is_nobody_s_comes_last() {
        let mut books = books();
        books.add_account(None, Some(500.0), true);
        books.add_account(Some("ann"), Some(1_000.0), false);
        books.add_account(Some("ann"), None, true);
        books.add_account(Some("ann"), Some(200.0), true);
        books.add_renewal(Some("ann"), Some(200.0));
        books.add_renewal(Some("ann"), None);
        books.add_account(Some("bob"), Some(1.0), false);
        books.add_task(None, None);
        let (owners, _, _) = books.close(&[]);
        let seen: Vec<_> = owners.iter().map(|one| (one.owner.as_deref(), one.accounts, one.at_risk, one.renewals)).collect();
        assert_eq!(seen, [(Some("ann"), 3, 2, 2), (Some("bob"), 1, 0, 0), (None, 1, 1, 0)]);
        let sums = [owners[0].arr, owners[0].arr_at_risk, owners[0].renewals_arr, owners[2].arr];
        assert_eq!(sums.map(|sum| sum.round() as i64), [1_200, 200, 200, 500]);
    }

    #[test]
    fn a_week_is_too_much_from_more_than_one_and_a_half_times_the_median_on() {
        let mut books = books();
        for (owner, tasks) in [(Some("ann"), 2), (Some("bob"), 4), (Some("cat"), 6), (Some("dan"), 7), (None, 50)] {
            for _ in 0..tasks {
                books.add_task(owner, None);
            }
        }
        books.add_foreseen(Some("ann"), at("2026-03-19T12:00:00Z"));
        books.add_foreseen(Some("bob"), at("2026-03-26T12:00:00Z"));
        books.add_foreseen(Some("bob"), at("2026-03-26T12:00:00Z"));
        let (owners, weeks, mean_open) = books.close(&[]);
        let too_much = |place: usize| -> Vec<Option<&str>> {
            owners.iter().filter(|one| one.weeks[place].too_much).map(|one| one.owner.as_deref()).collect()
        };
        assert_eq!((weeks[0].median, mean_open), (5.0, 4.75), "what is nobody's counts for nobody");
        assert!(too_much(0).is_empty(), "7 is not more than 7.5");
        assert!(too_much(1).is_empty(), "a single task is never too much");
        assert_eq!(too_much(2), [Some("bob")]);
    }

    #[test]
    fn whoever_works_with_accounts_and_has_none_is_in_the_plan() {
        let mut books = books();
        books.add_account(Some("ann"), None, false);
        let people = [person("ann", Role::Csm, true), person("cat", Role::Csm, false), person("root", Role::Admin, false)];
        let (owners, _, _) = books.close(&people);
        let seen: Vec<_> = owners.iter().map(|one| (one.owner.as_deref(), one.name.as_deref(), one.accounts)).collect();
        assert_eq!(seen, [(Some("ann"), Some("Cat"), 1), (Some("cat"), Some("Cat"), 0)]);
    }
}
