//! A health model made ready for columns: signals found, weights and points scaled to whole numbers.

use mainstay_model::BandScale;
use mainstay_model::fraction::{Fraction, micro_of};
use mainstay_model::health::{Component, Guard, HealthModel, Missing, Reads};

use crate::error::HealthError;
use crate::levels::{Rule, Step};
use crate::tree::{Kind, Leaf, Node, shrink};

/// A model ready to score. Weights, points, caps and bounds are kept to six decimals, exactly.
#[derive(Clone, Debug)]
pub struct CompiledModel {
    /// The model's name.
    pub name: String,
    /// The version kept with each score.
    pub version: String,
    pub(crate) scale: BandScale,
    /// Lower bounds of the bands in millionths, best first.
    pub(crate) bounds: Vec<i64>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) leaves: Vec<Leaf>,
    pub(crate) guards: Vec<Cap>,
    /// Millionths of coverage below which there is no score.
    pub(crate) min_coverage: i64,
}

/// A guard ready to be applied.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    pub(crate) cap: Fraction,
    pub(crate) guard: Guard,
}

/// Where a signal's values are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ColumnRef {
    /// Its place among the columns that are scored.
    pub index: usize,
    /// Whether only whole numbers occur, so that "more than 15" means 16.
    pub integer: bool,
}

impl CompiledModel {
    /// Makes a model ready; `column_of` says where a signal's values are.
    ///
    /// # Errors
    /// When a signal has no column, a number cannot be used, or `missing` names no level.
    pub fn new(model: &HealthModel, bands: &BandScale, column_of: impl Fn(&str) -> Option<ColumnRef>) -> Result<Self, HealthError> {
        let mut compiling = Compiling { model, column_of: &column_of, leaves: Vec::new() };
        let nodes = compiling.nodes(&model.components)?;
        let min_coverage = compiling.number("min_coverage", model.min_coverage, 0.0..=1.0, "a share from 0 to 1")?;
        let guards = model
            .guards
            .iter()
            .map(|guard| {
                let cap = compiling.number("the cap of a guard", guard.cap, 0.0..=100.0, "a score from 0 to 100")?;
                Ok(Cap { cap: Fraction::from_micro(cap), guard: guard.clone() })
            })
            .collect::<Result<_, HealthError>>()?;
        let bounds: Vec<i64> = bands.0.iter().map(|band| micro_of(band.from)).collect();
        if !bounds.is_sorted_by(|better, worse| better > worse) {
            let (what, found) = ("the order of the bands".to_owned(), "not the best first".to_owned());
            return Err(HealthError::BadNumber { model: model.name.clone(), what, found, expected: "bounds that fall from band to band" });
        }
        Ok(Self {
            name: model.name.clone(),
            version: model.version.clone(),
            bounds,
            scale: bands.clone(),
            nodes,
            leaves: compiling.leaves,
            guards,
            min_coverage,
        })
    }

    /// The guards' conditions, in the order in which [`crate::Inputs::guards`] answers them.
    pub fn guards(&self) -> impl Iterator<Item = &Guard> {
        self.guards.iter().map(|cap| &cap.guard)
    }

    /// The position of the band of an exact score, 0 the best.
    #[must_use]
    pub fn band_of(&self, score: Fraction) -> usize {
        let inside = |bound: &i64| score >= Fraction::from_micro(*bound);
        self.bounds.iter().position(inside).unwrap_or(self.bounds.len().saturating_sub(1))
    }

    /// Whether scores of this coverage are published.
    #[must_use]
    pub(crate) fn covers_enough(&self, coverage: Fraction) -> bool {
        coverage >= Fraction::from_micro(self.min_coverage)
    }
}

struct Compiling<'a> {
    model: &'a HealthModel,
    column_of: &'a dyn Fn(&str) -> Option<ColumnRef>,
    leaves: Vec<Leaf>,
}

