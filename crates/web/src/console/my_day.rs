//! My day: what somebody has to do, by the money at risk and how much it hurries; done with one key, and the outcome asked.

pub mod act;
pub mod capacity;
pub mod clocks;
pub mod rows;
pub mod task;
pub mod team;
pub mod view;

use askama::Template;
use axum::Extension;
use axum::extract::State;
use mainstay_app::accounts::{AccountPage, AccountQuery, AsOf};
use mainstay_app::tasks::{Absence, CLOCK_DAYS, CapacityPlan, ResponseClocks, Whose, WorkItem, WorkLoad, WorkPage, WorkQuery};
use mainstay_app::{App, ErrorCode};
use mainstay_model::Workspace;
use mainstay_model::band::counts_as_at_risk;
use mainstay_model::play::effect::{Priority, TaskKind};

use self::capacity::CapacityShown;
use self::clocks::ClocksShown;
use self::rows::GroupShown;
use self::team::{AbsenceLine, Colleague, Team};
use self::view::View;
use super::Console;
use super::account::head::HeadFact;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::session::{Fields, Visit};
use super::words::{Locale, Moment, plural, segment};

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/my_day.html")]
pub struct MyDayPage {
    /// What is around it.
    pub frame: Frame,
    /// Whose day, and what narrows it.
    pub view: View,
    /// `Mine`, `Everybody’s`, `Nobody’s`, and somebody's where one is chosen.
    pub choices: Vec<Choice>,
    /// The day and the book in words.
    pub crumbs: String,
    /// The large facts under the title.
    pub facts: Vec<HeadFact>,
    /// The tasks by group.
    pub groups: Vec<GroupShown>,
    /// What has just been ended, to be undone.
    pub undo: Option<Undo>,
    /// Why there is nothing, where there is nothing.
    pub empty: String,
    /// Whether tasks were left out because there are too many to rank.
    pub cut: bool,
    /// Who can be given tasks, or cover.
    pub colleagues: Vec<Colleague>,
    /// Who is away, or will be.
    pub absences: Vec<AbsenceLine>,
    /// How much everybody has to do; with everybody's tasks only.
    pub team: Option<Team>,
    /// Everybody's book and the work ahead; with everybody's tasks only.
    pub capacity: Option<CapacityShown>,
    /// How fast the company is; with everybody's tasks only.
    pub clocks: Option<ClocksShown>,
    /// The kinds of a task made by hand.
    pub kinds: Vec<&'static str>,
    /// Its priorities, and whether each is the usual one.
    pub priorities: Vec<(&'static str, bool)>,
    /// Today, as forms write it.
    pub today: String,
}

/// A choice of whose tasks are shown.
#[derive(Clone, Debug)]
pub struct Choice {
    /// What people read.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// Whether it is what the page shows.
    pub current: bool,
}

/// A task that has just been ended.
#[derive(Clone, Debug)]
pub struct Undo {
    /// Where the form goes that opens it again.
    pub action: String,
    /// What it says.
    pub title: String,
    /// What came of it.
    pub outcome: String,
}

impl Undo {
    /// The way back from the end of a task; none for one that is open.
    #[must_use]
    pub fn of(item: &WorkItem) -> Option<Self> {
        let task = &item.task;
        task.done_at.map(|_| Self {
            action: format!("/tasks/{}/reopen", segment(&task.id)),
            title: task.title.clone(),
            outcome: rows::outcome_words(task.outcome.as_deref().unwrap_or_default()),
        })
    }
}

/// Everything the page is made from.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// What is around it.
    pub frame: Frame,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// Whose day.
    pub view: View,
    /// The address of whoever looks.
    pub me: String,
    /// The tasks.
    pub work: WorkPage,
    /// The accounts that somebody looks after; none where that cannot be said.
    pub book: Option<AccountPage>,
    /// What has just been ended.
    pub undo: Option<Undo>,
    /// Who can be given tasks.
    pub colleagues: Vec<Colleague>,
    /// Who is away.
    pub absences: Vec<Absence>,
    /// How much everybody has to do.
    pub load: Option<WorkLoad>,
    /// Everybody's book and the work ahead.
    pub capacity: Option<CapacityPlan>,
    /// How fast the company is.
    pub clocks: Option<ResponseClocks>,
    /// How the reader writes numbers.
    pub locale: Locale,
    /// Where the reader is in time.
    pub moment: Moment,
}

impl MyDayPage {
    /// Makes the page.
    #[must_use]
    pub fn new(from: Ingredients<'_>) -> Self {
        let Ingredients { frame, workspace, view, me, work, book, undo, colleagues, absences, load, capacity, clocks, locale, moment } =
            from;
        let hand = rows::Hand { workspace, view: &view, me: &me, colleagues: &colleagues, locale, moment: &moment };
        let groups = hand.groups(&work);
        let currency = workspace.currency.as_str();
        let mut crumbs = moment.weekday();
        if let Some(book) = &book {
            let arr: f64 = book.bands.iter().map(|band| band.arr).sum();
            let whose = if view.is_mine() { "your book" } else { "their book" };
            crumbs = format!("{crumbs} · {whose}: {}, {}", plural(book.total, "account", "accounts"), locale.money_short(arr, currency));
        }
        Self {
            choices: choices(&view, &me, &colleagues),
            facts: facts(&work, book.as_ref(), locale, currency),
            empty: empty(&view),
            cut: work.cut,
            absences: absences.iter().map(|away| AbsenceLine::new(away, &colleagues, &moment)).collect(),
            team: load.map(|load| Team::new(&load, &moment)),
            capacity: capacity.map(|plan| CapacityShown::new(&plan, locale)),
            clocks: clocks.map(|clocks| ClocksShown::new(&clocks, locale)),
            kinds: TaskKind::WORDS.iter().map(|(word, _)| *word).collect(),
            priorities: Priority::WORDS.iter().map(|(word, one)| (*word, *one == Priority::default())).collect(),
            today: moment.today().to_string(),
            groups,
            crumbs,
            undo,
            colleagues,
            view,
            frame,
        }
    }
}

