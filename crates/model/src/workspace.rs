//! A checked workspace: everything that is configured, ready to be used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::band::BandScale;
use crate::entity::Entity;
use crate::health::HealthModel;
use crate::lifecycle::Lifecycle;
use crate::outreach::{Outreach, Template};
use crate::play::{Play, Scenario};
use crate::segment::Segment;
use crate::signal::Signal;
use crate::source::Source;
use crate::threshold::Threshold;
use crate::time::{Day, Zone};

/// A checked workspace. Maps are in the order of their names, so that everything derived from it is deterministic.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Workspace {
    /// The company's name for it.
    pub name: String,
    /// Days are calendar days of this zone.
    pub zone: Zone,
    /// Three-letter code of the currency that money is shown in.
    pub currency: String,
    /// First month of the fiscal year, 1 to 12.
    pub fiscal_year_starts: u8,
    /// The bands, best first.
    pub bands: BandScale,
    /// Business calendars by name.
    pub calendars: BTreeMap<String, Calendar>,
    /// Built-in and custom entities, with custom fields.
    pub entities: BTreeMap<String, Entity>,
    /// Where facts come from.
    pub sources: BTreeMap<String, Source>,
    /// The signals, built-in ones (`mrr`, `arr`, `days_to_renewal` ...) among them.
    pub signals: BTreeMap<String, Signal>,
    /// The thresholds. Conditions that name one hold it written out.
    pub thresholds: BTreeMap<String, Threshold>,
    /// The segments.
    pub segments: BTreeMap<String, Segment>,
    /// The health models in the order they are asked.
    pub models: Vec<HealthModel>,
    /// The plays.
    pub plays: BTreeMap<String, Play>,
    /// Whom plays reach and within which limits.
    pub outreach: Outreach,
    /// The stages of accounts and the milestones of onboarding.
    pub lifecycle: Lifecycle,
    /// The templates by name; those for Slack are `slack/<name>`, those shown in the product `in_app/<name>`.
    pub templates: BTreeMap<String, Template>,
    /// The tests of the plays, in order of file and place.
    pub scenarios: Vec<Scenario>,
    /// A digest of the whole, 12 hexadecimal digits.
    pub version: String,
}

/// A business calendar: which days are worked, at which hours.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Calendar {
    /// Worked weekdays, 1 = Monday to 7 = Sunday.
    pub weekdays: Vec<u8>,
    /// Minutes after midnight at which work begins.
    pub opens_minute: u16,
    /// Minutes after midnight at which work ends.
    pub closes_minute: u16,
    /// Days nobody works.
    pub holidays: Vec<Day>,
    /// Its own zone; the workspace's where absent.
    pub zone: Option<Zone>,
}

impl Default for Calendar {
    /// Monday to Friday, 09:00 to 17:00, no holidays, in the workspace's zone.
    fn default() -> Self {
        Self { weekdays: vec![1, 2, 3, 4, 5], opens_minute: 9 * 60, closes_minute: 17 * 60, holidays: Vec::new(), zone: None }
    }
}

impl Workspace {
    /// The signals in an order in which each comes after those it reads.
    ///
    /// `reads` answers which of the workspace's signals an expression names; the checker has made sure that there is no circle.
    #[must_use]
    pub fn signals_in_order(&self, reads: impl Fn(&str) -> Vec<String>) -> Vec<&Signal> {
        let mut ordered = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for name in self.signals.keys() {
            self.visit(name, &reads, &mut seen, &mut ordered);
        }
        ordered
    }

    fn visit<'a>(
        &'a self,
        name: &str,
        reads: &impl Fn(&str) -> Vec<String>,
        seen: &mut std::collections::BTreeSet<String>,
        ordered: &mut Vec<&'a Signal>,
    ) {
        let Some(signal) = self.signals.get(name) else { return };
        if !seen.insert(name.to_owned()) {
            return;
        }
        let before = match &signal.measure {
            crate::signal::Measure::Change { of } | crate::signal::Measure::Trend { of } => vec![of.clone()],
            crate::signal::Measure::Formula { sql } => reads(sql),
            crate::signal::Measure::Events { .. } | crate::signal::Measure::Records { .. } => Vec::new(),
        };
        for earlier in before {
            self.visit(&earlier, reads, seen, ordered);
        }
        ordered.push(signal);
    }
}
