//! One account as of an instant: its health and why, its history, its people, contracts, tickets and answers.

pub mod ahead;
pub mod autopsy;
pub mod contracts;
pub mod head;
pub mod history;
pub mod judge;
pub mod lists;
pub mod milestones;
pub mod renewal;
pub mod signals;
pub mod why;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use mainstay_app::accounts::{AccountView, ScorePoint, TimelineEntry};
use mainstay_app::data::SourceStatus;
use mainstay_app::lifecycle::{ContractOutlook, OnboardingBoard};
use mainstay_app::play_book::{RefusalLine, RefusalsAsked, RunLine, RunsAsked};
use mainstay_model::Workspace;
use serde_json::{Map, Value};

use self::ahead::Ahead;
use self::contracts::Contract;
use self::head::{HeadFact, Made, head_facts, made};
use self::history::History;
use self::lists::{Moved, Person, Survey, Ticket};
use self::milestones::Milestones;
use self::signals::{ProductShown, SignalLine, product_shown, signal_lines};
use self::why::Why;
use super::Console;
use super::error::{PageResult, show};
use super::frame::Frame;
use super::plays::refused::{RefusedRow, refused_row};
use super::plays::run::{RunRow, run_row};
use super::session::{Fields, Visit};
use super::when::When;
use super::words::{BandMark, Locale, Moment, NOT_KNOWN, band_mark, label, segment, spaced};

/// How far back the score line goes.
const HISTORY_DAYS: u32 = 365;
/// Runs of plays that are listed, and plays that did not start.
const RUN_LINES: u32 = 20;
/// Lines of the time line.
const TIMELINE_LINES: usize = 40;

/// The page.
#[derive(Template, Debug)]
#[template(path = "console/account.html")]
pub struct AccountShown {
    /// What is around it.
    pub frame: Frame,
    /// The instant it is about.
    pub when: When,
    /// The account's id.
    pub id: String,
    /// The path of its page.
    pub path: String,
    /// What people call it.
    pub name: String,
    /// Tier and region.
    pub place: String,
    /// The band.
    pub band: BandMark,
    /// The score with one decimal; empty where there is none.
    pub score: String,
    /// The large facts under the name.
    pub facts: Vec<HeadFact>,
    /// `model standard 3f2a… · scored 3 s ago · coverage 100 %`.
    pub made: Made,
    /// The score over time.
    pub history: History,
    /// Why the score is what it is.
    pub why: Option<Why>,
    /// How far its onboarding has come, while it is in onboarding.
    pub milestones: Option<Milestones>,
    /// A person's word against the score.
    pub over: Option<Over>,
    /// The sentiments to choose from, and which is in force.
    pub sentiments: Vec<(&'static str, bool)>,
    /// The stages to choose from, each with its label, and which is in force.
    pub stages: Vec<(String, String, bool)>,
    /// What happened.
    pub timeline: Vec<Moved>,
    /// People at the customer.
    pub people: Vec<Person>,
    /// Contract lines that no other one has followed yet.
    pub contracts: Vec<Contract>,
    /// Those that ended as another one followed, the latest end first.
    pub earlier_terms: Vec<Contract>,
    /// What those in force will bill next, and until when they can be left.
    pub ahead: Vec<Ahead>,
    /// Support cases.
    pub tickets: Vec<Ticket>,
    /// Survey answers.
    pub surveys: Vec<Survey>,
    /// Its runs of plays, the latest first.
    pub plays: Vec<RunRow>,
    /// The plays that did not start for it, the latest first.
    pub refused: Vec<RefusedRow>,
    /// The plays that can be started for it: name and what people read.
    pub startable: Vec<(String, String)>,
    /// Every signal.
    pub signals: Vec<SignalLine>,
    /// Its products, where the workspace has signals per product.
    pub products: Vec<ProductShown>,
    /// The segments it is in.
    pub segments: Vec<String>,
    /// The fields of its record.
    pub attributes: Vec<(String, String)>,
    /// How fresh each source is.
    pub sources: Vec<SourceLine>,
    /// The earliest day an override may end.
    pub tomorrow: String,
    /// The latest one.
    pub next_year: String,
}

/// A person's word against the score.
#[derive(Clone, Debug)]
pub struct Over {
    /// The score shown.
    pub score: String,
    /// The score computed.
    pub computed: String,
    /// Who.
    pub author: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: String,
}

/// How fresh a source is.
#[derive(Clone, Debug)]
pub struct SourceLine {
    /// What people read.
    pub label: String,
    /// How old its newest fact is.
    pub age: String,
    /// Whether that is too old.
    pub stale: bool,
}

/// Everything the page is made from.
#[derive(Debug)]
pub struct Ingredients<'a> {
    /// What is around it.
    pub frame: Frame,
    /// The workspace.
    pub workspace: &'a Workspace,
    /// The instant it is about.
    pub when: When,
    /// The account.
    pub view: AccountView,
    /// Its score over days.
    pub points: Vec<ScorePoint>,
    /// What happened.
    pub timeline: Vec<TimelineEntry>,
    /// Its people, subscriptions, tickets and survey answers.
    pub records: [Vec<Map<String, Value>>; 4],
    /// Its contract lines in force, and which of all its lines another one follows.
    pub outlook: ContractOutlook,
    /// Its runs of plays.
    pub runs: Vec<RunLine>,
    /// Plays that did not start for it.
    pub refused: Vec<RefusalLine>,
    /// The onboarding board with it alone, while it is in onboarding.
    pub onboarding: Option<OnboardingBoard>,
    /// How the reader writes numbers.
    pub locale: Locale,
    /// Where the reader is in time.
    pub moment: Moment,
}

