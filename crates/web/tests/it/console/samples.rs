//! Samples that every template is rendered with: a believable account, a huge one, and one whose every text is hostile.

pub(super) mod lifecycle;
pub(super) mod plays;
mod products;
pub(super) mod tasks;

use std::collections::BTreeMap;

use mainstay_app::accounts::*;
use mainstay_app::data::*;
use mainstay_app::health::explain::{Adjustment, AdjustmentKind, Explanation, Lifts, Move, Need, Part};
use mainstay_app::health::{Printed, Value};
use mainstay_app::models::{ModelProblem, ModelView};
use mainstay_model::entity::built_in;
use mainstay_model::expression::ValueType;
use mainstay_model::health::{Component, Covers, Guard, HealthModel, Level, Missing, Override, Range, Reads};
use mainstay_model::signal::{Aggregate, Measure, Signal, Span, Subject, Unit, Window};
use mainstay_model::source::{Source, SourceKind};
use mainstay_model::{BandScale, Day, ReasonCode, Rejection, Timestamp, Workspace, Zone};
use serde_json::{Map, Value as Json, json};

use self::products::{product_views, rolled_up};

/// What would run, break out or blow up if it were not escaped.
pub(super) const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;{{7*7}}\u{202e}";

pub(super) fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:00:00Z").unwrap()
}

pub(super) fn today() -> Day {
    Day::parse("2026-11-22").unwrap()
}

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

