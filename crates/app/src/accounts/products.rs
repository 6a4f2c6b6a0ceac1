//! The products of an account as people see them.

use super::show::{json_of, signal_value};
use super::{ProductScore, ProductView};
use crate::engine::{Frame, State};

/// The scores of the products of the account in a row.
pub(super) fn product_scores(state: &State, frame: &Frame, account: usize) -> Vec<ProductScore> {
    frame.products.rows.of(account).filter_map(|row| product_score(state, frame, row)).collect()
}

/// The same with their signals.
pub(super) fn product_views(state: &State, frame: &Frame, account: usize) -> Vec<ProductView> {
    let rows = &frame.products.rows;
    let view = |row: usize| {
        let values = state.plan.products.signals.iter().zip(&rows.columns);
        let mut signals: Vec<_> = values.map(|(planned, column)| signal_value(&planned.signal, json_of(column.get(row)))).collect();
        signals.sort_by(|a, b| a.label.cmp(&b.label));
        Some(ProductView { score: product_score(state, frame, row)?, signals })
    };
    rows.of(account).filter_map(view).collect()
}

fn product_score(state: &State, frame: &Frame, row: usize) -> Option<ProductScore> {
    let scored = frame.products.scored(&state.plan);
    let (model, model_version) = scored.model(row);
    Some(ProductScore {
        product: frame.products.rows.names.get(row)?.to_string(),
        score: scored.scores.shown.get(row),
        band: scored.band(row).to_owned(),
        coverage: scored.scores.coverage.get(row).unwrap_or(0.0),
        model: model.to_owned(),
        model_version: model_version.to_owned(),
    })
}
