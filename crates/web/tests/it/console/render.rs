//! Every page made from a set of samples, as its handler would make it.

use askama::Template;
use mainstay_app::AppError;
use mainstay_app::accounts::AccountPage;
use mainstay_model::Workspace;
use mainstay_web::console::account::autopsy::AutopsyPage;
use mainstay_web::console::account::renewal::RenewalPage;
use mainstay_web::console::account::{AccountShown, Ingredients as AccountIngredients};
use mainstay_web::console::accounts::query::ListQuery;
use mainstay_web::console::accounts::{AccountsPage, Ingredients, Problem};
use mainstay_web::console::data::SourcesPage;
use mainstay_web::console::data::quality::QualityPage;
use mainstay_web::console::data::quarantine::{EntryPage, QuarantinePage};
use mainstay_web::console::error::ErrorPage;
use mainstay_web::console::facts::FactsPage;
use mainstay_web::console::frame::{Frame, Person};
use mainstay_web::console::models::ModelsPage;
use mainstay_web::console::models::detail::ModelPage;
use mainstay_web::console::my_day::task::TaskPage;
use mainstay_web::console::my_day::team::Colleague;
use mainstay_web::console::my_day::view::View;
use mainstay_web::console::my_day::{Ingredients as DayIngredients, MyDayPage, Undo};
use mainstay_web::console::onboarding::OnboardingPage;
use mainstay_web::console::plays::PlaysPage;
use mainstay_web::console::plays::detail::PlayPage;
use mainstay_web::console::plays::document::PreviewPage;
use mainstay_web::console::plays::run::RunPage;
use mainstay_web::console::renewals::{Asked, RenewalsPage};
use mainstay_web::console::session::Fields;
use mainstay_web::console::sign_in::SignInPage;
use mainstay_web::console::signals::SignalsPage;
use mainstay_web::console::when::When;
use mainstay_web::console::words::{Locale, Moment};

use super::samples::{self, Samples, lifecycle};

pub(crate) fn frame(title: &str) -> Frame {
    Frame {
        title: title.to_owned(),
        here: "accounts",
        workspace: "Acme Analytics".to_owned(),
        person: Some(Person { name: "Jon Abara".to_owned(), role: "admin".to_owned(), judges: true, mends: true, manages: true }),
        csrf: "the-secret-of-the-session".to_owned(),
        notice: None,
        assets: "0".to_owned(),
    }
}

pub(crate) fn moment() -> Moment {
    Moment { zone: samples::workspace().zone, now: samples::now() }
}

pub(crate) fn list_page(workspace: &Workspace, page: AccountPage, address: &str) -> AccountsPage {
    let fields = Fields::read(address.as_bytes());
    let when = When::read(&fields, &moment()).unwrap();
    let refused = Problem::new(&AppError::invalid("there is no column `ar`").hint("the nearest known name is `arr`"));
    AccountsPage::new(Ingredients {
        frame: frame("Accounts"),
        workspace,
        query: ListQuery::read(&fields, &when),
        when,
        found: if address.contains("filter=ar+") { Err(refused) } else { Ok(page) },
        views: vec![("v1".to_owned(), "Renewing soon".to_owned(), "filter=days_to_renewal+%3C+90".to_owned())],
        locale: Locale::default(),
        moment: moment(),
        base_url: "http://localhost:8080".to_owned(),
    })
}

fn account_page(samples: &Samples, address: &str) -> AccountShown {
    let when = When::read(&Fields::read(address.as_bytes()), &moment()).unwrap();
    AccountShown::new(AccountIngredients {
        frame: frame(&samples.view.name),
        workspace: &samples.workspace,
        when,
        view: samples.view.clone(),
        points: samples.points.clone(),
        timeline: samples.timeline.clone(),
        records: samples.records.clone(),
        outlook: lifecycle::outlook(samples),
        runs: samples.records[0].iter().map(|_| samples::plays::run_line(&samples.view.name, &samples.view.name)).collect(),
        refused: samples::plays::refusals(&samples.view.name, samples.records[0].len()),
        onboarding: Some(lifecycle::board(samples)),
        locale: Locale::default(),
        moment: moment(),
    })
}

