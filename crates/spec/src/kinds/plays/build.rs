//! Checks the plays of a workspace and turns them into the model's.

use std::collections::{BTreeMap, BTreeSet};

use mainstay_model::Workspace;
use mainstay_model::expression::ExpressionTypes;
use mainstay_model::play::step::{Awaited, Branch, Repeat};
use mainstay_model::play::{
    Body, ConditionId, ConditionScope, Effect, Every, Exit, ExitOn, Goal, Offset, Per, Pilot, Play, Purpose, Shift, Step, Trigger,
};

use super::actions::{self, ActionDoc};
use super::conditions::{Conditions, Sources};
use super::{BranchDoc, ExitDoc, PlayDoc, StepDoc, TriggerDoc, WaitDoc, lint, reentry};
use crate::decode::Expression;
use crate::document::{At, Place};
use crate::kinds::health::version::digest;
use crate::kinds::settings::share_of_one;
use crate::names::{self, Declared};
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;

/// What a play without a priority has.
const DEFAULT_PRIORITY: u8 = 50;

/// The plays by name. The workspace has everything else already.
pub(crate) fn check(
    declared: &BTreeMap<String, Declared<PlayDoc>>,
    workspace: &Workspace,
    thresholds: &Thresholds,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> BTreeMap<String, Play> {
    let plays: Vec<String> = declared.keys().cloned().collect();
    let named =
        actions::Named { outreach: &workspace.outreach, lifecycle: &workspace.lifecycle, templates: &workspace.templates, plays: &plays };
    let mut found = BTreeMap::new();
    for (name, declared) in declared {
        let Some(doc) = &declared.doc else { continue };
        let step_names: Vec<String> = doc.steps.iter().enumerate().map(|(index, step)| step_name(step, index)).collect();
        let sources = Sources {
            per: doc.per.map_or(Per::Account, |per| per.value),
            goals: doc.goal.0.iter().map(|goal| goal.name.value.as_str()).collect(),
            steps: step_names,
            record: doc.trigger.record.as_ref().map(|entity| entity.value.as_str()),
            event: doc.trigger.event.is_some() || doc.trigger.by_hand.is_some(),
        };
        let conditions = Conditions::new(workspace, thresholds, &sources, types);
        let mut builder = Builder { workspace, named: &named, conditions };
        if let Some(play) = builder.play(name, doc, declared.place, report) {
            found.insert(name.clone(), play);
        }
    }
    found
}

fn step_name(doc: &StepDoc, index: usize) -> String {
    doc.name.as_ref().map_or_else(|| format!("step_{}", index + 1), |name| name.value.clone())
}

struct Builder<'a> {
    workspace: &'a Workspace,
    named: &'a actions::Named<'a>,
    conditions: Conditions<'a>,
}

