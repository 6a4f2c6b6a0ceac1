//! Capacity, planned ahead: the book of everybody who looks after accounts, and the work that will come to them week by week.

mod plan;

use hashbrown::HashMap;
use mainstay_lake::expressions::values;
use mainstay_model::band::counts_as_at_risk;
use mainstay_model::play::Play;
use mainstay_model::{Day, Timestamp};
use mainstay_plays::windows::BusinessTime;
use mainstay_store::{PlayRun, PlayVersion, RunFilter, RunStatus, Task, TaskFilter, TaskStatus};
use serde::{Deserialize, Serialize};

use self::plan::{Books, Weeks};
use super::list::MAX_RANKED;
use crate::app::App;
use crate::error::Result;
use crate::lifecycle::gone;
use crate::people::Person;
use crate::plays::{Look, Outlook, Roles, foresee, play_of, run_of};
use crate::revenue::{read_day, written};

/// Weeks that are looked ahead, the first of them today and the six days after.
pub const CAPACITY_WEEKS: usize = 8;
/// A renewal counts from so many days before.
const RENEWAL_DAYS: i32 = 90;
/// A week is too much for somebody from more than so many times the median of the team's work in that week on. A median below one task counts as
/// one, so that a single task is never too much.
const TOO_MUCH_TIMES_MEDIAN: f64 = 1.5;
/// Runs that are looked at; of more, those that began last.
const MOST_RUNS: u32 = 50_000;
/// Whose the accounts are.
const OWNER: &str = "csm";

/// Everybody's book and the work ahead. The team is everybody who looks after accounts, has work ahead, or signs in to work with accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CapacityPlan {
    /// Whoever has the most work ahead first; last what is nobody's, where there is any.
    pub owners: Vec<OwnerCapacity>,
    /// The weeks, this one first.
    pub weeks: Vec<CapacityWeek>,
    /// How many open tasks somebody of the team has on average; 0 without a team.
    pub mean_open: f64,
    /// Three-letter code of the sums.
    pub currency: String,
    /// Whether there are more tasks or runs than are looked at; then the tasks due latest and the runs that began first are left out.
    pub cut: bool,
    /// The instant it is about.
    pub as_of: Timestamp,
}

/// A week of the team: seven days of the workspace's zone.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct CapacityWeek {
    /// Its first day.
    #[serde(serialize_with = "written", deserialize_with = "read_day")]
    pub from: Day,
    /// The median of the team's work in it, in tasks; 0 without a team.
    pub median: f64,
}

/// One person's book and the work ahead of them. Accounts that have left are in no book.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct OwnerCapacity {
    /// Their address; none for what is nobody's.
    pub owner: Option<String>,
    /// What colleagues call them; none for somebody who does not sign in.
    pub name: Option<String>,
    /// Accounts whose customer-success manager they are.
    pub accounts: u64,
    /// The annual recurring revenue of these accounts, where it is known.
    pub arr: f64,
    /// Those of these accounts that are in bands that count as at risk.
    pub at_risk: u64,
    /// The annual recurring revenue of those.
    pub arr_at_risk: f64,
    /// Contract lines of these accounts that renew within 90 days and are still to be decided about.
    pub renewals: u64,
    /// What those lines are worth a year, where it is known in the workspace's currency.
    pub renewals_arr: f64,
    /// Open tasks of theirs, whenever they are due.
    pub open: u64,
    /// The work of each week.
    pub weeks: Vec<WeekWork>,
}

/// The work that falls into one week of somebody.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct WeekWork {
    /// Open tasks that are due in it. What is overdue, or has no due time, is this week's.
    pub open: u64,
    /// Tasks that plays will make in it: those of the steps of running runs that come due, as if every condition held.
    pub foreseen: u64,
    /// Whether it is too much: more than 1.5 times the median of the team's work in that week. Never for what is nobody's.
    pub too_much: bool,
}

impl WeekWork {
    /// All of it, in tasks.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.open + self.foreseen
    }
}

/// What was read for a plan.
struct Found {
    tasks: Vec<Task>,
    runs: Vec<PlayRun>,
    versions: Vec<PlayVersion>,
    people: Vec<Person>,
    cut: bool,
}

