//! What would lift a score to the next band: the smallest changes of single components, or of two together.

use mainstay_model::fraction::{Fraction, MICRO};
use mainstay_model::health::{Covers, Range};
use serde::{Deserialize, Serialize};

use super::Explaining;
use crate::levels::{Rule, Step, nearest_in, on_line};
use crate::printed::Printed;
use crate::tree::{Kind, Leaf, Node, Outcome, average};
use crate::value::Value;

/// What would lift the score to the next band.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Lifts {
    /// The next better band.
    pub band: String,
    /// Its lower bound.
    pub from: f64,
    /// How far the score is from it.
    pub gap: Printed,
    /// Reasons of the guards that would hold the score below that band whatever the components say.
    pub held_by: Vec<String>,
    /// For each component that can do better: the smallest change that does, and what it gains.
    pub each: Vec<Move>,
    /// The smallest sets of changes that reach the band: single ones; where none does, pairs. Empty where it takes more, or a guard alone is in the way.
    pub enough: Vec<Vec<Move>>,
}

/// One component brought to a better value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Move {
    /// The component.
    pub component: String,
    /// What people read.
    pub label: String,
    /// The signal it reads.
    pub signal: String,
    /// The present value; none where it is not known.
    #[serde(serialize_with = "Value::serialize_plain", deserialize_with = "Value::deserialize_plain")]
    pub current: Option<Value>,
    /// The value it takes.
    pub need: Need,
    /// The level reached; none on a curve.
    pub level: Option<String>,
    /// What the score gains from this change alone.
    pub gain: Printed,
}

/// A value that is asked for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// This or more.
    AtLeast(f64),
    /// More than this.
    MoreThan(f64),
    /// This or less.
    AtMost(f64),
    /// Less than this.
    LessThan(f64),
    /// In this range; asked where there is no value yet.
    Within(Range),
    /// One of these words.
    OneOf(Vec<String>),
}

/// A leaf that could do better.
struct Candidate<'a> {
    node: &'a Node,
    leaf: usize,
    signal: &'a str,
    rule: &'a Rule,
    integer: bool,
    current: Option<Value>,
    better: Vec<Target>,
}

/// A better value of a leaf.
#[derive(Clone)]
struct Target {
    points: i64,
    need: Need,
    level: Option<String>,
    /// How far the number must move; by order of points where there is no number.
    distance: f64,
}

/// What would lift the score, from its computed value; none in the best band.
pub(super) fn find(explaining: &Explaining<'_>, computed: Fraction) -> Option<Lifts> {
    let model = explaining.model;
    let held: Vec<_> = model.guards_held(explaining.inputs, explaining.subject).collect();
    let shown = held.iter().fold(computed, |score, (_, cap)| score.min(*cap));
    let next = model.band_of(shown).checked_sub(1)?;
    let (band, bound) = (model.scale.0.get(next)?, Fraction::from_micro(*model.bounds.get(next)?));
    let in_the_way = held.iter().filter(|(_, cap)| *cap < bound);
    let held_by = in_the_way.filter_map(|(place, _)| model.guards.get(*place)).map(|cap| cap.guard.because.clone()).collect();
    let mut candidates = Vec::new();
    collect(explaining, &model.nodes, &mut candidates);
    let lifting = Lifting { explaining, computed, bound };
    let each = candidates.iter().filter_map(|one| Some(lifting.step(one, nearest(one)?))).collect();
    let enough = if computed >= bound { Vec::new() } else { lifting.enough(&candidates) };
    Some(Lifts {
        band: band.name.clone(),
        from: bound.to_f64(),
        gap: Printed::round(bound - shown, explaining.decimals),
        held_by,
        each,
        enough,
    })
}

fn nearest<'a>(candidate: &'a Candidate<'_>) -> Option<&'a Target> {
    candidate.better.iter().min_by(|a, b| a.distance.total_cmp(&b.distance).then(a.points.cmp(&b.points)))
}

fn collect<'a>(explaining: &'a Explaining<'_>, nodes: &'a [Node], out: &mut Vec<Candidate<'a>>) {
    for node in nodes {
        match &node.kind {
            Kind::Group(parts) => collect(explaining, parts, out),
            Kind::Leaf(leaf) => {
                let Some(Leaf::Signal { signal, integer, rule, .. }) = explaining.model.leaves.get(*leaf) else { continue };
                let current = explaining.value(node);
                let present = node.outcome(explaining.leaves).points;
                let number = if let Some(Value::Number(number)) = current { Some(number) } else { None };
                let mut better = targets(rule, number, *integer);
                better.retain(|target| present.is_none_or(|points| Fraction::from_micro(target.points) > points));
                better.sort_by_key(|target| target.points);
                out.push(Candidate { node, leaf: *leaf, signal, rule, integer: *integer, current, better });
            }
        }
    }
}

fn targets(rule: &Rule, current: Option<f64>, integer: bool) -> Vec<Target> {
    match rule {
        Rule::Levels(steps, _) => steps.iter().filter_map(|step| level_target(step, current, integer)).collect(),
        Rule::Curve(line) => line
            .iter()
            .map(|(at, points)| {
                let range = Range { from: Some((*at, true)), to: Some((*at, true)) };
                let (need, distance) = current.map_or((Need::AtLeast(*at), 0.0), |current| need_of(&range, current, integer));
                Target { points: *points, need, level: None, distance }
            })
            .collect(),
    }
}

