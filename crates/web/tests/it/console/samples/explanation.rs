//! An explained score.

use mainstay_app::health::explain::{Explanation, Lifts, Move, Need, Part};
use mainstay_app::health::{Printed, Value};

use super::products::rolled_up;

pub(super) fn printed(value: f64) -> Printed {
    Printed { units: (value * 100.0).round() as i64, decimals: 2 }
}

pub(super) fn part(
    name: &str,
    label: &str,
    signal: &str,
    value: Option<Value>,
    level: Option<&str>,
    points: Option<f64>,
    weight: f64,
) -> Part {
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
