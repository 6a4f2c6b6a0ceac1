//! Signals that nothing reads.

use std::collections::BTreeSet;

use mainstay_model::Workspace;
use mainstay_model::health::{Component, Reads};
use mainstay_model::outreach::RolePerson;
use mainstay_model::signal::Measure;

use crate::identifiers::columns_read;
use crate::kinds::plays::build::{names_behind, texts};

/// Every name that a model, a segment, a threshold, a play, a role or another signal reads.
pub(crate) fn names_read(workspace: &Workspace) -> BTreeSet<String> {
    let mut read = BTreeSet::new();
    for signal in workspace.signals.values() {
        match &signal.measure {
            Measure::Change { of } | Measure::Trend { of } => drop(read.insert(of.clone())),
            Measure::Formula { sql } => read.extend(columns_read(sql)),
            Measure::Events { .. } | Measure::Records { .. } => {}
        }
    }
    let overrides = workspace.thresholds.values().flat_map(|threshold| &threshold.overrides);
    read.extend(overrides.flat_map(|other| columns_read(&other.when)));
    for segment in workspace.segments.values() {
        read.extend(columns_read(&segment.when));
    }
    for model in &workspace.models {
        read.extend(model.applies_to.iter().chain(model.guards.iter().map(|guard| &guard.when)).flat_map(|sql| columns_read(sql)));
        components(&model.components, &mut read);
    }
    let of_plays = workspace.plays.values().flat_map(|play| &play.conditions).flat_map(|condition| &condition.reads);
    read.extend(of_plays.map(|column| column.name.rsplit_once('.').map_or(column.name.as_str(), |(_, last)| last).to_owned()));
    for text in workspace.plays.values().flat_map(|play| texts(play, workspace)) {
        read.extend(["account.", "baseline."].into_iter().flat_map(|prefix| names_behind(prefix, text)));
    }
    for rule in workspace.outreach.roles.values().flatten() {
        read.extend(rule.when.as_deref().into_iter().flat_map(columns_read));
        if let RolePerson::Column(column) = &rule.person {
            read.insert(column.clone());
        }
    }
    if let Some(onboarding) = &workspace.lifecycle.onboarding {
        let conditions = onboarding.milestones.iter().map(|milestone| &milestone.when).chain(&onboarding.stalled);
        read.extend(conditions.flat_map(|sql| columns_read(sql)));
        read.extend(onboarding.time_to_value.clone());
    }
    read
}

/// The signals that components read.
pub(crate) fn components(components_: &[Component], read: &mut BTreeSet<String>) {
    for component in components_ {
        match &component.reads {
            Reads::Levels { signal, .. } | Reads::Curve { signal, .. } => drop(read.insert(signal.clone())),
            Reads::Group { components: inner } => components(inner, read),
            Reads::Products { .. } => {}
        }
    }
}
