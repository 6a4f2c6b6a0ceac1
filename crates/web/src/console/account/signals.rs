//! The signals of an account and of its products, each leading to the facts behind it.

use mainstay_app::accounts::{ProductScore, ProductView, SignalValue};
use mainstay_model::Workspace;

use crate::console::when::When;
use crate::console::words::{BandMark, Locale, band_mark, segment};

/// One signal.
#[derive(Clone, Debug)]
pub struct SignalLine {
    /// The column.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What it means.
    pub title: String,
    /// The value.
    pub value: String,
    /// The facts behind it.
    pub href: String,
}

/// One product of the account.
#[derive(Clone, Debug)]
pub struct ProductShown {
    /// What facts call it.
    pub name: String,
    /// Its band.
    pub band: BandMark,
    /// Its score; empty where there is none.
    pub score: String,
    /// The model that made it; empty where none applies.
    pub model: String,
    /// Its signals.
    pub signals: Vec<SignalLine>,
}

pub(super) fn signal_lines(
    signals: &[SignalValue],
    product: Option<&str>,
    path: &str,
    when: &When,
    (locale, currency): (Locale, &str),
) -> Vec<SignalLine> {
    let line = |signal: &SignalValue| SignalLine {
        name: signal.name.clone(),
        label: signal.label.clone(),
        title: signal.description.clone(),
        value: locale.value(&signal.value, signal.unit, currency),
        href: when.address_of_product(&format!("{path}/signals/{}", segment(&signal.name)), product),
    };
    signals.iter().map(line).collect()
}

pub(super) fn product_shown(product: &ProductView, workspace: &Workspace, path: &str, when: &When, locale: Locale) -> ProductShown {
    let ProductScore { product: name, score, band, model, .. } = &product.score;
    ProductShown {
        name: name.clone(),
        band: band_mark(&workspace.bands, band),
        score: score.map(|score| locale.score(score, &workspace.bands)).unwrap_or_default(),
        model: model.clone(),
        signals: signal_lines(&product.signals, Some(name), path, when, (locale, &workspace.currency)),
    }
}