fn choices(view: &View, me: &str, colleagues: &[Colleague]) -> Vec<Choice> {
    let choice = |label: &str, whose: &str| Choice {
        label: label.to_owned(),
        href: View { whose: whose.to_owned(), group: String::new(), ..view.clone() }.here(),
        current: view.whose == whose,
    };
    let mut choices = vec![choice("Mine", ""), choice("Everybody’s", view::EVERYBODY), choice("Nobody’s", view::NOBODY)];
    if let Some(address) = view.somebody().filter(|address| *address != me) {
        choices.push(choice(&format!("{}’s", team::name_of(address, colleagues)), address));
    }
    choices
}

fn facts(work: &WorkPage, book: Option<&AccountPage>, locale: Locale, currency: &str) -> Vec<HeadFact> {
    let fact = |value: String, label: &str, tone, title: &str| HeadFact { value, label: label.to_owned(), tone, title: title.to_owned() };
    let count = |group| work.groups.iter().find(|(known, _)| *known == group).map_or(0, |(_, count)| *count);
    let now = count(mainstay_app::tasks::Group::Now);
    let mut facts = vec![
        fact(locale.count(now), "must be done now", "", "Due, or due within two hours; or urgent without a due time"),
        fact(locale.count(work.overdue), "overdue", if work.overdue > 0 { "bad" } else { "" }, "Their due time has passed"),
        fact(
            locale.money(work.at_risk, currency),
            "at risk in this work",
            "",
            "ARR times the share of the score that is missing, each account once",
        ),
    ];
    if let Some(book) = book {
        let poor = book.bands.iter().filter(|band| counts_as_at_risk(&band.color));
        let title = "ARR of the accounts of the book in the two lowest bands";
        facts.push(fact(locale.money(poor.map(|band| band.arr).sum(), currency), "of the book at risk or critical", "", title));
    }
    facts
}

fn empty(view: &View) -> String {
    if !view.account.is_empty() {
        return "There is no open task for this account.".to_owned();
    }
    match view.whose.as_str() {
        "" => "Nothing to do. Tasks are yours when plays make them for a role that you have, or when somebody gives you one.",
        view::EVERYBODY => "Nobody has anything to do. Plays make tasks; so does “Add a task”.",
        view::NOBODY => "Every task has an owner.",
        _ => "Nothing to do for them.",
    }
    .to_owned()
}

/// Shows the page.
pub(crate) async fn show_day(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
) -> PageResult {
    let app = &console.app;
    let view = View::read(&fields);
    let me = visit.person.email.clone();
    let whose = view.read_whose(&me);
    let account = (!view.account.is_empty()).then(|| view.account.clone());
    let query = WorkQuery { whose: whose.clone(), account, limit: usize::MAX, ..WorkQuery::default() };
    let ended = fields.text("task");
    let undo = match fields.text("done") {
        "task-ended" if !ended.is_empty() => app.show_task(ended).await.ok().and_then(|item| Undo::of(&item)),
        _ => None,
    };
    let (load, capacity, clocks) = if view.is_shared() {
        (Some(app.work_load().await?), Some(app.plan_capacity().await?), Some(app.response_clocks(CLOCK_DAYS).await?))
    } else {
        (None, None, None)
    };
    let (work, absences, people) = (app.list_tasks(&query).await?, app.absences().await?, app.people().list().await?);
    let workspace = app.workspace();
    let page = MyDayPage::new(Ingredients {
        frame: Frame::new(app, &visit, "my-day", "My day"),
        workspace: &workspace,
        book: book(app, &whose).await?,
        colleagues: Colleague::all(people),
        view,
        me,
        work,
        undo,
        absences,
        load,
        capacity,
        clocks,
        locale: visit.locale,
        moment: visit.moment,
    });
    Ok(show(&page))
}

/// The accounts that somebody looks after, by their own column `owner`; none where there are none, or accounts have no such column.
async fn book(app: &App, whose: &Whose) -> PageResult<Option<AccountPage>> {
    let Whose::Of(address) = whose else { return Ok(None) };
    let filter = Some(format!("owner = '{}'", address.replace('\'', "''")));
    match app.list_accounts(&AccountQuery { filter, limit: 1, ..AccountQuery::default() }, &AsOf::NOW).await {
        Ok(page) => Ok(Some(page).filter(|page| page.total > 0)),
        Err(error) if error.code == ErrorCode::Invalid => Ok(None),
        Err(error) => Err(error.into()),
    }
}