impl Compiling<'_> {
    fn nodes(&mut self, components: &[Component]) -> Result<Vec<Node>, HealthError> {
        const LARGEST: f64 = 1_000_000.0;
        let weights = components
            .iter()
            .map(|component| match micro_of(component.weight) {
                micro if component.weight <= LARGEST && micro > 0 => Ok(micro),
                _ => Err(self.bad(&format!("the weight of `{}`", component.name), component.weight, "a number above 0, up to 1000000")),
            })
            .collect::<Result<Vec<_>, _>>()?;
        components.iter().zip(shrink(&weights)).map(|(component, weight)| self.node(component, weight)).collect()
    }

    fn node(&mut self, component: &Component, weight: i128) -> Result<Node, HealthError> {
        let kind = match &component.reads {
            Reads::Levels { signal, levels } => {
                for level in levels {
                    self.points(component, level.points)?;
                }
                self.signal(component, signal, Rule::levels(levels.iter().map(Step::new).collect()))?
            }
            Reads::Curve { signal, points } => {
                let line = points.iter().map(|(at, points)| Ok((*at, self.points(component, *points)?))).collect::<Result<Vec<_>, _>>()?;
                if line.is_empty() || line.iter().any(|(at, _)| !at.is_finite()) || !line.is_sorted_by(|a, b| a.0 <= b.0) {
                    let what = format!("the curve of `{}`", component.name);
                    let expected = "one or more [value, points] by rising value";
                    return Err(HealthError::BadNumber {
                        model: self.model.name.clone(),
                        what,
                        found: "out of order or empty".to_owned(),
                        expected,
                    });
                }
                self.signal(component, signal, Rule::Curve(line))?
            }
            Reads::Group { components } => Kind::Group(self.nodes(components)?),
            Reads::Products { rollup } => self.leaf(Leaf::Products(*rollup)),
        };
        let missing = self.missing(component)?;
        let (name, label) = (component.name.clone(), component.label.clone());
        Ok(Node { name, label, weight, declared_weight: component.weight, missing, kind })
    }

    fn leaf(&mut self, leaf: Leaf) -> Kind {
        self.leaves.push(leaf);
        Kind::Leaf(self.leaves.len() - 1)
    }

    fn signal(&mut self, component: &Component, signal: &str, rule: Rule) -> Result<Kind, HealthError> {
        let no_column =
            || HealthError::NoColumn { model: self.model.name.clone(), component: component.name.clone(), signal: signal.to_owned() };
        let ColumnRef { index, integer } = (self.column_of)(signal).ok_or_else(no_column)?;
        Ok(self.leaf(Leaf::Signal { signal: signal.to_owned(), column: index, integer, rule }))
    }

    /// The level that a missing value counts as: one of the component's own, or one of the three standard ones.
    fn missing(&self, component: &Component) -> Result<Option<(i64, String)>, HealthError> {
        let Missing::Level(name) = &component.missing else { return Ok(None) };
        let own = if let Reads::Levels { levels, .. } = &component.reads { levels.iter().find(|level| level.name == *name) } else { None };
        let points = match (own, name.as_str()) {
            (Some(level), _) => level.points,
            (None, "healthy") => 100.0,
            (None, "at_risk") => 50.0,
            (None, "critical") => 0.0,
            (None, _) => {
                let (model, component, level) = (self.model.name.clone(), component.name.clone(), name.clone());
                return Err(HealthError::NoLevel { model, component, level });
            }
        };
        Ok(Some((micro_of(points), name.clone())))
    }

    fn points(&self, component: &Component, points: f64) -> Result<i64, HealthError> {
        self.number(&format!("the points of a level of `{}`", component.name), points, 0.0..=100.0, "points from 0 to 100")
    }

    fn number(&self, what: &str, number: f64, allowed: std::ops::RangeInclusive<f64>, expected: &'static str) -> Result<i64, HealthError> {
        if allowed.contains(&number) { Ok(micro_of(number)) } else { Err(self.bad(what, number, expected)) }
    }

    fn bad(&self, what: &str, found: f64, expected: &'static str) -> HealthError {
        HealthError::BadNumber { model: self.model.name.clone(), what: what.to_owned(), found: found.to_string(), expected }
    }
}
