//! On which day accounts reached the milestones of onboarding, answered from the facts.
//!
//! Nothing is recorded when somebody looks: a milestone's day is the first day at whose end its condition held, and the engine answers the end
//! of any past day from daily partials, without the disk. So the day is exact for imported history and for late facts too, and for milestones
//! that were declared afterwards. What was found is kept until something changes the account's past, and then for the days before, so each day
//! of an account is asked once.

use std::sync::{Arc, PoisonError};

use arrow::array::BooleanArray;
use hashbrown::HashMap;
use mainstay_model::Day;

use crate::app::App;
use crate::engine::{Plan, State};
use crate::error::Result;
use crate::plays::Look;

/// Calendar days in the stage of which the days of milestones are told.
const MAX_DAYS_BACK: i32 = 366;
/// Accounts whose days are kept in memory.
const MAX_KEPT: usize = 20_000;

/// An account and the day it came into the stage.
pub(super) type Entrant = (String, Day);

/// The days on which accounts reached their milestones, as far as somebody asked.
#[derive(Default)]
pub(crate) struct ReachedDays {
    holds_for: Option<HoldsFor>,
    accounts: HashMap<Entrant, Days>,
}

/// What answers about past days hold for: the workspace, and the state that counts changes of the past.
#[derive(Clone, PartialEq, Eq)]
struct HoldsFor {
    version: String,
    generation: u64,
}

/// What is known of one account.
#[derive(Clone)]
struct Days {
    /// How many changes of the past there had been before any of it was asked.
    changes: u64,
    /// The first day that was not asked.
    next: Day,
    /// For each milestone the first day at whose end it was reached.
    first: Vec<Option<Day>>,
}

/// Whether days of milestones are told of an account that came into the stage on a day.
pub(super) fn are_told(since: Day, today: Day) -> bool {
    today.since(since) <= MAX_DAYS_BACK
}

impl HoldsFor {
    fn of(state: &State) -> Self {
        Self { version: state.plan.workspace.version.clone(), generation: state.generation }
    }
}

impl Days {
    fn is_open(&self, day: Day) -> bool {
        self.next <= day && self.first.iter().any(Option::is_none)
    }

    /// The same without what was found on a day or later.
    fn before(&self, day: Day) -> Self {
        Self { next: self.next.min(day), first: self.first.iter().map(|first| first.filter(|first| *first < day)).collect(), ..*self }
    }
}

impl App {
    /// For each account and each milestone, the first day before `today` at whose end it was reached, of those since the account came into the
    /// stage. No day is told for accounts for which [`are_told`] says no; none at all where another workspace came into force meanwhile, and whoever
    /// asks again is answered by that.
    pub(super) fn days_reached(&self, accounts: &[Entrant], today: Day) -> Result<Option<Vec<Vec<Option<Day>>>>> {
        let (plan, holds_for, ended, mut days) = {
            let state = self.state();
            let holds_for = HoldsFor::of(&state);
            let days = self.kept_days(&state, accounts, &holds_for);
            (Arc::clone(&state.plan), holds_for, state.today.min(today), days)
        };
        let told = |(_, since): &Entrant| are_told(*since, today);
        let first = accounts.iter().zip(&days).filter(|(entrant, _)| told(entrant)).map(|(_, days)| days.next).min();
        let mut day = first.unwrap_or(today);
        while day < today {
            let open = accounts.iter().zip(&mut days).filter(|(entrant, days)| told(entrant) && days.is_open(day));
            let open: Vec<(&str, &mut Days)> = open.map(|((id, _), days)| (id.as_str(), days)).collect();
            if !open.is_empty() && !self.ask_day(&plan, day, open)? {
                return Ok(None);
            }
            day = day.plus(1);
        }
        self.keep_days(accounts.iter().zip(&days).filter(|(entrant, _)| told(entrant)), &holds_for, ended);
        let first = |(entrant, days): (&Entrant, &Days)| {
            if told(entrant) { days.before(today).first } else { vec![None; days.first.len()] }
        };
        Ok(Some(accounts.iter().zip(&days).map(first).collect()))
    }

    /// Notes which milestones some accounts had reached at the end of a day. Answers whether the plan is in force still.
    fn ask_day(&self, plan: &Arc<Plan>, day: Day, open: Vec<(&str, &mut Days)>) -> Result<bool> {
        let state = self.state();
        if !Arc::ptr_eq(&state.plan, plan) {
            return Ok(false);
        }
        let subjects: Vec<u32> = open.iter().filter_map(|(id, _)| state.subjects.find(id)).collect();
        let look = Look::of(&state, state.score_day(day, &subjects)?, None)?;
        let mask = |place: usize| plan.milestones.reached.get(place).and_then(Option::as_ref).map(|when| look.mask(when)).transpose();
        let masks: Vec<Option<BooleanArray>> = (0..plan.milestones.reached.len()).map(mask).collect::<Result<_>>()?;
        for (id, days) in open {
            let Some(row) = look.row(id) else { continue };
            for (first, mask) in days.first.iter_mut().zip(&masks) {
                if first.is_none() && mask.as_ref().is_some_and(|mask| mask.value(row)) {
                    *first = Some(day);
                }
            }
        }
        Ok(true)
    }

    /// What is known of accounts already, without the days that have changed since.
    fn kept_days(&self, state: &State, accounts: &[Entrant], holds_for: &HoldsFor) -> Vec<Days> {
        let mut kept = self.0.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.holds_for.as_ref() != Some(holds_for) {
            *kept = ReachedDays { holds_for: Some(holds_for.clone()), accounts: HashMap::new() };
        }
        let (changes, milestones) = (state.past.count(), state.plan.milestones.reached.len());
        let of = |entrant: &Entrant| {
            let Some(known) = kept.accounts.get(entrant) else {
                return Days { changes, next: entrant.1, first: vec![None; milestones] };
            };
            let changed = state.subjects.find(&entrant.0).and_then(|subject| state.past.since(subject, known.changes));
            Days { changes, ..changed.map_or_else(|| known.clone(), |day| known.before(day)) }
        };
        accounts.iter().map(of).collect()
    }

    /// Keeps what was found about days that have `ended`. What has changed meanwhile is found when somebody asks again.
    fn keep_days<'a>(&self, found: impl Iterator<Item = (&'a Entrant, &'a Days)>, holds_for: &HoldsFor, ended: Day) {
        let now = HoldsFor::of(&self.state());
        let mut kept = self.0.reached.lock().unwrap_or_else(PoisonError::into_inner);
        if now != *holds_for || kept.holds_for.as_ref() != Some(holds_for) {
            return;
        }
        if kept.accounts.len() > MAX_KEPT {
            kept.accounts.clear();
        }
        for (entrant, days) in found {
            let next = days.next.max(ended);
            kept.accounts.insert(entrant.clone(), Days { next, ..days.before(next) });
        }
    }
}