impl App {
    /// Everybody's accounts, and the work of the next eight weeks: open tasks by the week in which they are due, and the tasks that running runs
    /// will make, by the week in which their steps come due. A task is whose it is; one that is foreseen, whoever's has its role for the account.
    /// Who is away does not matter.
    ///
    /// # Errors
    /// When the store or the facts cannot be read.
    pub async fn plan_capacity(&self) -> Result<CapacityPlan> {
        let now = self.now();
        let until = Weeks::from(now, &self.workspace().zone).end();
        let filter = TaskFilter { status: Some(TaskStatus::Open), limit: MAX_RANKED + 1, ..TaskFilter::default() };
        let mut tasks = self.store().tasks(&filter).await?;
        let filter = RunFilter { status: Some(RunStatus::Running), due_before: Some(until), limit: MOST_RUNS + 1, ..RunFilter::default() };
        let mut runs = self.store().runs(&filter).await?;
        let cut = tasks.len() > MAX_RANKED as usize || runs.len() > MOST_RUNS as usize;
        tasks.truncate(MAX_RANKED as usize);
        runs.truncate(MOST_RUNS as usize);
        let (versions, people) = (self.store().play_versions_in_use().await?, self.people().list().await?);
        let found = Found { tasks, runs, versions, people, cut };
        self.compute(move |app| app.plan_of(&found, now)).await
    }

    fn plan_of(&self, found: &Found, now: Timestamp) -> Result<CapacityPlan> {
        let (look, renewals) = {
            let state = self.state();
            (Look::new(&state, &state.known_by(now), now)?, self.renewals_within(&state, RENEWAL_DAYS)?)
        };
        let workspace = &look.plan.workspace;
        let zone = &workspace.zone;
        let mut holders = Holders { roles: Roles::new(&look.plan), look: &look, known: HashMap::new() };
        let mut books = Books::new(Weeks::from(now, zone));
        let owners = holders.of(OWNER)?.to_vec();
        add_accounts(&mut books, &look, &owners, zone.day_of(now));
        for (account, arr) in renewals {
            let row = look.row(&account);
            books.add_renewal(row.and_then(|row| owners.get(row)).and_then(Option::as_deref), arr);
        }
        for task in &found.tasks {
            books.add_task(task.owner.as_deref(), task.due_at);
        }
        add_foreseen(&mut books, &mut holders, found)?;
        let (owners, weeks, mean_open) = books.close(&found.people);
        Ok(CapacityPlan { owners, weeks, mean_open, currency: workspace.currency.clone(), cut: found.cut, as_of: now })
    }
}

/// Who has which role for each account; each role is found out once.
struct Holders<'a> {
    roles: Roles,
    look: &'a Look,
    known: HashMap<String, Vec<Option<String>>>,
}

impl Holders<'_> {
    /// Who has a role, row by row.
    fn of(&mut self, role: &str) -> Result<&[Option<String>]> {
        if !self.known.contains_key(role) {
            let holders = self.roles.holders(role, self.look)?;
            self.known.insert(role.to_owned(), holders);
        }
        Ok(self.known.get(role).map(Vec::as_slice).unwrap_or_default())
    }
}

/// The accounts that have not left, in one pass over their columns.
fn add_accounts(books: &mut Books, look: &Look, owners: &[Option<String>], today: Day) {
    let workspace = &look.plan.workspace;
    let numbers = |name: &str| look.column(name).map(|column| values::numbers(&column)).unwrap_or_default();
    let (arr, stages) = (numbers("arr"), look.column("stage").map(|column| values::texts(&column)).unwrap_or_default());
    let churned_on = look.column("churned_on").map(|column| values::days(&column, &workspace.zone)).unwrap_or_default();
    let left = |row: usize| {
        let stage = stages.get(row).and_then(Option::as_deref);
        gone(stage, churned_on.get(row).copied().flatten(), today)
    };
    for (row, owner) in owners.iter().enumerate().filter(|(row, _)| !left(*row)) {
        let band = look.score(row).and_then(|score| workspace.bands.band_of(score));
        let at_risk = band.is_some_and(|band| counts_as_at_risk(&band.color));
        books.add_account(owner.as_deref(), arr.get(row).copied().flatten(), at_risk);
    }
}

/// The tasks that runs will make.
fn add_foreseen(books: &mut Books, holders: &mut Holders<'_>, found: &Found) -> Result<()> {
    let look = holders.look;
    let workspace = &look.plan.workspace;
    let calendar = workspace.outreach.calendar(&workspace.calendars);
    let business = BusinessTime::new(&calendar, &workspace.zone);
    let enriches_by_hand = !workspace.outreach.webhooks.contains_key("enrichment");
    let outlook = Outlook { until: books.weeks().end(), business: &business, enriches_by_hand };
    let mut plays: HashMap<(&str, &str), Play> = HashMap::new();
    for version in &found.versions {
        plays.insert((version.play.as_str(), version.version.as_str()), play_of(version)?);
    }
    for stored in &found.runs {
        let Some(play) = plays.get(&(stored.play.as_str(), stored.version.as_str())) else { continue };
        let row = look.row(&stored.account_id);
        for task in foresee(&run_of(stored)?, play, outlook) {
            let owner = row.map(|row| holders.of(task.role).map(|owners| owners.get(row).cloned().flatten())).transpose()?.flatten();
            books.add_foreseen(owner.as_deref(), task.at);
        }
    }
    Ok(())
}