fn colleagues(samples: &Samples) -> Vec<Colleague> {
    vec![Colleague { email: "jon@acme.example".to_owned(), name: (samples.word)("Jon Abara") }]
}

/// The day as its address says it, after the end of a task.
pub(crate) fn day_page(samples: &Samples, address: &str) -> MyDayPage {
    let view = View::read(&Fields::read(address.as_bytes()));
    let work = samples::tasks::work(&samples.page, samples.tasks, &samples.word);
    let undo = work.tasks.first().and_then(|item| Undo::of(&samples::tasks::ended(item, &samples.word)));
    MyDayPage::new(DayIngredients {
        frame: frame("My day"),
        workspace: &samples.workspace,
        me: "jon@acme.example".to_owned(),
        book: view.is_mine().then(|| samples.page.clone()),
        undo,
        colleagues: colleagues(samples),
        absences: samples::tasks::absences(samples.tasks.min(30)),
        load: view.is_shared().then(|| samples::tasks::load(samples.tasks.min(40), &samples.word)),
        clocks: view.is_shared().then(samples::tasks::clocks),
        capacity: view.is_shared().then(|| samples::tasks::capacity(samples.tasks.min(40), &samples.word)),
        view,
        work,
        locale: Locale::default(),
        moment: moment(),
    })
}

fn task_pages(samples: &Samples) -> Vec<(&'static str, String)> {
    let work = samples::tasks::work(&samples.page, samples.tasks, &samples.word);
    let Some(open) = work.tasks.into_iter().next() else { return Vec::new() };
    let page = |item| {
        let place = (View { whose: (samples.word)("everybody"), ..View::default() }, "jon@acme.example");
        let reader = (Locale::default(), &moment());
        TaskPage::new(frame("A task"), place, item, &samples.workspace, colleagues(samples), reader).render().unwrap()
    };
    vec![("task", page(&open)), ("ended task", page(&samples::tasks::ended(&open, &samples.word)))]
}

/// The pages of the life cycle, by name.
fn life_cycle(samples: &Samples) -> Vec<(&'static str, String)> {
    let (workspace, locale) = (&samples.workspace, Locale::default());
    let (bands, currency) = (&workspace.bands, workspace.currency.as_str());
    let renewals = |address: &str| {
        let fields = Fields::read(address.as_bytes());
        let asked = Asked::read(&fields, When::read(&fields, &moment()).unwrap()).unwrap();
        RenewalsPage::new(frame("Renewals"), &asked, &lifecycle::book(samples), bands, locale).render().unwrap()
    };
    let onboarding = |address: &str| {
        let when = When::read(&Fields::read(address.as_bytes()), &moment()).unwrap();
        OnboardingPage::new(frame("Onboarding"), &lifecycle::board(samples), bands, currency, when, locale).render().unwrap()
    };
    let renewal = RenewalPage::new(frame("Renewal"), &lifecycle::readiness(samples), workspace, When::default(), &moment(), locale);
    let autopsy = |address: &str| {
        let when = When::read(&Fields::read(address.as_bytes()), &moment()).unwrap();
        AutopsyPage::new(frame("Autopsy"), &lifecycle::autopsy(samples), workspace, when, &moment(), locale).render().unwrap()
    };
    vec![
        ("renewals", renewals("owner=ann%40acme.example")),
        ("renewals of a place in the past", renewals("stage=-90&offset=50&as_of=2026-08-10")),
        ("onboarding", onboarding("")),
        ("onboarding in the past", onboarding("as_of=2026-08-10&known=then")),
        ("renewal", renewal.render().unwrap()),
        ("autopsy", autopsy("")),
        ("autopsy in the past", autopsy("as_of=2026-08-10")),
    ]
}

