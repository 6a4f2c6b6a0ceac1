//! A scenario run through the machine with a clock of its own.

mod begin;
mod given;
mod missed;

use std::collections::BTreeMap;

use mainstay_model::Timestamp;
use mainstay_model::play::scenario::{Happening, Label, Later};
use mainstay_model::play::{Condition, ConditionId, ConditionScope, Effect, Play, Scenario};
use serde_json::{Value, json};

use crate::due::at_minute;
use crate::run::StepState;
use crate::windows::BusinessTime;
use crate::{Answers, DecidedStep, Input, Response, Run, run_columns, step};

use begin::{bare, opening, subject_columns, trigger_instant};
use missed::MadeTask;

pub use given::{GivenEvent, GivenRecord, given_events, given_records};
pub use missed::Missed;

/// Columns by name, as JSON: numbers, texts, truth values, null; instants and days as texts.
pub type Columns = BTreeMap<String, Value>;

/// The longest simulation, in days.
const MAX_DAYS: i32 = 1_100;

/// The account of a scenario, to whoever can work out columns and evaluate SQL.
pub trait World {
    /// What facts make of the account's columns at an instant; neither what is stated nor what follows from other columns.
    fn columns(&self, at: Timestamp) -> Columns;

    /// A column's value: as it is among these, or as it follows from them; null where neither says it.
    fn value(&self, name: &str, columns: &Columns) -> Value;

    /// Whether a condition holds over columns and what follows from them, `None` where that is not known.
    fn holds(&self, condition: &Condition, columns: &Columns) -> Option<bool>;
}

/// What a play did in a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct Simulated {
    /// The run at the end; none where it never started.
    pub run: Option<Run>,
    /// Why it never started.
    pub why_not: Option<String>,
    /// What it did, in order.
    pub actions: Vec<Action>,
    /// The steps that got their outcome, in order.
    pub decided: Vec<DecidedStep>,
    /// What was to happen and found nothing to act on, in order.
    pub missed: Vec<Missed>,
}

/// One thing a play did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Action {
    /// When.
    pub at: Timestamp,
    /// How it reads, in every way that scenarios may write it; the product's own first.
    pub lines: Vec<String>,
}

/// What of the workspace a simulation needs.
#[derive(Clone, Debug)]
pub struct Setting<'a> {
    /// Minutes after midnight at which steps that are days are due.
    pub play_hour_minute: u16,
    /// Business time.
    pub business: &'a BusinessTime<'a>,
}

/// Runs a scenario. The account is neither held out nor left out of a pilot.
///
/// What happens on a day comes before that day's steps; on Day 1 right after the trigger.
#[must_use]
pub fn simulate(play: &Play, scenario: &Scenario, world: &dyn World, setting: &Setting) -> Simulated {
    let refused = |why: String| Simulated {
        run: None,
        why_not: Some(why),
        actions: Vec::new(),
        decided: Vec::new(),
        missed: missed::without_run(scenario),
    };
    let started_at = match trigger_instant(play, scenario, world, setting) {
        Ok(at) => at,
        Err(why) => return refused(why),
    };
    let mut stated = given::stated_at(scenario, started_at);
    let before = with(world.columns(started_at.plus_seconds(-1)), &given::stated_at(scenario, started_at.plus_seconds(-1)));
    stated.extend(subject_columns(play, &bare(&scenario.trigger)));
    stated.extend(scenario.trigger.clone());
    let columns = with(world.columns(started_at), &stated);
    let run = Run::open(play, opening(play, scenario, world, (&before, &columns), started_at, setting));
    let mut simulation = Simulation {
        play,
        world,
        setting,
        stated,
        event: Columns::new(),
        run,
        actions: Vec::new(),
        decided: Vec::new(),
        tasks: Vec::new(),
        named: scenario.then.iter().map(|later| later.at).collect(),
        missed: Vec::new(),
    };
    let answers = simulation.asked();
    if let Some(qualify) = play.qualify.filter(|qualify| answers.holds(*qualify, &simulation.run, started_at) != Some(true)) {
        let written = play.condition(qualify).map_or("", |condition| condition.written.as_str());
        return refused(format!("it does not qualify: {written}"));
    }
    simulation.run_through(scenario);
    let Simulation { run, actions, decided, missed, .. } = simulation;
    Simulated { run: Some(run), why_not: None, actions, decided, missed }
}

fn with(mut columns: Columns, stated: &Columns) -> Columns {
    columns.extend(stated.iter().map(|(name, value)| (name.clone(), value.clone())));
    columns
}

/// The stated columns as those of an event or a record: as columns and as properties.
fn fact_columns(stated: &Columns, at: Timestamp) -> Columns {
    let mut columns = stated.clone();
    columns.insert("occurred_at".to_owned(), json!(at.to_rfc3339()));
    columns.insert("properties".to_owned(), json!(json!(stated).to_string()));
    columns
}

struct Simulation<'a> {
    play: &'a Play,
    world: &'a dyn World,
    setting: &'a Setting<'a>,
    /// Columns that the scenario states, as they are now.
    stated: Columns,
    /// The columns of the event that is being taken.
    event: Columns,
    run: Run,
    actions: Vec<Action>,
    decided: Vec<DecidedStep>,
    /// The tasks that it made, in order.
    tasks: Vec<MadeTask>,
    /// The moments at which the scenario lets something happen.
    named: Vec<Label>,
    missed: Vec<Missed>,
}

/// Answers a run's conditions from the columns of a simulation.
struct Asked<'a> {
    play: &'a Play,
    world: &'a dyn World,
    stated: Columns,
    event: Columns,
}

