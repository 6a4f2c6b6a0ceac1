//! The data people feed us, as a data engineer looks at it: sources, quality, quarantine.

use mainstay_model::Timestamp;
use serde::{Deserialize, Serialize};

/// One source and how it is doing.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// What people read.
    pub label: String,
    /// `tracking`, `files`, or `undeclared` for one that only facts know.
    pub kind: String,
    /// Events accepted.
    pub events: u64,
    /// Record versions accepted.
    pub records: u64,
    /// Records waiting in the quarantine.
    pub rejected_open: u64,
    /// When the newest fact was true.
    pub last_occurred_at: Option<Timestamp>,
    /// When the newest fact came.
    pub last_received_at: Option<Timestamp>,
    /// Older than the source declares to be fresh.
    pub stale: bool,
}

/// What there is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataStatus {
    /// The last fact, by its position: how many facts there are.
    pub position: u64,
    /// Every source.
    pub sources: Vec<SourceStatus>,
}

/// How complete one field is.
#[derive(Clone, Debug, Serialize)]
pub struct FieldQuality {
    /// The entity.
    pub entity: String,
    /// The field.
    pub field: String,
    /// Records that have it.
    pub filled: usize,
    /// Records in all.
    pub total: usize,
}

/// References that lead nowhere.
#[derive(Clone, Debug, Serialize)]
pub struct ReferenceGap {
    /// The entity whose records refer.
    pub entity: String,
    /// To what: `accounts`.
    pub refers_to: String,
    /// How many records.
    pub count: usize,
    /// Some of the ids that are missing.
    pub examples: Vec<String>,
}

/// Records that look like the same thing.
#[derive(Clone, Debug, Serialize)]
pub struct LikelyDuplicate {
    /// The entity.
    pub entity: String,
    /// The field they share.
    pub field: String,
    /// The shared value.
    pub value: String,
    /// The records' ids.
    pub ids: Vec<String>,
}

/// The data-quality report.
#[derive(Clone, Debug, Serialize)]
pub struct QualityReport {
    /// Completeness per entity and field.
    pub fields: Vec<FieldQuality>,
    /// Referential gaps.
    pub gaps: Vec<ReferenceGap>,
    /// Likely duplicates.
    pub duplicates: Vec<LikelyDuplicate>,
    /// Signals that have never matched a fact.
    pub silent_signals: Vec<String>,
    /// The instant of the report.
    pub as_of: Timestamp,
}

/// What came from a source so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Arrived {
    pub(crate) events: u64,
    pub(crate) records: u64,
    pub(crate) last_occurred_at: Option<Timestamp>,
    pub(crate) last_received_at: Option<Timestamp>,
}

impl Arrived {
    /// An event came.
    pub(crate) fn event(&mut self, occurred_at: Timestamp, received_at: Timestamp) {
        self.events += 1;
        self.times(occurred_at, received_at);
    }

    /// A record version came.
    pub(crate) fn record(&mut self, occurred_at: Timestamp, received_at: Timestamp) {
        self.records += 1;
        self.times(occurred_at, received_at);
    }

    fn times(&mut self, occurred_at: Timestamp, received_at: Timestamp) {
        self.last_occurred_at = self.last_occurred_at.max(Some(occurred_at));
        self.last_received_at = self.last_received_at.max(Some(received_at));
    }
}

mod quality;
mod refused;
mod status;

pub use mainstay_lake::quarantine::{Entry as QuarantineEntry, EntryStatus};
pub use refused::QuarantineFilter;
