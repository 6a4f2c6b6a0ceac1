//! Canonical form: the same document always has the same bytes, whoever wrote it.
//!
//! Two spaces of indentation; keys of known things in the order of the reference; lists and maps in brackets stay so while they fit on a line;
//! quotes only where they say something; long lines folded; at most one blank line between things; comments kept where they are.
//! Templates are left as they are.

use crate::Document;
use crate::decode::Keys;
use crate::documents::FOLDERS;
use crate::kinds::entities::{EntityDoc, FieldDoc};
use crate::kinds::health::{ComponentDoc, GuardDoc, HealthDoc, LevelDoc, ReplacementDoc, VariantDoc};
use crate::kinds::lifecycle::{MilestoneDoc, OnboardingDoc};
use crate::kinds::outreach::RoleDoc;
use crate::kinds::plays::{BranchDoc, ExitDoc, GoalDoc, PilotDoc, PlayDoc, StepDoc, TriggerDoc, WaitDoc, actions};
use crate::kinds::scenarios::ScenarioDoc;
use crate::kinds::segments::SegmentDoc;
use crate::kinds::settings::{BandDoc, CalendarDoc, SettingsDoc};
use crate::kinds::signals::SignalDoc;
use crate::kinds::sources::{FileDoc, RuleDoc, SourceDoc};
use crate::kinds::templates;
use crate::kinds::thresholds::{OverrideDoc, ThresholdDoc};
use crate::yaml::{self, Content, Node, write};

/// A document that is no YAML has no canonical form.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{path}` cannot be formatted: line {line}: {message}; run `mainstay check`")]
pub struct FormatError {
    /// The document.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

/// The canonical text of a document. What it means is not changed, and formatting it again changes nothing.
///
/// # Errors
/// [`FormatError`] where the text is not YAML as the language takes it.
pub fn format(document: &Document) -> Result<String, FormatError> {
    if templates::is_template(&document.path) {
        return Ok(document.text.clone());
    }
    let read = yaml::read(0, &document.text).map_err(|fault| FormatError {
        path: document.path.clone(),
        line: document.text.get(..fault.place.start).map_or(1, |before| before.matches('\n').count() + 1),
        message: fault.message,
    })?;
    let Some(mut tree) = read else { return Ok(without_content(&document.text)) };
    order(&mut tree.root, &path_steps(&document.path));
    Ok(write::document(&tree))
}

/// A document that holds nothing but comments.
fn without_content(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| line.starts_with('#')).flat_map(|line| [line, "\n"]).collect()
}

/// Where in the language a node stands: decides the order of its keys.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    File(&'static str),
    Things(&'static str),
    Keys(&'static [&'static str]),
    /// A map with the name of an action.
    Actions,
    Free,
}

fn path_steps(path: &str) -> Step {
    if path == "mainstay.yaml" {
        return Step::Keys(SettingsDoc::KEYS);
    }
    let folder = path.split_once('/').map(|(folder, _)| folder);
    folder.and_then(|folder| FOLDERS.into_iter().find(|known| *known == folder)).map_or(Step::Free, Step::File)
}

impl Step {
    /// What stands beneath a key.
    fn beneath(self, key: &str) -> Self {
        match self {
            Self::File(folder) if key == folder => Self::Things(folder),
            Self::Things("entities") => Self::Keys(EntityDoc::KEYS),
            Self::Things("sources") => Self::Keys(SourceDoc::KEYS),
            Self::Things("signals") => Self::Keys(SignalDoc::KEYS),
            Self::Things("thresholds") => Self::Keys(ThresholdDoc::KEYS),
            Self::Things("variants") => Self::Keys(VariantDoc::KEYS),
            Self::Things("components") => Self::Keys(ReplacementDoc::KEYS),
            Self::Things("segments") => Self::Keys(SegmentDoc::KEYS),
            Self::Things("health") => Self::Keys(HealthDoc::KEYS),
            Self::Things("plays") => Self::Keys(PlayDoc::KEYS),
            Self::Things("scenarios") => Self::Keys(ScenarioDoc::KEYS),
            Self::Things("roles") => Self::Keys(RoleDoc::KEYS),
            Self::Actions => actions::keys(key).map_or(Self::Free, Self::Keys),
            Self::Things("fields") => Self::Keys(FieldDoc::KEYS),
            Self::Things("calendars") => Self::Keys(CalendarDoc::KEYS),
            Self::Keys(_) => self.inside(key),
            _ => Self::Free,
        }
    }

