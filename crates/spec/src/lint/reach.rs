//! Which bands the scores of a model can fall into.

use mainstay_model::BandScale;
use mainstay_model::health::{Component, HealthModel, Missing, Reads};

/// The most combinations of levels looked at; with more, every band counts as reachable.
const MAX_COMBINATIONS: usize = 200_000;

/// What a component can contribute: points from one to another, or nothing.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Outcome {
    Points { from: f64, to: f64 },
    Missing,
}

/// The names of the bands that no score of the model falls into. Empty where the model is too large to look at every combination.
pub(crate) fn unreachable_bands<'a>(model: &HealthModel, bands: &'a BandScale) -> Vec<&'a str> {
    let Some(outcomes) = combine(&model.components, model.min_coverage) else { return Vec::new() };
    // A guard that always holds is a ceiling; any other may not hold.
    let ceiling = model.guards.iter().filter(|guard| guard.when.trim().eq_ignore_ascii_case("true")).map(|guard| guard.cap);
    let ceiling = ceiling.fold(100.0, f64::min);
    let caps: Vec<f64> = model.guards.iter().map(|guard| guard.cap).collect();
    let mut upper = f64::INFINITY;
    let mut found = Vec::new();
    for band in &bands.0 {
        let holds = |score: f64| score >= band.from && score < upper;
        let reached = outcomes.iter().any(|outcome| match outcome {
            Outcome::Missing => false,
            Outcome::Points { from, to } => {
                let (from, to) = (from.min(ceiling), to.min(ceiling));
                let capped = caps.iter().any(|cap| *cap <= to && holds(*cap));
                (to >= band.from && from < upper) || capped
            }
        });
        if !reached {
            found.push(band.name.as_str());
        }
        upper = band.from;
    }
    found
}

/// Every weighted average of the components' outcomes, with the coverage that it needs.
fn combine(components: &[Component], min_coverage: f64) -> Option<Vec<Outcome>> {
    let total: f64 = components.iter().map(|component| component.weight).sum();
    let mut sums = vec![(0.0, 0.0, 0.0)];
    for component in components {
        let outcomes = outcomes(component)?;
        if sums.len().saturating_mul(outcomes.len()) > MAX_COMBINATIONS {
            return None;
        }
        let mut next: Vec<(f64, f64, f64)> = Vec::with_capacity(sums.len() * outcomes.len());
        for (from_sum, to_sum, weight) in &sums {
            next.extend(outcomes.iter().map(|outcome| match outcome {
                Outcome::Points { from, to } => {
                    (from_sum + component.weight * from, to_sum + component.weight * to, weight + component.weight)
                }
                Outcome::Missing => (*from_sum, *to_sum, *weight),
            }));
        }
        sums = next;
    }
    let outcome = |(from, to, weight): &(f64, f64, f64)| {
        // The tolerance keeps a score that is exactly a bound on the side where exact arithmetic has it.
        let publish = *weight > 0.0 && weight / total >= min_coverage - 1e-9;
        if publish { Outcome::Points { from: from / weight + 1e-9, to: to / weight + 1e-9 } } else { Outcome::Missing }
    };
    let mut outcomes: Vec<Outcome> = sums.iter().map(outcome).collect();
    outcomes.dedup();
    Some(outcomes)
}

fn outcomes(component: &Component) -> Option<Vec<Outcome>> {
    let mut found = match &component.reads {
        Reads::Levels { levels, .. } => levels.iter().map(|level| Outcome::Points { from: level.points, to: level.points }).collect(),
        Reads::Curve { points, .. } => {
            let all = || points.iter().map(|(_, points)| *points);
            vec![Outcome::Points { from: all().fold(100.0, f64::min), to: all().fold(0.0, f64::max) }]
        }
        Reads::Group { components } => combine(components, 0.0)?,
        Reads::Products { .. } => vec![Outcome::Points { from: 0.0, to: 100.0 }],
    };
    if component.missing == Missing::Skip && !found.contains(&Outcome::Missing) {
        found.push(Outcome::Missing);
    }
    Some(found)
}
