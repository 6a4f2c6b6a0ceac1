//! The version of a model: a digest of everything that decides a number, the signals it reads among it.

use std::collections::BTreeSet;

use mainstay_model::Workspace;
use mainstay_model::health::{Component, HealthModel, Missing, Reads};
use mainstay_model::signal::{Measure, Signal, Subject};
use serde::Serialize;

use crate::identifiers::columns_read;
use crate::lint::unread::components;

/// What decides a component's part of the score; names and labels of people's making are left out.
#[derive(Serialize)]
enum Part<'a> {
    Reads { weight: f64, reads: &'a Reads, missing: &'a Missing },
    Group { weight: f64, missing: &'a Missing, parts: Vec<Self> },
}

/// 12 hexadecimal digits of a digest of anything that can be serialised in one fixed way.
pub(crate) fn digest(value: &impl Serialize) -> String {
    let bytes = serde_json::to_vec(value).unwrap_or_default();
    let hash = xxhash_rust::xxh3::xxh3_128(&bytes);
    format!("{hash:032x}").chars().take(12).collect()
}

/// The version of a model in its workspace.
pub(crate) fn version(model: &HealthModel, workspace: &Workspace) -> String {
    let conditions: Vec<&String> = model.applies_to.iter().chain(model.guards.iter().map(|guard| &guard.when)).collect();
    let mut reads: BTreeSet<String> = conditions.iter().flat_map(|sql| columns_read(sql)).collect();
    components(&model.components, &mut reads);
    let segments: Vec<_> =
        workspace.segments.values().filter(|segment| reads.contains(&segment.name)).map(|s| (&s.name, &s.when)).collect();
    reads.extend(segments.iter().flat_map(|(_, when)| columns_read(when)));
    let signals = with_their_reads(reads, workspace);
    let signals: Vec<_> =
        signals.iter().map(|signal| (&signal.name, signal.subject, &signal.measure, signal.kind, signal.integer)).collect();
    let bands: Vec<_> = workspace.bands.0.iter().map(|band| (&band.name, band.from)).collect();
    let guards: Vec<_> = model.guards.iter().map(|guard| (&guard.when, guard.cap)).collect();
    let rest = (&model.applies_to, model.subject, guards, model.min_coverage, model.hold_days);
    let own = digest(&(parts(&model.components), rest, segments, signals, bands, workspace.zone.name()));
    if !rolls_up(&model.components) {
        return own;
    }
    let products = workspace.models.iter().filter(|model| model.subject == Subject::Product);
    digest(&(own, products.map(|model| version(model, workspace)).collect::<Vec<_>>()))
}

/// Whether some component reads the scores of products: their models then decide numbers too.
fn rolls_up(components: &[Component]) -> bool {
    components.iter().any(|component| match &component.reads {
        Reads::Products { .. } => true,
        Reads::Group { components } => rolls_up(components),
        Reads::Levels { .. } | Reads::Curve { .. } => false,
    })
}

fn parts(components: &[Component]) -> Vec<Part<'_>> {
    components.iter().map(part).collect()
}

fn part(component: &Component) -> Part<'_> {
    let Component { weight, reads, missing, .. } = component;
    match reads {
        Reads::Group { components } => Part::Group { weight: *weight, missing, parts: parts(components) },
        reads => Part::Reads { weight: *weight, reads, missing },
    }
}

/// The signals of these names and all that they read in turn, by name.
fn with_their_reads(names: BTreeSet<String>, workspace: &Workspace) -> Vec<&Signal> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<String> = names.into_iter().collect();
    while let Some(name) = open.pop() {
        let Some(signal) = workspace.signals.get(&name) else { continue };
        if seen.insert(name) {
            match &signal.measure {
                Measure::Change { of } | Measure::Trend { of } => open.push(of.clone()),
                Measure::Formula { sql } => open.extend(columns_read(sql)),
                Measure::Events { .. } | Measure::Records { .. } => {}
            }
        }
    }
    seen.iter().filter_map(|name| workspace.signals.get(name)).collect()
}