impl AccountShown {
    /// The page of its readiness report.
    #[must_use]
    pub fn renewal_path(&self) -> String {
        format!("{}/renewal", self.path)
    }

    /// The page of its autopsy.
    #[must_use]
    pub fn autopsy_path(&self) -> String {
        format!("{}/autopsy", self.path)
    }

    /// Makes the page.
    #[must_use]
    pub fn new(from: Ingredients<'_>) -> Self {
        let Ingredients { frame, workspace, when, view, points, timeline, records, outlook, runs, refused, onboarding, locale, moment } =
            from;
        let then = when.moment(&moment);
        let path = format!("/accounts/{}", segment(&view.id));
        let currency = workspace.currency.as_str();
        let [people, subscriptions, tickets, surveys] = &records;
        let place = [&view.tier, &view.region].into_iter().flatten().map(|word| label(word)).collect::<Vec<_>>().join(" · ");
        let score = view.score.map(|score| locale.score(score, &workspace.bands)).unwrap_or_default();
        let (contracts, earlier_terms) = contracts::listed(subscriptions, &outlook, locale, currency);
        Self {
            band: band_mark(&workspace.bands, &view.band),
            facts: head_facts(&view, &moment, locale, currency),
            made: made(&view, &when, &moment, locale),
            history: History::new(&points, &workspace.bands, &when, &moment, locale),
            why: view.explanation.as_ref().map(|explanation| Why::new(explanation, workspace, &path, &when, locale)),
            milestones: onboarding.as_ref().and_then(|board| Milestones::new(board, locale)),
            over: view.over.as_ref().map(|over| Over {
                score: locale.number(over.score, 1),
                computed: view.computed_score.map_or_else(|| NOT_KNOWN.to_owned(), |score| locale.number(score, 1)),
                author: over.author.clone(),
                reason: over.reason.clone(),
                until: moment.full(over.until),
            }),
            sentiments: ["good", "neutral", "bad"].into_iter().map(|word| (word, view.sentiment.as_deref() == Some(word))).collect(),
            stages: stages(workspace, view.stage.as_deref()),
            timeline: timeline.iter().map(|entry| Moved::new(entry, &then)).collect(),
            people: people.iter().map(Person::new).collect(),
            contracts,
            earlier_terms,
            ahead: outlook.lines.iter().map(|line| Ahead::new(line, outlook.today, locale)).collect(),
            tickets: tickets.iter().map(|record| Ticket::new(record, &then)).collect(),
            surveys: surveys.iter().map(|record| Survey::new(record, &then)).collect(),
            plays: runs.iter().map(|run| run_row(run, &moment)).collect(),
            refused: refused.iter().map(|line| refused_row(line, locale, &moment)).collect(),
            startable: startable(workspace),
            signals: signal_lines(&view.signals, None, &path, &when, (locale, currency)),
            products: view.products.iter().map(|product| product_shown(product, workspace, &path, &when, locale)).collect(),
            attributes: view.attributes.iter().map(|(name, value)| (spaced(name), lists::words_of(value))).collect(),
            sources: view.sources.iter().map(|source| source_line(source, &moment)).collect(),
            tomorrow: moment.today().plus(1).to_string(),
            next_year: moment.today().plus(366).to_string(),
            segments: view.segments,
            id: view.id,
            name: view.name,
            place,
            score,
            path,
            when,
            frame,
        }
    }
}

