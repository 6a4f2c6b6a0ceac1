//! A health model with its document.

use mainstay_app::models::{ModelProblem, ModelView};

use super::accounts::bands;
use super::company::model;
use super::today;

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
