//! `mainstay.yaml`: the stages of accounts and the milestones of onboarding.

use mainstay_model::Workspace;
use mainstay_model::expression::ExpressionTypes;
use mainstay_model::lifecycle::{Lifecycle, LifecycleStage, Milestone, Onboarding};

use crate::decode::{Expression, Several, document};
use crate::document::At;
use crate::expressions::{self, Scope};
use crate::kinds::settings::SettingsDoc;
use crate::names;
use crate::nearest;
use crate::problem::{Code, Report};
use crate::thresholds::Thresholds;
use crate::yaml::Node;

document! {
    /// How accounts are onboarded.
    OnboardingDoc {
        /// The stage in which they are. Default: onboarding.
        stage: Option<At<String>>,
        /// When one is stuck: SQL over account columns.
        stalled: Option<Expression>,
        /// The account column with the days from becoming a customer to first value.
        time_to_value: Option<At<String>>,
        /// What there is to reach, in order.
        milestones: Several<MilestoneDoc>,
    }
}

document! {
    /// Something to reach in onboarding.
    MilestoneDoc {
        /// The name.
        name: At<String>,
        /// What people read. Default: the name in words.
        label: Option<At<String>>,
        /// When it is reached: SQL over account columns. Not known (null) is not reached.
        when: Expression,
        /// Days after onboarding began by which it should be, 1 or more.
        due_days: Option<At<i32>>,
    }
}

/// What the settings say about the life cycle. Conditions are checked against the account's columns.
pub(crate) fn check(
    doc: &SettingsDoc,
    workspace: &Workspace,
    thresholds: &Thresholds,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> Lifecycle {
    let mut stages: Vec<LifecycleStage> = Vec::new();
    for name in doc.stages.iter().flatten() {
        if stages.iter().any(|stage| stage.name == name.value) {
            report.error(Code::DuplicateName, name.place, format!("the stage `{}` is declared twice", name.value));
        } else if names::check_name(name, "stage", report) {
            stages.push(LifecycleStage { name: name.value.clone(), label: names::label(None, &name.value) });
        }
    }
    let mut lifecycle = Lifecycle { stages, onboarding: None };
    let columns = crate::columns::expression_columns(workspace, crate::Stage::All);
    let broken = std::collections::BTreeSet::new();
    let (refused, hints) = (Vec::new(), Vec::new());
    let scope = Scope { columns, about: "onboarding".into(), broken: &broken, refused, hints, thresholds: Some(thresholds) };
    lifecycle.onboarding = doc.onboarding.as_ref().and_then(|doc| onboarding(doc, &lifecycle, workspace, &scope, types, report));
    lifecycle
}

/// Reports a stage that the workspace does not have.
pub(crate) fn check_stage(stage: &At<String>, lifecycle: &Lifecycle, report: &mut Report) -> bool {
    let known = lifecycle.has_stage(&stage.value);
    if !known {
        let names: Vec<&str> = lifecycle.stages.iter().map(|stage| stage.name.as_str()).collect();
        let message = format!("there is no stage `{}`", stage.value);
        report.error_with(Code::UnknownName, stage.place, message, nearest::hint(&stage.value, &names, "stages"));
    }
    known
}

fn onboarding(
    doc: &OnboardingDoc,
    lifecycle: &Lifecycle,
    workspace: &Workspace,
    scope: &Scope<'_>,
    types: &dyn ExpressionTypes,
    report: &mut Report,
) -> Option<Onboarding> {
    let stage = match &doc.stage {
        Some(stage) => check_stage(stage, lifecycle, report).then(|| stage.value.clone())?,
        None => "onboarding".to_owned(),
    };
    let stalled = match &doc.stalled {
        Some(when) => Some(expressions::condition(when, scope, types, report)?),
        None => None,
    };
    let time_to_value = match &doc.time_to_value {
        Some(column) => Some(days_column(column, workspace, report)?),
        None => None,
    };
    let mut milestones: Vec<Milestone> = Vec::new();
    for milestone in &doc.milestones.items {
        let Some(milestone) = check_milestone(milestone, scope, types, report) else { continue };
        if milestones.iter().any(|earlier| earlier.name == milestone.name) {
            report.error(Code::DuplicateName, doc.place, format!("the milestone `{}` is declared twice", milestone.name));
        }
        milestones.push(milestone);
    }
    if milestones.is_empty() && doc.milestones.items.is_empty() && !doc.milestones.lost {
        report.error(Code::MissingKey, doc.place, "`milestones` is empty; onboarding needs at least one, or leave `onboarding` out");
    }
    Some(Onboarding { stage, stalled, time_to_value, milestones })
}

fn check_milestone(doc: &MilestoneDoc, scope: &Scope<'_>, types: &dyn ExpressionTypes, report: &mut Report) -> Option<Milestone> {
    let named = names::check_name(&doc.name, "milestone", report);
    let when = expressions::condition(&doc.when, scope, types, report)?;
    if let Some(due) = doc.due_days.as_ref().filter(|due| due.value < 1) {
        report.error(Code::BadValue, due.place, format!("a milestone is due 1 or more days after the start, not {}", due.value));
        return None;
    }
    named.then(|| Milestone {
        name: doc.name.value.clone(),
        label: names::label(doc.label.as_ref(), &doc.name.value),
        when,
        due_days: doc.due_days.as_ref().map(|due| due.value),
    })
}

fn days_column(column: &At<String>, workspace: &Workspace, report: &mut Report) -> Option<String> {
    if workspace.signals.contains_key(&column.value) {
        return Some(column.value.clone());
    }
    let known: Vec<&str> = workspace.signals.keys().map(String::as_str).collect();
    let message = format!("there is no signal `{}`", column.value);
    report.error_with(Code::UnknownName, column.place, message, nearest::hint(&column.value, &known, "signals"));
    None
}

/// The keys of `mainstay.yaml` that decide the life cycle.
pub(crate) fn entries(lifecycle: &Lifecycle) -> Vec<(&'static str, Node)> {
    let mut entries = Vec::new();
    if !lifecycle.stages.is_empty() {
        entries.push(("stages", Node::list(lifecycle.stages.iter().map(|stage| Node::text(&stage.name)), true)));
    }
    if let Some(onboarding) = &lifecycle.onboarding {
        let mut of = vec![("stage", Node::text(&onboarding.stage))];
        of.extend(onboarding.stalled.as_ref().map(|when| ("stalled", Node::text(when))));
        of.extend(onboarding.time_to_value.as_ref().map(|column| ("time_to_value", Node::text(column))));
        of.push(("milestones", Node::list(onboarding.milestones.iter().map(milestone_node), false)));
        entries.push(("onboarding", Node::map(of)));
    }
    entries
}

fn milestone_node(milestone: &Milestone) -> Node {
    let mut entries =
        vec![("name", Node::text(&milestone.name)), ("label", Node::text(&milestone.label)), ("when", Node::text(&milestone.when))];
    entries.extend(milestone.due_days.map(|days| ("due_days", Node::text(days.to_string()))));
    Node::flow_map(entries)
}
