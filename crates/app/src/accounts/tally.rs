//! How accounts are spread over the bands.

use mainstay_model::Workspace;
use mainstay_model::band::UNKNOWN_BAND;

use super::BandCount;

/// Counts accounts by band, best first, unknown last.
pub(crate) struct Tally {
    pub(crate) counts: Vec<BandCount>,
}

impl Tally {
    /// Nobody counted yet.
    pub(crate) fn new(workspace: &Workspace) -> Self {
        let named = |name: &str, label: &str, color: &str| BandCount {
            name: name.to_owned(),
            label: label.to_owned(),
            color: color.to_owned(),
            count: 0,
            arr: 0.0,
        };
        let mut counts: Vec<BandCount> = workspace.bands.0.iter().map(|band| named(&band.name, &band.label, &band.color)).collect();
        counts.push(named(UNKNOWN_BAND, "Unknown", "gray"));
        Self { counts }
    }

    /// Counts an account with its annual recurring revenue, where that is known.
    pub(crate) fn add(&mut self, band: usize, arr: Option<f64>) {
        if let Some(count) = self.counts.get_mut(band) {
            count.count += 1;
            count.arr += arr.filter(|arr| !arr.is_nan()).unwrap_or(0.0);
        }
    }

    /// Counts what another counted too.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            count.count += more.count;
            count.arr += more.arr;
        }
    }
}
