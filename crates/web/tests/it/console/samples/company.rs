//! The company that the samples are of: its workspace and its health model.

use std::collections::BTreeMap;

use mainstay_model::entity::built_in;
use mainstay_model::expression::ValueType;
use mainstay_model::health::{Component, Covers, Guard, HealthModel, Level, Missing, Range, Reads};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Subject, Unit, Window};
use mainstay_model::source::{Source, SourceKind};
use mainstay_model::{BandScale, Workspace, Zone};

fn signal(name: &str, label: &str, unit: Unit, filter: &str) -> (String, Signal) {
    let window = Window { span: Span::Days(30), complete: false, of: None };
    let signal = Signal {
        name: name.into(),
        label: label.into(),
        description: format!("{label}, over the last 30 days with today so far"),
        subject: Subject::Account,
        measure: Measure::Events { filter: Some(filter.into()), aggregate: Aggregate::Count, window },
        unit,
        kind: if unit == Unit::Word { ValueType::Text } else { ValueType::Number },
        integer: true,
        range: None,
    };
    (name.into(), signal)
}

fn levels(bounds: (f64, f64)) -> Vec<Level> {
    let range = |from: Option<(f64, bool)>, to: Option<(f64, bool)>| Covers::Ranges(vec![Range { from, to }]);
    vec![
        Level { name: "healthy".into(), points: 100.0, covers: range(Some((bounds.1, false)), None) },
        Level { name: "at_risk".into(), points: 50.0, covers: range(Some((bounds.0, true)), Some((bounds.1, true))) },
        Level { name: "critical".into(), points: 0.0, covers: range(None, Some((bounds.0, false))) },
    ]
}

fn component(name: &str, label: &str, weight: f64, signal: &str, bounds: (f64, f64)) -> Component {
    let reads = Reads::Levels { signal: signal.into(), levels: levels(bounds) };
    Component { name: name.into(), label: label.into(), weight, reads, missing: Missing::Skip }
}

pub(super) fn model() -> HealthModel {
    HealthModel {
        name: "standard".into(),
        label: "Standard".into(),
        variant: None,
        applies_to: Some("stage <> 'onboarding'".into()),
        priority: 0,
        subject: Subject::Account,
        components: vec![
            component("logins", "Login frequency", 25.0, "logins_30d", (5.0, 15.0)),
            component("features", "Feature adoption", 20.0, "features_used_30d", (2.0, 4.0)),
            component("support", "Support sentiment", 15.0, "ticket_sentiment", (-0.5, 0.5)),
            component("nps", "NPS", 15.0, "nps_latest", (6.0, 7.0)),
            component("engagement", "Engagement", 15.0, "replies_30d", (1.0, 3.0)),
            component("payment", "Payment history", 10.0, "late_payments_12m", (0.0, 1.0)),
        ],
        guards: vec![Guard { when: "open_critical_escalations > 0".into(), cap: 59.0, because: "a critical escalation is open".into() }],
        min_coverage: 0.5,
        hold_days: 2,
        version: "3f2a91c07b1d".into(),
    }
}

pub(in crate::console) fn workspace() -> Workspace {
    let signals = BTreeMap::from([
        signal("logins_30d", "Logins, last 30 days", Unit::Number, "name = 'Signed In'"),
        signal("features_used_30d", "Features used", Unit::Number, "name = 'Feature Used'"),
        signal("ticket_sentiment", "Negative share of tickets", Unit::Share, "name = 'Ticket'"),
        signal("nps_latest", "Latest NPS answer", Unit::Number, "kind = 'nps'"),
        signal("replies_30d", "Replies and meetings", Unit::Number, "name = 'Replied'"),
        signal("late_payments_12m", "Late payments", Unit::Number, "true"),
        signal("usage_change_30d", "Usage against the 30 days before", Unit::Ratio, "true"),
    ]);
    let source = |name: &str, label: &str, kind| Source {
        name: name.into(),
        label: label.into(),
        kind,
        fresh_within_hours: Some(24),
        product: None,
        rename_events: BTreeMap::new(),
        files: Vec::new(),
        rules: Vec::new(),
    };
    let sources = [source("product", "Product events", SourceKind::Tracking), source("crm", "CRM export", SourceKind::Files)];
    Workspace {
        name: "Acme Analytics".into(),
        zone: Zone::named("Europe/Berlin").unwrap(),
        currency: "USD".into(),
        fiscal_year_starts: 1,
        bands: BandScale::default(),
        calendars: BTreeMap::new(),
        entities: built_in().into_iter().map(|entity| (entity.name.clone(), entity)).collect(),
        sources: sources.into_iter().map(|source| (source.name.clone(), source)).collect(),
        signals,
        thresholds: BTreeMap::new(),
        segments: BTreeMap::new(),
        models: vec![model()],
        plays: BTreeMap::new(),
        outreach: mainstay_model::outreach::Outreach::default(),
        lifecycle: mainstay_model::lifecycle::Lifecycle {
            stages: vec![mainstay_model::lifecycle::LifecycleStage { name: "adoption".into(), label: "Adoption".into() }],
            onboarding: None,
        },
        templates: BTreeMap::new(),
        scenarios: Vec::new(),
        version: "b1d20aa47c90".into(),
    }
}
