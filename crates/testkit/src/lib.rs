//! For tests only: a clock that stands still until told to move, a workspace that has nothing but sources, an empty database of either kind.

mod databases;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use mainstay_model::source::{Source, SourceKind};
use mainstay_model::{BandScale, Clock, Timestamp, Workspace, Zone, entity};

pub use databases::Database;

/// A clock that a test moves, backwards too.
#[derive(Debug, Default)]
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that shows `at`, an RFC 3339 instant; the epoch where it is none.
    #[must_use]
    pub fn at(at: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(Timestamp::parse(at).unwrap_or_default().0)))
    }

    /// Shows another instant from now on.
    pub fn set(&self, at: Timestamp) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    /// Moves by so many seconds.
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

/// A workspace in UTC with the built-in entities and tracking sources of these names; no signals, no models.
#[must_use]
pub fn workspace(sources: &[&str]) -> Workspace {
    let source = |name: &&str| Source {
        name: (*name).to_owned(),
        label: (*name).to_owned(),
        kind: SourceKind::Tracking,
        fresh_within_hours: None,
        product: None,
        rename_events: BTreeMap::new(),
        files: Vec::new(),
        rules: Vec::new(),
    };
    Workspace {
        name: "test".to_owned(),
        zone: Zone::utc(),
        currency: "EUR".to_owned(),
        fiscal_year_starts: 1,
        bands: BandScale::default(),
        calendars: BTreeMap::new(),
        entities: entity::built_in().into_iter().map(|entity| (entity.name.clone(), entity)).collect(),
        sources: sources.iter().map(|name| ((*name).to_owned(), source(name))).collect(),
        signals: BTreeMap::new(),
        thresholds: BTreeMap::new(),
        segments: BTreeMap::new(),
        models: Vec::new(),
        plays: BTreeMap::new(),
        outreach: mainstay_model::outreach::Outreach::default(),
        lifecycle: mainstay_model::lifecycle::Lifecycle::default(),
        templates: BTreeMap::new(),
        scenarios: Vec::new(),
        version: "000000000000".to_owned(),
    }
}
