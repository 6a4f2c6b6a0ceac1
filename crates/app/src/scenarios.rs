//! Scenarios, the tests of plays: run in memory through the machine that runs plays, with a clock of their own.

mod facts;
mod of_play;
mod unknown;
mod world;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use mainstay_model::Workspace;
use mainstay_model::expression::ValueType;
use mainstay_model::play::Scenario;
use mainstay_plays::compare::{ComparedLine, compare};
use mainstay_plays::simulate::{Missed, Setting, simulate};
use mainstay_plays::skips::{SkippedStep, skipped};
use mainstay_plays::windows::BusinessTime;
use mainstay_spec::{Document, Stage, expression_columns};
use serde::Serialize;

use crate::engine::Plan;
use crate::error::{AppError, Result};
use crate::plays::CompiledPlay;
use crate::workspace::declared;
use facts::GivenFacts;
use world::AccountWorld;

pub(crate) use of_play::test_play;

/// Which scenarios are run; all where nothing is said.
#[derive(Clone, Debug, Default)]
pub struct ScenarioFilter {
    /// Part of their names, upper or lower case alike.
    pub name: Option<String>,
    /// The play that they test.
    pub play: Option<String>,
}

/// How a scenario came out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct TestedScenario {
    /// Its name.
    pub name: String,
    /// The play it tests.
    pub play: String,
    /// File and line, where they can be told.
    pub place: String,
    /// Whether everything was as expected.
    pub passed: bool,
    /// What was expected beside what the play did, in order.
    pub lines: Vec<ComparedLine>,
    /// The same for people.
    #[serde(skip)]
    pub table: String,
    /// Why no run started; absent where one did.
    pub why_not: Option<String>,
    /// The steps that did not happen, and why.
    pub skipped: Vec<SkippedStep>,
    /// What was to happen and found nothing to act on; it has failed then.
    pub missed: Vec<Missed>,
    /// What keeps the scenario from saying anything; it has failed then.
    pub error: Option<String>,
}

impl TestedScenario {
    /// How it differs, for people: what was expected beside what the play did, then what found nothing to act on and the steps that did not
    /// happen. Empty where an error kept it from being followed.
    #[must_use]
    pub fn difference(&self) -> String {
        let mut text = self.table.clone();
        // Writing to a text does not fail.
        for missed in &self.missed {
            let time = missed.time.as_ref().map(|time| format!(" ({time})")).unwrap_or_default();
            let _ = writeln!(text, "    {}{time}: `{}` found nothing to act on: {}", missed.at, missed.what, missed.why);
        }
        for step in &self.skipped {
            let _ = writeln!(text, "    {}: the step `{}` did not happen: {}", step.at, step.step, step.why);
        }
        text
    }
}

/// The scenarios of a workspace, ready to be run.
pub struct ScenarioSuite {
    plan: Plan,
    plays: BTreeMap<String, CompiledPlay>,
    /// The types of an account's columns.
    kinds: BTreeMap<String, ValueType>,
    places: BTreeMap<String, String>,
}

impl ScenarioSuite {
    /// Makes the plays of a checked workspace ready; `documents` are its files, in which scenarios are found again.
    ///
    /// # Errors
    /// [`ErrorCode::Configuration`](crate::ErrorCode::Configuration) when something of the workspace cannot be computed.
    pub fn new(workspace: Workspace, documents: &[Document]) -> Result<Self> {
        let workspace = Arc::new(workspace);
        let plan = Plan::new(Arc::clone(&workspace))?;
        let plays = workspace.plays.values().map(|play| (play.name.clone(), CompiledPlay::new(Arc::new(play.clone()), &plan))).collect();
        let kinds = expression_columns(&workspace, Stage::All).into_iter().map(|column| (column.name, column.kind)).collect();
        let places = workspace.scenarios.iter().filter_map(|scenario| Some((scenario.name.clone(), place_of(&scenario.name, documents)?)));
        let places = places.collect();
        Ok(Self { plan, plays, kinds, places })
    }