pub(super) fn workspace() -> Workspace {
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

const NAMES: [&str; 12] = [
    "Northwind Freight",
    "Helio Energy",
    "Atlas Clinics",
    "Brightside Labs",
    "Quill & Co",
    "Juniper Outdoor",
    "Meridian Bank",
    "Pinegrove Schools",
    "Cobalt Robotics",
    "Fjord Shipping",
    "Lumen Retail Group International Holdings",
    "Saffron Foods",
];

/// The n-th account, believable and always the same.
pub(super) fn row(index: usize, columns: &[String]) -> AccountRow {
    let wave = |day: usize| ((index * 37 + day * 11) % 23) as f64 / 3.0;
    let base = [57.5, 34.0, 71.0, 91.2, 66.4, 88.0, 79.99, 12.5, 83.1, 45.0, 62.2, 97.0][index % 12];
    let spark: Vec<Option<f32>> =
        (0..30).map(|day| (index % 7 != 3 || day > 9).then(|| (base + (30 - day) as f64 * 0.8 - wave(day)) as f32)).collect();
    let score = (index % 11 != 10).then_some(base);
    AccountRow {
        id: format!("acc-{:04}", index + 1),
        name: if index < 12 { NAMES[index].into() } else { format!("{} {}", NAMES[index % 12], index / 12 + 1) },
        band: score.map_or_else(|| "unknown".into(), |score| BandScale::default().band_of(score).unwrap().name.clone()),
        score,
        change_30d: (index % 5 != 4).then(|| wave(3) - 5.1),
        arr: (index % 9 != 8).then(|| ((index * 7919) % 390 + 6) as f64 * 1_000.0),
        days_to_renewal: (index % 6 != 5).then(|| ((index * 71 + 71) % 360) as f64),
        owner: Some(["jon@acme.example", "ines@acme.example", "tom@acme.example"][index % 3].into()),
        tier: Some(["enterprise", "mid_market", "smb"][index % 3].into()),
        region: Some(["emea", "americas", "apac"][(index / 3) % 3].into()),
        stage: Some("adoption".into()),
        spark,
        cells: columns.iter().map(|_| json!(index * 3)).collect(),
    }
}

pub(super) fn bands(counts: [usize; 5]) -> Vec<BandCount> {
    let names = [
        ("healthy", "Healthy", "green"),
        ("monitor", "Monitor", "yellow"),
        ("at_risk", "At risk", "orange"),
        ("critical", "Critical", "red"),
        ("unknown", "No score", "gray"),
    ];
    names
        .into_iter()
        .zip(counts)
        .map(|((name, label, color), count)| BandCount {
            name: name.into(),
            label: label.into(),
            color: color.into(),
            count,
            arr: count as f64 * 63_250.0,
        })
        .collect()
}

pub(super) fn account_page(total: usize, offset: usize, limit: usize, columns: &[String]) -> AccountPage {
    let rows = (offset..total.min(offset + limit)).map(|index| row(index, columns)).collect();
    let share = |part: usize| total * part / 100;
    let counts = [share(46), share(27), share(15), share(7), total - share(46) - share(27) - share(15) - share(7)];
    AccountPage { rows, total, bands: bands(counts), as_of: now() }
}

pub(super) fn printed(value: f64) -> Printed {
    Printed { units: (value * 100.0).round() as i64, decimals: 2 }
}

fn part(name: &str, label: &str, signal: &str, value: Option<Value>, level: Option<&str>, points: Option<f64>, weight: f64) -> Part {
    Part {
        name: name.into(),
        label: label.into(),
        signal: Some(signal.into()),
        missing: value.is_none(),
        value,
        level: level.map(Into::into),
        points,
        weight,
        effective_weight: weight / 100.0,
        contribution: printed(points.unwrap_or(0.0) * weight / 100.0),
        max_contribution: printed(weight),
        product: None,
        parts: Vec::new(),
        adjustments: Vec::new(),
    }
}

pub(super) fn explanation() -> Explanation {
    let number = |value: f64| Some(Value::Number(value));
    let step = |label: &str, signal: &str, current: f64, need: Need, gain: f64| Move {
        component: label.into(),
        label: label.into(),
        signal: signal.into(),
        current: number(current),
        need,
        level: Some("at_risk".into()),
        gain: printed(gain),
    };
    let reply = step("Engagement", "replies_30d", 0.0, Need::AtLeast(1.0), 7.5);
    let logins = step("Login frequency", "logins_30d", 12.0, Need::AtLeast(16.0), 12.5);
    Explanation {
        model: "standard".into(),
        version: "3f2a91c07b1d".into(),
        computed: Some(printed(57.5)),
        shown: Some(printed(57.5)),
        exact: Some(57.5),
        band: "at_risk".into(),
        coverage: 1.0,
        min_coverage: 0.5,
        components: vec![
            part("logins", "Login frequency", "logins_30d", number(12.0), Some("at_risk"), Some(50.0), 25.0),
            part("features", "Feature adoption", "features_used_30d", number(5.0), Some("healthy"), Some(100.0), 20.0),
            part("support", "Support sentiment", "ticket_sentiment", number(0.33), Some("some_negative"), Some(50.0), 15.0),
            part("nps", "NPS", "nps_latest", number(6.0), Some("at_risk"), Some(50.0), 15.0),
            part("engagement", "Engagement", "replies_30d", number(0.0), Some("non_responsive"), Some(0.0), 15.0),
            part("payment", "Payment history", "late_payments_12m", number(0.0), Some("on_time"), Some(100.0), 10.0),
            rolled_up(),
        ],
        adjustments: Vec::new(),
        missing: Vec::new(),
        lifts: Some(Lifts {
            band: "monitor".into(),
            from: 60.0,
            gap: printed(2.5),
            held_by: Vec::new(),
            each: vec![reply.clone(), logins.clone()],
            enough: vec![vec![reply], vec![logins]],
        }),
    }
}

pub(super) fn sources() -> Vec<SourceStatus> {
    let source = |name: &str, label: &str, kind: &str, events, records, rejected_open, minutes: i64, stale| SourceStatus {
        name: name.into(),
        label: label.into(),
        kind: kind.into(),
        events,
        records,
        rejected_open,
        last_occurred_at: Some(now().plus_seconds(-60 * minutes - 30)),
        last_received_at: Some(now().plus_seconds(-60 * minutes)),
        stale,
    };
    vec![
        source("product", "Product events", "tracking", 4_183_022, 0, 12, 0, false),
        source("crm", "CRM export", "files", 0, 18_412, 0, 120, false),
        source("billing", "Billing", "files", 0, 9_204, 3, 14, false),
        source("support", "Support desk", "files", 0, 31_077, 0, 60 * 61, true),
    ]
}

pub(super) fn account_view() -> AccountView {
    let workspace = workspace();
    let values = [json!(12), json!(5), json!(0.33), json!(6), json!(0), json!(0), json!(-0.58)];
    let signals =
        ["logins_30d", "features_used_30d", "ticket_sentiment", "nps_latest", "replies_30d", "late_payments_12m", "usage_change_30d"];
    let signal = |(name, value): (&str, Json)| {
        let declared = &workspace.signals[name];
        SignalValue {
            name: name.into(),
            label: declared.label.clone(),
            description: declared.description.clone(),
            unit: declared.unit,
            value,
        }
    };
    AccountView {
        id: "acc-0001".into(),
        name: "Northwind Freight".into(),
        attributes: vec![
            ("domain".into(), json!("northwind.example")),
            ("industry".into(), json!("logistics")),
            ("employees".into(), json!(1_240)),
            ("plan".into(), json!("enterprise")),
        ],
        arr: Some(184_000.0),
        days_to_renewal: Some(71.0),
        renews_on: Some(Day::parse("2027-02-01").unwrap()),
        owner: Some("jon@acme.example".into()),
        stage: Some("adoption".into()),
        tier: Some("enterprise".into()),
        region: Some("emea".into()),
        score: Some(57.5),
        band: "at_risk".into(),
        computed_score: Some(57.5),
        coverage: 1.0,
        model: "standard".into(),
        model_version: "3f2a91c07b1d".into(),
        change: [Some(-24.1), Some(-26.0), Some(-28.0)],
        explanation: Some(explanation()),
        over: None,
        sentiment: Some("neutral".into()),
        sentiment_said: Some(Said { by: "ann@acme.example".into(), at: now().plus_seconds(-3 * 86_400) }),
        signals: signals.into_iter().zip(values).map(signal).collect(),
        products: product_views(),
        segments: vec!["renewing_soon".into()],
        scored_at: now().plus_seconds(-3),
        as_of: now(),
        sources: sources(),
    }
}

pub(super) fn points() -> Vec<ScorePoint> {
    let score = |back: i32| {
        let wave = (f64::from(back) / 17.0).sin() * 2.5 + f64::from((back * 7) % 5) * 0.4;
        let fall = if back < 90 { f64::from(90 - back) * 0.32 } else { 0.0 };
        let spring = if (180..260).contains(&back) { 5.0 } else { 0.0 };
        if back == 0 { 57.5 } else { 86.0 + wave + spring - fall }
    };
    (0..365)
        .rev()
        .map(|back| {
            let score = score(back);
            let band = BandScale::default().band_of(score).unwrap().name.clone();
            ScorePoint {
                day: today().plus(-back),
                score: Some(score),
                band,
                model: "standard".into(),
                model_version: "3f2a91c07b1d".into(),
            }
        })
        .collect()
}

pub(super) fn timeline() -> Vec<TimelineEntry> {
    let entry = |days: i64, kind: &str, title: &str, detail: &str| TimelineEntry {
        at: now().plus_seconds(-86_400 * days - 2_760),
        kind: kind.into(),
        title: title.into(),
        detail: detail.into(),
    };
    vec![
        entry(0, "event", "Signed In", "by tomas@northwind.example, 3 times"),
        entry(4, "ticket", "Ticket 4821 “export times out again”", "negative, open 3 days"),
        entry(6, "note", "Left a voicemail", "Jon Abara"),
        entry(10, "band", "Score 61.2 → 58.4, monitor → at risk", ""),
        entry(31, "person", "Champion Maya Lindqvist left", "source: job change"),
        entry(41, "survey", "NPS 6, detractor", "“the export fails every Friday”"),
        entry(64, "meeting", "QBR held", ""),
        entry(120, "invoice", "Invoice 2026-0711 paid", "2 days early"),
    ]
}

fn record(value: Json) -> Map<String, Json> {
    value.as_object().unwrap().clone()
}

pub(super) fn records(entity: &str) -> Vec<Map<String, Json>> {
    match entity {
        "people" => vec![
            record(json!({"id": "p1", "name": "Maya Lindqvist", "role": "champion", "left_on": "2026-10-22"})),
            record(
                json!({"id": "p2", "name": "Tomas Reyes", "title": "VP Operations", "role": "sponsor", "influence": "high", "sentiment": "neutral"}),
            ),
            record(json!({"id": "p3", "name": "Priya Nair", "title": "Administrator", "role": "admin", "sentiment": "positive"})),
        ],
        "subscriptions" => vec![
            record(
                json!({"id": "s0", "product": "core", "plan": "enterprise", "status": "active", "amount": 1_000, "quantity": 150, "interval_months": 12, "starts_on": "2025-02-01", "ends_on": "2026-02-01", "auto_renews": true, "seats": 150}),
            ),
            record(
                json!({"id": "s1", "product": "core", "plan": "enterprise", "status": "active", "amount": 1_100, "quantity": 150, "interval_months": 12, "starts_on": "2026-02-01", "ends_on": "2027-02-01", "auto_renews": true, "seats": 150}),
            ),
            record(
                json!({"id": "s3", "product": "core", "plan": "enterprise", "status": "active", "amount": 1_200, "quantity": 150, "interval_months": 12, "starts_on": "2027-02-01", "ends_on": "2028-02-01", "auto_renews": true, "seats": 150}),
            ),
            record(
                json!({"id": "s2", "product": "reports", "status": "active", "amount": 1_583.33, "interval_months": 1, "starts_on": "2026-02-01", "ends_on": "2027-02-01"}),
            ),
        ],
        "tickets" => vec![
            record(
                json!({"id": "4821", "subject": "Export times out again", "status": "open", "priority": "high", "sentiment": "negative", "created_at": "2026-11-18T08:00:00Z", "escalated": true}),
            ),
            record(
                json!({"id": "4702", "subject": "How do I add a department?", "status": "solved", "priority": "low", "sentiment": "positive", "created_at": "2026-10-02T08:00:00Z"}),
            ),
        ],
        "surveys" => vec![record(
            json!({"id": "n1", "kind": "nps", "score": 6, "comment": "the export fails every Friday", "answered_at": "2026-10-12T09:00:00Z"}),
        )],
        _ => Vec::new(),
    }
}

pub(super) fn facts(signal: &str) -> FactsBehind {
    let fact = |index: i64| FactRow {
        occurred_at: now().plus_seconds(-86_400 * index * 2),
        received_at: now().plus_seconds(-86_400 * index * 2 + if index == 4 { 90_000 } else { 1 }),
        source: "product".into(),
        id: format!("m-{index}"),
        name: "Signed In".into(),
        fields: record(json!({"user": "tomas@northwind.example", "browser": "Firefox"})),
    };
    FactsBehind {
        signal: signal.into(),
        product: None,
        description: "number of events named “Signed In”, last 30 days".into(),
        total: 12,
        facts: (0..12).map(fact).collect(),
        reads: Vec::new(),
    }
}

pub(super) fn model_view() -> ModelView {
    let text = "health:\n  standard:\n    label: Standard\n    applies_to: stage <> 'onboarding'\n    components:\n      - signal: logins_30d\n        label: Login frequency\n        weight: 25\n        healthy: \"> 15\"\n        at_risk: \"5..15\"\n        critical: \"< 5\"\n    min_coverage: 50%\n    hold: 2 days\n";
    let day = |back: i32| {
        let worse = (90 - back) as usize / 6;
        (today().plus(-back), bands([200 - worse * 2, 110 + worse, 60 + worse / 2, 22 + worse / 2, 20]))
    };
    ModelView {
        model: model(),
        path: "health/standard.yaml".into(),
        text: text.into(),
        problems: vec![ModelProblem {
            line: 8,
            column: 9,
            message: "the weights sum to 100 only with `payment`".into(),
            hint: "This is a remark, not an error.".into(),
        }],
        bands: bands([189, 111, 62, 29, 21]),
        over_time: (0..90).rev().map(day).collect(),
    }
}

pub(super) fn quarantine(count: usize) -> Vec<QuarantineEntry> {
    let entry = |index: usize| QuarantineEntry {
        id: (count - index) as u64,
        received_at: now().plus_seconds(-300 * index as i64),
        source: if index % 4 == 3 { "billing" } else { "product" }.into(),
        kind: "track".into(),
        rejection: Rejection::new(
            if index.is_multiple_of(3) { ReasonCode::InvalidTime } else { ReasonCode::MissingField },
            if index.is_multiple_of(3) { "timestamp" } else { "userId" },
            if index.is_multiple_of(3) { "2026-11-22 09:14" } else { "" },
            if index.is_multiple_of(3) {
                "the time has no zone; add one, like 2026-11-22T09:14:00Z"
            } else {
                "a message needs userId or anonymousId"
            },
        ),
        raw: "{\"event\": \"Signed In\", \"timestamp\": \"2026-11-22 09:14\"}".into(),
        whole: true,
        status: EntryStatus::Open,
        marked_at: None,
    };
    (0..count).map(entry).collect()
}

pub(super) fn quality() -> QualityReport {
    let field = |entity: &str, field: &str, filled, total| FieldQuality { entity: entity.into(), field: field.into(), filled, total };
    QualityReport {
        fields: vec![
            field("accounts", "name", 412, 412),
            field("accounts", "domain", 398, 412),
            field("accounts", "industry", 270, 412),
            field("accounts", "parent_id", 12, 412),
            field("people", "email", 1_204, 1_260),
            field("people", "role", 803, 1_260),
        ],
        gaps: vec![ReferenceGap {
            entity: "tickets".into(),
            refers_to: "accounts".into(),
            count: 7,
            examples: vec!["acc-9001".into(), "acc-9044".into()],
        }],
        duplicates: vec![LikelyDuplicate {
            entity: "accounts".into(),
            field: "domain".into(),
            value: "quill.example".into(),
            ids: vec!["acc-0005".into(), "acc-0391".into()],
        }],
        silent_signals: vec!["usage_change_30d".into()],
        as_of: now(),
    }
}

pub(super) fn overridden() -> Override {
    Override {
        score: 75.0,
        author: "ines@acme.example".into(),
        reason: "Migration in progress; usage returns in December".into(),
        from: now().plus_seconds(-86_400),
        until: now().plus_seconds(86_400 * 20),
    }
}

/// Everything that pages are made from.
pub(super) struct Samples {
    pub workspace: Workspace,
    pub address: &'static str,
    pub page: AccountPage,
    pub view: AccountView,
    pub points: Vec<ScorePoint>,
    pub timeline: Vec<TimelineEntry>,
    pub records: [Vec<Map<String, Json>>; 4],
    pub facts: FactsBehind,
    pub model: ModelView,
    pub quarantine: Vec<QuarantineEntry>,
    pub quality: QualityReport,
    pub refused: Option<String>,
    /// How many tasks there are.
    pub tasks: usize,
    /// What a text of somebody becomes.
    pub word: fn(&str) -> String,
}

impl Samples {
    /// A company like many.
    pub(super) fn typical() -> Self {
        Self {
            workspace: workspace(),
            address: "column=logins_30d&sort=arr&order=down",
            page: account_page(412, 0, 50, &["logins_30d".to_owned()]),
            view: account_view(),
            points: points(),
            timeline: timeline(),
            records: ["people", "subscriptions", "tickets", "surveys"].map(records),
            facts: facts("logins_30d"),
            model: model_view(),
            quarantine: quarantine(15),
            quality: quality(),
            refused: None,
            tasks: 9,
            word: str::to_owned,
        }
    }

    /// Nothing is known of anything.
    pub(super) fn empty() -> Self {
        let mut empty = Self::typical();
        empty.address = "";
        empty.tasks = 0;
        empty.workspace.signals.clear();
        empty.workspace.sources.clear();
        empty.page = account_page(0, 0, 50, &[]);
        empty.view = AccountView {
            attributes: Vec::new(),
            arr: None,
            days_to_renewal: None,
            renews_on: None,
            owner: None,
            stage: None,
            tier: None,
            region: None,
            score: None,
            band: "unknown".into(),
            computed_score: None,
            coverage: 0.0,
            model: String::new(),
            model_version: String::new(),
            change: [None; 3],
            explanation: None,
            sentiment: None,
            sentiment_said: None,
            signals: Vec::new(),
            products: Vec::new(),
            segments: Vec::new(),
            sources: Vec::new(),
            ..account_view()
        };
        empty.points.clear();
        empty.timeline.clear();
        empty.records = [const { Vec::new() }; 4];
        empty.facts = FactsBehind { total: 0, facts: Vec::new(), ..facts("logins_30d") };
        empty.model.over_time.clear();
        empty.model.problems.clear();
        empty.model.text.clear();
        empty.quarantine.clear();
        empty.quality =
            QualityReport { fields: Vec::new(), gaps: Vec::new(), duplicates: Vec::new(), silent_signals: Vec::new(), as_of: now() };
        empty
    }

    /// A million accounts, long names, large numbers, many of everything.
    pub(super) fn huge() -> Self {
        let mut huge = Self::typical();
        huge.page = account_page(1_000_000, 499_950, 50, &vec!["logins_30d".to_owned(); 8]);
        huge.page.rows.iter_mut().for_each(|row| row.name = row.name.repeat(8));
        (huge.tasks, huge.word) = (2_000, |text: &str| text.repeat(8));
        huge.view.name = "Lumen Retail Group International Holdings ".repeat(8);
        huge.view.arr = Some(98_765_432_109.87);
        huge.view.over = Some(overridden());
        huge.view.products = product_views().into_iter().cycle().take(300).collect();
        huge.timeline = timeline().into_iter().cycle().take(40).collect();
        huge.records.iter_mut().for_each(|records| *records = records.iter().cloned().cycle().take(300).collect());
        huge.quarantine = quarantine(10_000);
        huge.facts.facts = facts("logins_30d").facts.into_iter().cycle().take(100).collect();
        huge
    }

    /// Every text that comes from outside is hostile.
    pub(super) fn hostile() -> Self {
        let mut hostile = Self::typical();
        let bad = || HOSTILE.to_owned();
        hostile.word = |_| HOSTILE.to_owned();
        hostile.workspace.signals.values_mut().for_each(|signal| (signal.label, signal.description) = (bad(), bad()));
        hostile.workspace.bands.0.iter_mut().for_each(|band| band.label = bad());
        hostile.page.rows.iter_mut().for_each(|row| {
            (row.id, row.name, row.band) = (bad(), bad(), bad());
            (row.owner, row.tier, row.region, row.stage) = (Some(bad()), Some(bad()), Some(bad()), Some(bad()));
            row.cells = vec![json!(HOSTILE)];
        });
        hostile.workspace.lifecycle.stages.iter_mut().for_each(|stage| (stage.name, stage.label) = (bad(), bad()));
        hostile.page.bands.iter_mut().for_each(|band| (band.name, band.label) = (bad(), bad()));
        let view = &mut hostile.view;
        (view.id, view.name, view.model, view.model_version) = (bad(), bad(), bad(), bad());
        (view.owner, view.tier, view.region, view.stage, view.sentiment) =
            (Some(bad()), Some(bad()), Some(bad()), Some(bad()), Some(bad()));
        view.sentiment_said = Some(Said { by: bad(), at: now() });
        view.attributes = vec![(bad(), json!(HOSTILE))];
        view.segments = vec![bad()];
        view.over = Some(Override { author: bad(), reason: bad(), ..overridden() });
        view.signals.iter_mut().for_each(|signal| (signal.label, signal.value) = (bad(), json!(HOSTILE)));
        for product in &mut view.products {
            (product.score.product, product.score.band, product.score.model) = (bad(), bad(), bad());
            product.signals.iter_mut().for_each(|signal| (signal.name, signal.label, signal.value) = (bad(), bad(), json!(HOSTILE)));
        }
        view.sources.iter_mut().for_each(|source| (source.name, source.label, source.kind) = (bad(), bad(), bad()));
        if let Some(explanation) = &mut view.explanation {
            explanation.components.iter_mut().for_each(|part| (part.label, part.level) = (bad(), Some(bad())));
            for part in explanation.components.iter_mut().flat_map(|part| &mut part.parts) {
                (part.label, part.product) = (bad(), Some(bad()));
                part.adjustments.iter_mut().for_each(|guard| guard.because = bad());
            }
        }
        hostile.timeline.iter_mut().for_each(|entry| (entry.title, entry.detail, entry.kind) = (bad(), bad(), bad()));
        for record in hostile.records.iter_mut().flatten() {
            record.values_mut().for_each(|value| *value = json!(HOSTILE));
        }
        hostile.facts.facts.iter_mut().for_each(|fact| {
            (fact.name, fact.source, fact.id) = (bad(), bad(), bad());
            fact.fields = record(json!({HOSTILE: HOSTILE}));
        });
        hostile.facts.product = Some(bad());
        (hostile.facts.description, hostile.facts.reads) = (bad(), vec![bad()]);
        (hostile.model.text, hostile.model.path, hostile.model.model.label) = (bad(), bad(), bad());
        hostile.model.model.components.iter_mut().for_each(|part| part.label = bad());
        hostile.model.problems.iter_mut().for_each(|problem| (problem.message, problem.hint) = (bad(), bad()));
        hostile.quarantine.iter_mut().for_each(|entry| {
            (entry.source, entry.kind, entry.raw) = (bad(), bad(), bad());
            entry.rejection = Rejection::new(ReasonCode::WrongType, HOSTILE, HOSTILE, HOSTILE);
        });
        hostile.quality.fields.iter_mut().for_each(|field| (field.entity, field.field) = (bad(), bad()));
        hostile.quality.gaps.iter_mut().for_each(|gap| (gap.entity, gap.examples) = (bad(), vec![bad()]));
        hostile.quality.duplicates.iter_mut().for_each(|twin| (twin.entity, twin.value, twin.ids) = (bad(), bad(), vec![bad()]));
        hostile.quality.silent_signals = vec![bad()];
        hostile.refused = Some(bad());
        hostile
    }
}