impl Builder<'_> {
    fn play(&mut self, name: &str, doc: &PlayDoc, place: Place, report: &mut Report) -> Option<Play> {
        let per = doc.per.map_or(Per::Account, |per| per.value);
        let trigger = self.trigger(&doc.trigger, per, report);
        let qualify = self.run_condition(doc.qualify.as_ref(), report);
        let goals: Vec<Option<Goal>> = doc
            .goal
            .0
            .iter()
            .map(|goal| {
                let ok = names::check_name(&goal.name, "goal", report);
                let when = self.conditions.add(&goal.when, ConditionScope::Run, report);
                let ends = goal.ends.as_ref().is_some_and(|ends| ends.value);
                when.filter(|_| ok).map(|when| Goal { name: goal.name.value.clone(), when, ends })
            })
            .collect();
        let exits: Vec<Option<Exit>> = doc.exit.0.iter().map(|exit| self.exit(exit, report)).collect();
        let pilot = match &doc.pilot {
            None => Some(None),
            Some(pilot) => {
                let only = self.condition(pilot.r#for.as_ref(), &ConditionScope::Account, report);
                let share = pilot.share.map_or(Some(1.0), |share| share_of_one(share, "`share`", report));
                only.zip(share).map(|(only, share)| Some(Pilot { share, only }))
            }
        };
        let steps = self.steps(&doc.steps, report);
        let excludes: Vec<Option<String>> = doc.excludes.iter().flatten().map(|excluded| self.named.excluded(excluded, report)).collect();
        let holdout = doc.holdout.map_or(Some(0.0), |share| share_of_one(share, "`holdout`", report));
        let priority = doc.priority.as_ref().map_or(Some(DEFAULT_PRIORITY), |priority| check_priority(priority, report));
        let reentry = reentry::check(doc.reentry.as_ref(), per, &self.conditions, report);
        lint::check(name, doc, place, report);
        let mut play = Play {
            name: name.to_owned(),
            label: names::label(doc.label.as_ref(), name),
            description: doc.description.as_ref().map_or_else(String::new, |text| text.value.clone()),
            purpose: doc.purpose.map_or(Purpose::Relationship, |purpose| purpose.value),
            per,
            trigger: trigger?,
            qualify: qualify?,
            reentry: reentry?,
            holdout: holdout?,
            pilot: pilot?,
            priority: priority?,
            excludes: excludes.into_iter().collect::<Option<Vec<_>>>()?,
            silences_below: doc.silences.as_ref().map(|below| below.value.0),
            backfill: doc.backfill.as_ref().is_some_and(|said| said.value),
            goals: goals.into_iter().collect::<Option<Vec<_>>>()?,
            exits: exits.into_iter().collect::<Option<Vec<_>>>()?,
            steps: steps?,
            conditions: std::mem::take(&mut self.conditions.found),
            baselines: Vec::new(),
            version: String::new(),
        };
        play.baselines = baselines(&play, self.workspace);
        play.version = version(&play);
        Some(play)
    }

    /// A condition that may be absent; `None` where it is wrong.
    #[allow(clippy::option_option, reason = "absent and wrong are two things")]
    fn condition(&mut self, written: Option<&Expression>, scope: &ConditionScope, report: &mut Report) -> Option<Option<ConditionId>> {
        match written {
            None => Some(None),
            Some(written) => self.conditions.add(written, scope.clone(), report).map(Some),
        }
    }

    #[allow(clippy::option_option, reason = "absent and wrong are two things")]
    fn run_condition(&mut self, written: Option<&Expression>, report: &mut Report) -> Option<Option<ConditionId>> {
        self.condition(written, &ConditionScope::Run, report)
    }

    fn trigger(&mut self, doc: &TriggerDoc, per: Per, report: &mut Report) -> Option<Trigger> {
        let stated =
            [doc.when.is_some(), doc.event.is_some(), doc.record.is_some(), doc.date.is_some(), doc.every.is_some(), doc.by_hand.is_some()];
        if stated.into_iter().filter(|stated| *stated).count() != 1 {
            report.error(
                Code::BadValue,
                doc.place,
                "a trigger has exactly one of `when`, `event`, `record`, `date`, `every` and `by_hand`",
            );
            return None;
        }
        let belongs = [
            (doc.hold.as_ref().map(|hold| hold.place), doc.when.is_some(), "hold", "when"),
            (doc.from.as_ref().map(|from| from.place), doc.date.is_some(), "from", "date"),
            (doc.r#for.as_ref().map(|only| only.place), doc.every.is_some(), "for", "every"),
            (doc.r#where.as_ref().map(|filter| filter.place), !(stated[0] || stated[4] || stated[5]), "where", "event`, `record` or `date"),
        ];
        for (place, fits, key, with) in belongs {
            if let Some(place) = place.filter(|_| !fits) {
                report.error(Code::BadValue, place, format!("`{key}` goes with `{with}`"));
                return None;
            }
        }
        if let Some(when) = &doc.when {
            let hold = doc.hold.as_ref().map(|hold| hold.value);
            return self.conditions.add(when, ConditionScope::Account, report).map(|when| Trigger::Condition { when, hold });
        }
        if let Some(event) = &doc.event {
            let filter = self.condition(doc.r#where.as_ref(), &ConditionScope::Event, report)?;
            return Some(Trigger::Event { name: event.value.clone(), filter });
        }
        if let Some(entity) = &doc.record {
            let entity = self.entity_of(entity, per, report)?;
            let filter = self.condition(doc.r#where.as_ref(), &ConditionScope::Record(entity.clone()), report)?;
            return Some(Trigger::Record { entity, filter });
        }
        if let Some(field) = &doc.date {
            return self.date(field, doc, per, report);
        }
        if let Some(every) = &doc.every {
            let filter = self.condition(doc.r#for.as_ref(), &ConditionScope::Account, report)?;
            return Some(Trigger::Schedule { every: schedule(every, report)?, filter });
        }
        Some(Trigger::ByHand)
    }

    fn entity(&self, written: &At<String>, report: &mut Report) -> Option<String> {
        if self.workspace.entities.contains_key(&written.value) {
            return Some(written.value.clone());
        }
        let known: Vec<&str> = self.workspace.entities.keys().map(String::as_str).collect();
        let message = format!("there is no entity `{}`", written.value);
        report.error_with(Code::UnknownName, written.place, message, nearest::hint(&written.value, &known, "entities"));
        None
    }

    /// The entity of a record trigger: its records are the subjects of the play, or name them.
    fn entity_of(&self, written: &At<String>, per: Per, report: &mut Report) -> Option<String> {
        let entity = self.entity(written, report)?;
        let Some(reference) = per.reference().filter(|_| entity != per.entity()) else { return Some(entity) };
        if self.workspace.entities.get(&entity).is_some_and(|entity| entity.field(reference).is_some()) {
            return Some(entity);
        }
        let message = format!("this play is per {}, and {entity} do not say whose they are", per.word());
        report.error_with(Code::BadValue, written.place, message, format!("give {entity} a field `{reference}`"));
        None
    }

    fn date(&mut self, field: &At<String>, doc: &TriggerDoc, per: Per, report: &mut Report) -> Option<Trigger> {
        use mainstay_model::FieldType::{Date, Timestamp};
        let name = field.value.strip_prefix(&format!("{}.", per.word())).unwrap_or(&field.value);
        let has = |entity: &&str| {
            let field = self.workspace.entities.get(*entity).and_then(|entity| entity.field(name));
            field.is_some_and(|field| matches!(field.kind, Date | Timestamp))
        };
        let Some(entity) = [per.entity(), "accounts"].into_iter().find(has).map(str::to_owned) else {
            let fields = self.workspace.entities.get(per.entity()).map(|entity| entity.fields.as_slice()).unwrap_or_default();
            let known: Vec<&str> =
                fields.iter().filter(|field| matches!(field.kind, Date | Timestamp)).map(|field| field.name.as_str()).collect();
            let message = format!("{} have no date or timestamp `{name}`", per.entity());
            report.error_with(Code::UnknownName, field.place, message, nearest::hint(name, &known, "dates"));
            return None;
        };
        let filter = self.condition(doc.r#where.as_ref(), &ConditionScope::Record(entity.clone()), report)?;
        let from = doc.from.as_ref().map_or(Shift::NONE, |from| from.value);
        Some(Trigger::Date { entity, field: name.to_owned(), from, filter })
    }

    fn exit(&mut self, doc: &ExitDoc, report: &mut Report) -> Option<Exit> {
        let ok = names::check_name(&doc.outcome, "outcome", report);
        let on = match (&doc.when, &doc.event) {
            (Some(when), None) if doc.r#where.is_none() => ExitOn::When(self.conditions.add(when, ConditionScope::Run, report)?),
            (None, Some(event)) => {
                ExitOn::Event { name: event.value.clone(), filter: self.condition(doc.r#where.as_ref(), &ConditionScope::Event, report)? }
            }
            _ => {
                report.error(Code::BadValue, doc.place, "an exit has a condition (`when`), or an `event` with perhaps a `where`");
                return None;
            }
        };
        ok.then(|| Exit { on, outcome: doc.outcome.value.clone() })
    }

    fn steps(&mut self, docs: &[StepDoc], report: &mut Report) -> Option<Vec<Step>> {
        let mut seen = BTreeSet::new();
        let mut steps = Vec::new();
        let mut ok = true;
        for (index, doc) in docs.iter().enumerate() {
            let name = step_name(doc, index);
            if let Some(written) = &doc.name {
                ok &= names::check_name(written, "step", report);
            }
            if let Offset::After { step, .. } = &doc.at.value.offset
                && !seen.contains(step)
            {
                let known: Vec<&str> = seen.iter().map(String::as_str).collect();
                let message = format!("no step `{step}` stands before this one");
                report.error_with(Code::UnknownName, doc.at.place, message, nearest::hint(step, &known, "steps before it"));
                ok = false;
            }
            if !seen.insert(name.clone()) {
                let place = doc.name.as_ref().map_or(doc.place, |name| name.place);
                report.error(Code::DuplicateName, place, format!("two steps are named `{name}`"));
                ok = false;
            }
            match self.step(name, doc, report) {
                Some(step) => steps.push(step),
                None => ok = false,
            }
        }
        ok.then_some(steps)
    }

    fn step(&mut self, name: String, doc: &StepDoc, report: &mut Report) -> Option<Step> {
        let when = self.run_condition(doc.when.as_ref(), report);
        let unless = self.run_condition(doc.unless.as_ref(), report);
        let effects = self.effects(&doc.r#do, report);
        let body = self.body(doc, report);
        let repeat = doc.every.as_ref().map(|again| Repeat { every: again.value.every, until: again.value.until.clone() });
        Some(Step {
            name,
            at: doc.at.value.clone(),
            when: when?,
            unless: unless?,
            within: doc.within.as_ref().map(|within| within.value),
            repeat,
            effects: effects?,
            body: body?,
        })
    }

    fn effects(&self, docs: &[ActionDoc], report: &mut Report) -> Option<Vec<Effect>> {
        let effects: Vec<Option<Effect>> = docs.iter().map(|doc| self.named.effect(doc, report)).collect();
        effects.into_iter().collect()
    }

    fn body(&mut self, doc: &StepDoc, report: &mut Report) -> Option<Body> {
        match (&doc.choose, &doc.wait_for) {
            (Some(_), Some(wait)) => {
                report.error(Code::BadValue, wait.place, "a step either chooses or waits; make it two steps");
                None
            }
            (Some(branches), None) => self.branches(branches, report).map(Body::Choose),
            (None, Some(wait)) => {
                let on = self.awaited(wait, report);
                let then = self.effects(doc.then.as_deref().unwrap_or_default(), report);
                let otherwise = self.effects(doc.r#else.as_deref().unwrap_or_default(), report);
                Some(Body::Wait { on: on?, length: wait.r#for.value, then: then?, otherwise: otherwise? })
            }
            (None, None) if doc.then.is_some() || doc.r#else.is_some() => {
                report.error(Code::BadValue, doc.place, "`then` and `else` go with `wait_for`");
                None
            }
            (None, None) => Some(Body::Plain),
        }
    }

    fn branches(&mut self, docs: &[BranchDoc], report: &mut Report) -> Option<Vec<Branch>> {
        let mut branches = Vec::new();
        for (index, doc) in docs.iter().enumerate() {
            let last = index + 1 == docs.len();
            if doc.when.is_none() && !last {
                report.error(Code::BadValue, doc.place, "a branch without `when` is `otherwise` and stands last");
                return None;
            }
            let when = self.run_condition(doc.when.as_ref(), report)?;
            let actions = doc.otherwise.as_ref().unwrap_or(&doc.r#do);
            branches.push(Branch { when, effects: self.effects(actions, report)? });
        }
        Some(branches)
    }

    fn awaited(&mut self, doc: &WaitDoc, report: &mut Report) -> Option<Awaited> {
        match (&doc.event, &doc.when, doc.reply.as_ref().is_some_and(|reply| reply.value)) {
            (Some(event), None, false) => Some(Awaited::Event {
                name: event.value.clone(),
                filter: self.condition(doc.r#where.as_ref(), &ConditionScope::Event, report)?,
            }),
            (None, Some(when), false) => self.conditions.add(when, ConditionScope::Run, report).map(Awaited::When),
            (None, None, true) => Some(Awaited::Reply),
            _ => {
                report.error(Code::BadValue, doc.place, "a step waits for exactly one thing: `event`, `when` or `reply: true`");
                None
            }
        }
    }
}

fn check_priority(priority: &At<i32>, report: &mut Report) -> Option<u8> {
    let value = u8::try_from(priority.value).ok().filter(|value| *value <= 100);
    if value.is_none() {
        report.error(Code::BadValue, priority.place, format!("a priority lies between 0 and 100, not {}", priority.value));
    }
    value
}

fn schedule(written: &At<String>, report: &mut Report) -> Option<Every> {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let weekday = || DAYS.iter().position(|day| *day == written.value).and_then(|index| u8::try_from(index + 1).ok());
    let every = match written.value.as_str() {
        "day" => Some(Every::Day),
        "month" => Some(Every::Month),
        "quarter" => Some(Every::Quarter),
        _ => weekday().map(Every::Weekday),
    };
    if every.is_none() {
        let known: Vec<&str> = DAYS.into_iter().chain(["day", "month", "quarter"]).collect();
        let message = format!("`{}` is no schedule", written.value);
        report.error_with(Code::BadValue, written.place, message, nearest::hint(&written.value, &known, "schedules"));
    }
    every
}

/// The account columns whose values at the trigger instant some condition or template reads.
fn baselines(play: &Play, workspace: &Workspace) -> Vec<String> {
    let mut names: BTreeSet<String> = BTreeSet::new();
    let read = play.conditions.iter().flat_map(|condition| &condition.reads);
    names.extend(read.filter_map(|column| column.name.strip_prefix("baseline.").map(str::to_owned)));
    names.extend(texts(play, workspace).into_iter().flat_map(|text| names_behind("baseline.", text)));
    names.into_iter().collect()
}

/// Every text of a play that is a template: those of its actions, and the templates they name.
pub(crate) fn texts<'a>(play: &'a Play, workspace: &'a Workspace) -> Vec<&'a str> {
    let mut texts = Vec::new();
    for effect in play.steps.iter().flat_map(Step::lists).flatten() {
        texts.extend(effect.texts());
        let template = effect.template().and_then(|name| workspace.templates.get(name));
        for text in template.into_iter().flat_map(|template| template.values()) {
            texts.extend([Some(text.body.as_str()), text.subject.as_deref(), text.preheader.as_deref()].into_iter().flatten());
        }
    }
    texts
}

/// The names that stand behind a prefix such as `account.` in a text.
pub(crate) fn names_behind<'a>(prefix: &'a str, text: &'a str) -> impl Iterator<Item = String> + 'a {
    let name = |after: &str| after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>();
    text.split(prefix).skip(1).map(name).filter(|name| !name.is_empty())
}

/// A digest of everything that decides behaviour: names and words for people are left out.
fn version(play: &Play) -> String {
    let bare = Play { label: String::new(), description: String::new(), version: String::new(), ..play.clone() };
    digest(&bare)
}
