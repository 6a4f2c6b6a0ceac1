//! Samples of accounts with several products.

use mainstay_app::accounts::{ProductScore, ProductView, SignalValue};
use mainstay_app::health::Value;
use mainstay_app::health::explain::{Adjustment, AdjustmentKind, Part};
use mainstay_model::signal::Unit;
use serde_json::json;

use super::explanation::{part, printed};

/// The account's products rolled up: one of them capped by a guard.
pub(super) fn rolled_up() -> Part {
    let number = |value: f64| Some(Value::Number(value));
    let of = |product: &str, part: Part| Part { product: Some(product.into()), ..part };
    let uses = |product: &str, uses: f64, points: f64| {
        of(product, part("logins_30d", "Login frequency", "logins_30d", number(uses), Some("healthy"), Some(points), 5.0))
    };
    let product = |name: &str, score: f64, parts: Vec<Part>, adjustments: Vec<Adjustment>| {
        let own = Part { signal: None, parts, adjustments, ..part(name, name, "", number(score), Some("monitor"), Some(score), 5.0) };
        of(name, own)
    };
    let guard = Adjustment {
        kind: AdjustmentKind::Guard,
        because: "an invoice is overdue".into(),
        author: None,
        score: 60.0,
        amount: printed(-2.0),
    };
    let parts = vec![
        product("core", 60.0, vec![uses("core", 31.0, 100.0)], vec![guard]),
        product("insights", 60.0, vec![uses("insights", 12.0, 60.0)], Vec::new()),
    ];
    Part { signal: None, parts, ..part("products", "Products", "", number(60.0), None, Some(60.0), 10.0) }
}

pub(super) fn product_views() -> Vec<ProductView> {
    let view = |product: &str, score: Option<f64>, band: &str, model: &str| ProductView {
        score: ProductScore {
            product: product.into(),
            score,
            band: band.into(),
            coverage: 1.0,
            model: model.into(),
            model_version: "77aa01c3d9e2".into(),
        },
        signals: vec![SignalValue {
            name: "product_logins_30d".into(),
            label: "Use of the product".into(),
            description: "Events of the product in the last 30 days".into(),
            unit: Unit::Number,
            value: json!(31),
        }],
    };
    vec![
        view("core", Some(60.0), "monitor", "product_use"),
        view("insights", None, "unknown", "product_use"),
        view("pilot", None, "unknown", ""),
    ]
}
