//! Bands: named ranges of the health score, half-open over the unrounded score.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One band. `from` is its lower bound, inclusive; it ends where the next higher band begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// The name used in expressions, e.g. `at_risk`.
    pub name: String,
    /// What people read, e.g. `At risk`.
    pub label: String,
    /// One of the console's band colours: `green`, `yellow`, `orange`, `red`.
    pub color: String,
    /// Lower bound, 0 to 100.
    pub from: f64,
}

/// The bands of a workspace, best first. The worst begins at 0.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BandScale(pub Vec<Band>);

/// The name of the band of an account without a score.
pub const UNKNOWN_BAND: &str = "unknown";

/// Whether accounts in bands of a colour count as at risk: `orange` and `red`, which are at risk and critical unless the workspace says otherwise.
#[must_use]
pub fn counts_as_at_risk(color: &str) -> bool {
    matches!(color, "orange" | "red")
}

impl Default for BandScale {
    fn default() -> Self {
        let band = |name: &str, label: &str, color: &str, from| Band { name: name.into(), label: label.into(), color: color.into(), from };
        Self(vec![
            band("healthy", "Healthy", "green", 80.0),
            band("monitor", "Monitor", "yellow", 60.0),
            band("at_risk", "At risk", "orange", 40.0),
            band("critical", "Critical", "red", 0.0),
        ])
    }
}

impl BandScale {
    /// The position of the band of an unrounded score, 0 the best.
    #[must_use]
    pub fn index_of(&self, score: f64) -> usize {
        self.0.iter().position(|band| score >= band.from).unwrap_or(self.0.len().saturating_sub(1))
    }

    /// The band of an unrounded score.
    #[must_use]
    pub fn band_of(&self, score: f64) -> Option<&Band> {
        self.0.get(self.index_of(score))
    }

    /// The position of a band by name, 0 the best.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|band| band.name == name)
    }
}