    /// The scenarios that a filter lets through, in the order of their files.
    ///
    /// # Errors
    /// `not_found` when there is no such play, or scenarios, but none that fits.
    pub fn chosen(&self, filter: &ScenarioFilter) -> Result<Vec<&Scenario>> {
        if let Some(play) = filter.play.as_ref().filter(|play| !self.plays.contains_key(*play)) {
            let known: Vec<&str> = self.plays.keys().map(String::as_str).collect();
            let error = AppError::not_found(format!("there is no play `{play}`"));
            return Err(match mainstay_spec::nearest_name(play, known) {
                Some(name) => error.hint(format!("did you mean `{name}`?")),
                None => error.hint("`mainstay show plays` lists them"),
            });
        }
        let part = filter.name.as_ref().map(|name| name.to_lowercase());
        let fits = |scenario: &&Scenario| {
            filter.play.as_ref().is_none_or(|play| *play == scenario.play)
                && part.as_ref().is_none_or(|part| scenario.name.to_lowercase().contains(part))
        };
        let chosen: Vec<&Scenario> = self.plan.workspace.scenarios.iter().filter(fits).collect();
        if chosen.is_empty() && (filter.play.is_some() || filter.name.is_some()) {
            return Err(AppError::not_found("no scenario fits").hint("without a filter all scenarios of the workspace run"));
        }
        Ok(chosen)
    }

    /// The plays that no scenario tests, in order of name.
    #[must_use]
    pub fn untested(&self) -> Vec<&str> {
        let tested = |play: &&str| self.plan.workspace.scenarios.iter().any(|scenario| scenario.play == **play);
        self.plays.keys().map(String::as_str).filter(|play| !tested(play)).collect()
    }

    /// Runs one scenario.
    #[must_use]
    pub fn run(&self, scenario: &Scenario) -> TestedScenario {
        let mut tested = TestedScenario {
            name: scenario.name.clone(),
            play: scenario.play.clone(),
            place: self.places.get(&scenario.name).cloned().unwrap_or_default(),
            passed: false,
            lines: Vec::new(),
            table: String::new(),
            why_not: None,
            skipped: Vec::new(),
            missed: Vec::new(),
            error: None,
        };
        match self.simulated(scenario, &mut tested) {
            Ok(()) => tested,
            Err(error) => TestedScenario { passed: false, error: Some(error.message), ..tested },
        }
    }

    fn simulated(&self, scenario: &Scenario, tested: &mut TestedScenario) -> Result<()> {
        let workspace = &self.plan.workspace;
        let play = self.plays.get(&scenario.play).ok_or_else(|| AppError::not_found(format!("there is no play `{}`", scenario.play)))?;
        unknown::check(scenario, &play.play, workspace, &self.kinds)?;
        let world = AccountWorld::new(&self.plan, play, &self.kinds, GivenFacts::new(&self.plan, scenario)?);
        let calendar = workspace.outreach.calendar(&workspace.calendars);
        let business = BusinessTime::new(&calendar, &workspace.zone);
        let setting = Setting { play_hour_minute: workspace.outreach.play_hour_minute, business: &business };
        let simulated = simulate(&play.play, scenario, &world, &setting);
        world.into_faults()?;
        let compared = compare(scenario, &simulated);
        tested.skipped = skipped(&play.play, &simulated);
        tested.missed = simulated.missed.into_iter().map(with_nearest).collect();
        (tested.passed, tested.lines, tested.table, tested.why_not) = (compared.passed, compared.lines, compared.table, simulated.why_not);
        Ok(())
    }
}

/// What was missed, with the name that was probably meant.
fn with_nearest(missed: Missed) -> Missed {
    let near = mainstay_spec::nearest_name(&missed.name, missed.known.iter().map(String::as_str)).map(str::to_owned);
    match near {
        Some(near) => Missed { why: format!("{}; did you mean `{near}`?", missed.why), ..missed },
        None => missed,
    }
}

/// File and line of a scenario.
fn place_of(name: &str, documents: &[Document]) -> Option<String> {
    let (document, offset) = declared(documents, "scenarios/", name)?;
    let lines_before = document.text.get(..offset)?.matches('\n').count();
    Some(format!("{}:{}", document.path, lines_before + 1))
}