fn level_target(step: &Step, current: Option<f64>, integer: bool) -> Option<Target> {
    let (need, distance) = match (&step.covers, current) {
        (Covers::Words(words), _) => (Need::OneOf(words.clone()), step.points as f64),
        (Covers::Ranges(ranges), None) => (Need::Within(*ranges.first()?), step.points as f64),
        (Covers::Ranges(ranges), Some(current)) => {
            let needs = ranges.iter().map(|range| need_of(range, current, integer));
            needs.min_by(|a, b| a.1.total_cmp(&b.1))?
        }
    };
    Some(Target { points: step.points, need, level: Some(step.name.clone()), distance })
}

/// The smallest change that brings `current` into a range, in words and in size.
fn need_of(range: &Range, current: f64, integer: bool) -> (Need, f64) {
    let (at, inside) = nearest_in(range, current);
    let up = at > current || (at >= current && !inside && range.from.is_some_and(|(from, _)| from >= at));
    let (at, inside) = match (integer, up) {
        (false, _) => (at, inside),
        (true, true) => (if inside { at.ceil() } else { at.floor() + 1.0 }, true),
        (true, false) => (if inside { at.floor() } else { at.ceil() - 1.0 }, true),
    };
    let need = match (up, inside) {
        (true, true) => Need::AtLeast(at),
        (true, false) => Need::MoreThan(at),
        (false, true) => Need::AtMost(at),
        (false, false) => Need::LessThan(at),
    };
    (need, (at - current).abs())
}

/// Tries changes by scoring again with them.
struct Lifting<'a> {
    explaining: &'a Explaining<'a>,
    computed: Fraction,
    bound: Fraction,
}

impl Lifting<'_> {
    fn score_with(&self, changes: &[(usize, i64)]) -> Option<Fraction> {
        let mut leaves = self.explaining.leaves.to_vec();
        for (leaf, points) in changes {
            if let Some(outcome) = leaves.get_mut(*leaf) {
                *outcome = Outcome::known(Fraction::from_micro(*points));
            }
        }
        average(&self.explaining.model.nodes, &leaves).points
    }

    fn reaches(&self, changes: &[(usize, i64)]) -> bool {
        self.score_with(changes).is_some_and(|score| score >= self.bound)
    }

    fn step(&self, candidate: &Candidate<'_>, target: &Target) -> Move {
        let score = self.score_with(&[(candidate.leaf, target.points)]).unwrap_or(self.computed);
        Move {
            component: candidate.node.name.clone(),
            label: candidate.node.label.clone(),
            signal: candidate.signal.to_owned(),
            current: candidate.current.clone(),
            need: target.need.clone(),
            level: target.level.clone(),
            gain: Printed::round(score - self.computed, self.explaining.decimals),
        }
    }

    fn enough(&self, candidates: &[Candidate<'_>]) -> Vec<Vec<Move>> {
        let singles: Vec<Vec<Move>> = candidates.iter().filter_map(|one| Some(vec![self.step(one, &self.single(one)?)])).collect();
        if singles.is_empty() { self.pairs(candidates) } else { singles }
    }

    /// The least target of one component that reaches the bound alone.
    fn single(&self, candidate: &Candidate<'_>) -> Option<Target> {
        let least = candidate.better.iter().find(|target| self.reaches(&[(candidate.leaf, target.points)]))?;
        let (Rule::Curve(line), Some(Value::Number(current))) = (candidate.rule, &candidate.current) else { return Some(least.clone()) };
        Some(self.on_curve(candidate, line, *current, least).unwrap_or_else(|| least.clone()))
    }

    /// On a curve the bound is often reached before the next of its points: halves the way there until the place is found to six decimals.
    fn on_curve(&self, candidate: &Candidate<'_>, line: &[(f64, i64)], current: f64, least: &Target) -> Option<Target> {
        let (Need::AtLeast(end) | Need::AtMost(end)) = least.need else { return None };
        let points_at = |value: f64| on_line(line, value);
        let reaches = |value: f64| points_at(value).is_some_and(|points| self.reaches(&[(candidate.leaf, points)]));
        let unit = if candidate.integer { 1.0 } else { MICRO as f64 };
        let (mut far, mut near) = ((end * unit) as i64, (current * unit) as i64);
        while (far - near).abs() > 1 {
            let middle = near + (far - near) / 2;
            if reaches(middle as f64 / unit) { far = middle } else { near = middle }
        }
        let value = far as f64 / unit;
        let points = points_at(value).filter(|_| reaches(value))?;
        let need = if end > current { Need::AtLeast(value) } else { Need::AtMost(value) };
        Some(Target { points, need, level: None, distance: (value - current).abs() })
    }

    /// Pairs of which neither side could ask for less.
    fn pairs(&self, candidates: &[Candidate<'_>]) -> Vec<Vec<Move>> {
        let mut pairs = Vec::new();
        for (at, one) in candidates.iter().enumerate() {
            for other in candidates.iter().skip(at + 1) {
                let mut least_points = i64::MAX;
                for target in &one.better {
                    let enough = |partner: &&Target| self.reaches(&[(one.leaf, target.points), (other.leaf, partner.points)]);
                    let Some(partner) = other.better.iter().find(enough) else { continue };
                    // More of the first is only worth naming where it spares some of the second.
                    if partner.points < least_points {
                        least_points = partner.points;
                        pairs.push(vec![self.step(one, target), self.step(other, partner)]);
                    }
                }
            }
        }
        pairs
    }
}
