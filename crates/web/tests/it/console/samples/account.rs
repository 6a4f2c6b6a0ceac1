//! One account: what is known of it, its past, its records, and the facts behind a signal.

use mainstay_app::accounts::{AccountView, FactRow, FactsBehind, Said, ScorePoint, SignalValue, TimelineEntry};
use mainstay_model::health::Override;
use mainstay_model::{BandScale, Day};
use serde_json::{Map, Value as Json, json};

use super::company::workspace;
use super::data::sources;
use super::explanation::explanation;
use super::products::product_views;
use super::{now, today};

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

pub(super) fn record(value: Json) -> Map<String, Json> {
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

pub(super) fn overridden() -> Override {
    Override {
        score: 75.0,
        author: "ines@acme.example".into(),
        reason: "Migration in progress; usage returns in December".into(),
        from: now().plus_seconds(-86_400),
        until: now().plus_seconds(86_400 * 20),
    }
}