fn stages(workspace: &Workspace, now: Option<&str>) -> Vec<(String, String, bool)> {
    let stages = workspace.lifecycle.stages.iter();
    stages.map(|stage| (stage.name.clone(), stage.label.clone(), now == Some(stage.name.as_str()))).collect()
}

/// The plays in force whose runs are the account's own.
fn startable(workspace: &Workspace) -> Vec<(String, String)> {
    let own = workspace.plays.values().filter(|play| play.per == mainstay_model::play::Per::Account);
    own.map(|play| (play.name.clone(), play.label.clone())).collect()
}

fn source_line(source: &SourceStatus, moment: &Moment) -> SourceLine {
    let age = source.last_received_at.map_or_else(|| "nothing yet".to_owned(), |at| moment.ago(at));
    SourceLine { label: source.label.clone(), age, stale: source.stale }
}

/// Shows the page.
pub(crate) async fn show_account(
    State(console): State<Console>,
    Extension(visit): Extension<Visit>,
    Extension(fields): Extension<Fields>,
    Path(id): Path<String>,
) -> PageResult {
    let when = When::read(&fields, &visit.moment)?;
    let app = &console.app;
    let line = history::whole_line(&when);
    let runs = RunsAsked { account: Some(id.clone()), limit: Some(RUN_LINES), ..RunsAsked::default() };
    let refused = RefusalsAsked { account: Some(id.clone()), limit: Some(RUN_LINES), ..RefusalsAsked::default() };
    let (view, points, timeline, people, subscriptions, tickets, surveys, outlook, runs, refused, onboarding) = tokio::try_join!(
        app.show_account(&id, &when.as_of),
        app.score_history(&id, HISTORY_DAYS, &line),
        app.timeline(&id, &when.as_of, TIMELINE_LINES),
        app.records_of(&id, "people", &when.as_of),
        app.records_of(&id, "subscriptions", &when.as_of),
        app.records_of(&id, "tickets", &when.as_of),
        app.records_of(&id, "surveys", &when.as_of),
        app.contract_outlook(&id, &when.as_of),
        app.list_runs(&runs),
        app.list_refusals(&refused),
        app.onboarding_of(&id, &when.as_of),
    )?;
    let workspace = app.workspace();
    Ok(show(&AccountShown::new(Ingredients {
        frame: Frame::new(app, &visit, "accounts", view.name.clone()),
        workspace: &workspace,
        when,
        view,
        points,
        timeline,
        records: [people, subscriptions, tickets, surveys],
        outlook,
        runs,
        refused,
        onboarding,
        locale: visit.locale,
        moment: visit.moment,
    })))
}