impl Answers for Asked<'_> {
    fn holds(&self, condition: ConditionId, run: &Run, now: Timestamp) -> Option<bool> {
        let condition = self.play.condition(condition)?;
        let columns = match condition.scope {
            ConditionScope::Event | ConditionScope::Record(_) => self.event.clone(),
            ConditionScope::Account => with(self.world.columns(now), &self.stated),
            ConditionScope::Run => with(with(self.world.columns(now), &run_columns(run, now)), &self.stated),
        };
        self.world.holds(condition, &columns)
    }
}

impl<'a> Simulation<'a> {
    fn asked(&self) -> Asked<'a> {
        Asked { play: self.play, world: self.world, stated: self.stated.clone(), event: self.event.clone() }
    }

    fn run_through(&mut self, scenario: &Scenario) {
        let started_at = self.run.started_at;
        let given = given::after(scenario, started_at);
        let stated = |Later { at, what }: &Later| (self.instant_of(*at), what.clone());
        let mut later: Vec<(Timestamp, Happening)> = given.into_iter().chain(scenario.then.iter().map(stated)).collect();
        later.sort_by_key(|(at, _)| *at);
        let mut later = later.into_iter().peekable();
        let zone = self.run.clock.zone.clone();
        let last = zone.start_of(zone.day_of(self.run.started_at).plus(MAX_DAYS));
        let mut now = self.run.started_at;
        self.take(&Input::Start, now);
        while !self.run.has_ended() && now < last {
            let due = self.run.next_due();
            let happens = later.peek().map(|(at, _)| *at);
            let Some(next) = due.into_iter().chain(happens).min() else { break };
            // Columns move with the days even where nothing is due.
            let turn = zone.start_of(zone.day_of(now).plus(1));
            now = now.max(next.min(turn));
            if let Some((_, what)) = later.next_if(|(at, _)| *at <= now) {
                self.happen(&what, now);
            } else if due.is_some_and(|due| due <= now) {
                self.take(&Input::Due, now);
            } else {
                self.take(&Input::Changed, now);
            }
        }
        for (at, what) in later.filter(|(_, what)| missed::needs_run(what)) {
            let why = self.lacks(&what).unwrap_or_else(|| format!("a scenario is followed for {MAX_DAYS} days"));
            self.miss(&what, at, why);
        }
    }

    /// When something happens: the beginning of its day, its time of the day, or its very instant, and not before the run.
    fn instant_of(&self, label: Label) -> Timestamp {
        let (start, zone) = (self.run.started_at, &self.run.clock.zone);
        let of_run = |number: u32| zone.day_of(start).plus(i32::try_from(number).unwrap_or(i32::MAX) - 1);
        let at = match label {
            Label::Immediately => start,
            Label::Minutes(minutes) => start.plus_seconds(i64::from(minutes) * 60),
            Label::Day(number) => zone.start_of(of_run(number)),
            Label::DayAt(number, minute) => at_minute(of_run(number), minute, zone),
            Label::Date(days) => self.run.clock.date.map_or(start, |date| zone.start_of(date.plus(days))),
            Label::DateAt(days, minute) => self.run.clock.date.map_or(start, |date| at_minute(date.plus(days), minute, zone)),
        };
        at.max(start)
    }

    fn happen(&mut self, what: &Happening, now: Timestamp) {
        if let Some(why) = self.lacks(what) {
            return self.miss(what, now, why);
        }
        match what {
            Happening::Reply(_) => self.take(&Input::Replied { kind: Response::Replied, at: now }, now),
            Happening::Set { column, value } => {
                self.stated.insert(column.clone(), value.clone());
                self.take(&Input::Changed, now);
            }
            Happening::Event { name, properties } => {
                self.event = fact_columns(properties, now);
                self.event.insert("name".to_owned(), json!(name));
                self.take(&Input::Event { name: name.clone(), at: now }, now);
                self.event.clear();
            }
            Happening::TaskDone { task, outcome } => {
                let meant = self.tasks.iter_mut().rev().find(|made| made.is_open && made.is_called(task));
                if let Some(made) = meant {
                    made.is_open = false;
                    let step = made.step.clone();
                    self.take(&Input::TaskDone { step, outcome: outcome.clone() }, now);
                }
            }
            Happening::Answer { yes } => {
                let asked = self.run.steps.iter().find(|step| matches!(step.state, StepState::Approving { .. }));
                if let Some(step) = asked.map(|step| step.name.clone()) {
                    self.take(&Input::Approved { step, by: "scenario".to_owned(), yes: *yes }, now);
                }
            }
            // Whoever works out columns knows the record's fields.
            Happening::Record { .. } => self.take(&Input::Changed, now),
            Happening::Stop => {
                self.take(&Input::Stop { by: "scenario".to_owned(), reason: String::new() }, now);
            }
        }
    }

    fn take(&mut self, input: &Input, now: Timestamp) {
        let outcome = step(self.play, &self.run, input, now, &self.asked(), self.setting.business);
        self.run = outcome.run;
        self.decided.extend(outcome.decided);
        for planned in outcome.effects {
            if let Effect::Task(task) = &planned.effect {
                self.tasks.push(MadeTask { title: task.title.clone(), step: planned.step.clone(), is_open: true });
            }
            // The stage is the one column that a play sets itself.
            if let Effect::Stage(stage) = &planned.effect {
                self.stated.insert("stage".to_owned(), json!(stage));
            }
            self.actions.push(Action { at: now, lines: planned.effect.lines() });
        }
    }
}