    /// Keys that hold things (or lists of things) with keys of their own.
    fn inside(self, key: &str) -> Self {
        let of = |keys: &'static [&'static str]| self == Self::Keys(keys);
        match key {
            "bands" if of(SettingsDoc::KEYS) => Self::Keys(BandDoc::KEYS),
            "calendars" if of(SettingsDoc::KEYS) => Self::Things("calendars"),
            "fields" if of(EntityDoc::KEYS) => Self::Things("fields"),
            "files" if of(SourceDoc::KEYS) => Self::Keys(FileDoc::KEYS),
            "rules" if of(SourceDoc::KEYS) => Self::Keys(RuleDoc::KEYS),
            "components" if of(HealthDoc::KEYS) => Self::Keys(ComponentDoc::KEYS),
            "guards" if of(HealthDoc::KEYS) => Self::Keys(GuardDoc::KEYS),
            "group" if of(ComponentDoc::KEYS) => Self::Keys(ComponentDoc::KEYS),
            "levels" if of(ComponentDoc::KEYS) => Self::Keys(LevelDoc::KEYS),
            "levels" if of(ReplacementDoc::KEYS) => Self::Keys(LevelDoc::KEYS),
            "variants" if of(HealthDoc::KEYS) => Self::Things("variants"),
            "components" if of(VariantDoc::KEYS) => Self::Things("components"),
            "overrides" if of(ThresholdDoc::KEYS) => Self::Keys(OverrideDoc::KEYS),
            "onboarding" if of(SettingsDoc::KEYS) => Self::Keys(OnboardingDoc::KEYS),
            "milestones" if of(OnboardingDoc::KEYS) => Self::Keys(MilestoneDoc::KEYS),
            "roles" if of(SettingsDoc::KEYS) => Self::Things("roles"),
            _ => self.inside_play(key),
        }
    }

    fn inside_play(self, key: &str) -> Self {
        let of = |keys: &'static [&'static str]| self == Self::Keys(keys);
        match key {
            "trigger" if of(PlayDoc::KEYS) => Self::Keys(TriggerDoc::KEYS),
            "pilot" if of(PlayDoc::KEYS) => Self::Keys(PilotDoc::KEYS),
            "goal" if of(PlayDoc::KEYS) => Self::Keys(GoalDoc::KEYS),
            "exit" if of(PlayDoc::KEYS) => Self::Keys(ExitDoc::KEYS),
            "steps" if of(PlayDoc::KEYS) => Self::Keys(StepDoc::KEYS),
            "choose" if of(StepDoc::KEYS) => Self::Keys(BranchDoc::KEYS),
            "wait_for" if of(StepDoc::KEYS) => Self::Keys(WaitDoc::KEYS),
            "do" | "then" | "else" if of(StepDoc::KEYS) => Self::Actions,
            "do" | "otherwise" if of(BranchDoc::KEYS) => Self::Actions,
            _ => Self::Free,
        }
    }
}

/// Puts the keys of known things into their order; unknown keys go last, as they are. Names of things keep theirs.
fn order(node: &mut Node, step: &Step) {
    match &mut node.content {
        Content::Scalar(_) => {}
        Content::List { items, .. } => items.iter_mut().for_each(|item| order(&mut item.node, step)),
        Content::Map { entries, .. } => {
            for entry in entries.iter_mut() {
                order(&mut entry.value, &step.beneath(&entry.key.text));
            }
            if let Step::Keys(keys) = step {
                entries.sort_by_key(|entry| keys.iter().position(|key| *key == entry.key.text).unwrap_or(usize::MAX));
            }
        }
    }
}