/// Every page, by name.
pub(crate) fn all(samples: &Samples) -> Vec<(&'static str, String)> {
    let workspace = &samples.workspace;
    let locale = Locale::default();
    let model = samples.model.clone();
    let text = |page: &dyn askama::DynTemplate| page.dyn_render().unwrap();
    let mut pages = vec![
        ("accounts", text(&list_page(workspace, samples.page.clone(), samples.address))),
        ("account", text(&account_page(samples, ""))),
        ("account in the past", text(&account_page(samples, "as_of=2026-08-10&known=then"))),
        (
            "facts",
            text(&FactsPage::new(frame("Facts"), workspace, &samples.view.id, samples.facts.clone(), When::default(), &moment(), locale)),
        ),
        ("models", text(&ModelsPage::new(frame("Health models"), workspace, std::slice::from_ref(&model), locale))),
        ("model", text(&ModelPage::new(frame("Model"), workspace, model, &samples.page, locale))),
        ("signals", text(&SignalsPage::new(frame("Signals"), workspace))),
        ("sources", text(&SourcesPage::new(frame("Data"), &samples.view.sources, samples.refused.clone(), locale, &moment()))),
        ("quarantine", text(&QuarantinePage::new(frame("Quarantine"), &samples.quarantine, "open", "", "", &moment()))),
        ("quality", text(&QualityPage::new(frame("Quality"), &samples.quality, locale, &moment()))),
    ];
    pages.extend(play_pages(&samples.view.name, samples.points.len().min(200)));
    pages.push(("my day", text(&day_page(samples, ""))));
    pages.push(("everybody’s day", text(&day_page(samples, "whose=everybody"))));
    pages.push(("a group alone", text(&day_page(samples, "group=now&account=acc-0001"))));
    pages.extend(task_pages(samples));
    if let Some(entry) = samples.quarantine.first() {
        let mended = Some((entry.raw.clone(), "missing_field in `userId`: still".to_owned()));
        pages.push(("entry", text(&EntryPage::new(frame("Record"), entry, None, &moment()))));
        pages.push(("entry refused again", text(&EntryPage::new(frame("Record"), entry, mended, &moment()))));
    }
    let error =
        ErrorPage { frame: Frame::bare("Problem"), message: samples.view.name.clone(), hint: samples.view.name.clone(), code: "invalid" };
    pages.push(("error", error.render().unwrap()));
    pages.extend(life_cycle(samples));
    let sign_in = SignInPage { email: samples.view.name.clone(), problem: Some(samples.view.name.clone()), ..SignInPage::default() };
    pages.push(("sign-in", sign_in.render().unwrap()));
    pages
}

/// The pages of plays, with so much of everything.
fn play_pages(name: &str, count: usize) -> Vec<(&'static str, String)> {
    use samples::plays::{letters, play_detail, preview, run_detail, summary, today};
    let locale = Locale::default();
    let text = |page: &dyn askama::DynTemplate| page.dyn_render().unwrap();
    let plays: Vec<_> = (0..count.min(60)).map(|number| summary(name, number % 2 == 0)).collect();
    let play = PlayPage::new(frame("Play"), &play_detail(name, count), &today(name, count), &letters(name, count), locale, &moment());
    let edited = format!("plays:\n  x: {name}\n");
    let page = |right| PreviewPage::new(frame("Preview"), "x", &preview(name, right, count), (&edited, &edited), locale);
    vec![
        ("plays", text(&PlaysPage::new(frame("Plays"), &plays, locale, &moment()))),
        ("play", text(&play)),
        ("run", text(&RunPage::new(frame("Run"), &run_detail(name, count > 0), &moment()))),
        ("preview with errors", text(&page(false))),
        ("preview", text(&page(true))),
    ]
}
